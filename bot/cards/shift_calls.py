"""What the channel is told aloud of tokens on duty; and the request to put some out of force."""

from __future__ import annotations

from collections.abc import Iterator

from slack_sdk.models.blocks import ButtonElement

from bot.cards.keys import alarm_key, watch_key
from bot.cards.kit import Card, Json, actions, button, card, confirmation, section
from bot.cards.phrases import code, mention, ours, place, quoted, when
from ceremonies.duty import DutyToken, Kill, Wrap
from ceremonies.events import Part, Proof, WrapLoss
from ceremonies.policies import policy_name
from ceremonies.state import SetState

AGREE = "kill.agree"
REJECT = "kill.reject"

_LOSS = {
    WrapLoss.EXPIRED: "was not collected in time",
    WrapLoss.OPENED: "was opened by *somebody else*",
    WrapLoss.FOREIGN: "is *not what Conclave made*",
    WrapLoss.DISOWNED: "was collected, and the lead says *it was not them*",
}


def about_duty(state: SetState, commanders: str, *, command: str) -> Iterator[tuple[str, Card]]:
    """Yield by key what is told of tokens on duty, each once for each occasion."""
    for key, words in _told(state, command=command):
        line = f"{commanders}: {words}" if commanders else words
        yield watch_key("duty", key), card(line, [section(line)])
    duties = state.duties
    if duties.kill is not None:
        yield alarm_key("kill", str(duties.kill.at)), kill_card(state, duties.kill)
    elif duties.killed:
        yield from _ended_kill(state)


def _told(state: SetState, *, command: str) -> Iterator[tuple[str, str]]:
    duties = state.duties
    shift = code(f"{command} shift {state.name}")
    for key, minting in duties.minting.items():
        name = key.rpartition(" ")[0]
        if minting.late:
            yield f"late:{key}", _late(state, name, minting.words)
    for token in duties.tokens:
        if token.wrap is Wrap.LOST and token.loss is not None:
            kill = f" Put it out of force: {shift} kill." if token.is_out_of_reach else ""
            words = f"the token of shift {_shift(token)} {_LOSS[token.loss]}.{kill}"
            yield f"lost:{token.id}:{token.loss}", f":rotating_light: {words}"
        for cluster, seen in token.proofs.items():
            if seen.answer is Proof.REFUSED and not token.killed_at:
                words = (
                    f"{place(state.name, cluster)} refuses the token on duty of shift "
                    f"{_shift(token)}: {ours(seen.words, 200)} A quorum would be needed there."
                )
                yield f"refused:{token.id}:{cluster}", f":warning: {words}"
    for name, handed in duties.handovers.items():
        if handed.late:
            words = (
                f"the hand-over to shift {ours(name, 80)} is not confirmed by everybody. Find out "
                f"who leads now; they confirm with {shift} handover."
            )
            yield f"handover:{name}", f":warning: {words}"
    yield from _of_ring(state)
    if duties.covered is False:
        until = f" until {when(duties.next_at)}" if duties.next_at else ""
        words = f"no token is on duty{until}: a quorum of key holders would be needed."
        yield f"uncovered:{duties.covered_at}", f":grey_exclamation: {words}"


def _of_ring(state: SetState) -> Iterator[tuple[str, str]]:
    ring = state.duties.ring
    if ring is None or not ring.problems:
        return
    some = " ".join(ours(words, 300) for words in ring.problems[:3])
    left = len(ring.problems) - 3
    more = f" And {left} more; see conclave doctor." if left > 0 else ""
    where = place(state.name, ring.cluster)
    yield f"ring:{ring.at}", f":wrench: For an operator of {where}: {some}{more}"


def _late(state: SetState, shift: str, words: str) -> str:
    old = [t for t in state.duties.tokens if t.is_held and not t.killed_at]
    until = max((t.until for t in old), default=0)
    rest = f" The token before it lasts until {when(until)}." if until else ""
    why = f" {ours(words, 300)}" if words else " The primary cannot be asked."
    return f":warning: shift {ours(shift, 80)} has no token of its own yet.{why}{rest}"


def _shift(token: DutyToken) -> str:
    whose = mention(token.lead) if token.part is Part.LEAD else "Conclave's"
    return f"{ours(token.name, 40)} ({whose})"


def kill_card(state: SetState, kill: Kill) -> Card:
    """Return the request to put a ring place out of force, with its two answers."""
    hit = [t for t in state.duties.tokens if t.place == kill.place and not t.killed_at]
    until = max((t.until for t in hit), default=0)
    head = f"{mention(kill.by)} asks to put the tokens of ring place {kill.place} out of force"
    whose = ", ".join(dict.fromkeys(_shift(t) for t in hit)) or "none that Conclave knows of"
    why = f"\nReason: {quoted(kill.reason)}" if kill.reason else ""
    does = (
        f"The policy {code(policy_name(kill.place))} is deleted on the live primary: without one "
        "it cannot be done. Every token that has it may do nothing from then on; secondaries "
        f"follow within seconds, by replication. Tokens: {whose}.{why}"
    )
    after = "An operator lays it again with " + code(
        f"conclave policy --apply --refill {kill.place}"
    )
    after += f", not before {when(until)}: until then it would put them into force again." * bool(
        until
    )
    if kill.agreed_by:
        told = f"{mention(kill.agreed_by)} agreed. Vault is being told."
        told += f" {ours(kill.words, 300)}" if kill.words else ""
        return card(f"{head}.", [section(f"*{head}.*"), section(does), section(told)])
    blocks = [
        section(f"*{head}.*"),
        section(does),
        section(after),
        section("*Another person must agree:* a shift lead, an approver or a commander."),
        actions(_answers(state.name, kill)),
    ]
    return card(f"{head}. Another person must agree.", blocks)


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


def _ended_kill(state: SetState) -> Iterator[tuple[str, Card]]:
    """Yield the end of each request whose card stands there."""
    for key in state.messages:
        if key.startswith(alarm_key("kill", "")):
            places = ", ".join(str(p) for p in sorted(state.duties.killed))
            words = f"Ring places out of force now: {places}. The request is over."
            yield key, card(words, [section(words)])
