"""A runbook is begun by command or from the alarm, a step is asked for by typing; break glass."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from ceremonies.commands import Reason
from ceremonies.events import Play, SecondPrimarySeen
from ceremonies.state import SetState
from lab.chat import Chat
from lab.people import Person
from lab.sights import Reaction
from tests.bot.cards.glasses import denied, left_open
from tests.bot.cards.states import KIM, SAM
from tests.bot.conftest import INCIDENT, Bot, told
from tests.bot.listeners.boards import (
    LINK,
    OUTSIDERS,
    PAIR,
    Becomes,
    Board,
    Cast,
    began,
    by_people,
    fresh,
    the,
    to_be_asked,
    two_primaries,
)
from tests.bot.scripted import ScriptedConductor, no


def test_a_runbook_is_begun_by_command(bot: Bot, cast: Cast, conductor: ScriptedConductor) -> None:
    """Set, runbook, cluster and reason are handed on; the answer leads to its card."""
    world = fresh()
    key = f"runbook:{the(world).id}"
    conductor.states["payments"] = replace(world.state, messages={key: LINK})
    line = "/dr run payments planned-failover cluster=b reason=maintenance of a"
    reaction = cast["Sam"].types(line, INCIDENT)
    given = conductor.waits_for("runbooks.run")
    assert (given["set_name"], given["ceremony"]) == ("payments", Play.PLANNED_FAILOVER)
    assert (given["cluster"], given["reason"]) == ("b", "maintenance of a")
    told(cast["Sam"], reaction, "The runbook has begun", "nothing is done before")
    assert bot.chat.calls("chat.getPermalink")


@pytest.mark.parametrize("who", OUTSIDERS.values(), ids=OUTSIDERS)
def test_who_may_not_begin(
    bot: Bot,
    cast: Cast,
    conductor: ScriptedConductor,
    who: tuple[str, Becomes, str],
) -> None:
    """Only an incident commander begins a runbook."""
    name, becomes, words = who
    becomes(bot.chat, cast[name].id)
    reaction = cast[name].types("/dr run payments failover", INCIDENT)
    told(cast[name], reaction, words)
    assert conductor.calls("runbooks.run") == []


def test_a_runbook_that_is_open_is_linked(
    bot: Bot, cast: Cast, conductor: ScriptedConductor
) -> None:
    """Whoever begins a second one is led to the first."""
    world = fresh()
    key = f"runbook:{the(world).id}"
    conductor.states["payments"] = replace(world.state, messages={key: LINK})
    conductor.answers["runbooks.run"] = no("A runbook is open.", Reason.ALREADY_OPEN)
    reaction = cast["Sam"].types("/dr run payments rejoin", INCIDENT)
    told(cast["Sam"], reaction, "A runbook is open.")
    assert bot.chat.calls("chat.getPermalink")


def test_one_click_begins_the_rejoin(
    board: Board, cast: Cast, conductor: ScriptedConductor
) -> None:
    """The cluster that came back is what it is about; the card follows."""
    seen = board.alarms(two_primaries())
    reaction = cast["Sam"].clicks("runbook.rejoin", seen)
    given = conductor.waits_for("runbooks.run")
    assert (given["set_name"], given["ceremony"]) == ("payments", Play.REJOIN)
    assert (given["cluster"], given["by"]) == ("a", SAM)
    assert given["cause"].startswith("trigger:")
    assert reaction.acknowledged


def test_where_neither_is_known_the_button_has_the_choice(
    board: Board, cast: Cast, conductor: ScriptedConductor
) -> None:
    """The first button names the one that is not second in the alarm: either may give way."""
    state = two_primaries()
    unknown = replace(state, second_primary=replace(state.second_primary, known=False))
    conductor.states["payments"] = unknown
    cast["Sam"].clicks("runbook.rejoin", board.alarms(unknown))
    assert conductor.waits_for("runbooks.run")["cluster"] == "b"


def test_a_rejoin_that_cannot_begin_is_told_why(
    board: Board, cast: Cast, conductor: ScriptedConductor
) -> None:
    """Another runbook is open: its card is the way."""
    words = "The runbook failover of payments/b is open. Finish it or abort it first."
    conductor.answers["runbooks.run"] = no(words, Reason.ALREADY_OPEN)
    seen = board.alarms(two_primaries(by_people()))
    told(cast["Sam"], cast["Sam"].clicks("runbook.rejoin", seen), words)


@pytest.mark.parametrize("cluster", ["", "c"], ids=["one primary", "another cluster"])
def test_an_old_alarm_begins_nothing(
    board: Board, cast: Cast, conductor: ScriptedConductor, cluster: str
) -> None:
    """What it was about has passed: nothing is done, and it says so."""
    seen = board.alarms(two_primaries())
    other = SecondPrimarySeen(cluster=cluster, nodes=(), primary="b") if cluster else None
    conductor.states["payments"] = replace(SetState(name="payments"), second_primary=other)
    told(cast["Sam"], cast["Sam"].clicks("runbook.rejoin", seen), "any more; nothing was done")
    assert conductor.calls("runbooks.run") == []


GLASS = {
    "agree": ("Kim", "glass.approve", denied, "glass.approve", "whoever reaches Vault"),
    "closed": ("Sam", "glass.closed", left_open, "glass.closed", "on every node"),
}


@pytest.mark.parametrize("case", GLASS.values(), ids=GLASS)
def test_breaking_the_glass_and_mending_it(
    board: Board,
    cast: Cast,
    conductor: ScriptedConductor,
    case: tuple[str, str, Callable, str, str],
) -> None:
    """A dialog says what it means; a click asks once; a refusal is told privately."""
    who, action, make, method, words = case
    seen = board.offers(make())
    assert words in seen.confirmation(action)
    cast[who].clicks(action, seen, confirm=False)
    assert conductor.asked == []

    conductor.answers[method] = no("You called this ceremony; another person must agree.")
    reaction = cast[who].clicks(action, seen)
    given = conductor.waits_for(method)
    assert (given["set_name"], given["by"]) == ("payments", {"Kim": KIM, "Sam": SAM}[who])
    told(cast[who], reaction, "another person must agree")


def opens(board: Board, sam: Person) -> None:
    """Sam opens the modal that asks for the demotion."""
    sam.clicks("runbook.request", board.shows(to_be_asked()))
    sam.waits_for_modal("Demote payments/a", callback_id="step.request")


def submits(sam: Person, name: str, reason: str = "it is back") -> Reaction:
    """Sam types the cluster's name."""
    sam.fills("cluster", "value", name)
    sam.fills("reason", "value", reason)
    return sam.submits()


def test_a_step_is_asked_for_in_a_modal(
    board: Board, cast: Cast, conductor: ScriptedConductor
) -> None:
    """What was typed goes on as it was typed, with the reason."""
    sam = cast["Sam"]
    opens(board, sam)
    submits(sam, " Payments/A ")
    given = conductor.waits_for("runbooks.request")
    assert (given["typed"], given["reason"]) == (" Payments/A ", "it is back")
    assert given["step"] == "demote:a"
    sam.waits_for_no_modal()


def test_a_wrong_name_stands_beneath_what_was_typed(
    board: Board, cast: Cast, conductor: ScriptedConductor
) -> None:
    """The modal stays, with the error at the name."""
    conductor.answers["runbooks.request"] = no("Type payments/a to confirm.", Reason.MALFORMED)
    opens(board, cast["Sam"])
    submits(cast["Sam"], "payments/b")
    modal = cast["Sam"].modal
    assert modal is not None
    assert modal.errors == {"cluster": "Type payments/a to confirm."}


def test_a_share_is_no_reason(board: Board, cast: Cast, conductor: ScriptedConductor) -> None:
    """Pasted into the wrong box it is neither kept nor handed on."""
    opens(board, cast["Sam"])
    submits(cast["Sam"], "payments/a", f"Ben's is {secrets.token_hex(33)}")
    modal = cast["Sam"].modal
    assert modal is not None
    assert set(modal.errors) == {"reason"}
    assert conductor.calls("runbooks.request") == []


def test_a_refusal_is_told_in_the_modal(
    board: Board, cast: Cast, conductor: ScriptedConductor
) -> None:
    """What has changed meanwhile stands where the person looks."""
    conductor.answers["runbooks.request"] = no("<@U0KIM> has asked for this step already.")
    opens(board, cast["Sam"])
    submits(cast["Sam"], "payments/a")
    cast["Sam"].waits_for_modal("Not asked for", "has asked for this step already")


def test_the_modal_waits_for_no_cluster(
    board: Board, cast: Cast, conductor: ScriptedConductor
) -> None:
    """While silent nodes are asked, the window says so; what came of it follows."""
    finish = threading.Event()

    def slowly(**_: object) -> object:
        finish.wait(10)
        return no("It is not this step's turn yet.")

    conductor.answers["runbooks.request"] = slowly
    sam = cast["Sam"]
    opens(board, sam)
    reaction = submits(sam, "payments/a")
    assert reaction.seconds < 2.8
    sam.waits_for_modal("Asking every node")
    finish.set()
    sam.waits_for_modal("It is not this step's turn yet.")


@pytest.mark.parametrize("state", [None, "over"], ids=["its step is gone", "the runbook is over"])
def test_a_modal_for_nothing_is_not_opened(
    board: Board, cast: Cast, conductor: ScriptedConductor, chat: Chat, state: str | None
) -> None:
    """The button of an old card says so instead."""
    seen = board.shows(to_be_asked())
    world = began(Play.REPOINT, PAIR, target="b", source="a") if state is None else None
    conductor.states["payments"] = world.state if world else SetState(name="payments")
    told(cast["Sam"], cast["Sam"].clicks("runbook.request", seen), "That runbook is over")
    assert chat.calls("views.open") == ()


def test_without_a_runbook_they_are_offered(
    bot: Bot, cast: Cast, conductor: ScriptedConductor
) -> None:
    """Nothing begins; a button of the answer does, with all that was said."""
    sam = cast["Sam"]
    typed = sam.types("/dr run payments cluster=b reason=no power", INCIDENT)
    offered = told(sam, typed, "Nothing has begun", "planned-failover")
    assert conductor.calls("runbooks.run") == []
    block = next(
        b["block_id"]
        for b in offered.message.blocks
        if b.get("accessory", {}).get("text", {}).get("text") == "repoint"
    )
    sam.clicks("runbook.begin", offered, block=block)
    given = conductor.waits_for("runbooks.run")
    assert (given["ceremony"], given["cluster"]) == (Play.REPOINT, "b")
    assert (given["reason"], given["by"]) == ("no power", SAM)
    assert bot.chat.calls("views.open") == ()


def test_the_clusters_that_fit_are_offered(
    bot: Bot, cast: Cast, conductor: ScriptedConductor
) -> None:
    """Where the name is missing and several fit, each is a button."""
    words = "Say which cluster with cluster=NAME: b, c"
    conductor.answers["runbooks.run"] = replace(no(words, Reason.AMBIGUOUS), choices=("b", "c"))
    reaction = cast["Sam"].types("/dr run payments failover reason=fire", INCIDENT)
    offered = told(cast["Sam"], reaction, words, "payments/c")
    assert offered.buttons == {"runbook.begin": "c"}
    assert bot.chat.calls("chat.getPermalink") == ()
