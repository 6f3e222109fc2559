"""What is odd about a plan of shifts, told when it changes: a calendar that is away, say."""

from __future__ import annotations

from collections.abc import Sequence

from ceremonies.conductor.station import BOT, Station
from ceremonies.duty import Duties
from ceremonies.events import Event, RotaChecked
from ceremonies.state import SetState

AGAIN_MS = 3_600_000  # replicas that see it differently tell no oftener
_MOST = 8
_LETTERS = 300


def odd(station: Station) -> tuple[str, ...]:
    """Return what this replica finds odd, so much of it as the log takes."""
    found = station.rota_problems()
    told = [words[:_LETTERS] for words in found[:_MOST]]
    if len(found) > _MOST:
        told.append(f"and {len(found) - _MOST} more")
    return tuple(told)


def is_news(duties: Duties, problems: tuple[str, ...], *, now: int) -> bool:
    """Return whether this is to be told: it is another than what was told, and not too often."""
    return problems != duties.rota and not duties.rota_at <= now < duties.rota_at + AGAIN_MS


def tell(station: Station, problems: tuple[str, ...]) -> None:
    """Write it, unless another replica did."""

    def news(state: SetState, now: int) -> Sequence[Event]:
        if not is_news(state.duties, problems, now=now):
            return ()
        return (RotaChecked(problems=problems),)

    station.ledger.record(news, who=BOT)
