"""The shift lead's direct message about their token, and the modal that shows how to collect it."""

from __future__ import annotations

from slack_sdk.models.blocks import Block, ButtonElement

from bot.cards.kit import Card, Json, actions, button, card, confirmation, context, modal, section
from bot.cards.phrases import code, mention, ours, span, when
from bot.cards.trying import trying
from ceremonies.duty import DutyToken, Wrap
from ceremonies.events import Part, WrapLoss
from ceremonies.state import SetState
from ceremonies.topology import ReplicationSet

COLLECT = "shift.collect"
DISOWN = "shift.disown"

_LOST = {
    WrapLoss.EXPIRED: "Nobody collected it in time, so it opens no more. Nobody has this token.",
    WrapLoss.UNSEEN: (
        "Its time ended while Conclave could not look, so nobody knows whether somebody opened it."
    ),
    WrapLoss.OPENED: "Somebody opened it before you were shown how: that was *not* you.",
    WrapLoss.FOREIGN: "What waits there is not what Conclave made.",
    WrapLoss.DISOWNED: "You said that it was not you who collected it.",
}


def duty_value(set_name: str, token: DutyToken) -> Json:
    """Return what a button about this token carries."""
    return {"set": set_name, "duty": token.id}


def lead_card(
    state: SetState, token: DutyToken, rules: ReplicationSet, *, command: str, now: int
) -> Card:
    """Return the lead's message about one token; it tells how far that token is on its way."""
    name = ours(state.name, 60)
    head = f"Your shift {ours(token.name, 40)} of {name}: {_stands(token, now=now)}"
    blocks: list[Block | None] = [
        section(f"*{head}*"),
        section(f"From {when(token.starts)} to {when(token.ends)}. {_about(token, now=now)}"),
        section(_next(state, token, command=command, now=now)),
        *trying(state, token, rules, now=now),
        actions(_buttons(state.name, token, now=now)),
        context(_small_print(name, token, now=now)),
    ]
    return card(head, blocks)


def _stands(token: DutyToken, *, now: int) -> str:
    if now >= token.until:
        return "its token has ended"
    if token.killed_at:
        return "its token was put out of force"
    if token.part is Part.BOT:
        return "Conclave holds its token"
    match token.wrap:
        case Wrap.COLLECTED:
            return "you have collected its token"
        case Wrap.LOST if token.loss is WrapLoss.EXPIRED:
            return "its token was not collected in time"
        case Wrap.LOST if token.loss is WrapLoss.UNSEEN:
            return "its token may be in other hands"
        case Wrap.LOST:
            return "its token is in other hands"
        case _:
            return "collect its token now"


def _about(token: DutyToken, *, now: int) -> str:
    if token.is_out_of_reach and not token.killed_at and now < token.until:
        return "You do not have this token."
    if not token.is_live(now):
        return "This token is of no use any more."
    if token.part is Part.BOT:
        return (
            "A promotion uses it after the same approvals as ever, and no key holder is needed. "
            "There is nothing to collect of this one."
        )
    return (
        "With it you can promote without a quorum of key holders, after the same approvals as ever."
    )


def _small_print(name: str, token: DutyToken, *, now: int) -> str:
    place_ = f"Ring place {token.place}."
    if now >= token.until:
        return f"The token ended {when(token.until)}. {place_}"
    ends = f"The token ends {when(token.until)}. {place_}"
    if token.killed_at or token.loss is WrapLoss.EXPIRED:
        return ends
    return (
        f"{ends} It can promote a secondary of {name} and point others at it; it cannot be renewed "
        "or revoked."
    )


def _next(state: SetState, token: DutyToken, *, command: str, now: int) -> str:
    if now >= token.until:
        has = token.wrap is Wrap.COLLECTED
        return f"Nothing is left to do.{' Delete it from your password manager.' if has else ''}"
    if token.killed_at:
        since = when(token.killed_at)
        gone = f"Its policy was deleted {since}: where that has arrived it may do nothing any more."
        return f"{gone}{_another(token, now=now)}"
    if token.part is Part.BOT:
        return _taken_over(state, token, command=command, now=now)
    match token.wrap:
        case Wrap.COLLECTED:
            over = _taken_over(state, token, command=command, now=now)
            return (
                f":white_check_mark: Collected {when(token.collected_at)}. Keep it in your "
                f"password manager, never in Slack. {over} "
                "If it was not you who collected it, press *It was not me* at once."
            )
        case Wrap.LOST:
            return _lost(state, token, command=command, now=now)
        case _:
            return (
                f"It waits for you, wrapped, until {when(token.wrapped_until)}: one person can "
                "open it once. *Collect it now:* once the primary is down it cannot be opened any "
                f"more. The button shows you the {code('vault unwrap')} command."
            )


def _lost(state: SetState, token: DutyToken, *, command: str, now: int) -> str:
    why = _LOST[token.loss] if token.loss else "It is out of your reach."
    if token.loss is WrapLoss.EXPIRED:
        if _is_replaced(token):
            return f":hourglass: {why}{_ANOTHER_ASKED}"
        issue = code(f"{command} shift {state.name} issue")
        return f":hourglass: {why} Have another one issued while the shift is on: {issue}."
    kill = code(f"{command} shift {state.name} kill place={token.place}")
    return (
        f":rotating_light: {why} Put it out of force with another person: {kill}."
        f"{_another(token, now=now)}"
    )


_ANOTHER_ASKED = " Another one was asked for; it comes in a message of its own."


def _is_replaced(token: DutyToken) -> bool:
    """Whether a person asked for another one: the shift has given this one up."""
    return not token.shift


def _another(token: DutyToken, *, now: int) -> str:
    """Return where the next token comes from, once this one is out of force."""
    if _is_replaced(token):
        return _ANOTHER_ASKED
    if now >= token.ends:
        return ""
    return (
        " Another one is minted by itself after that, from another ring place; it comes in a "
        "message of its own."
    )


def _taken_over(state: SetState, token: DutyToken, *, command: str, now: int) -> str:
    """Return what the lead has to say about the hand-over, or that they said it."""
    handed = state.duties.handovers.get(token.shift)
    if handed and handed.incoming == token.lead:
        return "You have confirmed that you have taken over."
    if now >= token.ends:
        return "The shift is over: there is nothing left to confirm."
    if handed and handed.asked and handed.asked.incoming != token.lead:
        return f"{mention(handed.asked.incoming)} leads this shift now, so they take over."
    over = code(f"{command} shift {state.name} handover")
    own = state.duties.of_shift(token.shift, Part.LEAD, lead=token.lead)
    if own is not None and own.wrap is not Wrap.COLLECTED:
        return (
            "You get another one for your own hands, in a message of its own. Collect that, then "
            f"confirm that you have taken over: {over}."
        )
    return f"Now confirm that you have taken over: {over}."


def _buttons(set_name: str, token: DutyToken, *, now: int) -> list[ButtonElement]:
    if now >= token.until or token.killed_at or token.part is Part.BOT:
        return []
    if token.wrap in (Wrap.WAITING, Wrap.SHOWN):
        value = duty_value(set_name, token)
        return [button(COLLECT, "Show me how to collect it", value, style="primary")]
    if token.wrap is Wrap.COLLECTED:
        asks = confirmation(
            "It was not you?",
            "Then somebody else has a token that can promote a secondary. The incident commanders "
            "are called, and two people should put it out of force. Pressing this does not yet.",
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
                "that the wrapping token is not valid, somebody was faster: look at the message "
                "again, and press *It was not me* there."
            ),
            context("Nobody else sees this window, and nothing of it stays in Slack."),
        ],
    )
