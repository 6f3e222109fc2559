"""The request to put a ring place's tokens out of force: what it does, and how it ended."""

from __future__ import annotations

from slack_sdk.models.blocks import Block, ButtonElement

from bot.cards.kit import Card, Json, actions, button, card, confirmation, section
from bot.cards.phrases import code, cut, mention, ours, quoted, when
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
    head = f"{mention(kill.by)} asks to put {_tokens(state, kill)} out of force"
    blocks: list[Block | None] = [section(f"*{head}.*"), section(_does(state, kill))]
    if kill.agreed_by:
        agreed = f"{mention(kill.agreed_by)} agreed"
        blocks.append(section(f"*{agreed}.* {_tried(kill)}"))
        return card(f"{head}. {agreed}.", blocks)
    blocks += [
        section(_refill(state, kill)),
        section("*Another person must agree:* a shift lead, an approver or a commander."),
        actions(_answers(state.name, kill)),
    ]
    return card(f"{head}. Another person must agree.", blocks)


def _tokens(state: SetState, kill: Kill) -> str:
    return f"the tokens of ring place {kill.place} of {ours(state.name, 60)}"


def _tried(kill: Kill) -> str:
    """Return how far Vault is with it."""
    if not kill.tries:
        return "Vault is being told."
    times = "once" if kill.tries == 1 else f"{kill.tries} times"
    return (
        f":warning: Vault was asked {times}, and it is not done: {ours(kill.words, 300)}\n"
        f"It is tried again {when(kill.retry_at)}. Until then the tokens are still in force."
    )


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
    """Return the tokens of its place that it concerns: minted before it is over, not ended."""
    return [
        t
        for t in state.duties.tokens
        if t.place == kill.place
        and t.minted_at <= (kill.over_at or t.minted_at)
        and max(kill.at, kill.over_at) < t.until
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
        f"Every token of ring place {kill.place} of {cut(set_name, 60)} stops working, also one "
        "that somebody needs just now for a failover. Tokens of other places go on.",
        "Put out of force",
        danger=True,
    )
    no = confirmation(
        "Leave them in force?",
        "The request is over, and the tokens go on working. It can be asked for again.",
        "Leave them",
    )
    return [
        button(AGREE, "Put out of force", value, style="danger", asks=asks),
        button(REJECT, "Leave in force", value, asks=no),
    ]


def _over(state: SetState, kill: Kill) -> Card:
    tokens = f"T{_tokens(state, kill)[1:]}"
    if kill.deleted:
        head = f"{tokens} are out of force"
        people = f"{mention(kill.by)} asked for it"
        people += f", {mention(kill.agreed_by)} agreed" if kill.agreed_by else ""
        told = (
            f"{people}. The policy {code(policy_name(kill.place))} was deleted "
            f"{when(kill.over_at)}. Tokens: {_whose(state, kill)}. {_refill(state, kill)}"
        )
        return card(f"{head}.", [section(f":no_entry: *{head}.*"), section(told)])
    head = f"{tokens} stay in force"
    asked = f"{mention(kill.by)} had asked to put them out of force"
    match kill.rejected_by:
        case "":
            why = f"{asked}, and nobody agreed until {when(kill.over_at)}."
        case kill.by:
            why = f"{asked}, and took it back {when(kill.over_at)}."
        case who:
            why = f"{asked}; {mention(who)} said no {when(kill.over_at)}."
    told = f"{why} It can be asked for again."
    return card(f"{head}.", [section(f"*{head}.*"), section(told)])


def shift_of(token: DutyToken) -> str:
    """Return which shift's token it is, and whose hands it is for."""
    whose = mention(token.lead) if token.part is Part.LEAD else "Conclave's"
    return f"{ours(token.name, 40)} ({whose})"
