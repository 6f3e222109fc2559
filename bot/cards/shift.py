"""The shift lead's direct message about their token, and the modal that shows how to collect it."""

from __future__ import annotations

from slack_sdk.models.blocks import Block, ButtonElement

from bot.cards.kit import Card, Json, actions, button, card, confirmation, context, modal, section
from bot.cards.phrases import code, place, span, when
from ceremonies.duty import DutyToken, Wrap
from ceremonies.events import Part, Proof, WrapLoss

COLLECT = "shift.collect"
DISOWN = "shift.disown"

_LOST = {
    WrapLoss.EXPIRED: "Nobody collected it in time, so it opens no more. Nobody has this token.",
    WrapLoss.OPENED: "Somebody opened it before you were shown how: that was *not* you.",
    WrapLoss.FOREIGN: "What waits there is not what Conclave made.",
    WrapLoss.DISOWNED: "You said that it was not you who collected it.",
}


def duty_value(set_name: str, token: DutyToken) -> Json:
    """Return what a button about this token carries."""
    return {"set": set_name, "duty": token.id}


def lead_card(set_name: str, token: DutyToken, *, command: str) -> Card:
    """Return the lead's message about one token; it tells how far that token is on its way."""
    shift = f"{token.name} of {set_name}"
    head = f"Your shift {shift}: {_state(token)}"
    blocks: list[Block | None] = [
        section(f"*{head}*"),
        section(f"From {when(token.starts)} to {when(token.ends)}. {_about(token)}"),
        section(_next(set_name, token, command=command)),
        actions(_buttons(set_name, token)),
        context(
            f"The token ends {when(token.until)}. Ring place {token.place}. It can promote a "
            f"secondary of {set_name} and point others at it; it cannot be renewed or revoked."
        ),
    ]
    return card(head, blocks)


def _state(token: DutyToken) -> str:
    if token.killed_at:
        return "its token was put out of force"
    if token.part is Part.BOT:
        return "Conclave holds its token"
    match token.wrap:
        case Wrap.COLLECTED:
            return "you have collected its token"
        case Wrap.LOST:
            return "its token is not yours"
        case _:
            return "collect its token now"


def _about(token: DutyToken) -> str:
    if token.part is Part.BOT:
        return (
            "A promotion uses it after the same approvals as ever, and no key holder is needed. "
            "You have nothing to collect."
        )
    return (
        "With it you can promote without a quorum of key holders, after the same approvals as ever."
    )


def _next(set_name: str, token: DutyToken, *, command: str) -> str:
    over = code(f"{command} shift {set_name} handover")
    issue, kill = (
        code(f"{command} shift {set_name} issue"),
        code(f"{command} shift {set_name} kill"),
    )
    if token.killed_at:
        return f"Its policy was deleted {when(token.killed_at)}: it may do nothing any more."
    if token.part is Part.BOT:
        return f"Confirm that you have taken over: {over}."
    match token.wrap:
        case Wrap.COLLECTED:
            return (
                f":white_check_mark: Collected {when(token.collected_at)}. Keep it in your "
                "password manager, never in Slack. Now confirm that you have taken over: "
                f"{over}. If it was not you who collected it, say so at once."
            )
        case Wrap.LOST if token.loss is WrapLoss.EXPIRED:
            return f":hourglass: {_LOST[token.loss]} Have another one issued: {issue}."
        case Wrap.LOST:
            why = _LOST[token.loss] if token.loss else "It is out of your reach."
            return (
                f":rotating_light: {why} Put it out of force with another person: {kill}. Then "
                f"have another one issued: {issue}."
            )
        case _:
            return (
                f"It waits for you, wrapped, until {when(token.wrapped_until)}: one person can "
                "open it once. *Collect it now:* once the primary is down it cannot be opened any "
                f"more. The button shows you the {code('vault unwrap')} command."
            )


def _buttons(set_name: str, token: DutyToken) -> list[ButtonElement]:
    if token.killed_at or token.part is Part.BOT:
        return []
    if token.wrap in (Wrap.WAITING, Wrap.SHOWN):
        value = duty_value(set_name, token)
        return [button(COLLECT, "Show me how to collect it", value, style="primary")]
    if token.wrap is Wrap.COLLECTED:
        asks = confirmation(
            "It was not you?",
            "Then somebody else has a token that can promote a secondary. The incident commanders "
            "are woken, and two people should put it out of force. Nothing happens to it before.",
            "It was not me",
            danger=True,
        )
        return [button(DISOWN, "It was not me", duty_value(set_name, token), asks=asks)]
    return []


def waiting_modal() -> Json:
    """Return the modal that opens at once, while what it shows is being fetched."""
    return modal(title="Collect your token", blocks=[section("One moment.")])


def collect_modal(*, address: str, wrapping: str, until: int, now: int) -> Json:
    """Return the modal that shows the lead, and nobody else, how the wrap is opened."""
    left = span(max(0, until - now))
    return modal(
        title="Collect your token",
        blocks=[
            section(
                f"Run this in *your* terminal, within {left} (until {when(until)}):\n"
                f"```VAULT_ADDR={address} vault unwrap {wrapping}```"
            ),
            section(
                "It works once. What it prints as `token` is your token for the shift: put it "
                "into your password manager, never into Slack, a ticket or a chat. If Vault says "
                "that the wrapping token is not valid, somebody was faster: say so at once."
            ),
            context("Nobody else sees this window, and nothing of it stays in Slack."),
        ],
    )


def proven(token: DutyToken, set_name: str) -> str:
    """Return what each cluster said of the token, in a line; empty where none was asked."""
    if token.part is Part.LEAD:
        return "cannot be tried: its lead has it"
    told = [f"{place(set_name, name)} {_PROOF[seen.answer]}" for name, seen in token.proofs.items()]
    return ", ".join(told) or "not tried yet"


_PROOF = {
    Proof.GOOD: "takes it",
    Proof.REFUSED: "*refuses it*",
    Proof.UNKNOWN: "cannot tell",
}
