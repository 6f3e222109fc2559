"""What performance replication forbids of a setup, from what the clusters say of it. Pure.

A cluster that becomes a performance secondary is wiped: its own DR secondary, set up before,
would follow data that are gone. So performance replication comes first, DR afterwards; and a
cluster that takes part in performance replication is not the one to be wiped for DR.
"""

from __future__ import annotations

from collections.abc import Mapping

from ceremonies.topology import ReplicationSet
from ceremonies.vault import ClusterView

_DISABLED = "disabled"
_SECONDARY = "secondary"
_STREAMS = "stream-wals"


def performance_forbids(
    rules: ReplicationSet, views: Mapping[str, ClusterView], *, source: str, target: str
) -> str:
    """Return why DR is not set up from `source` to `target` now, in words; empty: nothing does."""
    takes_part = _mode(views[target])
    if takes_part not in ("", _DISABLED):
        return (
            f"{target} takes part in performance replication (it answers as {takes_part}): to be "
            "wiped for DR it has to leave that first, or another cluster becomes the DR secondary."
        )
    mode, seen = _mode(views[source]), views[source].performance
    if rules.performance_secondary and mode != _SECONDARY:
        said = mode or "nothing that Conclave can read"
        return (
            f"{source} is to be a performance secondary, and answers as {said} there. Enable that "
            "first: it wipes the cluster. Its DR secondary is set up afterwards."
        )
    if mode == "bootstrapping" or (
        mode == _SECONDARY and seen is not None and not _runs(seen.state)
    ):
        return (
            f"{source} is not a performance secondary in full yet. Wait until it streams; its DR "
            "secondary is set up afterwards."
        )
    return ""


def _runs(state: str | None) -> bool:
    """Where the state is not told nothing is known against it."""
    return state in (None, "", _STREAMS)


def _mode(view: ClusterView) -> str:
    """Return the cluster's part in performance replication; empty where it does not tell."""
    if view.performance is not None:
        return view.performance.mode
    told = {node.performance_mode for node in view.nodes} - {None, "", "unknown"}
    return str(told.pop()) if len(told) == 1 else ""
