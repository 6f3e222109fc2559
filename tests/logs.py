"""Growing a set's log in a test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ceremonies.identity import Identity, generate_pem
from ceremonies.log import EMPTY, Entry, Head, SetLog, introduction
from ceremonies.store import Redis, connect

WORKSPACE = "T0CONCLAVE"
SET = "payments"


def somebody() -> Identity:
    """Return a signing key that nobody had before."""
    return Identity.from_pem(generate_pem())


@contextmanager
def connected(url: str) -> Iterator[Redis]:
    """Give a client for this URL, made as the product makes it; closed afterwards."""
    client = connect(url)
    try:
        yield client
    finally:
        client.close()


def open_log(
    store: Redis, identity: Identity, *, set_name: str = SET, workspace: str = WORKSPACE
) -> SetLog:
    """Return the set's log as a replica with this key sees it."""
    return SetLog(store, workspace=workspace, set_name=set_name, identity=identity)


def begin(log: SetLog, identity: Identity) -> Entry:
    """Append the first entry, which introduces the key."""
    outcome = log.append(
        EMPTY, at=1, who="conclave", cause=None, events=[introduction(identity.public)]
    )
    return won(outcome)


def add(log: SetLog, head: Head, word: str = "news", *, confirm: bool = False) -> Entry | Head:
    """Append an entry with one event of this type after `head`."""
    return log.append(head, at=2, who="U0ADA", cause=None, events=[{"type": word}], confirm=confirm)


def grow(log: SetLog, after: Entry, count: int) -> list[Entry]:
    """Append this many entries, `news-N`; returns them."""
    grown = [after]
    for _ in range(count):
        grown.append(won(add(log, grown[-1].head, f"news-{grown[-1].n + 1}")))
    return grown[1:]


def won(outcome: Entry | Head) -> Entry:
    """Return the entry of an append that nobody else was faster than."""
    assert isinstance(outcome, Entry), f"somebody was faster: {outcome}"
    return outcome


def words(entries: list[Entry]) -> list[str]:
    """Return the type of each entry's first event."""
    return [str(entry.events[0]["type"]) for entry in entries]
