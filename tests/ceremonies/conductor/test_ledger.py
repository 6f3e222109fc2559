"""A set's log as one replica keeps it: what Redis forgets is told, and others see whole states."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from ceremonies import store
from ceremonies.chain import Entry
from ceremonies.clock import Clock
from ceremonies.commands import Reason, Refusal
from ceremonies.conductor.ledger import Ledger
from ceremonies.errors import StoreUnreachable
from ceremonies.events import ClusterIdSeen, Event
from ceremonies.identity import Identity
from ceremonies.log import SetLog, log_key
from ceremonies.state import SetState
from tests.logs import SET, WORKSPACE, connected, somebody


class Log(SetLog):
    """A set's log that somebody can watch being read, and that may find Redis away once."""

    seen: list[int]
    away: int = 0
    watched: Ledger | None = None

    def load(self) -> list[Entry]:
        """Read everything, unless Redis is away."""
        if self.away:
            self.away -= 1
            raise StoreUnreachable("Redis does not answer")
        if self.watched is not None:
            self.seen = [self.watched.state.n]
        return super().load()


@pytest.fixture
def redis(redis_url: str) -> Iterator[store.Redis]:
    """A client of an empty Redis."""
    with connected(redis_url) as client:
        yield client


def opened(redis: store.Redis, identity: Identity) -> tuple[Ledger, Log]:
    """Return a replica's ledger, and the log beneath it."""
    log = Log(redis, workspace=WORKSPACE, set_name=SET, identity=identity)
    ledger = Ledger(
        log,
        name=SET,
        clock=Clock(lambda: store.now(redis)),
        identity=identity,
        changed=lambda _: None,
        closing=threading.Event(),
    )
    log.watched = ledger
    ledger.load()
    return ledger, log


def note(ledger: Ledger, word: str) -> SetState:
    """Append one entry."""
    return ledger.record(lambda _state, _now: (ClusterIdSeen(cluster_id=word),), who="conclave")


def go_back(redis: store.Redis, remembered: bytes | None) -> None:
    """Put the stream back to what it was, as a failover would: even its last id is old."""
    assert remembered is not None
    redis.restore(log_key(SET), 0, remembered, replace=True)


def test_a_loss_is_told_though_redis_goes_away_in_the_middle(redis: store.Redis) -> None:
    """A failover seldom comes alone: what was known stands until the rest is read, then it is told.

    Otherwise the replica would begin anew, and nobody would ever hear of the loss.
    """
    identity = somebody()
    ledger, log = opened(redis, identity)
    note(ledger, "one")
    remembered = redis.dump(log_key(SET))
    note(ledger, "two")
    known = note(ledger, "three")
    go_back(redis, remembered)
    log.away = 1

    with pytest.raises(StoreUnreachable):
        ledger.refresh()
    assert ledger.state == known
    ledger.refresh()

    lost = ledger.state.tail_lost
    assert lost is not None
    assert (lost.after, len(lost.lost), ledger.state.cluster_id) == (1, 2, "one")
    assert opened(redis, identity)[0].state.tail_lost == lost


def test_a_loss_is_told_though_another_replica_went_on_first(redis: store.Redis) -> None:
    """The other one was new and missed nothing: only who remembers can tell."""
    identity = somebody()
    ledger, _ = opened(redis, identity)
    note(ledger, "one")
    remembered = redis.dump(log_key(SET))
    note(ledger, "two")
    go_back(redis, remembered)
    note(opened(redis, identity)[0], "since")

    note(ledger, "four")

    assert ledger.state.tail_lost is not None
    assert ledger.state.cluster_id == "four"


def test_nobody_is_refused_for_what_is_over(redis: store.Redis) -> None:
    """A click may come to a replica that has not read yet what the card showed."""
    identity = somebody()
    ledger, _ = opened(redis, identity)
    note(opened(redis, identity)[0], "since")

    def build(state: SetState, now: int) -> list[Event] | Refusal:
        del now
        if state.cluster_id != "since":
            return Refusal(reason=Reason.NO_REQUEST, words="Nothing was asked for.")
        return [ClusterIdSeen(cluster_id="agreed")]

    outcome = ledger.append(build, who="U0KIM")

    assert not isinstance(outcome, Refusal)
    assert outcome[0].cluster_id == "agreed"
    again = ledger.append(build, who="U0KIM")
    assert isinstance(again, Refusal)


def test_nobody_sees_a_state_of_long_ago(redis: store.Redis) -> None:
    """While a log is read anew the newest state stands: cards and debts are drawn from it."""
    ledger, log = opened(redis, somebody())
    newest = note(ledger, "one")

    ledger.load()

    assert log.seen == [newest.n]
    assert ledger.state == newest
