"""How a ceremony ended: in words, in durations, in the log's hash."""

from __future__ import annotations

from collections.abc import Iterator

from slack_sdk.models.blocks import Block

from bot.cards.kit import context, section
from bot.cards.phrases import code, mention, of_threshold, ours, people, place, span, title
from bot.cards.sharing import givers
from ceremonies.ceremony import AttemptState, Ceremony, Ending, TokenState
from ceremonies.events import Play, Purpose
from ceremonies.state import SetState
from ceremonies.topology import ReplicationSet

RESTARTABLE = (Ending.CANCELLED, Ending.EXPIRED, Ending.TOKEN_UNUSED, Ending.NOT_STARTED)
_HASH = 16
_CHECKLIST = 10


def headline(set_name: str, c: Ceremony) -> str:
    """Return the final card's headline."""
    match c.ending:
        case Ending.PROMOTED:
            return f"{place(set_name, c.cluster)} is the primary now"
        case Ending.DRILLED:
            return f"{title(set_name, c)}: passed"
        case Ending.CANCELLED:
            return f"{title(set_name, c)}: cancelled"
        case Ending.EXPIRED:
            return f"{title(set_name, c)}: out of time"
        case Ending.USED:
            return f"{title(set_name, c)}: done"
        case Ending.TOKEN_UNUSED:
            return f"{title(set_name, c)}: {'not approved' if c.duty else 'token not used'}"
        case Ending.TOKEN_REFUSED:
            return f"{title(set_name, c)}: token on duty not taken"
        case Ending.NOT_STARTED | None:
            return f"{title(set_name, c)}: not started"


def outcome(state: SetState, c: Ceremony, rules: ReplicationSet) -> str:
    """Return how it ended and what is left for people to do."""
    where = place(state.name, c.cluster)
    match c.ending:
        case Ending.PROMOTED:
            old = _old_primary(state, c)
            return f"{_promoted(where, old)}{_exposed(c)}{_checklist(rules)}"
        case Ending.DRILLED:
            return (
                f"The key holders' shares made a DR operation token on {where}: it works. Nothing "
                "was promoted. Thank you all."
            )
        case Ending.CANCELLED:
            return f"{mention(c.ended_by)} cancelled it. {spent(c)}"
        case Ending.EXPIRED if c.by_hand and c.moments.accepted:
            return (
                f":warning: *The shift lead was shown the command, and {where} was never seen as "
                "primary.* Its time is over and Conclave asks no more. Ask them, and look at each "
                "of its nodes by hand before you start anything new."
            )
        case Ending.EXPIRED if c.moments.accepted:
            return (
                f":warning: *Vault took the promotion on, and {where} was never seen as primary.* "
                "Its time is over and Conclave asks no more. Look at each of its nodes by hand "
                "before you start anything new."
            )
        case Ending.EXPIRED if c.duty:
            return f"Its time ran out. {spent(c)}"
        case Ending.EXPIRED:
            return f"Its time ran out with {of_threshold(c)}. {spent(c)}"
        case Ending.USED:
            if c.duty:
                return f"The step on {where} that the token on duty was taken for is done."
            return f"The step on {where} that the token was made for is done. Thank you all."
        case Ending.TOKEN_UNUSED if c.duty:
            return f"{unused(c)}. One click starts anew."
        case Ending.TOKEN_REFUSED:
            return (
                f"{where} did not take the token on duty, so it is not tried again there. Go on "
                "with a quorum of key holders: the runbook's next click calls them together."
            )
        case Ending.TOKEN_UNUSED:
            return (
                f"{unused(c)}, so the DR operation token is not kept. The shares given for it are "
                "spent. One click starts anew."
            )
        case Ending.NOT_STARTED | None:
            return f"Vault opened no attempt, so nobody was asked for a share. {ours(c.trouble)}"


def unused(c: Ceremony) -> str:
    """Return why a token was not used, as the beginning of a sentence."""
    promotes = c.purpose is Purpose.PROMOTE
    return "No promotion was approved in time" if promotes else "It was not used in time"


def _old_primary(state: SetState, c: Ceremony) -> str:
    """Return what is to be known of the cluster that was primary before."""
    r = state.find_runbook(c.runbook) if c.runbook else None
    if r is not None and r.play in (Play.PLANNED_FAILOVER, Play.FAILBACK):
        source = place(state.name, r.source)
        return f"{source} was demoted before; the runbook's next steps let it follow."
    return (
        "Keep the old primary fenced off: it may come back and still think that it is primary. "
        "Then everybody is told here, and the runbook *rejoin* is one click away."
    )


def _promoted(where: str, old: str) -> str:
    return f"*{where} answers as primary, active and unsealed.* {old}"


def _exposed(c: Ceremony) -> str:
    """Return what is to be known of shares, where some were given."""
    return "" if c.duty else " Shares that were typed into Slack count as exposed: plan a rekey."


def _checklist(rules: ReplicationSet) -> str:
    todo = "\n".join(f"• {ours(step, 150)}" for step in rules.client_checklist[:_CHECKLIST])
    left = len(rules.client_checklist) - _CHECKLIST
    more = f"\n• and {left} more in the configuration" if left > 0 else ""
    return f"\n*Left to do by hand:*\n{todo}{more}" if todo else ""


def spent(c: Ceremony) -> str:
    """Return what became of the attempt and of the shares given for it."""
    if c.duty:
        return "No key holder was asked."
    if c.attempt is AttemptState.OPEN:
        return "Conclave is cancelling the attempt at Vault; the shares given for it are spent."
    if c.attempt is AttemptState.NONE:
        return "No attempt was open at Vault."
    if not any(r.given or r.outside for r in c.rounds):
        return "The attempt is closed at Vault; no share was given."
    return "The attempt is closed at Vault; the shares given for it are spent."


def gave(c: Ceremony, rules: ReplicationSet) -> Block | None:
    """Return who gave and who approved."""
    now = c.round
    who = givers(now) if now else []
    lines = []
    if who:
        lines.append(f"*Gave a share:* {people(who)}")
    if now and now.outside:
        lines.append(f"*Given outside Conclave:* {now.outside}")
    if c.request is not None:
        lines.append(f"*Promotion asked for by:* {mention(c.request.by)}")
    clicked = [a.by for a in c.approvals]
    if clicked:
        lines.append(f"*Approved by:* {people(clicked)}")
    if c.request is not None and rules.approval.holders_count and not c.duty:
        agreed = [holder for holder in who if holder not in (c.request.by, *clicked)]
        lines.append(f"*Agreed with their share:* {people(agreed)}")
    return section("\n".join(lines)) if lines else None


def durations(c: Ceremony) -> Block | None:
    """Return how long each step took since the start."""
    passed = sorted((at, words) for words, at in _moments(c) if at)
    lines = [f"• {words} {span(at - c.started_at)}" for at, words in passed]
    return section("*After the start*\n" + "\n".join(lines)) if lines else None


def _moments(c: Ceremony) -> Iterator[tuple[str, int]]:
    yield "first share:", c.moments.first_share
    if not c.duty:
        yield "all shares, token made:", c.moments.completed
    yield "promotion asked for:", c.moments.requested
    yield "promotion sent:", c.moments.promotion_sent
    accepted = "handed to the shift lead:" if c.by_hand else "accepted by Vault:"
    yield accepted, c.moments.accepted
    yield "primary:", c.moments.promoted
    gone = "token deleted:" if c.token is TokenState.DELETED else "token of no more use:"
    yield gone, c.moments.token_over
    if c.ending not in (Ending.PROMOTED, Ending.DRILLED):
        yield "ended:", c.moments.ended


def log_line(state: SetState, c: Ceremony) -> Block:
    """Return where the log stood, so that it can be compared later: entry and hash."""
    count = len(c.rounds)
    rounds = "" if c.duty else f"{count} {'round' if count == 1 else 'rounds'}. "
    return context(
        f"{rounds}Log of {code(state.name)}: entry {c.entry}, hash {code(c.head[:_HASH])}."
    )
