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
    return tuple(dict.fromkeys(who for who, _ in _counted(ceremony, rules, now=now)))


def lapses_at(ceremony: Ceremony, rules: ReplicationSet, *, now: int) -> int | None:
    """Return when the newest agreement that still counts lapses (ms), or None without one."""
    times = [at for _, at in _counted(ceremony, rules, now=now)]
    return max(times) + _lapse(rules) if times else None


def _counted(ceremony: Ceremony, rules: ReplicationSet, *, now: int) -> list[tuple[str, int]]:
    """Who agreed when; a withdrawn request took its approvals along, but not the shares."""
    given = [(approval.by, approval.at) for approval in ceremony.approvals]
    if rules.approval.holders_count and ceremony.purpose is Purpose.PROMOTE and ceremony.rounds:
        shares = ceremony.rounds[-1].given
        given += [(s.holder, s.at) for s in shares if s.at > ceremony.approvals_since]
    requester = ceremony.request.by if ceremony.request else ""
    lapse = _lapse(rules)
    return [(who, at) for who, at in given if who != requester and now < at + lapse]


def _lapse(rules: ReplicationSet) -> int:
    return int(rules.ceremony.approval_lapses.total_seconds() * 1000)


def is_approved(ceremony: Ceremony, rules: ReplicationSet, *, now: int) -> bool:
    """Return whether a promotion is requested and enough other people agree."""
    if ceremony.request is None:
        return False
    return len(agreed(ceremony, rules, now=now)) >= rules.approval.promote_approvers
