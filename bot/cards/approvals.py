"""The promotion's approval: who asked, who agrees, how many are missing, when it lapses."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from bot.cards.kit import section
from bot.cards.phrases import mention, more_people, ours, quoted, when
from ceremonies.approval import agreed
from ceremonies.ceremony import Ceremony, Phase, Request
from ceremonies.decide.terms import ms
from ceremonies.events import Purpose
from ceremonies.topology import ReplicationSet

_SHOWN = 6


def missing(c: Ceremony, rules: ReplicationSet, *, now: int) -> int:
    """Return how many more people must agree."""
    return max(0, rules.approval.promote_approvers - len(agreed(c, rules, now=now)))


def approval(c: Ceremony, rules: ReplicationSet, *, now: int) -> Block | None:
    """Return how the promotion stands; None where this ceremony promotes nothing now."""
    if c.purpose is not Purpose.PROMOTE or not c.is_open or c.phase is Phase.PROMOTING:
        return None
    said = _said_no(c)
    if c.request is None:
        if c.phase is Phase.BLOCKED:
            return None
        return section(
            f"{said}*Promotion:* not asked for yet. An incident commander may ask while shares "
            f"still come; then {more_people(rules.approval.promote_approvers)} must agree."
        )
    return section(said + "\n".join(_asked(c, c.request, rules, now=now)))


def _said_no(c: Ceremony) -> str:
    if c.blocked is not None:
        words = " ".join(found.words for found in c.blocked.blocks)
        return f":no_entry: *The gate blocked the promotion:* {ours(words)}\n"
    if c.rejected_by:
        return f":no_entry: {mention(c.rejected_by)} rejected the promotion.\n"
    return ""


def _asked(c: Ceremony, request: Request, rules: ReplicationSet, *, now: int) -> Sequence[str]:
    lines = [f"*Promotion:* {mention(request.by)} asked for it {when(request.at)}."]
    if request.reason.strip():
        lines.append(f"Reason: {quoted(request.reason)}")
    lines.append(f"Agreed: {_agreed(c, rules, now=now) or 'nobody yet'}.")
    left = missing(c, rules, now=now)
    if left:
        lines.append(
            f"*{more_people(left)} must agree*, not {mention(request.by)}, who asked."
            + _shares_count(c, rules)
        )
    elif c.phase is Phase.TOKEN_HELD:
        lines.append("*Enough people agree.* Conclave promotes.")
    else:
        lines.append("*Enough people agree:* the last share leads to the promotion at once.")
    return lines


def _shares_count(c: Ceremony, rules: ReplicationSet) -> str:
    counts = rules.approval.holders_count and c.phase is not Phase.TOKEN_HELD
    return " A share given here counts as its holder's approval." if counts else ""


def _agreed(c: Ceremony, rules: ReplicationSet, *, now: int) -> str:
    who = agreed(c, rules, now=now)
    shown = ", ".join(_one(c, name, rules) for name in who[:_SHOWN])
    left = len(who) - _SHOWN
    return f"{shown} and {left} more" if left > 0 else shown


def _one(c: Ceremony, who: str, rules: ReplicationSet) -> str:
    clicked = [a.at for a in c.approvals if a.by == who]
    gave = [g.at for g in (c.rounds[-1].given if c.rounds else ()) if g.holder == who]
    how = "" if clicked else "with a share, "
    lapses = max(clicked + gave) + ms(rules.ceremony.approval_lapses)
    return f"{mention(who)} ({how}lapses {when(lapses)})"
