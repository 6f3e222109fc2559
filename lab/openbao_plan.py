"""Laying out OpenBao clusters, and starting several of them at the same time."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab.openbao import BaoCluster
from lab.openbao_node import OPENBAO, Flavour, Node
from lab.process import free_port


def plan_cluster(
    name: str,
    directory: Path,
    *,
    nodes: int = 1,
    shares: int = 5,
    threshold: int = 3,
    static_seal_key: bytes | None = None,
    api_addresses: Sequence[str] = (),
    flavour: Flavour = OPENBAO,
) -> BaoCluster:
    """Return a cluster that is not started yet, its files below `directory/name`.

    With `static_seal_key` (32 bytes, see `new_seal_key`) it unseals itself, and its shares are
    recovery keys; clusters that restore each other's snapshots need the same one.
    `api_addresses` is what the nodes call themselves where something stands before them.
    """
    planned = [
        Node(
            name=f"{name}{number}",
            directory=directory / name / f"{name}{number}",
            port=free_port(),
            cluster_port=free_port(),
            api_address=api_addresses[number - 1] if api_addresses else "",
            flavour=flavour,
            static_seal_key=static_seal_key,
        )
        for number in range(1, nodes + 1)
    ]
    return BaoCluster(
        name=name,
        nodes=tuple(planned),
        share_count=shares,
        threshold=threshold,
        auto_unseal=static_seal_key is not None,
    )


def new_seal_key() -> bytes:
    """Return a fresh key for the static seal."""
    return secrets.token_bytes(32)


def start_clusters(*clusters: BaoCluster) -> None:
    """Start all of them at the same time; stops them all again if one does not come up."""
    with ThreadPoolExecutor(len(clusters)) as pool:
        outcomes = [pool.submit(cluster.start) for cluster in clusters]
    failed = [outcome for outcome in outcomes if outcome.exception()]
    if failed:
        for cluster in clusters:
            cluster.stop()
        failed[0].result()
