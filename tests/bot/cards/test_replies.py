"""Private answers: what was done or not, what is still to be said, how things stand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.cards import offers, overview, replies
from bot.cards.kit import Card
from ceremonies.ceremony import Ending, TokenState
from ceremonies.commands import Reason, Refusal
from ceremonies.events import Play, Purpose, SecondPrimarySeen
from tests.bot.cards import states
from tests.bot.cards.reading import buttons, dialog, value, words
from tests.bot.cards.states import ADA, KIM, ROSTER, RULES, SAM
from tests.bot.listeners.boards import rejoining

LINK = "https://example.slack.example/archives/C0INCIDENT/p1"


QUIET = {"payments": states.state()}


def all_buttons(card: Card) -> list[tuple[str, dict[str, str]]]:
    """Return every button's id and value, in order."""
    return [
        (element["action_id"], value(element))
        for block in card.blocks
        for element in (*block.get("elements", ()), block.get("accessory"))
        if element and element["type"] == "button"
    ]


def test_a_refusal_says_why_names_people_and_shows_the_evidence() -> None:
    """Its words may name who asked; the gate's evidence follows where there is some."""
    refused = Refusal(
        reason=Reason.GATE,
        words=f"<@{ADA}> has asked <already>.",
        evidence=states.BLOCKING,
    )
    card = replies.refusal(refused, permalink=LINK)
    said = words(card)
    assert f"<@{ADA}> has asked &lt;already&gt;." in said
    assert f"<{LINK}|Open its card>" in said
    assert "a answers as primary" in said
    assert card.text.startswith(f"<@{ADA}> has asked")


def test_without_a_purpose_nothing_starts_and_the_purposes_are_offered() -> None:
    """Each purpose is a button that carries all that was said."""
    card = replies.purposes("payments", cluster="b", reason="no power", command="/dr")
    assert "Nothing has started yet" in card.text
    assert all_buttons(card) == [
        (
            "ceremony.start",
            {"set": "payments", "purpose": purpose, "cluster": "b", "reason": "no power"},
        )
        for purpose in ("promote", "update-primary", "disable", "drill")
    ]


def test_clusters_are_offered_where_several_fit() -> None:
    """One button for each, with the purpose that was said."""
    card = replies.clusters("payments", ["b", "c"], purpose=Purpose.DRILL, command="/dr")
    assert all_buttons(card) == [
        ("ceremony.start", {"set": "payments", "purpose": "drill", "cluster": name})
        for name in ("b", "c")
    ]
    assert "Nothing has started yet" in card.text


@pytest.mark.parametrize("reason", ["r" * 3000, '"\\\u202e' * 1000, "\U0001f525" * 3000])
def test_a_long_reason_fits_into_a_button(reason: str) -> None:
    """It is shortened, never refused; the rest of what the button carries is whole."""
    one = replies.clusters("payments", ["b"], purpose=Purpose.DRILL, reason=reason, command="/dr")
    for card in (replies.purposes("payments", reason=reason, command="/dr"), one):
        assert "Nothing has started yet" in words(card)
        for action_id, carried in all_buttons(card):
            assert (action_id, carried["set"]) == ("ceremony.start", "payments")
            assert carried["reason"][:100] == reason[:100]
            assert len(carried["reason"]) < len(reason)


@pytest.mark.parametrize("action_id", ["ceremony.cancel", "ceremony.nudge", "promotion.open"])
def test_ceremonies_are_offered_where_a_command_could_mean_several(action_id: str) -> None:
    """The buttons are those of their cards, with the same questions."""
    c = states.collecting(ADA)
    card = replies.ceremonies("payments", [c, replace(c, id="c2")], action_id=action_id)
    assert all_buttons(card) == [
        (action_id, {"set": "payments", "ceremony": ceremony}) for ceremony in (c.id, "c2")
    ]
    if action_id == "ceremony.cancel":
        assert "1 of 3 shares is lost" in dialog(buttons(card)[action_id])


def test_no_ceremony_to_choose_from() -> None:
    """Then the answer says so."""
    card = replies.ceremonies("payments", [], action_id="ceremony.nudge")
    assert "No ceremony is open on payments" in card.text


@pytest.mark.parametrize(
    ("card", "phrase"),
    [
        (replies.started("payments", states.ceremony(), permalink=LINK), "payments/b has started"),
        (replies.started("payments", states.ceremony()), "Its card is being posted"),
        (replies.noted("The holders were reminded."), "The holders were reminded."),
        (replies.noted("Frozen.", permalink=LINK), f"<{LINK}|Open its card>"),
        (replies.forbidden("Only Sam may."), "Only Sam may."),
        (replies.not_understood("No set nope.", command="/dr"), "`/dr help` shows"),
    ],
)
def test_short_answers_say_what_they_should(card: Card, phrase: str) -> None:
    """Each fits Slack and has its words in text and blocks."""
    assert phrase in words(card)
    assert card.text


def test_help_is_by_role() -> None:
    """A commander can start; an approver is told how; a stranger is told nothing more."""
    both = {"payments": states.state(), "billing": replace(states.state(), name="billing")}
    commander = overview.help_card(ROSTER, SAM, both, command="/dr")
    assert all_buttons(commander) == [
        (action_id, {"set": name})
        for name in ("payments", "billing")
        for action_id in ("status.show", "runbook.begin", "ceremony.start")
    ]
    assert "`/dr start SET for=promote`" in words(commander)
    assert "`/dr run SET failover`" in words(commander)
    approver = overview.help_card(ROSTER, KIM, QUIET, command="/dr")
    assert all_buttons(approver) == [("status.show", {"set": "payments"})]
    assert "*Approver:*" in words(approver)
    assert "*Key holder:*" in words(overview.help_card(ROSTER, ADA, {}, command="/dr"))
    stranger = overview.help_card(ROSTER, "U0MALLORY", QUIET, command="/dr")
    assert "not on the roster" in words(stranger)
    assert not all_buttons(stranger)


def test_help_has_the_buttons_that_fit_the_moment() -> None:
    """Nothing is offered that would be refused; what goes on is said beside the set's name."""
    runbook = rejoining().state
    two = replace(
        states.state(),
        second_primary=SecondPrimarySeen(cluster="a", nodes=(), primary="b"),
        second_primary_at=states.T0,
    )
    cases = {
        "nothing is open": (states.state(), ["runbook.begin", "ceremony.start"]),
        "Promote payments/b: 1 of 3": (states.state(states.collecting(ADA)), ["runbook.begin"]),
        "runbook rejoin of payments/a, now: take a snapshot": (runbook, []),
        "two primaries": (two, ["runbook.rejoin", "runbook.begin", "ceremony.start"]),
    }
    for phrase, (state, ids) in cases.items():
        card = overview.help_card(ROSTER, SAM, {"payments": state}, command="/dr")
        assert [action_id for action_id, _ in all_buttons(card)] == ["status.show", *ids], phrase
        assert phrase in words(card)


def test_status_tells_of_the_runbook() -> None:
    """Which, how far, since when, and where its card stands; and that there are two primaries."""
    world = rejoining()
    state = replace(
        world.state,
        second_primary=SecondPrimarySeen(cluster="a", nodes=(), primary="b"),
        second_primary_at=states.T0,
    )
    r = world.state.runbooks[-1]
    card = overview.status_card(state, RULES, permalinks={r.id: LINK})
    said = words(card)
    assert "*Runbook rejoin of payments/a, now: take a snapshot of payments/a*, begun" in said
    assert f"<{LINK}|Open its card>" in said
    assert "*Two primaries:*" in said
    assert "runbook rejoin of payments/a" in card.text


def test_the_runbooks_are_offered() -> None:
    """Each with when it is right; the button carries all that was said."""
    card = offers.runbooks("payments", cluster="b", reason="no power", command="/dr")
    assert "Nothing has begun" in card.text
    assert all_buttons(card) == [
        (
            "runbook.begin",
            {"set": "payments", "play": play.value, "cluster": "b", "reason": "no power"},
        )
        for play in offers.WHEN
    ]
    assert set(offers.WHEN) == set(Play)
    where = offers.places("payments", ["b", "c"], play=Play.REPOINT, words="Say it.", command="/dr")
    assert all_buttons(where) == [
        ("runbook.begin", {"set": "payments", "play": "repoint", "cluster": name})
        for name in ("b", "c")
    ]
    assert "`/dr run payments repoint cluster=b`" in words(where)


def test_status_tells_ceremony_roles_and_what_comes_later() -> None:
    """An open ceremony with its link, each cluster's role and since when it is known."""
    c = states.collecting(ADA)
    state = states.state(c, waking_failed=("pagerduty",))
    card = overview.status_card(state, RULES, permalinks={c.id: LINK})
    said = words(card)
    for phrase in (
        "Promote payments/b: 1 of 3 shares",
        f"<{LINK}|Open its card>",
        "• payments/a: not reachable from here",
        "• payments/b: secondary",
        "*Token on duty:* none",
        "`pagerduty`",
    ):
        assert phrase in said
    assert card.text == "payments: Promote payments/b: 1 of 3 shares."


def test_status_of_a_quiet_set() -> None:
    """The last ceremony is named, and a token that may still live is red."""
    assert "none was held lately" in words(overview.status_card(states.state(), RULES))
    over = states.ended(Ending.CANCELLED, states.token_held(), token=TokenState.UNKNOWN)
    said = words(overview.status_card(states.state(over), RULES, evidence=states.AFTERWARDS))
    assert ":red_circle: Its token's deletion is not confirmed." in said
    assert "• payments/b: primary" in said
    lost = states.ended(Ending.EXPIRED, token=TokenState.ORPHANED)
    said = words(overview.status_card(states.state(lost), RULES))
    assert ":red_circle: Vault may have a token that nobody holds." in said
