"""Whether what a step is for holds, and whether it may be ordered, from what every node says. Pure.

The criteria are those of docs/facts/vault.md 5.2: a warning in a reply is acceptance, and only
what the nodes say afterwards is completion.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ceremonies.events import Action
from ceremonies.runbook import Runbook, Step
from ceremonies.vault import ClusterView, Mode
from ceremonies.vault.views import CONNECTED

_STREAMS = "stream-wals"
_RESTS = "idle"  # what a demoted cluster says until it is led to a primary


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Whether it holds, and by what that is seen or what is missing."""

    holds: bool
    words: str


def proof(step: Step, views: Mapping[str, ClusterView], *, follows: str) -> Proof:
    """Return whether what `step` is for holds now."""
    view = views[step.cluster]
    name = step.cluster
    match step.action:
        case Action.DEMOTE:
            return _demoted(name, view)
        case Action.DISABLE:
            words = f"{name} answers with replication {view.mode}."
            return Proof(holds=_is(view, Mode.DISABLED), words=words)
        case Action.ENABLE_PRIMARY:
            runs = view.dr is not None and view.dr.state == "running"
            return Proof(
                holds=_is(view, Mode.PRIMARY) and runs, words=f"{name} answers as {view.mode}."
            )
        case Action.UPDATE_PRIMARY | Action.ENABLE_SECONDARY:
            return streams(name, view, views[follows], follows)
        case _:
            return Proof(holds=False, words="")


def _demoted(name: str, view: ClusterView) -> Proof:
    """Return whether it is a secondary that has come to rest: idle, or led to a primary already."""
    dr = view.dr
    if dr is None or dr.mode is not Mode.SECONDARY:
        return Proof(holds=False, words=f"{name} answers as {view.mode}.")
    led = any(peer.connection_status == CONNECTED for peer in dr.primaries)
    if dr.state not in (None, _RESTS) and not led:
        return Proof(holds=False, words=f"{name} answers as secondary, in state {dr.state} yet.")
    return Proof(holds=True, words=f"{name} answers as secondary.")


def hindrance(r: Runbook, step: Step, views: Mapping[str, ClusterView]) -> str:
    """Return why this step must not be ordered as things are, in words; empty: nothing hinders."""
    view, primary = views[step.cluster], views.get(r.follows)
    name = step.cluster
    if step.action is Action.ENABLE_PRIMARY:
        others = [n for n, v in views.items() if n != name and v.mode is Mode.PRIMARY]
        return f"{others[0]} answers as primary already." if others else ""
    if step.action is Action.DEMOTE and r.of(Action.PROMOTE) is not None:
        return "" if _is(view, Mode.PRIMARY) else f"{name} does not answer as the primary."
    if primary is None or not _is(primary, Mode.PRIMARY):
        return f"{r.follows or 'No cluster'} does not answer as primary, active and unsealed."
    match step.action:
        case Action.DEMOTE if not _is(view, Mode.PRIMARY):
            return f"{name} does not answer as primary, so there is nothing to demote."
        case Action.UPDATE_PRIMARY if not _is(view, Mode.SECONDARY):
            return f"{name} does not answer as secondary."
        case Action.ENABLE_SECONDARY if not _is(view, Mode.DISABLED):
            return f"{name} answers as {view.mode}; only a cluster without replication can join."
        case Action.UPDATE_PRIMARY | Action.ENABLE_SECONDARY:
            return _too_old(name, view, r.follows, primary)
        case _:
            return ""


def _is(view: ClusterView, mode: Mode) -> bool:
    """Whether the cluster's active node says so itself; what a standby says may be late."""
    return view.dr is not None and view.dr.mode is mode


def streams(name: str, view: ClusterView, primary: ClusterView, follows: str) -> Proof:
    """Return whether `name` follows the primary `follows`, as both of them see it.

    What one of them does not tell is no reason to wait for ever; what it tells has to fit.
    """
    here, there = view.dr, primary.dr
    if here is None or here.mode is not Mode.SECONDARY:
        return Proof(holds=False, words=f"{name} answers as {view.mode}.")
    if here.state != _STREAMS:
        return Proof(holds=False, words=f"{name} is in state {here.state or 'not told'}.")
    if there is None or there.mode is not Mode.PRIMARY:
        return Proof(holds=False, words=f"{follows} does not answer as primary.")
    known = [p for p in there.secondaries if p.node_id and p.node_id == here.secondary_id]
    if not any(peer.connection_status == CONNECTED for peer in known):
        return Proof(holds=False, words=f"{follows} does not count {name} as connected yet.")
    if here.primaries and all(p.connection_status != CONNECTED for p in here.primaries):
        return Proof(holds=False, words=f"{name} is not connected to {follows} yet.")
    # Behind a balancer the secondary may know that one's address instead of the leader's.
    leads = None if there.primary_cluster_addr else primary.leader_cluster_address
    if leads and here.known_primary_cluster_addrs and leads not in here.known_primary_cluster_addrs:
        told = ", ".join(here.known_primary_cluster_addrs[:3])
        words = f"{name} knows its primary at {told}, and {follows} leads at {leads}."
        return Proof(holds=False, words=words)
    if here.last_remote_wal == 0:
        return Proof(holds=False, words=f"{name} has taken nothing in from {follows} yet.")
    return Proof(holds=True, words=f"{name} streams from {follows}.")


def _too_old(name: str, view: ClusterView, follows: str, primary: ClusterView) -> str:
    """A newer primary never replicates to an older secondary (docs/facts/vault.md 5.3)."""
    oldest = min((_number(n.version) for n in view.nodes if n.version), default=())
    newest = max((_number(n.version) for n in primary.nodes if n.version), default=())
    if not oldest or not newest or oldest >= newest:
        return ""
    return f"{name} runs an older version than {follows}: upgrade {name} first."


def _number(version: str) -> tuple[int, ...]:
    parts = version.split("+", 1)[0].split("-", 1)[0].split(".")
    return tuple(int(part) for part in parts if part.isdigit())
