"""What must hold for clusters: whose node is whose, how they are reached, what files are there."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from bot.settings.file import ClusterTable, File, LoginTable, SetTable
from bot.settings.findings import Finding

_NEEDS = {
    "approle": ("role_id", "secret_id_file"),
    "token": ("token_file",),
    "kubernetes": ("role",),
}
_MAY = {
    "approle": ("mount", "namespace"),
    "token": (),
    "kubernetes": ("mount", "namespace"),
}


def check(file: File, *, directory: Path, lab: bool) -> Iterator[Finding]:
    """Yield what does not hold; relative paths start at `directory`."""
    owners: dict[str, str] = {}
    for one in file.replication_sets:
        yield from _snapshots(one, directory)
        names: set[str] = set()
        for cluster in one.clusters:
            place = f"replication_sets[{one.name}].clusters[{cluster.name}]"
            if cluster.name in names:
                mend = "Give each cluster of a set a name of its own."
                yield Finding(key=f"{place}.name", problem="two clusters have this name", mend=mend)
            names.add(cluster.name)
            yield from _nodes(cluster, place, lab=lab)
            yield from _shared(cluster, place, f"{one.name}/{cluster.name}", owners)
            yield from _files(cluster, place, directory)
            if cluster.auth is not None:
                yield from _login(cluster.auth, f"{place}.auth")


def _nodes(cluster: ClusterTable, place: str, *, lab: bool) -> Iterator[Finding]:
    if lab:
        return
    if not cluster.nodes:
        yield Finding(
            key=f"{place}.nodes",
            problem="this is missing: a load balancer drops every node of a DR secondary (472)",
            mend='List every node: nodes = ["https://vault-a1.example:8200", …].',
        )
    for address in (cluster.address, *cluster.nodes):
        if not is_private_way(address):
            key = f"{place}.nodes" if address in cluster.nodes else f"{place}.address"
            yield Finding(
                key=key,
                problem="http:// would show shares and tokens to the network",
                mend="Write https://; http:// is for this host's own loopback address only.",
            )


def is_private_way(address: str) -> bool:
    """Return whether nobody on the network can read what is sent to this address."""
    parts = urlsplit(address)
    if parts.scheme == "https":
        return True
    host = parts.hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _shared(
    cluster: ClusterTable, place: str, name: str, owners: dict[str, str]
) -> Iterator[Finding]:
    for address in dict.fromkeys((cluster.address, *cluster.nodes)):
        owner = owners.setdefault(address, name)
        if owner != name:
            yield Finding(
                key=f"{place}.nodes" if address in cluster.nodes else f"{place}.address",
                problem=f"{address} belongs to {owner} already",
                mend="Write each node once, under the cluster that it belongs to.",
            )


def _files(cluster: ClusterTable, place: str, directory: Path) -> Iterator[Finding]:
    for name in ("ca_file", "client_cert_file", "client_key_file"):
        path = getattr(cluster, name)
        if path is not None and not os.access(directory / path, os.R_OK):
            yield Finding(
                key=f"{place}.{name}",
                problem="there is no such file, or it cannot be read",
                mend=f"Put it at {directory / path}, or correct the path.",
            )
    if (cluster.client_cert_file is None) != (cluster.client_key_file is None):
        yield Finding(
            key=f"{place}.client_cert_file",
            problem="a client certificate and its key go together",
            mend="Write both client_cert_file and client_key_file, or neither.",
        )


def _snapshots(one: SetTable, directory: Path) -> Iterator[Finding]:
    if one.snapshots is None:
        return
    place = directory / one.snapshots
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        yield Finding(
            key=f"replication_sets[{one.name}].snapshots",
            problem="there is no such directory, or it cannot be written to",
            mend=f"Make {place} and give it to the user that Conclave runs as (mode 0700).",
        )


def _login(login: LoginTable, place: str) -> Iterator[Finding]:
    needed, more = _NEEDS[login.method], _MAY[login.method]
    given = login.model_dump(exclude_none=True)
    for name in needed:
        if name not in given:
            yield Finding(
                key=f"{place}.{name}",
                problem=f'this is missing for method "{login.method}"',
                mend=f"Write {name} = …, or another method.",
            )
    for name in given:
        if name not in ("method", *needed, *more):
            yield Finding(
                key=f"{place}.{name}",
                problem=f'method "{login.method}" has no such key',
                mend=f"Take it out; this method has {', '.join((*needed, *more))}.",
            )
