"""Who has agreed to a promotion, and whether that is enough."""

from __future__ import annotations

from ceremonies.ceremony import Ceremony, Force, Phase
from ceremonies.events import Purpose
from ceremonies.roster import Role, Roster
from ceremonies.runbook import Step
from ceremonies.topology import ReplicationSet

FORCE_AFTER = 3  # answers in a row; Vault's own harness asks ten times (facts/vault 5.2)
FORCE_OTHERS = 2  # people beside the commander who asks to force it

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
    if _shares_count(ceremony, rules):
        shares = ceremony.rounds[-1].given
        given += [(s.holder, s.at) for s in shares if s.at > ceremony.approvals_since]
    requester = ceremony.request.by if ceremony.request else ""
    lapse = _lapse(rules)
    return [(who, at) for who, at in given if who != requester and now < at + lapse]


def _shares_count(ceremony: Ceremony, rules: ReplicationSet) -> bool:
    """Whoever gave a share agreed to a promotion, but not to one against the gate."""
    request = ceremony.request
    against = request is not None and bool(request.overrides)
    promotes = ceremony.purpose is Purpose.PROMOTE and bool(ceremony.rounds)
    return rules.approval.holders_count and promotes and not against


def approvers_needed(ceremony: Ceremony, rules: ReplicationSet) -> int:
    """Return how many other people must agree: one more where a block is overridden."""
    request = ceremony.request
    return rules.approval.promote_approvers + int(request is not None and bool(request.overrides))


def _lapse(rules: ReplicationSet) -> int:
    return int(rules.ceremony.approval_lapses.total_seconds() * 1000)


def is_approved(
    ceremony: Ceremony, rules: ReplicationSet, *, now: int, roster: Roster | None = None
) -> bool:
    """Return whether a promotion is requested and enough other people agree."""
    if ceremony.request is None:
        return False
    others = agreed(ceremony, rules, now=now, roster=roster)
    return len(others) >= approvers_needed(ceremony, rules)


def may_force(ceremony: Ceremony) -> bool:
    """Return whether Vault has said so often enough that it is still catching up."""
    ready = ceremony.phase is Phase.TOKEN_HELD and ceremony.request is not None
    return ready and not ceremony.frozen and ceremony.catching_up >= FORCE_AFTER


def standing_force(ceremony: Ceremony, *, now: int) -> Force | None:
    """Return what somebody asked for so short ago that it still counts, or None."""
    force = ceremony.force
    return force if force is not None and now < force.until else None


def force_agreed(ceremony: Ceremony, roster: Roster | None = None) -> tuple[str, ...]:
    """Return the people who typed the same after who asked; with a `roster`, who still may."""
    force = ceremony.force
    given = force.agreed if force is not None else ()
    return tuple(who for who in given if roster is None or roster.has(who, *_MAY_AGREE))


def is_forced(ceremony: Ceremony, roster: Roster, *, now: int) -> bool:
    """Return whether `force` may be sent: three people typed it, and they still may."""
    force = standing_force(ceremony, now=now)
    if force is None or not may_force(ceremony):
        return False
    commands = roster.has(force.by, Role.INCIDENT_COMMANDER)
    return commands and len(force_agreed(ceremony, roster)) >= FORCE_OTHERS


def step_agreed(
    step: Step, rules: ReplicationSet, *, now: int, roster: Roster | None = None
) -> tuple[str, ...]:
    """Return the people other than the requester whose agreement to this step counts at `now`."""
    if step.request is None:
        return ()
    lapse = _lapse(rules)
    given = (a.by for a in step.approvals if now < a.at + lapse and a.by != step.request.by)
    return tuple(who for who in given if roster is None or roster.has(who, *_MAY_AGREE))


def step_approvers(rules: ReplicationSet) -> int:
    """Return how many others must agree to a step that wipes or disables: never none."""
    return max(1, rules.approval.promote_approvers)


def is_step_approved(
    step: Step, rules: ReplicationSet, *, now: int, roster: Roster | None = None
) -> bool:
    """Return whether the step is requested and enough other people agree."""
    return step.request is not None and (
        len(step_agreed(step, rules, now=now, roster=roster)) >= step_approvers(rules)
    )
