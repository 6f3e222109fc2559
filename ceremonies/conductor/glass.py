"""Break-glass on Vault 2.x: attempts without a token, opened by people and seen closed again.

Vault wants a token for an attempt since 2.0 (facts/vault 4). Where there is none and the primary
is dead, people may let attempts in without one. Conclave changes no configuration: it waits until
a probe without a token is let in, and tells until every node refuses again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ceremonies.ceremony import Ceremony, Phase
from ceremonies.commands import Fresh, Reason, Refusal
from ceremonies.conductor.answers import Answer, Done
from ceremonies.conductor.deciding import appended
from ceremonies.conductor.station import BOT, Station
from ceremonies.decide import glass as rules
from ceremonies.errors import VaultError
from ceremonies.events import (
    AccessClosed,
    AccessSeen,
    BreakGlassNeeded,
    Event,
    Purpose,
    TokenAdmitted,
)
from ceremonies.state import SetState
from ceremonies.vault import Access
from ceremonies.vault.errors import PermissionDenied

_Say = Callable[[SetState, Ceremony], Sequence[Event] | Refusal]
_LONG_OVER = Refusal(reason=Reason.NO_CEREMONY, words="That ceremony is long over.")
REFUSALS = 3  # in a row; then the ceremony ends: what lets us read does not let us start


@dataclass(frozen=True, slots=True)
class BreakGlass:
    """What people say about it, for every set. Its methods return an answer and raise nothing."""

    stations: Mapping[str, Station]

    def approve(self, set_name: str, ceremony: str, *, by: str, cause: str) -> Answer:
        """Agree that this ceremony's cluster is opened to attempts without a token."""

        def rule(state: SetState, c: Ceremony) -> Sequence[Event] | Refusal:
            return rules.approve(state, c, by=by)

        return self._decided(set_name, ceremony, rule, by=by, cause=cause)

    def closed(self, set_name: str, ceremony: str, *, by: str, cause: str) -> Answer:
        """Say that it is closed again, where no node can tell; every node is asked before."""
        station = self.stations[set_name]
        c = station.ledger.state.find(ceremony)
        let_in = _let_in(probed(station, c.cluster)) if c else ()

        def rule(state: SetState, c: Ceremony) -> Sequence[Event] | Refusal:
            return rules.confirm_closed(state, c.cluster, by=by, let_in=let_in)

        return self._decided(set_name, ceremony, rule, by=by, cause=cause)

    def _decided(self, set_name: str, ceremony: str, say: _Say, *, by: str, cause: str) -> Answer:
        def rule(state: SetState, now: int, fresh: Fresh) -> Sequence[Event] | Refusal:
            del now, fresh
            c = state.find(ceremony)
            return say(state, c) if c else _LONG_OVER

        outcome = appended(self.stations[set_name], rule, by=by, cause=cause)
        if isinstance(outcome, Refusal):
            return outcome
        state, _, is_new = outcome
        return Done(state=state, ceremony=state.find(ceremony), repeated=not is_new)


def ask_people(station: Station, c: Ceremony, error: PermissionDenied, *, effect: str = "") -> bool:
    """Let a ceremony that was refused wait for a way in; return False where there is none.

    A drill opens no cluster to everybody, and neither does whoever was let in and refused again.
    """
    glass = station.ledger.state.glass_of(c)
    if c.purpose is Purpose.DRILL or (glass is not None and glass.refusals >= REFUSALS):
        return False
    words = f"{error} {error.advice}"
    needed = BreakGlassNeeded(ceremony=c.id, effect=effect, cluster=c.cluster, words=words)
    if effect:
        station.close_intent(effect, needed)
        return True

    def settled(state: SetState) -> bool:
        now = state.find(c.id)
        return now is None or now.phase is not Phase.STARTING or state.waits_for_access(now)

    station.conclude(needed, unless=settled)
    return True


def is_wanted(state: SetState, cluster: str) -> bool:
    """Return whether it is to be looked who is let in on this cluster."""
    glass = state.glass.get(cluster)
    c = state.find(glass.ceremony) if glass else None
    waits = c is not None and c.is_open and not c.frozen and state.waits_for_access(c)
    return waits or state.left_open(cluster) is not None


def look(station: Station, cluster: str) -> None:
    """Ask every node whether it lets attempts in without a token; append what is news."""
    client = station.clients[cluster]
    try:
        active = client.active_node()
    except VaultError:
        active = ""
    # First with the token and then without: whoever is opened in between is not let in by a token.
    with_token = bool(active) and _admits(station, cluster, active)
    answers = probed(station, cluster)
    by_token = with_token and answers.get(active) is Access.TOKEN_NEEDED

    def build(state: SetState, now: int) -> Sequence[Event]:
        del now
        return access_news(state, cluster, answers, active=active, by_token=by_token)

    station.ledger.record(build, who=BOT)


def access_news(
    state: SetState, cluster: str, answers: Mapping[str, Access], *, active: str, by_token: bool
) -> Sequence[Event]:
    """Return what these answers change. A node that says neither yes nor no stays what it was."""
    glass = state.glass.get(cluster)
    if glass is None:
        return ()
    refusing = bool(answers) and all(said is Access.TOKEN_NEEDED for said in answers.values())
    if refusing and state.left_open(cluster):
        return (AccessClosed(cluster=cluster),)
    c = state.find(glass.ceremony)
    waits = c is not None and c.is_open and state.waits_for_access(c)
    if waits and by_token:
        return (TokenAdmitted(ceremony=glass.ceremony, cluster=cluster),)
    unknown = {node for node, said in answers.items() if said is Access.UNKNOWN}
    nodes = tuple(sorted({*_let_in(answers), *(unknown & set(glass.nodes))}))
    admits = waits and bool(glass.approved_by) and answers.get(active) is Access.OPEN
    if not admits and nodes == glass.nodes:
        return ()
    seen = AccessSeen(ceremony=glass.ceremony, cluster=cluster, nodes=nodes, admits=admits)
    return (seen,)


def probed(station: Station, cluster: str) -> dict[str, Access]:
    """Return what each node says to a question without a token; all are asked at once."""
    client = station.clients[cluster]
    nodes = client.cluster.nodes or (client.cluster.address,)
    with ThreadPoolExecutor(len(nodes), "probe") as pool:
        return dict(zip(nodes, pool.map(client.tokenless_probe, nodes), strict=True))


def _let_in(answers: Mapping[str, Access]) -> tuple[str, ...]:
    return tuple(node for node, said in answers.items() if said is Access.OPEN)


def _admits(station: Station, cluster: str, node: str) -> bool:
    """Return whether the token that is configured, or on duty, is let in now."""
    try:
        station.clients[cluster].attempt(node)
    except VaultError:
        return False
    return True
