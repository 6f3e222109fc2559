"""Whether a login's rights, as Vault lists them, would let it make itself root. Pure.

Vault lists what a token may do by exact path and by prefix (`sys/internal/ui/resultant-acl`). Paths
with `+` are in neither list (measured on OpenBao 2.7.2); the names that `ceremonies.policies` has
tried are what finds those.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_WRITES = frozenset({"create", "update", "patch", "sudo", "root"})
_GIVING = (
    "sys/policies/",
    "sys/policy/",
    "sys/auth/",
    "auth/token/roles/",
    "auth/token/create",
    "identity/entity",
    "identity/group",
    "identity/alias",  # the older names of entity-alias
    "identity/persona",
    "sys/raw",  # what is stored, policies too
    "sys/storage/raft/snapshot",  # to write one is to put back another's policies
)
_NAMES = ("role", "roles", "users", "groups", "map", "certs", "config")
_MOUNT = r"auth/(?!token/)(?:[^/]+/)+?"  # a login's mount may have several parts
_LOGIN_ROLES = re.compile(rf"{_MOUNT}(?:{'|'.join(_NAMES)})\b")
_LOGINS = re.compile(r"auth/([^/]*/?)?\Z")  # a prefix under which login roles lie
_BEGUN = re.compile(rf"{_MOUNT}(?P<name>[^/]*)\Z")
_RING = re.compile(r"auth/token/create/conclave-shift-[1-8]\Z")
_TUNES = re.compile(r"sys/auth/[^/]+/tune\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What a login may do: capabilities by exact path, and by the beginning of a path."""

    exact: Mapping[str, frozenset[str]]
    prefixes: Mapping[str, frozenset[str]]
    is_root: bool = False


def too_wide(rights: Rights) -> list[str]:
    """Return where this login may write policies, or what gives out policies.

    The beginning of a path is told with a `*`. Minting from the ring's own roles is what the bot
    is for.
    """
    return list(_too_wide(rights))


def _too_wide(rights: Rights) -> Iterator[str]:
    if rights.is_root:
        yield "*"
    yield from (path for path, may in rights.exact.items() if _writes(may) and _gives(path))
    yield from (
        f"{path}*" for path, may in rights.prefixes.items() if _writes(may) and _covers(path)
    )


def _writes(may: frozenset[str]) -> bool:
    return bool(may & _WRITES) and "deny" not in may


def _gives(path: str) -> bool:
    if _RING.match(path) or _TUNES.match(path):  # to read how a mount is tuned takes sudo
        return False
    return path.startswith(_GIVING) or bool(_LOGIN_ROLES.match(path))


def _covers(prefix: str) -> bool:
    giving = any(path.startswith(prefix) or prefix.startswith(path) for path in _GIVING)
    if giving or _LOGIN_ROLES.match(prefix) or _LOGINS.match(prefix):
        return True
    begun = None if prefix.endswith("/login/") else _BEGUN.match(prefix)
    return begun is not None and any(name.startswith(begun["name"]) for name in _NAMES)
