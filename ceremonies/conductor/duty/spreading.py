"""Whether a deleted policy has come to every cluster: there its tokens are out of force too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ceremonies.conductor.station import BOT, Station
from ceremonies.conductor.steps.proofs import streams
from ceremonies.duty import Duties, Kill
from ceremonies.errors import SecretUnreadable, StoreUnreachable
from ceremonies.events import Event, KillSpread, Part, Spread
from ceremonies.gates.target import STREAMS
from ceremonies.state import SetState
from ceremonies.vault import ClusterView, Mode
from ceremonies.vault.shift_tokens import Verdict

_SOON_MS = 600_000  # after that it is not a matter of seconds any more
_UNHEARD_MS = 24 * 3_600_000  # so long where no token of the place is known


class SpreadWatcher:
    """One set's watcher on this replica. Called by one thread at a time.

    A cluster has it if it refuses a token of that place, which the bot can only try with its own,
    or if it has whatever the primary had written by the time it was asked after the deletion.
    """

    def __init__(self, station: Station) -> None:
        self._station = station
        self._looked_at = 0
        self._kill_at = 0
        self._wanted: int | None = None  # the primary's last WAL entry, told after the deletion

    def is_due(self) -> bool:
        """Return whether a cluster is to be looked at now."""
        now = self._station.clock.now()
        kill = _followed(self._station.ledger.state.duties, now=now)
        if kill is None:
            return False
        every = self._station.spans.watching
        seconds = every.often_s if now < kill.over_at + _SOON_MS else every.rest_s
        known = kill.at == self._kill_at
        return not known or not self._looked_at <= now < self._looked_at + int(seconds * 1000)

    def look(self) -> None:
        """Look at each cluster that is left; what is another than before is told."""
        station, now = self._station, self._station.clock.now()
        kill = _followed(station.ledger.state.duties, now=now)
        if kill is None:
            return
        self._looked_at = now
        if self._kill_at != kill.at:
            self._kill_at, self._wanted = kill.at, None
        views = station.ask_all()
        self._wanted = self._wanted or _written(views.get(kill.cluster))
        seen = {name: self._seen(kill, views, name) for name in kill.left}
        _tell(station, kill, {name: spread for name, spread in seen.items() if spread})

    def _seen(self, kill: Kill, views: Mapping[str, ClusterView], name: str) -> Spread | None:
        """Return what is known of this cluster now; None: it does not say."""
        view, primary = views.get(name), views.get(kill.cluster)
        if view is None or view.dr is None:
            return None
        takes = [self._takes(kill, view)] if view.mode is Mode.SECONDARY else []
        if takes == [False]:
            return Spread.REFUSED
        if primary is None or primary.dr is None:  # perhaps it is only not reached from here
            return None if view.dr.state == STREAMS else Spread.CUT_OFF
        if not streams(name, view, primary, kill.cluster).holds:
            return Spread.CUT_OFF
        has = view.dr.last_remote_wal
        if takes == [True] or has is None or self._wanted is None or has < self._wanted:
            return Spread.BEHIND
        return Spread.CAUGHT_UP

    def _takes(self, kill: Kill, view: ClusterView) -> bool | None:
        """Return whether this secondary takes a token of the place; None: it cannot be tried."""
        node = view.active
        secret = next(self._secrets(kill), None)
        if node is None or secret is None:
            return None
        tokens = self._station.clients[view.name].shift_tokens
        said = tokens.verdict_on_secondary(node, secret).verdict
        return None if said is Verdict.UNKNOWN else said is Verdict.GOOD

    def _secrets(self, kill: Kill) -> Iterator[str]:
        """Yield the tokens of the place that the bot holds and that have not ended."""
        station, now = self._station, self._station.clock.now()
        for token in station.ledger.state.duties.hit_by(kill):
            if token.part is Part.BOT and now < token.until:
                try:
                    yield station.duty_secret(token.cluster, token.id)
                except (SecretUnreadable, StoreUnreachable):
                    continue


def _followed(duties: Duties, *, now: int) -> Kill | None:
    """Return the kill that has not come to every cluster, for as long as a token of it may live."""
    kill = duties.past_kill
    if kill is None or not kill.left or kill.place not in duties.killed:
        return None
    until = max((t.until for t in duties.hit_by(kill)), default=kill.over_at + _UNHEARD_MS)
    return kill if now < until else None


def _written(primary: ClusterView | None) -> int | None:
    """Return how far the primary has written; None where it does not say, or is none any more."""
    if primary is None or primary.dr is None or primary.dr.mode is not Mode.PRIMARY:
        return None
    return primary.dr.last_dr_wal


def _tell(station: Station, kill: Kill, seen: Mapping[str, Spread]) -> None:
    def news(state: SetState, now: int) -> Sequence[Event]:
        followed = _followed(state.duties, now=now)
        if followed is None or followed.at != kill.at:
            return ()
        return [
            KillSpread(place=kill.place, cluster=name, spread=spread)
            for name, spread in seen.items()
            if name in followed.left and _is_news(followed.spread.get(name), spread)
        ]

    station.ledger.record(news, who=BOT)


def _is_news(known: Spread | None, spread: Spread) -> bool:
    """To be a moment behind is as usual: it is told of a cluster that was cut off alone."""
    return spread is not (Spread.BEHIND if known is None else known)
