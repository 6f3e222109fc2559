"""The request to put a ring place's tokens out of force: what it does, and how it ended."""

from __future__ import annotations

from slack_sdk.models.blocks import Block, ButtonElement

from bot.cards.kit import Card, Json, actions, button, card, confirmation, section
from bot.cards.phrases import code, mention, ours, quoted, when
from ceremonies.duty import DutyToken, Kill
from ceremonies.events import Part
from ceremonies.policies import policy_name
from ceremonies.state import SetState

AGREE = "kill.agree"
REJECT = "kill.reject"


def kill_card(state: SetState, kill: Kill) -> Card:
    """Return the request, with its two answers for as long as nobody gave one."""
    if kill.over_at:
        return _over(state, kill)
    head = f"{mention(kill.by)} asks to put the tokens of ring place {kill.place} out of force"
    blocks: list[Block | None] = [section(f"*{head}.*"), section(_does(state, kill))]
    if kill.agreed_by:
        told = f"{mention(kill.agreed_by)} agreed. Vault is being told."
        told += f" {ours(kill.words, 300)}" if kill.words else ""
        return card(f"{head}. {mention(kill.agreed_by)} agreed.", [*blocks, section(told)])
    blocks += [
        section(_refill(state, kill)),
        section("*Another person must agree:* a shift lead, an approver or a commander."),
        actions(_answers(state.name, kill)),
    ]
    return card(f"{head}. Another person must agree.", blocks)


def _does(state: SetState, kill: Kill) -> str:
    why = f"\nReason: {quoted(kill.reason)}" if kill.reason else ""
    return (
        f"The policy {code(policy_name(kill.place))} is deleted on the live primary: without one "
        "it cannot be done. Every token that has it may do nothing from then on; secondaries "
        f"follow within seconds, by replication. Tokens: {_whose(state, kill)}.{why}"
    )


def _whose(state: SetState, kill: Kill) -> str:
    told = dict.fromkeys(shift_of(t) for t in _hit(state, kill))
    return ", ".join(told) or "none that Conclave knows of"


def _hit(state: SetState, kill: Kill) -> list[DutyToken]:
    """Return the tokens of its place that were in force when it was asked for."""
    return [
        t
        for t in state.duties.tokens
        if t.place == kill.place and t.minted_at <= (kill.over_at or t.minted_at) < t.until
    ]


def _refill(state: SetState, kill: Kill) -> str:
    until = max((t.until for t in _hit(state, kill)), default=0)
    before = f", not before {when(until)}: until then it would put them into force again"
    lays = code(f"conclave policy --apply --refill {kill.place}")
    return f"An operator lays it again with {lays}{before if until else ''}."


def _answers(set_name: str, kill: Kill) -> list[ButtonElement]:
    value: Json = {"set": set_name, "request": str(kill.at)}
    asks = confirmation(
        "Put them out of force?",
        f"Every token of ring place {kill.place} stops to work, also one that somebody needs just "
        "now for a failover. Tokens of other places go on.",
        "Put out of force",
        danger=True,
    )
    no = confirmation(
        "Leave them in force?",
        "The request is withdrawn, and the tokens go on to work. It can be asked for again.",
        "Leave them",
    )
    return [
        button(AGREE, "Put out of force", value, style="danger", asks=asks),
        button(REJECT, "No", value, asks=no),
    ]


def _over(state: SetState, kill: Kill) -> Card:
    if kill.deleted:
        head = f"The tokens of ring place {kill.place} are out of force"
        people = f"{mention(kill.by)} asked for it"
        people += f", {mention(kill.agreed_by)} agreed" if kill.agreed_by else ""
        told = (
            f"{people}. The policy {code(policy_name(kill.place))} was deleted "
            f"{when(kill.over_at)}. Tokens: {_whose(state, kill)}. {_refill(state, kill)}"
        )
        return card(f"{head}.", [section(f":no_entry: *{head}.*"), section(told)])
    head = f"The tokens of ring place {kill.place} stay in force"
    why = (
        f"{mention(kill.rejected_by)} said no {when(kill.over_at)}."
        if kill.rejected_by
        else f"Nobody agreed until {when(kill.over_at)}."
    )
    asked = f"{mention(kill.by)} had asked to put them out of force. It can be asked for again."
    return card(f"{head}.", [section(f"*{head}.*"), section(f"{why} {asked}")])


def shift_of(token: DutyToken) -> str:
    """Return which shift's token it is, and whose hands it is for."""
    whose = mention(token.lead) if token.part is Part.LEAD else "Conclave's"
    return f"{ours(token.name, 40)} ({whose})"
