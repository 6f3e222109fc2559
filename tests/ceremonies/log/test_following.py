"""Reading on from the last entry: what is new, once and in order; and a tail that Redis lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ceremonies import store
from ceremonies.errors import LogBroken, StoreUnreachable
from ceremonies.identity import Identity
from ceremonies.log import EMPTY, PAGE, Entry, Head, SetLog, TailLost, heads
from lab.redis import RedisServer
from tests.logs import SET, add, begin, connected, grow, open_log, somebody, won, words

KEY = f"conclave:{{{SET}}}:log"


def test_only_what_is_new(redis: store.Redis, identity: Identity, first: Entry) -> None:
    """A reader gets each entry of the writer once, in order, and nothing when nothing is new."""
    writer, reader = open_log(redis, identity), open_log(redis, identity)
    assert reader.load() == [first]
    assert reader.follow(first.head) == []
    grown = grow(writer, first, 3)
    assert reader.follow(first.head) == grown
    assert reader.follow(grown[1].head) == grown[2:]
    assert reader.follow(grown[2].head) == []


def test_following_an_empty_log(log: SetLog, identity: Identity) -> None:
    """Who has read nothing yet follows from the beginning."""
    assert log.load() == []
    assert log.follow(EMPTY) == []
    assert log.verify().holds
    assert log.verify().head == EMPTY
    begun = begin(log, identity)
    assert log.follow(EMPTY) == [begun]


def test_who_never_loaded_can_follow(
    redis: store.Redis, identity: Identity, log: SetLog, first: Entry
) -> None:
    """A head that was kept elsewhere is enough to read on from."""
    grown = grow(log, first, 2)
    assert open_log(redis, identity).follow(first.head) == grown


def test_following_takes_one_round_trip(redis: store.Redis, log: SetLog, first: Entry) -> None:
    """However many entries are new (up to a page), Redis is asked once."""
    log.load()
    grow(log, first, 20)
    before = redis.info("commandstats")["cmdstat_xrange"]["calls"]
    assert len(log.follow(first.head)) == 20
    assert redis.info("commandstats")["cmdstat_xrange"]["calls"] == before + 1


def test_a_long_log_is_read_in_pages(
    redis: store.Redis, identity: Identity, log: SetLog, first: Entry
) -> None:
    """A log of more than two pages is read whole, and so is a long way to catch up."""
    grown = grow(log, first, 2 * PAGE)
    reader = open_log(redis, identity)
    assert reader.load() == [first, *grown]
    assert reader.follow(first.head) == grown


class Restored:
    """A Redis of our own whose data are put back to an earlier state, as by a failover."""

    def __init__(self, directory: Path) -> None:
        self.server = RedisServer(directory=directory / "now").start()
        self._copy = directory / "earlier"

    def remember(self) -> None:
        """Keep what Redis has on disk now."""
        self.server.stop()
        shutil.copytree(self.server.directory, self._copy)
        self.server.start()

    def go_back(self) -> None:
        """Start from what was kept."""
        self.server.kill()
        shutil.rmtree(self.server.directory)
        shutil.copytree(self._copy, self.server.directory)
        self.server.start()


@pytest.fixture
def restored(tmp_path: Path) -> Restored:
    """A Redis that can be put back."""
    return Restored(tmp_path)


def test_a_lost_tail_is_told(restored: Restored) -> None:
    """Redis comes back without the last entries: the next read says what is there instead."""
    identity = somebody()
    with connected(restored.server.url) as client:
        log = open_log(client, identity)
        kept = [first := begin(log, identity), *grow(log, first, 2)]
        restored.remember()
        lost = grow(log, kept[-1], 3)
        restored.go_back()
        with pytest.raises(TailLost) as caught:
            log.follow(lost[-1].head)
        assert caught.value.had == lost[-1].head
        assert caught.value.found == kept[-1].head
        assert log.load() == kept
        assert log.follow(kept[-1].head) == []
    restored.server.kill()


def test_a_lost_tail_is_seen_under_new_entries(restored: Restored) -> None:
    """Others have gone on since, past our number: ours is not among theirs, so the tail is lost."""
    identity = somebody()
    with connected(restored.server.url) as client:
        log, other = open_log(client, identity), open_log(client, identity)
        first = begin(log, identity)
        restored.remember()
        lost = grow(log, first, 2)
        restored.go_back()
        other.load()
        since = grow(other, first, 4)
        with pytest.raises(TailLost) as caught:
            log.follow(lost[-1].head)
        assert caught.value.found == since[-1].head
        assert log.load() == [first, *since]
    restored.server.kill()


def test_nobody_appends_over_a_lost_tail(restored: Restored) -> None:
    """An append after an entry that Redis lost is told the older head, and writes nothing."""
    identity = somebody()
    with connected(restored.server.url) as client:
        log = open_log(client, identity)
        first = begin(log, identity)
        restored.remember()
        lost = grow(log, first, 2)
        restored.go_back()
        assert add(log, lost[-1].head) == first.head
        assert heads(client, [SET]) == {SET: first.head}
        again = won(add(log, first.head))
        assert again.head != lost[0].head
    restored.server.kill()


def test_everything_is_lost(redis: store.Redis, log: SetLog, first: Entry) -> None:
    """A Redis that comes back empty has lost the tail as well."""
    last = grow(log, first, 1)[-1]
    redis.flushall()
    with pytest.raises(TailLost) as caught:
        log.follow(last.head)
    assert caught.value.found == EMPTY
    assert log.load() == []


def test_a_deleted_tail_cannot_be_written_again(
    redis: store.Redis, log: SetLog, first: Entry
) -> None:
    """Entries that somebody deleted from the stream are told, not overwritten."""
    last = grow(log, first, 2)[-1]
    redis.xdel(KEY, f"{last.n}-0")
    with pytest.raises(TailLost):
        log.follow(last.head)
    with pytest.raises(LogBroken, match="deleted"):
        add(log, log.load()[-1].head)


def test_words_are_read_as_written(log: SetLog, first: Entry) -> None:
    """The order of events is the order of appends."""
    grow(log, first, 3)
    assert words(log.load()[1:]) == ["news-2", "news-3", "news-4"]


def test_redis_away_is_said_as_that(tmp_path: Path) -> None:
    """A Redis that is down is unreachable, whatever is asked; afterwards all goes on."""
    server = RedisServer(directory=tmp_path).start()
    identity = somebody()
    with connected(server.url) as client:
        log = open_log(client, identity)
        first = begin(log, identity)
        server.kill()
        for ask in (
            log.load,
            lambda: log.follow(first.head),
            lambda: add(log, first.head),
            lambda: add(log, first.head, confirm=True),
            lambda: heads(client, [SET]),
            lambda: store.now(client),
            log.verify,
        ):
            with pytest.raises(StoreUnreachable):
                ask()
        server.start()
        assert log.follow(first.head) == []
        won(add(log, first.head, confirm=True))
    server.kill()


def test_a_stray_entry_is_not_taken_for_one(redis: store.Redis, log: SetLog, first: Entry) -> None:
    """Something in the stream that is not at `n-0` stops the reading instead of confusing it."""
    redis.xadd(KEY, {"body": b"{}"}, id="1-1")
    with pytest.raises(LogBroken):
        log.follow(first.head)
    with pytest.raises(LogBroken):
        log.load()
    assert add(log, first.head) == Head(n=0, hash="")
