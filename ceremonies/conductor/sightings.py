"""What a look at every node means while nobody does anything: two primaries, sealed nodes. Pure.

Only what one look saw is compared with itself: an older answer beside a newer one would make two
primaries of every ordinary change of roles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ceremonies.ceremony import Phase
from ceremonies.events import (
    ForeignAttemptGone,
    ForeignAttemptSeen,
    NodesSealed,
    SecondPrimaryGone,
    SecondPrimarySeen,
)
from ceremonies.fold.watching import QUIET_MS
from ceremonies.state import Foreign, SetState
from ceremonies.vault import Attempt, ClusterView, Mode
from ceremonies.vault.views import CONNECTED

ROLES_SETTLE_MS = 10 * 60_000  # so long after a change of roles its nodes are looked at often
_TOLD_AT_ONCE = 2  # attempts of others; further ones wait, so that nobody fills the log with them
_GAP_MS = 5 * 60_000
_GAP_MAX_MS = 4 * 3600 * 1000

Views = Mapping[str, ClusterView]
FirstSealed = Mapping[tuple[str, str], int]


def is_busy(state: SetState, *, now: int) -> bool:
    """Return whether the set is to be looked at often."""
    changing = state.runbook is not None or is_settling(state, now=now)
    return changing or bool(state.primary or state.second_primary or state.sealed)


def is_settling(state: SetState, *, now: int) -> bool:
    """Return whether a role is changing, or changed a short while ago."""
    if state.runbook is not None:
        return True
    return bool(state.roles_changed_at) and now < state.roles_changed_at + ROLES_SETTLE_MS


def role(view: ClusterView) -> Mode:
    """Return what the cluster's active node says that it is; without one it is unknown."""
    leads = next((node for node in view.nodes if node.address == view.active), None)
    return leads.mode if leads else Mode.UNKNOWN


def other_primary(state: SetState, views: Views) -> SecondPrimarySeen | SecondPrimaryGone | None:
    """Return that two clusters answer as primary, or do so no more, where that is news."""
    if state.second_primary is not None:
        return _gone(state.second_primary, views)
    primaries = [name for name, view in views.items() if role(view) is Mode.PRIMARY]
    if len(primaries) < 2:  # noqa: PLR2004 — two are too many
        return None
    known = state.primary in primaries
    primary = state.primary if known else primaries[0]
    other = next(name for name in primaries if name != primary)
    nodes = tuple(n.address for n in views[other].nodes if n.mode is Mode.PRIMARY)
    says = tuple(_speaks_for(views[name]) for name in (primary, other))
    return SecondPrimarySeen(cluster=other, nodes=nodes, primary=primary, known=known, says=says)


def _speaks_for(view: ClusterView) -> str:
    """Return by what people may tell whether clients and secondaries are with this primary."""
    wal = view.dr.last_dr_wal if view.dr else None
    linked = [p for p in view.dr.secondaries if p.connection_status == CONNECTED] if view.dr else []
    leads = next((node for node in view.nodes if node.address == view.active), None)
    told = [
        f"last WAL {'not told' if wal is None else wal}",
        f"connected secondaries: {len(linked)}",
        f"its active node leads since {leads.active_since}" if leads and leads.active_since else "",
    ]
    return f"{view.name}: {', '.join(part for part in told if part)}"


def _gone(known: SecondPrimarySeen, views: Views) -> SecondPrimaryGone | None:
    """Silence is not gone: it ends when one of the two says that it is something else."""
    for name in (known.cluster, known.primary):
        if name not in views:
            words = f"{name} does not belong to this set any more."
            return SecondPrimaryGone(cluster=known.cluster, words=words)
        says = role(views[name])
        if says in (Mode.SECONDARY, Mode.DISABLED):
            told = "with replication disabled" if says is Mode.DISABLED else f"as {says}"
            words = f"{name} answers {told} now."
            return SecondPrimaryGone(cluster=known.cluster, words=words)
    return None


def first_sealed(known: FirstSealed, views: Views, *, at: int) -> dict[tuple[str, str], int]:
    """Return since when each node says that it is sealed. Of a silent one its last word counts."""
    found: dict[tuple[str, str], int] = {}
    for name, view in views.items():
        for node in view.nodes:
            key = (name, node.address)
            if node.sealed:
                found[key] = known.get(key, at)
            elif node.sealed is None and key in known:
                found[key] = known[key]
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """After how long (ms) a node's second word counts; a cluster's that has no unsealed node."""

    node_ms: int
    cluster_ms: int


def sealed_nodes(
    state: SetState,
    view: ClusterView,
    since: FirstSealed,
    *,
    at: int,
    patience: Patience,
    unseals_itself: bool | None = None,
) -> NodesSealed | None:
    """Return which nodes of this cluster are sealed, where that is news.

    `unseals_itself`: what an unsealed node said of it before, for when none is left to say so.

    New ones are told only around a change of roles, which is what seals them (facts/vault 5.2);
    those that were told are followed until they say that they are unsealed.
    """
    known = state.sealed.get(view.name, ())
    serves = any(node.sealed is False for node in view.nodes)
    wait = patience.node_ms if serves else patience.cluster_ms
    told = is_settling(state, now=at)

    def is_sealed(address: str, *, sealed: bool | None) -> bool:
        if address in known:
            return sealed is not False
        first = since.get((view.name, address), at)
        return bool(told and sealed and at >= first + wait)

    nodes = tuple(n.address for n in view.nodes if is_sealed(n.address, sealed=n.sealed))
    if set(nodes) == set(known):
        return None
    says = view.recovery_keys
    by_itself = bool(unseals_itself if says is None else says)
    return NodesSealed(cluster=view.name, nodes=nodes, unseals_itself=by_itself)


def foreign_attempt(
    state: SetState, cluster: str, seen: Attempt, *, now: int
) -> ForeignAttemptSeen | ForeignAttemptGone | None:
    """Return that an attempt is open which belongs to no ceremony, or is no more, if that is news.

    A ceremony that gathers shares, or is in the way of one, looks for itself (`truth.follows`).
    """
    if cluster in state.intents:
        return None
    was = state.foreign.get(cluster)
    standing = seen.nonce if seen.started else ""
    ours = standing in state.nonces_open(cluster) or _looks_itself(state, cluster)
    if standing and not ours:
        return _told(state, cluster, was, seen, now=now)
    return None if was is None or was.nonce == standing else attempt_gone(state, cluster)


def attempt_gone(state: SetState, cluster: str) -> ForeignAttemptGone | None:
    """Return that the attempt that was told is not open any more."""
    was = state.foreign.get(cluster)
    return ForeignAttemptGone(cluster=cluster, nonce=was.nonce) if was and was.nonce else None


def wants_token(version: str | None) -> bool:
    """Return whether this version lets nobody make an attempt without a token, unless told to.

    Whether it does is asked of the node; an earlier version that lets us in was not told to.
    """
    major = (version or "").partition(".")[0]
    return major.isdigit() and int(major) >= 2  # noqa: PLR2004 — since Vault 2.0


def _looks_itself(state: SetState, cluster: str) -> bool:
    c = state.open_ceremony(cluster)
    return c is not None and c.phase in (Phase.STARTING, Phase.BLOCKED, Phase.COLLECTING)


def _told(
    state: SetState, cluster: str, was: Foreign | None, seen: Attempt, *, now: int
) -> ForeignAttemptSeen | None:
    if was is not None and was.nonce == seen.nonce and seen.progress <= was.progress:
        return None
    if was is not None and was.nonce != seen.nonce and now < was.since + _gap(was, now=now):
        return None
    return ForeignAttemptSeen(
        cluster=cluster,
        nonce=seen.nonce,
        progress=seen.progress,
        required=seen.required,
        ours=state.gave_up(cluster, seen.nonce),
    )


def _gap(was: Foreign, *, now: int) -> int:
    """Return how long the next attempt waits to be told: who starts them could do so all day."""
    if was.times < _TOLD_AT_ONCE or now >= was.since + QUIET_MS:
        return 0
    return int(min(_GAP_MS * 2 ** min(was.times - _TOLD_AT_ONCE, 16), _GAP_MAX_MS))
