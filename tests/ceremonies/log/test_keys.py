"""Changing the signing key: the old one introduces the new one, which signs that it was."""

from __future__ import annotations

import pytest

from ceremonies import store
from ceremonies.errors import LogBroken
from ceremonies.identity import Identity
from ceremonies.log import Entry, KeyNotIntroduced, SetLog, introduction
from tests.logs import add, grow, open_log, somebody, won, words


def test_the_new_key_goes_on_where_the_old_one_stopped(
    redis: store.Redis, identity: Identity, log: SetLog, first: Entry
) -> None:
    """After the introduction both keys write, and each believes all that the other wrote."""
    last = grow(log, first, 2)[-1]
    newcomer = somebody()
    head = log.introduce(newcomer, at=5, who="U0SAM")
    assert head.n == last.n + 2
    renewed = open_log(redis, newcomer)
    assert renewed.load()[-1].head == head
    by_new = won(add(renewed, head, "by-new"))
    assert words(log.follow(head)) == ["by-new"]
    by_old = won(add(log, by_new.head, "by-old"))
    assert words(renewed.follow(by_new.head)) == ["by-old"]
    for seen_by in (log, renewed):
        found = seen_by.verify()
        assert found.holds
        assert found.keys == (identity.key_id, newcomer.key_id)
    assert [entry.key_id for entry in renewed.load()[-2:]] == [by_new.key_id, by_old.key_id]


def test_a_running_replica_learns_the_new_key(
    redis: store.Redis, identity: Identity, log: SetLog, first: Entry
) -> None:
    """A replica that follows with the old key takes the introduction in and goes on."""
    watching = open_log(redis, identity)
    watching.load()
    newcomer = somebody()
    head = log.introduce(newcomer, at=5, who="U0SAM")
    won(add(open_log(redis, newcomer), head, "by-new"))
    followed = watching.follow(first.head)
    assert words(followed) == ["identity_introduced", "identity_introduced", "by-new"]


@pytest.mark.usefixtures("first")
def test_a_key_nobody_introduced_is_refused(redis: store.Redis, log: SetLog) -> None:
    """A replica started with the wrong key file says what to do before it does anything."""
    stranger = open_log(redis, somebody())
    with pytest.raises(KeyNotIntroduced) as caught:
        stranger.load()
    assert "CONCLAVE_IDENTITY_KEY_FILE" in caught.value.advice
    assert log.verify().holds


def test_introduced_is_not_enough(redis: store.Redis, log: SetLog, first: Entry) -> None:
    """Until the new key has signed in the log, nothing there proves that its owner agreed."""
    newcomer = somebody()
    told = introduction(newcomer.public)
    entry = won(log.append(first.head, at=5, who="U0SAM", cause=None, events=[told]))
    renewed = open_log(redis, newcomer)
    with pytest.raises(KeyNotIntroduced):
        renewed.load()
    won(renewed.append(entry.head, at=6, who="U0SAM", cause=None, events=[told]))
    assert renewed.load()[-1].key_id == newcomer.key_id


@pytest.mark.usefixtures("first")
def test_keys_are_changed_again_and_again(
    redis: store.Redis, identity: Identity, log: SetLog
) -> None:
    """A third key is introduced by the second; the first still vouches for the whole chain."""
    second, third = somebody(), somebody()
    log.introduce(second, at=5, who="U0SAM")
    newer = open_log(redis, second)
    newer.load()
    newer.introduce(third, at=6, who="U0SAM")
    newest = open_log(redis, third)
    assert len(newest.load()) == 5
    assert newest.verify().keys == (identity.key_id, second.key_id, third.key_id)


@pytest.mark.usefixtures("first")
def test_a_retired_key_needs_its_introduction(
    redis: store.Redis, identity: Identity, log: SetLog
) -> None:
    """Without the entry that introduced it a key's entries are nobody's."""
    newcomer = somebody()
    log.introduce(newcomer, at=5, who="U0SAM")
    redis.xdel("conclave:{payments}:log", "2-0")
    with pytest.raises(LogBroken, match="entry 2 is missing"):
        open_log(redis, newcomer).load()
    assert open_log(redis, identity).verify().faults[0].n == 2
