"""Which tokens a set's shifts need now, and what is late. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ceremonies.duty import RING, Duties, DutyToken
from ceremonies.events import (
    CoverageChanged,
    Event,
    KillRejected,
    MintLate,
    Part,
    WrapLoss,
)
from ceremonies.fold.duty import RETRY_MINT_MAX_MS
from ceremonies.rota.rules import Custody
from ceremonies.rota.shift import PlannedShift
from ceremonies.state import SetState

KILL_LAPSES_MS = 60 * 60_000
GRACE_MS = 60_000
_REPLACED = 2  # so many tokens that are refused are replaced by themselves; then people decide
_PARTS = {
    Custody.LEAD: (Part.LEAD,),
    Custody.BOT: (Part.BOT,),
    Custody.BOTH: (Part.BOT, Part.LEAD),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MintDebt:
    """A token that a shift still needs, from the policy of this ring place."""

    shift: PlannedShift
    part: Part
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KillDebt:
    """A ring place whose policy two people want deleted."""

    place: int


def parts_of(shift: PlannedShift) -> tuple[Part, ...]:
    """Return whose hands tokens are minted for."""
    return _PARTS[shift.custody]


def on_now(shifts: Sequence[PlannedShift], *, now: int) -> PlannedShift | None:
    """Return the shift that is on, or is opened already: of two the later one."""
    fitting = (s for s in reversed(shifts) if s.opens_at <= now < s.end)
    return next(fitting, None)


def next_after(shifts: Sequence[PlannedShift], *, now: int) -> PlannedShift | None:
    """Return the shift that begins next."""
    return next((s for s in shifts if s.start > now), None)


def ttl_s(shift: PlannedShift, *, now: int) -> int:
    """Return how long its token shall last: the shift and its overlap; less in mid-shift."""
    left = shift.end - max(shift.start, now) + shift.overlap
    return max(1, left // 1000)


def wrap_s(shift: PlannedShift, *, now: int) -> int:
    """Return how long the lead has to collect it: until the overlap after the start is over.

    In mid-shift it is as long from now.
    """
    left = max(shift.start, now) + shift.overlap - now
    return max(1, min(left, shift.end + shift.overlap - now) // 1000)


def mints(duties: Duties, shifts: Sequence[PlannedShift], *, now: int) -> list[MintDebt]:
    """Return the tokens that are to be minted at `now` (ms)."""
    found = []
    for shift in shifts:
        if not shift.opens_at <= now < shift.end:
            continue
        for part in parts_of(shift):
            place = place_for(duties, shift, now=now)
            if place and _is_missing(duties, shift, part, now=now):
                found.append(MintDebt(shift=shift, part=part, place=place))
    return found


def _is_missing(duties: Duties, shift: PlannedShift, part: Part, *, now: int) -> bool:
    """Whether this part of the shift has no token; one that was lost is people's to ask for anew.

    Whoever leads in another's place, from mid-shift on, has none. One that was put out of force is
    replaced: that was the reason to do so. So is one whose policy is another than it has to be:
    nobody but its lead could try what it may. And so is one that its own primary refuses: at once
    where its ring place is seen not to be as it has to be, else a while later.
    """
    if _waits(duties.mint(shift.id, part).retry_at, now=now):
        return False
    token = duties.of_shift(shift.id, part, lead=shift.lead)
    if token is None or token.killed_at:
        return True
    ready = duties.ring.ready if duties.ring else ()
    if token.is_held and duties.ring and token.place in duties.ring.changed:
        return True
    if not token.takes(token.cluster):
        return token.place not in ready or _is_refused_for_long(duties, token, now=now)
    return token.is_held and now >= token.until


def _waits(retry_at: int, *, now: int) -> bool:
    """Whether it is not yet time to try again. No pause is so long as one that a clock made.

    A try by a clock that was put back since then must not hold up what is due before that.
    """
    return retry_at - RETRY_MINT_MAX_MS <= now < retry_at


def _is_refused_for_long(duties: Duties, token: DutyToken, *, now: int) -> bool:
    """Whether a token is to be replaced that is refused though its ring place is as it has to be.

    The ring is looked at before that. Where others are refused as well, the ring is not used up.
    """
    seen = token.proofs[token.cluster]
    alike = [
        t
        for t in duties.tokens
        if (t.shift, t.part) == (token.shift, token.part)
        and not t.takes(t.cluster)
        and now < t.until
    ]
    return len(alike) <= _REPLACED and not seen.at <= now < seen.at + GRACE_MS


def place_for(duties: Duties, shift: PlannedShift, *, now: int) -> int:
    """Return the ring place to mint from: this shift's own, else the next free one of the ring.

    No place whose policy is not as it has to be, whose tokens others hold still, or whose token
    its primary refuses; 0: none.
    """
    ready = _ready(duties)
    tainted = {
        t.place
        for t in duties.tokens
        if now < t.until and (t.is_out_of_reach or not t.takes(t.cluster))
    }
    for token in reversed(duties.tokens):
        own = (token.shift, token.lead) == (shift.id, shift.lead)
        if own and token.place in ready and token.place not in tainted and now < token.until:
            return token.place
    newest = duties.tokens[-1].place if duties.tokens else 0
    free = free_places(duties, now=now)
    return min(free, key=lambda p: (p - newest - 1) % RING, default=0)


def free_places(duties: Duties, *, now: int) -> list[int]:
    """Return the ring places from which a token may be minted and that no other token has.

    A wrap that nobody opened in time holds no place: nobody can come to its token any more.
    """
    busy = {t.place for t in duties.tokens if now < t.until and t.loss is not WrapLoss.EXPIRED}
    return [p for p in _ready(duties) if p not in busy and 1 <= p <= RING]


def _ready(duties: Duties) -> list[int]:
    return [p for p in (duties.ring.ready if duties.ring else ()) if p not in duties.killed]


def kills(duties: Duties, *, now: int) -> list[KillDebt]:
    """Return the ring place that two people agreed to put out of force."""
    kill = duties.kill
    if kill is None or not kill.agreed_by or _waits(kill.retry_at, now=now):
        return []
    return [KillDebt(place=kill.place)]


def notes(
    state: SetState, shifts: Sequence[PlannedShift], *, now: int, since: int = 0
) -> list[Event]:
    """Return what the clock alone tells: what is late, what lapsed, what is not covered.

    `since` is when somebody began to look, who needs a moment for what was not done before.
    """
    duties = state.duties
    found: list[Event] = []
    for shift in shifts:
        if shift.opens_at <= now < shift.end:
            found += _late(duties, shift, now=now, since=since)
    kill = duties.kill
    if kill is not None and not kill.agreed_by and now >= kill.at + KILL_LAPSES_MS:
        found.append(KillRejected(place=kill.place, by=""))
    return [*found, *_coverage(duties, shifts, now=now)]


def _late(duties: Duties, shift: PlannedShift, *, now: int, since: int) -> list[Event]:
    quarter = shift.overlap // 4
    if now < max(shift.start - quarter, since + min(quarter, GRACE_MS)):
        return []
    missing = [p for p in parts_of(shift) if _is_missing_now(duties, shift, p, now=now)]
    if not missing or any(duties.mint(shift.id, p).late for p in missing):
        return []
    return [MintLate(shift=shift.id, until=covered_until(duties, now=now))]


def _is_missing_now(duties: Duties, shift: PlannedShift, part: Part, *, now: int) -> bool:
    token = duties.of_shift(shift.id, part, lead=shift.lead)
    if token is not None and token.killed_at and now < token.killed_at + GRACE_MS:
        return False  # another one is being minted in its place
    return token is None or not token.is_live(now)


def covered_until(duties: Duties, *, now: int) -> int:
    """Return until when some token is of use, or 0: there is none."""
    return max((t.until for t in duties.live(now) if t.takes(t.cluster)), default=0)


def _coverage(duties: Duties, shifts: Sequence[PlannedShift], *, now: int) -> list[Event]:
    """Tell when the last token on duty ended, and when there is one again."""
    covered = covered_until(duties, now=now) > 0
    if covered == duties.covered or (not shifts and duties.covered is None):
        return []
    if covered:
        return [CoverageChanged(covered=True)]
    shift = on_now(shifts, now=now)
    if shift is not None and duties.covered is None and not _is_told_late(duties, shift):
        return []  # its first token is being minted
    following = next_after(shifts, now=now)
    planned = shift is None or now < shift.start
    until = 0 if following is None else following.start
    return [CoverageChanged(covered=False, planned=planned, until=until)]


def _is_told_late(duties: Duties, shift: PlannedShift) -> bool:
    return any(duties.mint(shift.id, part).late for part in parts_of(shift))
