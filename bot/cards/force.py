"""Promoting by force: what it loses, who typed it, the buttons and the two modals."""

from __future__ import annotations

from collections.abc import Iterator

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    PlainTextInputElement,
    PlainTextObject,
)

from bot.cards import buttons, gate
from bot.cards.kit import Json, asked, button, modal, section
from bot.cards.modals import ACTION, CLUSTER, REASON, REASON_LENGTH
from bot.cards.phrases import mention, more_people, people, place, quoted, when
from ceremonies.approval import FORCE_OTHERS, force_agreed, is_approved, may_force, standing_force
from ceremonies.ceremony import Ceremony, Ending
from ceremonies.decide.forcing import confirmation
from ceremonies.evidence import Evidence
from ceremonies.topology import ReplicationSet

OPEN = "force.open"
REQUEST = "force.request"
AGREE = "force.agree"
CONFIRM = "force.confirm"


def missing(c: Ceremony) -> int:
    """Return how many more people must type it."""
    return max(0, FORCE_OTHERS - len(force_agreed(c)))


def notice(set_name: str, c: Ceremony, rules: ReplicationSet, *, now: int) -> Block | None:
    """Return how it stands, or that it is possible; None where neither is so."""
    if c.request is None or not may_force(c) or not is_approved(c, rules, now=now):
        return None
    force = standing_force(c, now=now)
    where = place(set_name, c.cluster)
    if force is None:
        return section(
            f":hourglass: *Vault said {c.catching_up} times that {where} is still catching up.* "
            "Waiting loses nothing: Conclave keeps asking. If it can never catch up, because the "
            "primary is gone, an incident commander may ask to *force* it: what was not applied is "
            f"lost. That takes {FORCE_OTHERS} other people."
        )
    left = missing(c)
    agreed = f"Agreed: {people(force.agreed) if force.agreed else 'nobody yet'}."
    needs = (
        f"*{more_people(left)} must agree* and type it too, until {when(force.until)}."
        if left
        else "*Enough people agree:* Conclave asks Vault with force."
    )
    return section(
        f":rotating_light: *{mention(force.by)} asks to force the promotion of {where}* "
        f"{when(force.at)}: {quoted(force.reason)}\n{_LOSES}\n{agreed} {needs}"
    )


_LOSES = "What the cluster received and has not applied yet is lost for good, and so is the rest."


def past(set_name: str, c: Ceremony) -> Block | None:
    """Return that it was promoted by force, by whose words; None where it was not."""
    force = c.force if c.ending is Ending.PROMOTED else None
    if force is None:
        return None
    return section(
        f":warning: *{place(set_name, c.cluster)} was promoted by force:* asked for by "
        f"{mention(force.by)} ({quoted(force.reason)}), agreed to by {people(force.agreed)}. What "
        "it had not applied is lost."
    )


def call(set_name: str, c: Ceremony, *, now: int) -> tuple[int, str] | None:
    """Return what must be told aloud while people are missing: which request, and the words."""
    force = standing_force(c, now=now)
    if force is None or not may_force(c) or not missing(c):
        return None
    words = f"asks to force the promotion of {place(set_name, c.cluster)}, which loses data"
    return force.at, f"{mention(force.by)} {words}: {more_people(missing(c))} must agree."


def doors(
    set_name: str, c: Ceremony, rules: ReplicationSet, *, now: int
) -> Iterator[ButtonElement]:
    """Yield the button that makes sense now."""
    if c.request is None or not may_force(c) or not is_approved(c, rules, now=now):
        return
    force = standing_force(c, now=now)
    if force is None:
        yield open_button(set_name, c)
    elif missing(c):
        yield agree_button(set_name, c)


def open_button(set_name: str, c: Ceremony) -> ButtonElement:
    """Open the modal that asks to force it."""
    return button(OPEN, "Force…", buttons.value_of(set_name, c), style="danger")


def agree_button(set_name: str, c: Ceremony) -> ButtonElement:
    """Open the modal in which another person types the same."""
    return button(AGREE, "Agree to force", _about(set_name, c), style="danger")


def request_modal(set_name: str, c: Ceremony, *, evidence: Evidence | None = None) -> Json:
    """Return the modal `force.request`: what stands, the words to type, a reason."""
    where = place(set_name, c.cluster)
    reason = PlainTextInputElement(action_id=ACTION, multiline=True, max_length=REASON_LENGTH)
    return modal(
        title="Force the promotion",
        blocks=[
            section(
                f"*Vault says that {where} is still catching up.* By force it is promoted with "
                f"what it has applied. {_LOSES} {FORCE_OTHERS} other people must type the same; "
                "every node is asked before it is sent."
            ),
            gate.findings(evidence or c.evidence),
            _typed(set_name, c),
            asked(
                REASON,
                "Why it cannot wait",
                reason,
                hint=PlainTextObject(text="Whoever agrees reads this. No secrets."),
            ),
        ],
        callback_id=REQUEST,
        submit="Ask to force it",
        metadata=buttons.value_of(set_name, c),
    )


def confirm_modal(set_name: str, c: Ceremony) -> Json:
    """Return the modal `force.confirm`: what was asked for, and the words to type."""
    force = c.force
    asks = f"{mention(force.by)}: {quoted(force.reason)}" if force else "Nobody asks for it now."
    return modal(
        title="Agree to force it",
        blocks=[
            section(
                f"*{place(set_name, c.cluster)} is promoted though it is still catching up.* "
                f"{_LOSES} Agree only if you know that waiting brings nothing.\n{asks}"
            ),
            gate.findings(force.evidence if force else c.evidence),
            _typed(set_name, c),
        ],
        callback_id=CONFIRM,
        submit="Agree",
        metadata=_about(set_name, c),
    )


def _typed(set_name: str, c: Ceremony) -> Block:
    words = confirmation(set_name, c)
    field = PlainTextInputElement(
        action_id=ACTION,
        max_length=100,
        placeholder=PlainTextObject(text=words),
        focus_on_load=True,
    )
    return asked(CLUSTER, f"Type {words} to confirm", field)


def _about(set_name: str, c: Ceremony) -> Json:
    """Return a value that names the request: a click on an old card is about that one."""
    asked_at = {"request": str(c.force.at)} if c.force else {}
    return {**buttons.value_of(set_name, c), **asked_at}
