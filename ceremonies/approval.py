"""Who has agreed to a promotion, and whether that is enough."""

from __future__ import annotations

from ceremonies.ceremony import Ceremony
from ceremonies.events import Purpose
from ceremonies.topology import ReplicationSet


def agreed(ceremony: Ceremony, rules: ReplicationSet, *, now: int) -> tuple[str, ...]:
    """Return the people whose agreement counts at `now`: never the requester's own.

    A share that was given in this round for a promotion is its holder's approval where
    `holders_count` is set, in whichever order share and request came. Each agreement lapses
    `approval_lapses` after it was given, and all that came before a block or a rejection.
    """
    lapse = int(rules.ceremony.approval_lapses.total_seconds() * 1000)
    given = [(approval.by, approval.at) for approval in ceremony.approvals]
    if rules.approval.holders_count and ceremony.purpose is Purpose.PROMOTE and ceremony.rounds:
        given += [(share.holder, share.at) for share in ceremony.rounds[-1].given]
    requester = ceremony.request.by if ceremony.request else ""
    fresh = [
        who
        for who, at in given
        if who != requester and at >= ceremony.approvals_since and now < at + lapse
    ]
    return tuple(dict.fromkeys(fresh))


def lapses_at(ceremony: Ceremony, rules: ReplicationSet, *, now: int) -> int | None:
    """Return when the newest agreement that still counts lapses (ms), or None without one."""
    lapse = int(rules.ceremony.approval_lapses.total_seconds() * 1000)
    counted = agreed(ceremony, rules, now=now)
    times = [a.at for a in ceremony.approvals if a.by in counted]
    if ceremony.rounds:
        times += [g.at for g in ceremony.rounds[-1].given if g.holder in counted]
    return max(times) + lapse if times else None


def is_approved(ceremony: Ceremony, rules: ReplicationSet, *, now: int) -> bool:
    """Return whether a promotion is requested and enough other people agree."""
    if ceremony.request is None:
        return False
    return len(agreed(ceremony, rules, now=now)) >= rules.approval.promote_approvers
