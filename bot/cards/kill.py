"""The request to put a ring place's tokens out of force: what it does, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator

from slack_sdk.models.blocks import Block, ButtonElement

from bot.cards.kit import Card, Json, actions, button, card, confirmation, section
from bot.cards.phrases import code, cut, mention, ours, place, quoted, when
from ceremonies.duty import DutyToken, Kill
from ceremonies.events import Part, Spread
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
        if kill.tries:
            blocks.append(actions([_back(state.name, kill)]))
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
        return "Vault is being told. Until it is done the tokens are still in force."
    times = "once" if kill.tries == 1 else f"{kill.tries} times"
    return (
        f":warning: It was tried {times}, and it is not done: {ours(kill.words, 300)}\n"
        f"It is tried again {when(kill.retry_at)}. Until it is done the tokens are still in force. "
        f"{mention(kill.by)} and {mention(kill.agreed_by)} can take it back."
    )


def _does(state: SetState, kill: Kill) -> str:
    why = f"\nReason: {quoted(kill.reason)}" if kill.reason else ""
    return (
        f"The policy {code(policy_name(kill.place))} is deleted on the live primary: without one "
        "it cannot be done. Every token that has it may do nothing there from then on; secondaries "
        "follow within seconds, if replication runs: on one that is cut off the tokens go on "
        f"working. Tokens: {_whose(state, kill)}.{why}"
    )


def _whose(state: SetState, kill: Kill) -> str:
    told = dict.fromkeys(shift_of(t) for t in state.duties.hit_by(kill))
    return ", ".join(told) or "none that Conclave knows of"


def _until(state: SetState, kill: Kill) -> int:
    """Return when the last of its tokens ends; 0: none is known."""
    return max((t.until for t in state.duties.hit_by(kill)), default=0)


def _refill(state: SetState, kill: Kill) -> str:
    until = _until(state, kill)
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


def _back(set_name: str, kill: Kill) -> ButtonElement:
    asks = confirmation(
        "Take it back?",
        "The policy is not deleted any more, unless Vault did it and its answer was lost. It can "
        "be asked for again.",
        "Take it back",
    )
    value: Json = {"set": set_name, "request": str(kill.at)}
    return button(REJECT, "Take it back", value, asks=asks)


def _over(state: SetState, kill: Kill) -> Card:
    tokens = f"T{_tokens(state, kill)[1:]}"
    if kill.deleted:
        head = f"{tokens} are out of force"
        if kill.left:
            left = ", ".join(ours(name, 60) for name in kill.left)
            head += f" on {ours(kill.cluster, 60)}, and perhaps not yet on {left}"
        people = f"{mention(kill.by)} asked for it"
        people += f", {mention(kill.agreed_by)} agreed" if kill.agreed_by else ""
        told = (
            f"{people}. The policy {code(policy_name(kill.place))} was deleted "
            f"{when(kill.over_at)}. Tokens: {_whose(state, kill)}. {_refill(state, kill)}"
        )
        blocks: list[Block | None] = [section(f":no_entry: *{head}.*"), section(told)]
        if kill.others:
            blocks.append(section("\n".join(_there(state, kill, name) for name in kill.others)))
        return card(f"{head}.", blocks)
    if kill.agreed_by and kill.rejected_by:
        return _taken_back(state, kill)
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


def _taken_back(state: SetState, kill: Kill) -> Card:
    """It was tried: who knows whether Vault did it and could not say so."""
    head = f"{mention(kill.rejected_by)} took back that {_tokens(state, kill)} go out of force"
    told = (
        f"{mention(kill.by)} asked for it, {mention(kill.agreed_by)} agreed, and until "
        f"{when(kill.over_at)} Vault had not said that it is done. Take the tokens for in force. "
        "It can be asked for again."
    )
    return card(f"{head}.", [section(f"*{head}.*"), section(told)])


def _there(state: SetState, kill: Kill, name: str) -> str:
    """Return what is known of the tokens on a cluster that has to follow, and what to do."""
    here, primary = (ours(place(state.name, n), 100) for n in (name, kill.cluster))
    end = _until(state, kill)
    works = f"there the tokens may still work{f' until {when(end)}' if end else ''}"
    match kill.spread.get(name):
        case Spread.REFUSED:
            return f":no_entry: {here}: out of force. It refuses Conclave's token of this place."
        case Spread.CAUGHT_UP:
            return f":no_entry: {here}: out of force. It has what {primary} had written then."
        case Spread.CUT_OFF:
            follow = code(f"/dr run {state.name} repoint")
            return (
                f":warning: *{here} does not follow {primary}: {works}.* Let it follow again "
                f"({follow}), or stop its nodes, or keep them from the network until then."
            )
        case Spread.BEHIND | None:
            return f":hourglass: {here} has not been seen to have it: until it is, {works}."


def cut_off(state: SetState, *, now: int) -> Iterator[tuple[str, str]]:
    """Yield by key what is called out of clusters on which a killed token may still promote."""
    kill = state.duties.past_kill
    if kill is None or kill.place not in state.duties.killed or now >= _until(state, kill):
        return
    for name in kill.left:
        if kill.spread.get(name) is Spread.CUT_OFF:
            tokens = f"the tokens of ring place {kill.place}"
            words = f"{tokens} were put out of force. {_there(state, kill, name)}"
            yield f"cut-off:{kill.at}:{name}", f":rotating_light: {words}"


def shift_of(token: DutyToken) -> str:
    """Return which shift's token it is, and whose hands it is for."""
    whose = mention(token.lead) if token.part is Part.LEAD else "Conclave's"
    return f"{ours(token.name, 40)} ({whose})"
