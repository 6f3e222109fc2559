"""What the primary has of the ring's policies and roles, looked at before it is relied on."""

from __future__ import annotations

from collections.abc import Sequence

from ceremonies.conductor.duty.primary import Primary
from ceremonies.conductor.station import BOT, Station
from ceremonies.duty import Duties
from ceremonies.events import Event, RingChecked
from ceremonies.lint import lint
from ceremonies.state import SetState


def check(station: Station, at: Primary) -> None:
    """Look at policies, roles and the bot's own rights; what is another than before is told.

    Raises VaultError.
    """
    shifts = station.terms().shifts
    killed = station.ledger.state.duties.killed
    longest = max(((s.end - s.start + s.overlap) // 1000 for s in shifts), default=0)
    found = lint(at.client, at.node, at.login, longest_s=longest)
    seen = RingChecked(
        cluster=at.name,
        ready=tuple(sorted(found.places_ready)),
        laid=tuple(sorted(found.places_laid)),
        gone=tuple(sorted(found.places_gone)),
        changed=tuple(sorted(found.places_changed)),
        problems=tuple(found.problems),
    )

    def news(state: SetState, now: int) -> Sequence[Event]:
        del now
        if state.duties.killed != killed:
            return ()  # a policy was deleted meanwhile: what was read is old, and is read again
        return (seen,) if is_news(state.duties, seen) else ()

    station.ledger.record(news, who=BOT)


def is_news(duties: Duties, seen: RingChecked) -> bool:
    """Return whether this look tells another thing than is known. Pure.

    A policy that was deleted and laid again between two looks is as the last look saw it; but its
    tokens count as out of force, and they are not.
    """
    known = duties.ring
    if known is None or any(place in seen.laid for place in duties.killed):
        return True
    return (known.cluster, known.ready, known.problems) != (
        seen.cluster,
        seen.ready,
        seen.problems,
    )
