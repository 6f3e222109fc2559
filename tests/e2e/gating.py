"""Asking for a promotion in spite of the gate, as people do it, and what then stands where."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lab.sights import Modal, Seen
from lab.stage import ROLES, Stage
from tests.e2e.acts import asked, gives, nonce_of
from tests.e2e.traces import events

BY_BUTTON = "[approval]\nholders_count = false\n"
TWO_APPROVERS = {**ROLES, "Ada": ("key_holder", "approver")}


def all_give(stage: Stage, card: Seen) -> None:
    """Let three holders give what is needed."""
    for number, name in enumerate(("Ada", "Ben", "Cat")):
        gives(stage, name, number, ask=asked(stage.people[name], nonce_of(card)))


def looks(stage: Stage, card: Seen, *texts: str) -> Modal:
    """Let Sam open the modal, and return it once what the nodes say now stands there."""
    sam = stage.people["Sam"]
    if sam.modal:
        sam.closes(everything=True)
    sam.clicks("promotion.open", card)
    return sam.waits_for_modal(*texts, callback_id="promotion.request")


def asks(
    stage: Stage, *, overriding: Iterable[str] = (), reason: str = "it is the only copy"
) -> Modal | None:
    """Let Sam fill in the modal in front and submit it; return what stands there afterwards."""
    sam = stage.people["Sam"]
    sam.fills("cluster", "value", "payments/b")
    sam.fills("reason", "value", reason)
    if overriding:
        sam.fills("override", "value", list(overriding))
    sam.submits()
    return sam.modal


def may_override(modal: Modal) -> tuple[str, ...]:
    """Return the checks whose blocks the modal offers to lift."""
    boxes = (b for b in modal.view.view["blocks"] if b.get("block_id") == "override")
    return tuple(o["value"] for box in boxes for o in box["element"]["options"])


def overridden(stage: Stage) -> dict[str, str]:
    """Return what the newest request lifts: causes by check."""
    return {
        one["check"]: one["cause"] for one in events(stage, "promotion_requested")[-1]["overrides"]
    }


def findings(stage: Stage, kind: str) -> dict[str, dict[str, Any]]:
    """Return the newest evidence of this kind of event in the log, by check."""
    evidence = events(stage, kind)[-1]["evidence"]
    return {found["check"]: found for found in evidence["findings"]}
