"""What the acknowledgement of a submitted modal does: nothing, errors, update, push, clear."""

from __future__ import annotations

from dataclasses import replace

from lab.chat.kit import surfaces
from lab.chat.modals import Modals, OpenView
from lab.chat.records import Json
from lab.chat.refusal import Refused
from lab.chat.world import World

TROUBLE = "We had some trouble connecting. Try again?"


def conclude(world: World, view_id: str, body: Json | None) -> str:
    """Do what the app answered to a submission; return what was wrong with it, empty if nothing.

    An answer that does not fit is not told to the app: the person sees that there was trouble,
    and the modal stays.
    """
    shown = world.modals.find(view_id)
    if shown is None:
        return ""
    if not body:
        world.modals.close(shown)
        return ""
    try:
        _apply(world.modals, shown, body)
    except Refused as refused:
        world.modals.put(replace(shown, trouble=TROUBLE))
        return ": ".join((refused.code, *refused.reasons))
    return ""


def _apply(modals: Modals, shown: OpenView, body: Json) -> None:
    match body.get("response_action"):
        case "errors":
            modals.put(replace(shown, errors=_errors(shown, body.get("errors"))))
        case "update":
            modals.update(shown, surfaces.view(body.get("view"), kind="modal"))
        case "push":
            modals.push(shown.owner, surfaces.view(body.get("view"), kind="modal"))
        case "clear":
            modals.close(shown, everything=True)
        case _:
            raise Refused("invalid_response", reasons=("unknown `response_action`",))


def _errors(shown: OpenView, errors: object) -> dict[str, str]:
    """Return the errors by block; every key must be the `block_id` of an input."""
    inputs = {block["block_id"] for block in shown.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors:
        raise Refused("invalid_response", reasons=("`errors` must name at least one block",))
    for block_id, words in errors.items():
        if block_id not in inputs or not isinstance(words, str) or not words:
            raise Refused("invalid_response", reasons=(f"no input block {block_id}",))
    return dict(errors)
