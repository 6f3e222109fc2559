"""The way on which a replica is killed: it passes everything on, and kills where it is told to."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ceremonies import store
from ceremonies.errors import StoreUnreachable
from lab.enterprise.loop import BackgroundLoop
from lab.process import Child, start
from lab.redis import RedisServer
from tests.chaos.runbook import LOG
from tests.chaos.wiretap import Entry, When, Wiretap, commands
from tests.logs import add, begin, connected, open_log, somebody, won


@dataclass
class Aim:
    """Aims at the entries that tell this."""

    at: str
    when: When
    wrote_: list[tuple[str, bool]] = field(default_factory=list)
    missed_: list[str] = field(default_factory=list)

    def aims(self, entry: Entry) -> When | None:
        """As Hunter.aims."""
        return self.when if entry.events[0]["type"] == self.at else None

    def wrote(self, entry: Entry, *, killed: bool) -> None:
        """As Hunter.wrote."""
        self.wrote_.append((entry.id, killed))

    def missed(self, entry: Entry) -> None:
        """As Hunter.missed."""
        self.missed_.append(entry.id)


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[Child]:
    """A process that lives until it is killed."""
    child = start(
        [sys.executable, "-c", "import signal; signal.pause()"], name="victim", directory=tmp_path
    )
    yield child
    child.kill()


@pytest.fixture
def loop() -> Iterator[BackgroundLoop]:
    """A loop for what listens."""
    background = BackgroundLoop("wiretap")
    yield background
    background.close()


@contextmanager
def tapped(
    server: RedisServer, loop: BackgroundLoop, aim: Aim, victim: Child
) -> Iterator[store.Redis]:
    """Give a client whose way to Redis is tapped: the victim is killed in the writer's stead."""
    tap = Wiretap(loop=loop, to=server.port, key=LOG, hunter=aim, pid=victim.pid)
    tap.open()
    with connected(tap.url) as client:
        yield client
    tap.close()


@pytest.mark.parametrize("confirm", [False, True], ids=["plain", "confirmed"])
@pytest.mark.parametrize("when", list(When))
def test_killed_at_an_entry(
    redis_server: RedisServer,
    redis_url: str,
    loop: BackgroundLoop,
    victim: Child,
    when: When,
    *,
    confirm: bool,
) -> None:
    """Entries before it pass; at it the writer dies unanswered, and Redis has it or has it not."""
    aim, identity = Aim(at="fatal", when=when), somebody()
    tap = tapped(redis_server, loop, aim, victim)
    with tap as theirs, connected(redis_url) as ours:
        log = open_log(theirs, identity)
        second = won(add(log, begin(log, identity).head, "harmless", confirm=confirm))
        assert victim.running

        with pytest.raises(StoreUnreachable):
            add(log, second.head, "fatal", confirm=confirm)

        assert victim.wait(5) == -9
        written = [entry.events[-1]["type"] for entry in open_log(ours, identity).load()]
    died = when is When.WRITTEN
    assert written[1:] == ["harmless", *(["fatal"] if died else [])]
    assert aim.wrote_[:2] == [("1-0", False), ("2-0", False)]
    assert {killed for _, killed in aim.wrote_[2:]} == ({True} if died else set())


def test_whoever_was_slower_lives(
    redis_server: RedisServer, redis_url: str, loop: BackgroundLoop, victim: Child
) -> None:
    """An append that another replica forestalled kills nobody: it wrote nothing."""
    aim, identity = Aim(at="fatal", when=When.WRITTEN), somebody()
    tap = tapped(redis_server, loop, aim, victim)
    with tap as theirs, connected(redis_url) as ours:
        slow, quick = open_log(theirs, identity), open_log(ours, identity)
        first = begin(quick, identity)
        slow.load()
        won(add(quick, first.head, "first"))

        add(slow, first.head, "fatal")

        assert victim.running
        assert aim.missed_ == ["2-0"]
        assert aim.wrote_ == []


def test_commands_in_pieces() -> None:
    """However what was sent is cut into pieces, the same commands come out, byte for byte."""
    sent = b"*2\r\n$3\r\nGET\r\n$4\r\na\r\nb\r\n*1\r\n$4\r\nPING\r\n"
    for cut in range(len(sent) + 1):
        found, held = commands(sent[:cut])
        more, rest = commands(held + sent[cut:])
        assert [words for words, _ in (*found, *more)] == [[b"GET", b"a\r\nb"], [b"PING"]]
        assert b"".join(raw for _, raw in (*found, *more)) == sent
        assert rest == b""
