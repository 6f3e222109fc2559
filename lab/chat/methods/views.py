"""Opening, pushing, updating and publishing views."""

from __future__ import annotations

from lab.chat.kit import surfaces
from lab.chat.meter import Tier
from lab.chat.methods.call import Call, Method
from lab.chat.modals import OpenView
from lab.chat.records import Json
from lab.chat.refusal import Refused
from lab.chat.triggers import Trigger
from lab.chat.wire import view_record


def _view(call: Call, kind: str) -> Json:
    return surfaces.view(call.structure("view", refusal="invalid_arguments"), kind=kind)


def _shown(call: Call, view: OpenView) -> Json:
    return {"view": view_record(call.world.workspace, view)}


def _trigger(call: Call) -> Trigger:
    if "trigger_id" not in call.args:
        reason = "missing required field: trigger_id"
        raise Refused("invalid_arguments", reasons=(reason,))
    return call.world.triggers.look(call.text("trigger_id"))


def _still_open(call: Call, trigger: Trigger) -> bool:
    """Return whether the person still has the modal open in which the trigger came to be."""
    return any(v.id == trigger.view_id for v in call.world.modals.stack(trigger.user))


def open_view(call: Call) -> Json:
    """Open a modal for whoever caused the trigger; from within a modal it lands on top."""
    view = _view(call, "modal")
    trigger = _trigger(call)
    modals = call.world.modals
    place = modals.push if _still_open(call, trigger) else modals.open
    opened = place(trigger.user, view)
    call.world.triggers.spend(call.text("trigger_id"))
    return _shown(call, opened)


def push(call: Call) -> Json:
    """Put a modal on top of the one in which the trigger came to be."""
    view = _view(call, "modal")
    trigger = _trigger(call)
    if not _still_open(call, trigger):
        raise Refused("not_found")
    pushed = call.world.modals.push(trigger.user, view)
    call.world.triggers.spend(call.text("trigger_id"))
    return _shown(call, pushed)


def update(call: Call) -> Json:
    """Replace an open modal, if nobody else did since (`hash`)."""
    if ("view_id" in call.args) == ("external_id" in call.args):
        reason = "must provide one of: view_id, external_id"
        raise Refused("invalid_arguments", reasons=(reason,))
    known = call.world.modals.find(call.text("view_id") or None, call.text("external_id") or None)
    kind = known.view["type"] if known else "modal"
    view = _view(call, kind)
    if known is None:
        raise Refused("not_found")
    view_hash = call.text("hash") or None
    return _shown(call, call.world.modals.update(known, view, view_hash=view_hash))


def publish(call: Call) -> Json:
    """Set somebody's home tab."""
    if not call.world.manifest.home_tab:
        raise Refused("not_enabled")
    view = _view(call, "home")
    user = call.world.workspace.user(call.text("user_id"))
    if user is None or user.deleted:
        reason = "invalid `user_id` [json-pointer:/user_id]"
        raise Refused("invalid_arguments", reasons=(reason,))
    view_hash = call.text("hash") or None
    return _shown(call, call.world.modals.publish(user.id, view, view_hash=view_hash))


METHODS = (
    Method(
        name="views.open",
        run=open_view,
        required=("view",),
        optional=("trigger_id", "interactivity_pointer"),
        tier=Tier.FOUR,
    ),
    Method(
        name="views.push",
        run=push,
        required=("view",),
        optional=("trigger_id", "interactivity_pointer"),
        tier=Tier.FOUR,
    ),
    Method(
        name="views.update",
        run=update,
        required=("view",),
        optional=("view_id", "external_id", "hash"),
        tier=Tier.FOUR,
    ),
    Method(
        name="views.publish",
        run=publish,
        required=("view", "user_id"),
        optional=("hash", "interactivity_pointer"),
        tier=Tier.FOUR,
    ),
)
