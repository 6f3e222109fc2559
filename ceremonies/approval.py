"""Who has agreed to a promotion, and whether that is enough."""

from __future__ import annotations

from ceremonies.ceremony import Ceremony
from ceremonies.events import Purpose
from ceremonies.roster import Role, Roster
from ceremonies.topology import ReplicationSet

_MAY_AGREE = (Role.APPROVER, Role.INCIDENT_COMMANDER, Role.KEY_HOLDER)


def agreed(
    ceremony: Ceremony, rules: ReplicationSet, *, now: int, roster: Roster | None = None
) -> tuple[str, ...]:
    """Return the people whose agreement counts at `now`: never the requester's own.

    With a `roster`, only of people who may still give it: whoever was taken off the roster since,
    perhaps because their account was stolen, counts no more.

    A share that was given in this round for a promotion is its holder's approval where
    `holders_count` is set, in whichever order share and request came. Each agreement lapses
    `approval_lapses` after it was given, and all that came before a block or a rejection.
    """
    counted = dict.fromkeys(who for who, _ in _counted(ceremony, rules, now=now))
    return tuple(who for who in counted if roster is None or roster.has(who, *_MAY_AGREE))


def lapses(ceremony: Ceremony, rules: ReplicationSet, *, now: int) -> dict[str, int]:
    """Return when each agreement that counts at `now` lapses (ms), by person."""
    until: dict[str, int] = {}
    for who, at in _counted(ceremony, rules, now=now):
        until[who] = max(until.get(who, 0), at + _lapse(rules))
    return until


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


def is_approved(
    ceremony: Ceremony, rules: ReplicationSet, *, now: int, roster: Roster | None = None
) -> bool:
    """Return whether a promotion is requested and enough other people agree."""
    if ceremony.request is None:
        return False
    others = agreed(ceremony, rules, now=now, roster=roster)
    return len(others) >= rules.approval.promote_approvers
