"""What Vault tells beside DR replication: performance replication, autopilot, licence, KV, login.

Pure, like `replies`: parsed bodies in, frozen values out; any field may be missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ceremonies.vault.replies import NotOfVault, flag, number, payload, text, texts


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceStatus:
    """`sys/replication/performance/status`. `mode`, `state` are Vault's words; the rest are ids.

    `known_secondaries` counts every id that was ever given out and not revoked; `secondaries`
    are those that the primary hears of.
    """

    mode: str
    known_secondaries: tuple[str, ...] = ()
    secondaries: tuple[str, ...] = ()
    state: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Autopilot:
    """`sys/storage/raft/autopilot/state`: how many nodes may fail; None: not told."""

    healthy: bool | None
    failure_tolerance: int | None = None
    leader: str | None = None
    voters: tuple[str, ...] = ()
    servers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """What `sys/health` says of it. `ends_at` in ms; None: not told."""

    state: str | None = None
    terminated: bool | None = None
    ends_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """Where a KV secret lies: `path` ends with a slash."""

    path: str
    versioned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """A token that a login or a renewal gave. It lives `seconds`; 0 is for ever."""

    token: str = field(repr=False)
    seconds: int
    renewable: bool


def performance_status(body: object) -> PerformanceStatus:
    """Return what the status says. Raises NotOfVault for a body without mode."""
    fields = payload(body)
    mode = text(fields, "mode")
    if not mode:
        raise NotOfVault
    listed = fields.get("secondaries")
    rows = listed if isinstance(listed, list) else []
    ids = (text(row, "node_id") for row in rows if isinstance(row, Mapping))
    return PerformanceStatus(
        mode=mode,
        known_secondaries=texts(fields, "known_secondaries"),
        secondaries=tuple(one for one in ids if one),
        state=text(fields, "state") or None,
    )


def autopilot(body: object) -> Autopilot:
    """Return what autopilot says. Raises NotOfVault for a body that tells no health."""
    fields = payload(body)
    if "healthy" not in fields and "servers" not in fields:
        raise NotOfVault
    servers = fields.get("servers")
    return Autopilot(
        healthy=flag(fields, "healthy"),
        failure_tolerance=number(fields, "failure_tolerance"),
        leader=text(fields, "leader") or None,
        voters=texts(fields, "voters"),
        servers=len(servers) if isinstance(servers, Mapping) else 0,
    )


def capabilities(body: object, paths: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return what a token may do on each of `paths`. Raises NotOfVault if one is not told."""
    fields = payload(body)
    return {path: _capabilities(fields, path) for path in paths}


def _capabilities(fields: Mapping[str, Any], path: str) -> frozenset[str]:
    if not isinstance(fields.get(path), list):
        raise NotOfVault
    return frozenset(texts(fields, path))


def mount(body: object) -> Mount:
    """Return what `sys/internal/ui/mounts/PATH` says. Raises NotOfVault for one without path."""
    fields = payload(body)
    path = text(fields, "path").strip("/")
    if not path:
        raise NotOfVault
    options = fields.get("options")
    versioned = isinstance(options, Mapping) and text(options, "version") == "2"
    return Mount(path=f"{path}/", versioned=versioned)


def holds(body: object) -> bool:
    """Return whether a KV secret is there, in version 1 or 2. Raises NotOfVault without `data`.

    Version 2 keeps the secret one level deeper, beside its metadata; a deleted one is null.
    """
    if not isinstance(body, Mapping) or "data" not in body:
        raise NotOfVault
    found = body["data"]
    if not isinstance(found, Mapping):
        return False
    if "metadata" in found and "data" in found:
        return bool(found["data"])
    return bool(found)


def granted(body: object) -> Granted:
    """Return the token in the reply to a login or a renewal. Raises NotOfVault without one."""
    told = body.get("auth") if isinstance(body, Mapping) else None
    token = text(told, "client_token") if isinstance(told, Mapping) else ""
    if not isinstance(told, Mapping) or not token:
        raise NotOfVault
    return Granted(
        token=token,
        seconds=number(told, "lease_duration") or 0,
        renewable=flag(told, "renewable") or False,
    )
