"""What the runbooks of `make chaos` are made of: where to kill, and the figures of many runs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.chaos.places import Hunt, Place, Places
from tests.chaos.runbook import Played
from tests.chaos.runbooks import Programme, rows_of
from tests.chaos.stories import PLAYS, STORIES
from tests.chaos.wiretap import Entry, When

STARTED = {"type": "runbook_started"}
INTENDED = {"type": "intended", "kind": "demote", "lane": "a", "step": "demote:a", "effect": "e"}
ACCEPTED = {"type": "step_accepted", "step": "demote:a", "effect": "e"}
LOG = (STARTED, INTENDED, ACCEPTED)


def entry(n: int, *events: dict[str, str]) -> Entry:
    """Return the entry at `n`."""
    return Entry(f"{n}-0", events)


def learnt() -> Places:
    """Return the places of a play that writes three entries."""
    places = Places("rejoin")
    hunt = Hunt(places, learning=True, spare=2)
    for n, event in enumerate(LOG, start=1):
        assert hunt.aims(entry(n, event)) is None, "who learns kills nobody"
        hunt.wrote(entry(n, event), killed=False)
    return places


def lives_through(hunt: Hunt, n: int, *events: dict[str, str]) -> When | None:
    """Return when the writer of this entry was killed; it is in Redis unless that was before."""
    when = hunt.aims(entry(n, *events))
    if when is not When.UNWRITTEN:
        hunt.wrote(entry(n, *events), killed=when is When.WRITTEN)
    return when


def test_what_is_to_be_met() -> None:
    """Every entry once it is written, and before that each that says what came of an effect."""
    assert {str(place) for place in learnt().left} == {
        "runbook_started #1, after it was written",
        "intended demote demote:a #1, after it was written",
        "step_accepted demote:a #1, before it was written",
        "step_accepted demote:a #1, after it was written",
    }


def test_a_gate_that_shut_for_a_moment_is_not_usual() -> None:
    """On a busy machine a run without kills may bring it; nobody can be made to die there."""
    known = Places("failover")
    known.learns(Place("promotion_blocked", 1, When.WRITTEN), Place("promoted", 1, When.WRITTEN))
    assert known.left == {Place("promoted", 1, When.WRITTEN)}


def test_each_place_once() -> None:
    """With one spare at each entry, two runs meet all: an outcome has two places."""
    places = learnt()
    killed = []
    for _ in range(2):
        hunt = Hunt(places)
        for n, event in enumerate(LOG, start=1):
            hunt.spare = 1
            killed.append(lives_through(hunt, n, event))
    assert places.left == set()
    assert killed == [When.WRITTEN, When.WRITTEN, When.UNWRITTEN, None, None, When.WRITTEN]


def test_nobody_dies_who_is_needed() -> None:
    """Without a spare replica nobody is killed, and before the runbook neither."""
    places = learnt()
    assert lives_through(Hunt(places, spare=1), 1, ACCEPTED) is None
    hunt = Hunt(places, spare=1)
    assert lives_through(hunt, 1, STARTED) is When.WRITTEN
    assert lives_through(hunt, 2, INTENDED) is None
    assert (hunt.spare, hunt.kills, len(places.left)) == (0, 1, 3)


def test_a_place_that_was_missed() -> None:
    """Where another replica was faster the place is still to be met."""
    places = learnt()
    hunt = Hunt(places, spare=1)
    assert hunt.aims(entry(1, STARTED)) is When.WRITTEN
    hunt.missed(entry(1, STARTED))
    assert hunt.kills == 0
    assert lives_through(hunt, 2, STARTED) is When.WRITTEN


def test_what_only_a_mishap_brings() -> None:
    """It is worth one kill, and no goal."""
    places = learnt()
    places.mishaps = set()
    adopted = {"type": "adopted"}
    hunt = Hunt(places, spare=2)
    hunt.aims(entry(1, STARTED))
    hunt.missed(entry(1, STARTED))
    assert lives_through(hunt, 2, adopted) is When.WRITTEN
    assert lives_through(hunt, 3, adopted) is None
    assert all("adopted" not in place.words for place in places.left)


def test_every_play_has_a_story() -> None:
    """All seven runbooks are played."""
    assert set(PLAYS) == {
        "setup",
        "failover",
        "planned-failover",
        "failback",
        "rejoin",
        "retire",
        "repoint",
    }


def test_stories_until_nothing_is_left() -> None:
    """Each story is played once, then those with places left, until there are none."""
    places = {play: Places(play) for play in PLAYS}
    programme = Programme(places, STORIES, until=float("inf"))
    first = [programme.following() for _ in STORIES]
    assert {chosen[1].plays for chosen in first if chosen} == {s.plays for s in STORIES}
    for known in places.values():
        known.learns(Place("runbook_started", 1, When.WRITTEN))
        if known.play != "setup":
            known.settles(Place("runbook_started", 1, When.WRITTEN), killed=True)
    following = programme.following()
    assert following is not None
    assert following[1].plays == ("setup",)
    places["setup"].settles(Place("runbook_started", 1, When.WRITTEN), killed=True)
    assert programme.following() is None
    assert Programme(places, STORIES, until=0).following() is None


PLAYED = Played(play="rejoin", kills=4, left=0, seconds=9.0, trouble="", twice=())


def met() -> Places:
    """Return places at all of which somebody was killed."""
    places = learnt()
    for place in places.left:
        places.settles(place, killed=True)
    return places


WRONG = {
    "runbooks that did not end well": ([replace(PLAYED, trouble="not over")], met()),
    "changes in runbooks that Vault accepted twice": (
        [replace(PLAYED, twice=("demote at a",))],
        met(),
    ),
    "rejoin: places of 4 without a kill": ([PLAYED], learnt()),
    "rejoin: places of 0 without a kill": ([], Places("rejoin")),
}


@pytest.mark.parametrize(("name", "case"), WRONG.items(), ids=WRONG)
def test_a_goal_is_not_met(name: str, case: tuple[list[Played], Places]) -> None:
    """One of them is enough, and only its own row says so."""
    found, places = case
    rows = rows_of(found, {"rejoin": places}, cuts=5)
    assert [row.name for row in rows if row.met is False] == [name]


def test_all_is_well() -> None:
    """Every goal is met when every place was met and nothing went wrong."""
    rows = rows_of([PLAYED], {"rejoin": met()}, cuts=5)
    assert all(row.met in (None, True) for row in rows)
