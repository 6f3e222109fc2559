"""Force on the card: offered late, what it loses in plain words, who typed it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.cards import force
from bot.cards.calls import calls
from bot.cards.channel import channel_card
from ceremonies.ceremony import Approval, Ceremony, Ending, Force
from tests.bot.cards import states
from tests.bot.cards.reading import buttons, value, view_words, words
from tests.bot.cards.states import ADA, EVIDENCE, KIM, MINUTE, NOW, ROSTER, RULES, SAM

ASKED_AT = NOW - MINUTE
NOBODY = {"approvals": (), "rounds": (states.a_round(1, outside=3),)}


def put_off(times: int = 3, **changes: Any) -> Ceremony:  # noqa: ANN401 — any field of a ceremony
    """Return a ceremony whose approved promotion Vault put off so often."""
    asked = states.asked(states.token_held(promotion_tries=times, catching_up=times))
    return replace(asked, **{"approvals": (Approval(by=KIM, at=NOW),), **changes})


def forcing(*agreed: str, until: int = NOW + MINUTE) -> Ceremony:
    """Return the same, and Sam asks to force it."""
    asked = Force(
        by=SAM, at=ASKED_AT, until=until, reason="a burnt", evidence=EVIDENCE, agreed=agreed
    )
    return put_off(force=asked)


def drawn(c: Ceremony) -> tuple[str, set[str]]:
    """Return what the channel card says, and its buttons for force."""
    card = channel_card(states.state(c), c, RULES, command="/dr", now=NOW)
    return words(card), {name for name in buttons(card) if name.startswith("force.")}


@pytest.mark.parametrize(
    ("c", "says", "offers"),
    [
        pytest.param(
            put_off(2, retry_at=NOW), "It never forces a promotion by itself", set(), id="too early"
        ),
        pytest.param(put_off(**NOBODY), "1 more person must", set(), id="not approved"),
        pytest.param(
            put_off(), "Vault said 3 times that payments/b", {"force.open"}, id="put off often"
        ),
        pytest.param(forcing(), "Agreed: nobody yet. *2 more people", {"force.agree"}, id="asked"),
        pytest.param(
            forcing(KIM), f"Agreed: <@{KIM}>. *1 more person", {"force.agree"}, id="one agreed"
        ),
        pytest.param(forcing(KIM, ADA), "Conclave asks Vault with force", set(), id="two agreed"),
        pytest.param(forcing(KIM, until=NOW), "Waiting loses nothing", {"force.open"}, id="lapsed"),
        pytest.param(
            replace(forcing(KIM), frozen_by=ADA), "Frozen by", set(), id="frozen: nothing goes on"
        ),
    ],
)
def test_what_the_card_says_and_offers(c: Ceremony, says: str, offers: set[str]) -> None:
    """Nothing before Vault said it three times; then who asked, why, who is missing."""
    said, doors = drawn(c)
    assert says in said
    assert doors == offers


def test_the_card_tells_what_is_lost() -> None:
    """In plain words, beside who asks and why."""
    said, _ = drawn(forcing())
    assert f"<@{SAM}> asks to force the promotion of payments/b" in said
    assert "“a burnt”" in said
    assert "has not applied yet is lost for good" in said


def test_agreeing_names_the_request() -> None:
    """A click on an old card is about what that one showed; so is the modal that it opens."""
    c = forcing()
    card = channel_card(states.state(c), c, RULES, command="/dr", now=NOW)
    assert value(buttons(card)["force.agree"])["request"] == str(ASKED_AT)
    modal = force.confirm_modal("payments", c)
    assert json.loads(modal["private_metadata"])["request"] == str(ASKED_AT)


@pytest.mark.parametrize(
    ("modal", "callback", "blocks"),
    [
        (force.request_modal("payments", put_off()), "force.request", {"cluster", "reason"}),
        (force.confirm_modal("payments", forcing()), "force.confirm", {"cluster"}),
    ],
    ids=["who asks", "who agrees"],
)
def test_each_types_cluster_and_word(
    modal: dict[str, Any], callback: str, blocks: set[str]
) -> None:
    """Block `cluster`, action `value`: `payments/b force`; a reason from who asks."""
    said = view_words(modal)
    assert modal["callback_id"] == callback
    assert "Type payments/b force to confirm" in said
    assert "lost for good" in said
    found = {b["block_id"]: b for b in modal["blocks"] if b["type"] == "input"}
    assert set(found) == blocks
    assert all(b["element"]["action_id"] == "value" for b in found.values())
    assert not any(b.get("optional") for b in found.values())


def test_people_are_called_while_somebody_is_missing() -> None:
    """Once for each request; nobody is called to what is agreed or lapsed."""

    def called(c: Ceremony) -> list[str]:
        told = calls(states.state(c), c, RULES, ROSTER, now=NOW)
        return [key for key, _ in told if ":force:" in key]

    assert called(forcing()) == [f"call:{states.CEREMONY}:force:{ASKED_AT}"]
    assert called(forcing(KIM, ADA)) == called(forcing(until=NOW)) == called(put_off()) == []


def test_the_last_card_tells_by_whose_words() -> None:
    """What was forced stands there as long as the card does."""
    forced = forcing(KIM, ADA)
    over = states.ended(Ending.PROMOTED, forced)
    said, doors = drawn(over)
    assert f"was promoted by force:* asked for by <@{SAM}>" in said
    assert f"agreed to by <@{KIM}>, <@{ADA}>. What it had not applied is lost" in said
    assert not doors
    assert "by force" not in drawn(states.ended(Ending.PROMOTED, put_off()))[0]
