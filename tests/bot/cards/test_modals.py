"""Modals ask for one thing, say what it means, and carry ids, never secrets."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.cards import modals
from ceremonies.roster import Person, Roster
from ceremonies.watchwords import watchwords
from tests.bot.cards import states
from tests.bot.cards.reading import view_words
from tests.bot.cards.states import ADA, NONCE, ROSTER


def inputs(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return a view's inputs by block id."""
    return {b["block_id"]: b["element"] for b in view["blocks"] if b["type"] == "input"}


def metadata(view: dict[str, Any]) -> dict[str, Any]:
    """Return what a view carries."""
    carried: dict[str, Any] = json.loads(view["private_metadata"])
    return carried


def test_a_share_is_asked_for_in_one_line() -> None:
    """Block `share`, action `value`; the words to compare; what typing it means."""
    c = states.collecting(rounds=(states.lost_round(1), states.a_round(2)))
    view = modals.share_modal("payments", c)
    said = view_words(view)
    assert view["callback_id"] == "share.submit"
    asked = inputs(view)["share"]
    assert (asked["action_id"], asked["multiline"]) == ("value", False)
    assert asked["max_length"] <= 3000
    assert metadata(view) == {"set": "payments", "ceremony": c.id, "round": 2}
    assert " ".join(watchwords(ceremony=c.id, nonce=NONCE)) in said
    assert "your share counts as exposed" in said
    assert "could make a root token" in said
    assert "Your payments unseal key share" in said


def test_a_recovery_key_is_called_that() -> None:
    """With auto-unseal the label says recovery key."""
    view = modals.share_modal("payments", states.collecting(recovery_keys=True))
    assert "Your payments recovery key" in view_words(view)


def test_a_promotion_is_asked_for_with_the_evidence_in_sight() -> None:
    """Block `cluster` is typed, block `reason` may be; what blocks is shown first."""
    view = modals.promotion_modal("payments", states.collecting(), evidence=states.BLOCKING)
    said = view_words(view)
    assert view["callback_id"] == "promotion.request"
    fields = inputs(view)
    assert set(fields) == {"cluster", "reason", "override"}
    assert [o["value"] for o in fields["override"]["options"]] == ["no other primary"]
    assert all(element["action_id"] == "value" for element in fields.values())
    assert fields["reason"]["initial_value"] == "a's data centre has no power"
    assert metadata(view) == {"set": "payments", "ceremony": states.CEREMONY}
    assert ":no_entry: *blocks* · no other primary: a answers as primary" in said
    assert "Type payments/b to confirm" in said


def test_a_fresher_look_changes_only_what_is_shown() -> None:
    """What is typed into stays the same, so that an updated view keeps it; boxes may come."""
    before = modals.promotion_modal("payments", states.collecting())
    after = modals.promotion_modal("payments", states.collecting(), evidence=states.BLOCKING)
    assert inputs(before).items() <= inputs(after).items()
    assert set(inputs(after)) - set(inputs(before)) == {"override"}
    assert before["blocks"] != after["blocks"]


def test_a_long_reason_is_shortened_into_the_input() -> None:
    """Nothing is refused because a reason was long."""
    c = states.collecting(reason="x" * 3000)
    reason = inputs(modals.promotion_modal("payments", c))["reason"]
    assert len(reason["initial_value"]) == reason["max_length"] == modals.REASON_LENGTH


def test_holders_are_chosen_by_name() -> None:
    """Block `holders`; who was in each lost round stands above; what it costs is said."""
    c = states.collecting(
        ADA, rounds=(states.lost_round(1, ADA), states.lost_round(2), states.a_round(3, ADA))
    )
    view = modals.choose_holders_modal("payments", c, ROSTER)
    said = view_words(view)
    asked = inputs(view)["holders"]
    assert view["callback_id"] == "ceremony.choose"
    assert asked["action_id"] == "value"
    assert [o["value"] for o in asked["options"]] == list(states.HOLDERS)
    assert asked["options"][0]["text"]["text"] == "Ada"
    assert "at least 3" in said
    assert "1 of 3 shares is lost" in said
    assert "2 rounds were lost" in said
    assert metadata(view) == {"set": "payments", "ceremony": c.id}


@pytest.mark.parametrize("count", [1, 100, 101, 255])
def test_any_number_of_holders_can_be_chosen_from(count: int) -> None:
    """Slack takes 100 options in a menu; more are grouped."""
    ids = tuple(f"U0H{n}" for n in range(count))
    people = tuple(Person(slack=i, name="N" * 90, roles=frozenset()) for i in ids)
    c = replace(states.collecting(), holders=ids)
    view = modals.choose_holders_modal("payments", c, Roster(people=people))
    assert "Choose at least 3 holders" in view_words(view)
    [menu] = [block["element"] for block in view["blocks"] if block["type"] == "input"]
    pages = [group["options"] for group in menu.get("option_groups", [menu])]
    assert [option["value"] for page in pages for option in page] == list(ids)


def test_a_share_on_its_way_is_not_given_twice() -> None:
    """The view that follows has no input and says where the outcome will stand."""
    view = modals.received_view("payments", states.collecting())
    assert not inputs(view)
    assert "do not give the share again" in view_words(view)
    assert "submit" not in view


def test_a_notice_says_why() -> None:
    """Nothing but the words, with their people and without their markup."""
    view = modals.notice_view("Nothing was done, and this is a long title", "<@U0ADA> <b> did.")
    assert "<@U0ADA> &lt;b&gt; did." in view_words(view)
    assert len(view["title"]["text"]) <= 24
