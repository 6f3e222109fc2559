"""Who hands a shift over to whom: who is asked to confirm it, and who has not in time. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ceremonies.duty import Duties, Handover
from ceremonies.events import Event, HandoverAsked, HandoverLate
from ceremonies.rota.rules import Custody
from ceremonies.rota.shift import PlannedShift

ASK_AGAIN_MS = 10 * 60_000  # replicas that read a calendar differently ask in turn, no oftener


def before(shifts: Sequence[PlannedShift], shift: PlannedShift) -> PlannedShift | None:
    """Return the shift that ends as this one begins, or None: then nobody hands it over."""
    fitting = (s for s in reversed(shifts) if s.start < shift.start and s.end >= shift.start)
    return next(fitting, None)


def missing_leads(
    duties: Duties, shifts: Sequence[PlannedShift], shift: PlannedShift
) -> tuple[str, ...]:
    """Return who has not confirmed the hand-over to this shift: whoever goes, whoever comes."""
    done = duties.handovers.get(shift.id)
    going = before(shifts, shift)
    missing = []
    if going is not None and going.lead != shift.lead and not (done and done.outgoing):
        missing.append(going.lead)
    if not (done and done.incoming == shift.lead):
        missing.append(shift.lead)
    return tuple(missing)


def notes(
    duties: Duties, shifts: Sequence[PlannedShift], *, now: int, since: int = 0
) -> list[Event]:
    """Return what the clock tells of hand-overs, while the shift that is handed over is open.

    `since` is when somebody began to look.
    """
    found: list[Event] = []
    for shift in shifts:
        if shift.opens_at <= now < shift.end:
            found += _asked(duties, shifts, shift, now=now)
            found += _late(duties, shifts, shift, now=now, since=since)
    return found


def _asked(
    duties: Duties, shifts: Sequence[PlannedShift], shift: PlannedShift, *, now: int
) -> list[Event]:
    """Ask both leads as the shift opens, and whoever takes the place of one of them later."""
    done = duties.handovers.get(shift.id, Handover())
    last = done.asked
    going = before(shifts, shift)
    outgoing = going.lead if going is not None and going.lead != shift.lead else ""
    if last is not None:
        if done.outgoing or going is None:
            outgoing = last.outgoing
        same = (outgoing, shift.lead) == (last.outgoing, last.incoming)
        if same or done.asked_at <= now < done.asked_at + ASK_AGAIN_MS:
            return []
    asked = HandoverAsked(
        shift=shift.id,
        name=shift.name,
        outgoing=outgoing,
        incoming=shift.lead,
        collects=shift.custody is not Custody.BOT,
        starts=shift.start,
        ends=shift.end,
        grace=shift.overlap // 2,
    )
    return [asked]


def _late(
    duties: Duties, shifts: Sequence[PlannedShift], shift: PlannedShift, *, now: int, since: int
) -> list[Event]:
    """Tell of everybody once who has not confirmed in time, also of who took a lead's place."""
    done = duties.handovers.get(shift.id, Handover())
    if now < max(shift.start, since) + shift.overlap // 2:
        return []
    told = {*done.told, *done.missing}
    if done.late and not told:
        return []  # nobody was named then
    due = {lead: done.late_at(lead) for lead in missing_leads(duties, shifts, shift)}
    missing = tuple(lead for lead, at in due.items() if at is not None and now >= at)
    return [HandoverLate(shift=shift.id, missing=missing)] if set(missing) - told else []
