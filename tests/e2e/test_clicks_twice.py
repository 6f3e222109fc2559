"""Every button of every card, delivered twice on two replicas: what it does is done once."""

from __future__ import annotations

from dataclasses import dataclass

from lab.chat.deliveries import EnvelopeKind
from lab.process import wait_until
from lab.sights import Seen
from lab.stage import CHANNEL, Stage
from tests.e2e.acts import DRILL, asked, asks_for_promotion, nonce_of, starts
from tests.e2e.conftest import SetStage
from tests.e2e.traces import ATTEMPT, at_vault, events, took


@dataclass(frozen=True, kw_only=True)
class Doubled:
    """Two replicas, each of which gets every click."""

    stage: Stage

    def clicks(self, who: str, action: str, where: Seen, *, block: str | None = None) -> None:
        """Click once; the click comes to both replicas, and both acknowledge it."""
        self.stage.chat.courier.duplicate(EnvelopeKind.INTERACTIVE, spread=True)
        clicked = self.stage.people[who].clicks(action, where, block=block)
        assert clicked.acknowledged, clicked.error
        assert clicked.delivery
        assert len({attempt.connection for attempt in clicked.delivery.attempts}) == 2

    def becomes(self, kind: str) -> None:
        """Wait until the log holds such an event; a second one would fail at the end."""
        wait_until(lambda: bool(events(self.stage, kind)), seconds=15, what=kind)


def test_buttons_of_a_ceremony(set_stage: SetStage) -> None:
    """Decline, remind, freeze, thaw, cancel, start again."""
    stage = set_stage(bots=2)
    doubled = Doubled(stage=stage)
    sam = stage.people["Sam"]
    card = starts(stage, DRILL)
    ask = asked(stage.people["Dan"], nonce_of(card))

    doubled.clicks("Dan", "share.decline", ask)
    doubled.becomes("holder_declined")
    doubled.clicks("Sam", "ceremony.nudge", card)
    doubled.becomes("holders_reminded")
    doubled.clicks("Ada", "ceremony.freeze", asked(stage.people["Ada"], nonce_of(card)))
    frozen = sam.waits_until(card, "Frozen by @Ada")
    doubled.clicks("Ada", "ceremony.thaw", frozen)
    half = sam.waits_until(card, "Agreed to thaw: @Ada")
    doubled.clicks("Sam", "ceremony.thaw", half)
    thawed = sam.waits_until(card, "Drill on payments/b: 0 of 3")
    doubled.clicks("Sam", "ceremony.cancel", thawed)
    over = sam.waits_until(card, "@Sam cancelled it", "closed at Vault", within=20)
    doubled.clicks("Sam", "ceremony.restart", over)
    anew = sam.waits_for("Drill on payments/b: 0 of 3", channel=CHANNEL, within=20)

    assert [agreed["by"] for agreed in events(stage, "thaw_agreed")] == ["U0ADA", "U0SAM"]
    assert len(events(stage, "ceremony_frozen")) == len(events(stage, "ceremony_thawed")) == 1
    assert len(events(stage, "holder_declined")) == len(events(stage, "holders_reminded")) == 1
    assert len(events(stage, "ceremony_cancelled")) == 1
    assert len(events(stage, "ceremony_started")) == 2
    assert (took(stage, ATTEMPT, "PUT"), took(stage, ATTEMPT, "DELETE")) == (2, 1)
    assert nonce_of(anew) == at_vault(stage)["nonce"] != nonce_of(card)


def test_buttons_of_a_promotion(set_stage: SetStage) -> None:
    """A start from the offered purposes, the window to ask for it, a no."""
    stage = set_stage(bots=2, options="[approval]\nholders_count = false\n")
    stage.vaults["a"].kill()
    doubled = Doubled(stage=stage)
    sam, kim = stage.people["Sam"], stage.people["Kim"]
    typed = sam.types("/dr start payments", CHANNEL)
    offer = sam.waits_for("Nothing has started yet", ephemeral=True, after=typed)
    doubled.clicks("Sam", "ceremony.start", offer, block=offer.message.blocks[1]["block_id"])
    card = sam.waits_for("Promote payments/b: 0 of 3", channel=CHANNEL, within=20)
    doubled.clicks("Sam", "promotion.open", card)
    sam.waits_for_modal(callback_id="promotion.request")
    sam.closes()
    assert sam.modal is None, "one window opened for one click"
    asks_for_promotion(stage, card)
    doubled.clicks("Kim", "promotion.reject", kim.waits_until(card, "@Sam asked for it"))
    sam.waits_until(card, "@Kim rejected the promotion")

    once = ("ceremony_started", "promotion_requested", "promotion_rejected")
    assert [len(events(stage, kind)) for kind in once] == [1, 1, 1]
    assert (took(stage, ATTEMPT, "PUT"), took(stage, ATTEMPT, "DELETE")) == (1, 0)
