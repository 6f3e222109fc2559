"""Whether the target still hears its primary: a second place from which that one is seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ceremonies.gates.case import lasting
from ceremonies.vault.views import DrStatus, Peer, moment

# Vault's heartbeats come every few seconds; a link over which none came for so long is a dead one
# that nobody has closed yet, as with a primary that hangs.
HEARD_MS = 30_000
_CONNECTED = "connected"
_READY = "ready"


class Hears(StrEnum):
    """Whether a secondary hears its primary. UNTOLD: it does not say."""

    YES = "yes"
    LOST = "lost"
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The answer, and the words for it, such as `disconnected, last heard 95 s ago`."""

    hears: Hears
    words: str


def link(dr: DrStatus | None, *, at: int) -> Link:
    """Return whether this secondary hears its primary at `at` (ms), by its own account."""
    if dr is None:
        return Link(hears=Hears.UNTOLD, words="")
    if not dr.primaries:
        return _by_connection(dr.connection_state)
    states = {peer.connection_status for peer in dr.primaries}
    ages = [age for peer in dr.primaries for age in _ages(peer, at=at)]
    words = ", ".join(sorted(filter(None, states)))
    if ages:
        words += f", last heard {lasting(min(ages))} ago"
    if _CONNECTED in states:
        silent = _all_told(dr.primaries, at=at) and min(ages) > HEARD_MS
        return Link(hears=Hears.LOST if silent else Hears.YES, words=words)
    return Link(hears=Hears.UNTOLD if None in states else Hears.LOST, words=words)


def _by_connection(state: str | None) -> Link:
    if state is None:
        return Link(hears=Hears.UNTOLD, words="")
    return Link(hears=Hears.YES if state == _READY else Hears.LOST, words=state)


def _ages(peer: Peer, *, at: int) -> list[int]:
    """How long ago the primary was heard, as often as that is told (ms)."""
    heartbeat = moment(peer.last_heartbeat)
    told = [] if heartbeat == float("-inf") else [at - int(heartbeat * 1000)]
    return told if peer.canary_age_ms is None else [*told, peer.canary_age_ms]


def _all_told(peers: Iterable[Peer], *, at: int) -> bool:
    both = 2  # heartbeat and canary: one of them alone may be wrong by the clocks
    return all(len(_ages(peer, at=at)) == both for peer in peers)
