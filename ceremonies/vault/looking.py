"""What the nodes of a cluster say about themselves: all asked at once, each for itself."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

from ceremonies.vault import accounts, errors, readings, views
from ceremonies.vault.replies import NotOfVault
from ceremonies.vault.wire import Question, Reply, Wire

# With these `sys/health` answers 200 in every state; the body is what counts all the same.
_HEALTH_CODES = (
    "drsecondarycode",
    "standbycode",
    "sealedcode",
    "uninitcode",
    "performancestandbycode",
    "haunhealthycode",
)
# A redirect would be another node's word for this one's.
HEALTH = Question(
    method="GET", path="sys/health", query=dict.fromkeys(_HEALTH_CODES, "200"), follow=False
)
_DR_STATUS = Question(method="GET", path="sys/replication/dr/status", follow=False)
_SEAL_STATUS = Question(method="GET", path="sys/seal-status", follow=False)
_LEADER = Question(method="GET", path="sys/leader", follow=False)
_PERFORMANCE = Question(method="GET", path="sys/replication/performance/status", follow=False)
_NO_PERFORMANCE = frozenset({None, "disabled", "unknown"})

_REACHES = {
    errors.Fault.REFUSED: views.Reach.REFUSED,
    errors.Fault.TIMED_OUT: views.Reach.TIMED_OUT,
}
_TELLING = (errors.NoActiveNode, errors.Sealed, errors.Uninitialised)
_SPOKE = frozenset({views.Reach.ANSWERED, views.Reach.SEALED})

_Told = TypeVar("_Told")


def look(wire: Wire, *, nodes: tuple[str, ...], last_resort: str) -> tuple[views.NodeView, ...]:
    """Return a view of every node, within one call's time; of `last_resort` too if none spoke."""
    ends = wire.deadline()
    seen = _each(nodes, lambda node: _node_view(wire, node, ends=ends))
    if last_resort in nodes or any(view.reached in _SPOKE for view in seen):
        return seen
    return (*seen, _node_view(wire, last_resort, ends=ends))


def active_node(wire: Wire, *, nodes: tuple[str, ...], last_resort: str) -> str:
    """Return the address of the node that leads; of two that claim it, the newer leader.

    `last_resort` is asked where no node tells anything. It may be a load balancer before
    standbys, which pass requests on, so whatever Vault answers there will do.
    Raises NoActiveNode, Sealed, Uninitialised, NotReachable, or what else the nodes said.
    """
    ends = wire.deadline()
    told = dict(zip(nodes, _each(nodes, lambda node: _leader(wire, node, ends=ends)), strict=True))
    words = {node: word for node, word in told.items() if isinstance(word, views.Leader)}
    claims = {node: views.moment(word.since) for node, word in words.items() if word.is_self}
    if claims:
        return max(claims, key=claims.__getitem__)
    if words:
        raise errors.NoActiveNode(node=nodes[0])
    problems = [word for word in told.values() if isinstance(word, errors.VaultError)]
    worst = min(problems, key=_weight)
    if last_resort in nodes or _weight(worst) < len(_TELLING):
        raise worst
    if isinstance(_leader(wire, last_resort, ends=ends), views.Leader):
        return last_resort
    raise worst


def _weight(problem: errors.VaultError) -> int:
    """Return 0 for what tells most about a cluster of which no node leads."""
    told = (place for place, kind in enumerate(_TELLING) if isinstance(problem, kind))
    return next(told, len(_TELLING) + isinstance(problem, errors.NotReachable))


def _node_view(wire: Wire, node: str, *, ends: float) -> views.NodeView:
    seen = _told(wire, node, HEALTH, lambda body: accounts.health(node, body), ends=ends)
    if isinstance(seen, errors.VaultError):
        return views.NodeView(address=node, reached=_reach(seen), problem=seen.words)
    if seen.problem:
        return seen
    status = _told(wire, node, _DR_STATUS, accounts.dr_status, ends=ends)
    if isinstance(status, views.DrStatus):
        known = seen.mode if status.mode is views.Mode.UNKNOWN else status.mode
        seen = replace(seen, dr=status, mode=known)
    elif not isinstance(status, errors.PathUnsupported):
        seen = replace(seen, problem=status.words)
    seal = _told(wire, node, _SEAL_STATUS, accounts.vault_seal, ends=ends)
    if isinstance(seal, views.VaultSeal):
        seen = replace(seen, recovery_keys=seal.recovery_keys, seal_type=seal.kind)
    if seen.performance_mode not in _NO_PERFORMANCE:
        seen = _with_performance(wire, seen, ends=ends)
    word = _leader(wire, node, ends=ends)
    if isinstance(word, errors.VaultError):
        return replace(seen, problem=word.words)
    return replace(
        seen,
        active=word.is_self,
        active_since=word.since,
        leader_address=word.address,
        leader_cluster_address=word.cluster_address,
    )


def _with_performance(wire: Wire, seen: views.NodeView, *, ends: float) -> views.NodeView:
    told = _told(wire, seen.address, _PERFORMANCE, readings.performance_status, ends=ends)
    return seen if isinstance(told, errors.VaultError) else replace(seen, performance=told)


def _leader(wire: Wire, node: str, *, ends: float) -> views.Leader | errors.VaultError:
    return _told(wire, node, _LEADER, accounts.leader, ends=ends)


def _told(
    wire: Wire,
    node: str,
    question: Question,
    read: Callable[[object], _Told],
    *,
    ends: float,
) -> _Told | errors.VaultError:
    """Return what the node told, or why it told nothing.

    What `read` makes of a body counts whatever the status: health is spoken in many.
    """
    try:
        reply = wire.ask(node, question, ends=ends)
        return _read(reply, read)
    except errors.VaultError as problem:
        return problem


def _read(reply: Reply, read: Callable[[object], _Told]) -> _Told:
    try:
        return read(reply.json())
    except NotOfVault:
        reply.parsed()
        raise reply.unexpected() from None


def _reach(problem: errors.VaultError) -> views.Reach:
    if isinstance(problem, errors.NotReachable | errors.NoReply):
        return _REACHES.get(problem.fault, views.Reach.FAILED)
    return views.Reach.FAILED


def _each(nodes: tuple[str, ...], ask: Callable[[str], _Told]) -> tuple[_Told, ...]:
    with ThreadPoolExecutor(len(nodes), thread_name_prefix="conclave-look") as pool:
        return tuple(pool.map(ask, nodes))
