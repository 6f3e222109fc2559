"""Still catching up, again and again: forced only by three people who type what it is."""

from __future__ import annotations

from lab.sights import Modal
from lab.stage import Stage
from tests.e2e.acts import asks_for_promotion, promoted, starts
from tests.e2e.conftest import SetStage
from tests.e2e.gating import BY_BUTTON, all_give
from tests.e2e.traces import PROMOTE, events, sent, took

TYPED = "payments/b force"


def types(stage: Stage, name: str, modal: str, words: str, reason: str = "") -> Modal | None:
    """Let somebody type into their modal; return what stands before them afterwards."""
    person = stage.people[name]
    person.waits_for_modal("lost for good", callback_id=modal)
    person.fills("cluster", "value", words)
    if reason:
        person.fills("reason", "value", reason)
    person.submits()
    return person.modal


def test_forced_by_three_people(set_stage: SetStage) -> None:
    """Offered after Vault said it three times; sent with `force` once all three typed it.

    Until then it is asked without. Who asked cannot agree, and a wrong word agrees to nothing.
    """
    stage = set_stage(options=BY_BUTTON)
    sam, kim, ada = (stage.people[name] for name in ("Sam", "Kim", "Ada"))
    stage.vaults["a"].kill()
    stage.vaults["b"].behaviour.catching_up = 99
    card = starts(stage)
    all_give(stage, card)
    asks_for_promotion(stage, card)
    kim.clicks("promotion.approve", kim.waits_until(card, "@Sam asked for it"))
    waits = sam.waits_until(card, "Vault was asked once", "never forces a promotion by itself")
    assert "force.open" not in waits.buttons

    offered = sam.waits_until(card, "Vault said 3 times", "Waiting loses nothing", within=40)
    assert "force.open" in offered.buttons
    sam.clicks("force.open", offered)
    wrong = types(stage, "Sam", "force.request", "payments/b", "b never catches up")
    assert wrong is not None
    assert "Type payments/b force to confirm" in wrong.errors["cluster"]
    types(stage, "Sam", "force.request", TYPED)
    asked = kim.waits_until(card, "@Sam asks to force", "b never catches up", "2 more people must")

    sam.clicks("force.agree", asked)
    own = types(stage, "Sam", "force.confirm", TYPED)
    assert own is not None
    assert "2 other people must agree" in own.text
    sam.closes()
    for person, name in ((kim, "Kim"), (ada, "Ada")):
        assert not any("force" in seen.fields for seen in stage.vaults.record.find(path=PROMOTE))
        person.clicks("force.agree", asked)
        types(stage, name, "force.confirm", TYPED)

    final = promoted(stage, card)
    assert "b never catches up" in str(events(stage, "force_requested"))
    (last,) = stage.vaults.record.accepted(path=PROMOTE)
    assert last.fields == {"dr_operation_token", "force"}
    assert took(stage, PROMOTE) == 1
    assert sent(stage, PROMOTE) >= 4
    (forced,) = events(stage, "intended", kind="promote", force=True)
    assert forced["evidence"] is not None
    assert [agreed["by"] for agreed in events(stage, "force_agreed")] == ["U0KIM", "U0ADA"]
    assert "was promoted by force: asked for by @Sam" in final
    assert "agreed to by @Kim, @Ada" in final
