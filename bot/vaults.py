"""The way to each configured cluster, and the token that Vault 2.x wants for an attempt there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import structlog

from ceremonies.topology import ReplicationSet
from ceremonies.vault import ClusterClient, Limits

log = structlog.get_logger()


def cluster_client(served: ReplicationSet, name: str, limits: Limits) -> ClusterClient:
    """Return the client of one cluster; its ceremony token is re-read at each use."""
    cluster = served.cluster(name)
    if cluster is None:
        raise RuntimeError(f"no cluster {name}")
    path = cluster.ceremony_token_file
    token = _token_from(path) if path else lambda: None
    return ClusterClient(cluster, token=token, limits=limits)


def _token_from(path: Path) -> Callable[[], str | None]:
    def read() -> str | None:
        try:
            return path.read_text(encoding="utf-8").strip() or None
        except (OSError, UnicodeDecodeError):
            log.warning("ceremony_token.unreadable", path=str(path))
            return None

    return read
