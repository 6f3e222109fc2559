"""What a typed command leads to, through the stand-in's socket."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ceremonies.commands import Reason, Refusal
from ceremonies.events import Purpose
from lab.chat import Chat
from lab.people import Person
from lab.sights import Seen
from tests.bot.cards.states import EVIDENCE, ROSTER, ceremony, collecting, node
from tests.bot.conftest import INCIDENT, told
from tests.bot.scripted import ScriptedConductor, no, state_of

pytestmark = pytest.mark.usefixtures("bot")

Cast = dict[str, Person]


def test_help_is_for_everybody_on_the_roster(cast: Cast) -> None:
    """Whoever is on the roster is told, privately, what they can do; by their role."""
    for line in ("/dr", "/dr help"):
        reaction = cast["Sam"].types(line, INCIDENT)
        assert reaction.acknowledged
        assert "start" in told(cast["Sam"], reaction, "What you can do")
    reaction = cast["Ada"].types("/dr HELP", INCIDENT)
    assert "Give my share" in told(cast["Ada"], reaction, "Key holder")


def test_start_without_a_purpose_starts_nothing(cast: Cast, conductor: ScriptedConductor) -> None:
    """The purposes are offered as buttons, privately; the one pressed starts what was typed."""
    sam = cast["Sam"]
    reaction = sam.types("/dr start payments cluster=b reason=Region is gone", INCIDENT)
    offered = told(sam, reaction, "Nothing has started yet")
    assert conductor.calls("start") == []
    assert cast["Ada"].look("Nothing has started yet") is None
    conductor.states["payments"] = state_of(ceremony())

    sam.clicks("ceremony.start", offered, block=_block(offered, "Promote"))

    asked = conductor.waits_for("start")
    assert asked["purpose"] is Purpose.PROMOTE
    assert (asked["cluster"], asked["reason"], asked["by"]) == ("b", "Region is gone", sam.id)
    sam.waits_until(offered, "has started")


def _block(seen: Seen, label: str) -> str:
    """Return the id of the block whose button has this label."""
    return next(
        block["block_id"]
        for block in seen.message.blocks
        if block.get("accessory", {}).get("text", {}).get("text") == label
    )


def test_start_is_answered_when_the_nodes_were_asked(
    cast: Cast, conductor: ScriptedConductor
) -> None:
    """The command is acknowledged at once; what came of it follows, privately."""
    conductor.states["payments"] = state_of(ceremony())
    sam = cast["Sam"]
    reaction = sam.types("/dr start payments for=promote reason=a &amp; b", INCIDENT)

    told(sam, reaction, "being asked what it is")
    told(sam, reaction, "payments/b", "has started")
    asked = conductor.waits_for("start")
    assert asked["cluster"] is None
    assert asked["reason"] == "a & b"
    assert asked["cause"].startswith("trigger:")


def test_where_several_clusters_fit_they_are_offered(
    cast: Cast, conductor: ScriptedConductor
) -> None:
    """Two secondaries answer: each is a button, and pressing one starts there."""
    two = replace(EVIDENCE, nodes=(node("a", mode="primary"), node("b"), node("c")))
    conductor.answers["start"] = Refusal(
        reason=Reason.AMBIGUOUS, words="Say which cluster.", evidence=two
    )
    sam = cast["Sam"]
    reaction = sam.types("/dr start payments for=drill", INCIDENT)
    offered = told(sam, reaction, "On which cluster")
    assert "payments/a" not in offered
    conductor.answers.clear()
    conductor.states["payments"] = state_of(ceremony())

    sam.clicks("ceremony.start", offered, block=_block(offered, "b"))

    asked = conductor.waits_for("start", count=2)
    assert (asked["cluster"], asked["purpose"]) == ("b", Purpose.DRILL)


def test_a_refusal_is_private_and_says_why(cast: Cast, conductor: ScriptedConductor) -> None:
    """What the rules refuse is told to whoever asked, and to nobody else."""
    conductor.answers["start"] = no("A ceremony is open already.", Reason.ALREADY_OPEN)
    reaction = cast["Sam"].types("/dr start payments for=promote", INCIDENT)

    told(cast["Sam"], reaction, "A ceremony is open already.")
    assert cast["Kim"].look("open already") is None


def test_what_comes_later_is_refused_by_name(cast: Cast, conductor: ScriptedConductor) -> None:
    """Nothing half-works: the answer names what was asked for."""
    reaction = cast["Sam"].types("/dr report payments", INCIDENT)
    assert "/dr report" in told(cast["Sam"], reaction, "comes later")
    assert conductor.calls("start") == []


def test_a_line_that_is_not_understood_is_answered_with_what_fits(cast: Cast) -> None:
    """The answer names the word and what fits."""
    reaction = cast["Sam"].types("/dr strat payments", INCIDENT)
    assert "strat" in told(cast["Sam"], reaction, "Did you mean", "/dr start")


def test_status_shows_the_sets_and_who_answers(cast: Cast, conductor: ScriptedConductor) -> None:
    """A holder may read how things stand; a cluster that is silent is not called down."""
    conductor.states["payments"] = state_of(collecting("U0ADA"))
    reaction = cast["Ada"].types("/dr status", INCIDENT)
    seen = told(cast["Ada"], reaction, "payments/b", "not reachable from here")
    assert "down" not in seen.text


def test_status_does_not_wait_for_silent_nodes(
    cast: Cast, conductor: ScriptedConductor, chat: Chat
) -> None:
    """A look that takes long is left out: the answer comes in time."""
    conductor.answers["look"] = lambda **_: (
        chat.workspace.pulse.wait_for(lambda: False, within=4) or EVIDENCE
    )
    reaction = cast["Ada"].types("/dr status payments", INCIDENT)
    assert reaction.seconds < 2.5
    told(cast["Ada"], reaction, "payments")


@pytest.mark.parametrize(
    ("line", "method", "words"),
    [
        ("/dr cancel payments", "cancel", "cancelled"),
        ("/dr nudge payments/b", "nudge", "reminded"),
    ],
    ids=["cancel", "nudge"],
)
def test_a_command_about_the_only_open_ceremony(
    cast: Cast, conductor: ScriptedConductor, line: str, method: str, words: str
) -> None:
    """Where one ceremony fits, the command means that one."""
    c = collecting()
    conductor.states["payments"] = state_of(c)
    reaction = cast["Sam"].types(line, INCIDENT)

    told(cast["Sam"], reaction, words)
    asked = conductor.waits_for(method)
    assert (asked["ceremony"], asked["by"]) == (c.id, "U0SAM")


def test_without_an_open_ceremony_nothing_is_done(cast: Cast, conductor: ScriptedConductor) -> None:
    """The answer says that none is open."""
    for line in ("/dr cancel payments", "/dr nudge payments"):
        reaction = cast["Sam"].types(line, INCIDENT)
        told(cast["Sam"], reaction, "No ceremony is open")
    assert conductor.calls("cancel") == []


def test_without_one_a_promotion_begins_with_its_token(
    cast: Cast, conductor: ScriptedConductor
) -> None:
    """`promote` opens the failover runbook at its first step: a ceremony for the token."""
    cast["Sam"].types("/dr promote payments reason=a is gone", INCIDENT)
    asked = conductor.waits_for("start")
    assert (asked["purpose"], asked["reason"]) == (Purpose.PROMOTE, "a is gone")


def test_where_two_ceremonies_are_open_each_is_a_button(
    cast: Cast, conductor: ScriptedConductor
) -> None:
    """The button cancels the one that it stands beside, and its answer takes its place."""
    one, two = collecting(), collecting(id="feedfacefeedface", cluster="a")
    conductor.states["payments"] = state_of(one, two)
    sam = cast["Sam"]
    reaction = sam.types("/dr cancel payments", INCIDENT)
    offered = told(sam, reaction, "Which ceremony?")

    block = next(b["block_id"] for b in offered.message.blocks if two.id in str(b))
    sam.clicks("ceremony.cancel", offered, block=block)

    assert conductor.waits_for("cancel")["ceremony"] == two.id
    sam.waits_until(offered, "Done")


def test_promote_opens_its_modal_first(
    cast: Cast, conductor: ScriptedConductor, chat: Chat
) -> None:
    """The window opens before any cluster is asked; the newest evidence is put in when it comes."""
    conductor.states["payments"] = state_of(collecting())
    conductor.evidence = replace(
        EVIDENCE, at=conductor.now(), nodes=(node("a", mode="primary"), node("b"))
    )
    sam = cast["Sam"]
    sam.types("/dr promote payments reason=agreed on the call", INCIDENT)

    modal = sam.waits_for_modal("becomes the primary", callback_id="promotion.request")
    assert "agreed on the call" in str(modal.view.view)
    chat.workspace.pulse.wait_for(lambda: chat.calls("views.update"), within=5)
    methods = [call.method for call in chat.calls() if call.method.startswith("views")]
    assert methods == ["views.open", "views.update"]


def test_the_roster_of_the_moment_decides(cast: Cast, conductor: ScriptedConductor) -> None:
    """Somebody who was taken off the roster may not even ask for help."""
    fewer = replace(ROSTER, people=tuple(p for p in ROSTER.people if p.slack != "U0ADA"))
    conductor.people = replace(conductor.people, roster=fewer)
    reaction = cast["Ada"].types("/dr help", INCIDENT)
    answer = told(cast["Ada"], reaction, "roster")
    assert "What you can do" not in answer
    assert not answer.buttons


def test_a_command_that_is_delivered_twice_is_answered_once(
    cast: Cast, conductor: ScriptedConductor
) -> None:
    """The log knows the trigger: the second delivery adds nothing and says nothing."""
    conductor.states["payments"] = state_of(ceremony())
    sam = cast["Sam"]
    reaction = sam.types("/dr start payments for=promote", INCIDENT)
    told(sam, reaction, "has started")
    count = len([s for s in sam.reads() if "has started" in s])

    sam.chat.courier.resend(reaction.delivery)

    conductor.waits_for("start", count=2)
    assert conductor.calls("start")[0]["cause"] == conductor.calls("start")[1]["cause"]
    assert len([s for s in sam.reads() if "has started" in s]) == count
