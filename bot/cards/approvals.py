"""The promotion's approval: who asked, who agrees, how many are missing, when it lapses."""

from __future__ import annotations

from collections.abc import Iterator

from slack_sdk.models.blocks import Block

from bot.cards.kit import section
from bot.cards.phrases import mention, more_people, ours, people, quoted, when
from ceremonies.approval import agreed, approvers_needed, lapses
from ceremonies.ceremony import Ceremony, Phase, Request
from ceremonies.events import Purpose
from ceremonies.evidence import LEFT_BEHIND, Check, Evidence, Level
from ceremonies.topology import ReplicationSet

_SHOWN = 6


def missing(c: Ceremony, rules: ReplicationSet, *, now: int) -> int:
    """Return how many more people must agree."""
    return max(0, approvers_needed(c, rules) - len(agreed(c, rules, now=now)))


def approval(c: Ceremony, rules: ReplicationSet, *, now: int) -> Block | None:
    """Return how the promotion stands; None where this ceremony promotes nothing now."""
    if c.purpose is not Purpose.PROMOTE or not c.is_open or c.phase is Phase.PROMOTING:
        return None
    said = _said_no(c)
    if c.request is None:
        if c.phase is Phase.BLOCKED:
            return None
        may = "now" if c.phase is Phase.TOKEN_HELD else "while shares still come"
        return section(
            f"{said}*Promotion:* not asked for yet. An incident commander may ask {may}; then "
            f"{more_people(rules.approval.promote_approvers)} must agree."
        )
    return section(said + "\n".join(_asked(c, c.request, rules, now=now)))


def _said_no(c: Ceremony) -> str:
    if c.blocked is not None:
        return f":no_entry: {_blocked(c.blocked)}\n"
    if c.rejected_by:
        return f":no_entry: {mention(c.rejected_by)} rejected the promotion.\n"
    return ""


def _blocked(evidence: Evidence) -> str:
    if evidence.blocks:
        words = " ".join(found.words for found in evidence.blocks)
        return f"*The gate blocked the promotion:* {ours(words)}"
    told = (Check.PRIMARY, Check.STATE)
    warned = [f for f in evidence.findings if f.level is Level.WARN]
    doubts = [f.words for f in warned if f.check in told or f.cause == LEFT_BEHIND]
    return (
        "*The nodes' answers got worse after the promotion was asked for,* so nobody has agreed to "
        f"them: {ours(' '.join(doubts))} If it is still right, ask anew."
    )


def _asked(c: Ceremony, request: Request, rules: ReplicationSet, *, now: int) -> Iterator[str]:
    yield f"*Promotion:* {mention(request.by)} asked for it {when(request.at)}."
    for lifted in request.overrides:
        yield f":warning: *Overridden:* {ours(lifted.words, 200)}"
    if request.reason.strip():
        yield f"Reason: {quoted(request.reason)}"
    given = lapses(c, rules, now=now)
    yield f"Agreed: {_agreed(c, list(given)) or 'nobody yet'}."
    needed = approvers_needed(c, rules)
    left = missing(c, rules, now=now)
    if left:
        first = f" What is agreed begins to lapse {when(min(given.values()))}." if given else ""
        yield (
            f"*{more_people(left)} must agree*, not {mention(request.by)}, who asked."
            f"{_shares_count(c, rules)}{first}"
        )
        return
    until = _enough_until(list(given.values()), needed)
    if c.phase is Phase.TOKEN_HELD:
        does = "The shift lead is shown the command" if c.by_hand else "Conclave promotes"
        yield f"*Enough people agree*{until}. {does}."
    else:
        yield f"*Enough people agree*{until}: the last share leads to the promotion at once."


def _enough_until(lapses: list[int], needed: int) -> str:
    """Return until when enough of these agreements last: the needed-th from the last."""
    if not 0 < needed <= len(lapses):
        return ""
    return f" until {when(sorted(lapses, reverse=True)[needed - 1])}"


def _shares_count(c: Ceremony, rules: ReplicationSet) -> str:
    counts = rules.approval.holders_count and c.phase is not Phase.TOKEN_HELD
    return " A share given here counts as its holder's approval." if counts else ""


def _agreed(c: Ceremony, who: list[str]) -> str:
    clicked = {a.by for a in c.approvals}
    said = [name for name in who if name in clicked]
    gave = [name for name in who if name not in clicked]
    parts = [people(said, _SHOWN)] if said else []
    if gave:
        parts.append(f"with their share {people(gave, _SHOWN)}")
    return "; ".join(parts)
