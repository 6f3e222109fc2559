"""One decision, one entry: who is faster wins, and everybody else is told the truth."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

import pytest

from ceremonies import store
from ceremonies.errors import StoreUnreachable
from ceremonies.identity import Identity, generate_pem
from ceremonies.log import EMPTY, Entry, Head, KeyNotIntroduced, SetLog, heads, introduction
from lab.process import start
from lab.redis import RedisServer
from tests.logs import add, begin, connected, grow, open_log, somebody, won, words
from tests.wire import Wire

RACERS = 8
ROUNDS = 15


def test_entries_are_numbered_from_one_without_gaps(log: SetLog, first: Entry) -> None:
    """The first entry is 1, follows the hash of zeros, and each next one follows its hash."""
    grown = [first, *grow(log, first, 3)]
    assert [entry.n for entry in grown] == [1, 2, 3, 4]
    assert [entry.before for entry in grown] == [EMPTY.hash, *(e.hash for e in grown[:-1])]


def test_what_is_appended_is_what_is_read(log: SetLog, first: Entry) -> None:
    """Everybody reads exactly the entry that its writer was handed."""
    written = log.append(
        first.head,
        at=1_790_000_000_000,
        who="U0ADA",
        cause="0a1b",
        events=[{"type": "note", "words": 'Grüße, "Ada" \u2028', "n": 3, "deep": {"b": [1, None]}}],
    )
    assert log.load() == [first, written]


def test_who_comes_second_is_told_the_head(log: SetLog, first: Entry) -> None:
    """An append behind the head writes nothing and answers the head with its hash."""
    second = won(add(log, first.head))
    assert add(log, first.head) == second.head
    assert add(log, NEVER_WAS) == second.head
    assert len(log.load()) == 2


NEVER_WAS = Head(n=1, hash="f" * 64)  # the right number, with a hash that never was


def test_a_head_that_is_too_far_on_wins_nothing(log: SetLog, first: Entry) -> None:
    """Nobody can append after an entry that is not there: no gap can arise."""
    assert add(log, Head(n=7, hash=first.hash)) == first.head
    assert log.load() == [first]


def test_many_threads_race_and_one_wins_each_number(
    redis: store.Redis, identity: Identity, first: Entry
) -> None:
    """Of all who append after the same head exactly one wins, also with the very same words."""
    logs = [open_log(redis, identity) for _ in range(RACERS)]
    head = first.head
    for _ in range(ROUNDS):
        outcomes = _at_once(logs, head)
        winners = [outcome for outcome in outcomes if isinstance(outcome, Entry)]
        assert len(winners) == 1
        assert {o for o in outcomes if isinstance(o, Head)} == {winners[0].head}
        head = winners[0].head
    assert open_log(redis, identity).verify().entries == ROUNDS + 1


def _at_once(logs: list[SetLog], head: Head) -> list[Entry | Head]:
    outcomes: list[Entry | Head] = []
    gate = threading.Barrier(len(logs))

    def race(log: SetLog) -> None:
        gate.wait(10)
        outcomes.append(add(log, head))

    racers = [threading.Thread(target=race, args=(log,)) for log in logs]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(30)
    assert len(outcomes) == len(logs)
    return outcomes


def test_threads_share_one_log(log: SetLog, first: Entry) -> None:
    """Threads that share one SetLog and each try until they win lose nothing."""

    def keep_at_it(word: str) -> None:
        head = first.head
        for _ in range(ROUNDS):
            while isinstance(outcome := add(log, head, word), Head):
                head = log.follow(head)[-1].head
            head = outcome.head

    racers = [threading.Thread(target=keep_at_it, args=(f"by-{i}",)) for i in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(60)
    read = words(log.load()[1:])
    assert sorted(read) == sorted([f"by-{i}" for i in range(4)] * ROUNDS)
    assert log.verify().holds


def test_processes_race_and_lose_nothing(
    redis: store.Redis, redis_url: str, tmp_path: Path
) -> None:
    """Replicas that each append until they win: no entry is lost, none stands there twice."""
    pem = generate_pem()
    (tmp_path / "identity.pem").write_bytes(pem)
    own = Identity.from_pem(pem)
    log = open_log(redis, own, set_name="raced")
    begin(log, own)
    racer = Path(__file__).with_name("racer.py")
    argv = [sys.executable, racer, redis_url, tmp_path / "identity.pem", "raced", str(ROUNDS)]
    children = [start(argv, name=f"racer-{i}", directory=tmp_path / str(i)) for i in range(3)]
    assert [child.wait(60) for child in children] == [0, 0, 0]
    claimed = [json.loads(child.log.read_text().splitlines()[-1]) for child in children]
    everybody = sorted(n for numbers in claimed for n in numbers)
    assert everybody == list(range(2, 3 * ROUNDS + 2))
    assert log.verify().holds
    assert heads(redis, ["raced"])["raced"].n == 3 * ROUNDS + 1


@pytest.mark.parametrize("confirm", [False, True], ids=["plain", "confirmed"])
def test_a_lost_reply_does_not_hide_our_own_entry(
    redis_server: RedisServer, identity: Identity, first: Entry, *, confirm: bool
) -> None:
    """Redis appended, the reply was cut: the retry finds the entry at the head and says so."""
    with Wire(server_port=redis_server.port) as wire, connected(wire.url) as client:
        log = open_log(client, identity)
        log.load()
        wire.lose_reply_to(b"\r\nEVAL")
        entry = won(add(log, first.head, confirm=confirm))
        assert wire.cuts == 1
        assert log.load() == [first, entry]


def test_a_lost_request_is_made_again(
    redis_server: RedisServer, identity: Identity, first: Entry
) -> None:
    """The connection was cut before Redis read anything: the entry is written once."""
    with Wire(server_port=redis_server.port) as wire, connected(wire.url) as client:
        log = open_log(client, identity)
        log.load()
        wire.lose_request(b"\r\nEVAL")
        entry = won(add(log, first.head))
        assert wire.cuts == 1
        assert log.load() == [first, entry]


def test_our_own_entry_is_known_again_under_others(
    redis: store.Redis, redis_server: RedisServer, identity: Identity, first: Entry
) -> None:
    """The reply was cut and another replica has gone on since: the append was ours all the same."""
    other = open_log(redis, identity)
    other.load()
    with Wire(server_port=redis_server.port) as wire, connected(wire.url) as client:
        log = open_log(client, identity)
        log.load()
        wire.lose_reply_to(b"\r\nEVAL", meanwhile=lambda: grow(other, other.load()[-1], 2))
        entry = won(add(log, first.head, "ours"))
        assert words(log.load()[1:]) == ["ours", "news-3", "news-4"]
        assert entry.n == 2
        assert [e.n for e in log.follow(entry.head)] == [3, 4]


def test_replies_that_stay_away_are_told(
    redis_server: RedisServer, identity: Identity, first: Entry
) -> None:
    """Where the retry is cut too, the caller is told that it does not know."""
    with Wire(server_port=redis_server.port) as wire, connected(wire.url) as client:
        log = open_log(client, identity)
        log.load()
        wire.lose_reply_to(b"\r\nEVAL", times=2)
        with pytest.raises(StoreUnreachable):
            add(log, first.head)
        assert [entry.n for entry in log.follow(first.head)] == [2]


def test_redis_forgets_scripts_and_the_append_goes_on(
    redis: store.Redis, log: SetLog, first: Entry
) -> None:
    """After SCRIPT FLUSH, or on another server, the script is sent again."""
    second = won(add(log, first.head))
    redis.script_flush()
    third = won(add(log, second.head, confirm=True))
    assert log.load() == [first, second, third]


def test_a_log_begins_with_its_key(log: SetLog) -> None:
    """A first entry that introduces no key, or another's, is our own mistake and not written."""
    with pytest.raises(RuntimeError):
        add(log, EMPTY)
    with pytest.raises(RuntimeError):
        log.append(EMPTY, at=1, who="x", cause=None, events=[introduction(somebody().public)])
    assert log.load() == []


def test_a_key_that_was_not_introduced_adds_nothing(
    redis: store.Redis, log: SetLog, first: Entry
) -> None:
    """Two replicas with different keys begin at once: the slower one cannot poison the log."""
    stranger = somebody()
    slower = open_log(redis, stranger)
    told = [introduction(stranger.public)]
    lost = slower.append(EMPTY, at=1, who="conclave", cause=None, events=told)
    assert lost == first.head
    with pytest.raises(KeyNotIntroduced):
        slower.follow(EMPTY)
    assert log.verify().holds


def test_sets_do_not_mix(redis: store.Redis, identity: Identity, first: Entry) -> None:
    """Each set has its own log; the heads of all come in one call, an empty one's too."""
    other = open_log(redis, identity, set_name="billing")
    begun = begin(other, identity)
    found = heads(redis, ["payments", "billing", "ledger"])
    assert found == {"payments": first.head, "billing": begun.head, "ledger": EMPTY}
    assert set(redis.keys("*")) == {b"conclave:{payments}:log", b"conclave:{billing}:log"}
