"""What Vault grants a shift, as values; and what of it is not as it was asked for. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from ceremonies.policies import creation_path, policy_name
from ceremonies.rights import Rights
from ceremonies.vault.replies import NotOfVault, flag, number, payload, text, texts

_WARNING_LETTERS = 200
_TTL_OFF_S = 1
_YEAR_10000 = 253_402_300_800  # what no date can be made of


class Verdict(StrEnum):
    """Whether a cluster takes a token."""

    GOOD = "good"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A verdict, and why, in words for people."""

    verdict: Verdict
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Minted:
    """A batch token, and what was granted with it."""

    token: str = field(repr=False)
    ttl_s: int
    kind: str
    policies: tuple[str, ...]
    renewable: bool
    orphan: bool
    uses: int = 0  # 0: as many as wanted
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapped:
    """A wrapping token; what was granted lies inside, warnings too (measured on OpenBao 2.7.2)."""

    token: str = field(repr=False)
    accessor: str = field(repr=False)
    wrap_ttl_s: int
    creation_path: str
    created: float = 0.0  # epoch seconds; 0: not told
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapSeen:
    """A wrap that still waits to be opened, or is gone: opened, ended, revoked or never there."""

    waiting: bool
    creation_path: str = ""
    created: float = 0.0
    ttl_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What `lookup-self` says of a token. `ttl_s` 0: it does not end."""

    kind: str
    ttl_s: int
    policies: tuple[str, ...]
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A token role. Numbers are seconds."""

    kind: str
    orphan: bool
    renewable: bool
    policies: tuple[str, ...]
    patterns: tuple[str, ...] = ()  # of more policies that its tokens may have
    barred: tuple[str, ...] = ()  # policies that its tokens must not have
    addresses: tuple[str, ...] = ()  # from which alone its tokens work
    period: int = 0
    explicit_max_ttl: int = 0
    without_default: bool = False


def minted(body: object) -> Minted:
    """Return the token that was made. Raises NotOfVault where there is none."""
    fields = _part(body, "auth")
    token = text(fields, "client_token")
    if not token:
        raise NotOfVault
    return Minted(
        token=token,
        ttl_s=number(fields, "lease_duration") or 0,
        kind=text(fields, "token_type"),
        policies=texts(fields, "policies"),
        renewable=flag(fields, "renewable") or False,
        orphan=flag(fields, "orphan") or False,
        uses=number(fields, "num_uses") or 0,
        warnings=_warnings(body),
    )


def wrapped(body: object) -> Wrapped:
    """Return the wrap. Raises NotOfVault where Vault did not wrap, whatever it gave instead."""
    fields = _part(body, "wrap_info")
    token = text(fields, "token")
    if not token:
        raise NotOfVault
    return Wrapped(
        token=token,
        accessor=text(fields, "accessor"),
        wrap_ttl_s=number(fields, "ttl") or 0,
        creation_path=text(fields, "creation_path"),
        created=_moment(text(fields, "creation_time")),
        warnings=_warnings(body),
    )


def waiting(body: object) -> WrapSeen:
    """Return what a lookup says of a wrap that waits. Raises NotOfVault."""
    fields = payload(body)
    path = text(fields, "creation_path")
    if not path:
        raise NotOfVault
    return WrapSeen(
        waiting=True,
        creation_path=path,
        created=_moment(text(fields, "creation_time")),
        ttl_s=number(fields, "creation_ttl") or 0,
    )


def held(body: object) -> Held:
    """Return what a token says of itself. Raises NotOfVault."""
    fields = payload(body)
    kind = text(fields, "type")
    if not kind:
        raise NotOfVault
    return Held(
        kind=kind,
        ttl_s=number(fields, "ttl") or 0,
        policies=texts(fields, "policies"),
        path=text(fields, "path"),
    )


def role(body: object) -> Role:
    """Return a token role. Raises NotOfVault."""
    fields = payload(body)
    if "token_type" not in fields:
        raise NotOfVault
    return Role(
        kind=text(fields, "token_type"),
        orphan=flag(fields, "orphan") or False,
        renewable=flag(fields, "renewable") or False,
        policies=texts(fields, "allowed_policies"),
        patterns=texts(fields, "allowed_policies_glob"),
        barred=texts(fields, "disallowed_policies") + texts(fields, "disallowed_policies_glob"),
        addresses=texts(fields, "token_bound_cidrs"),
        period=(number(fields, "period") or 0) or (number(fields, "token_period") or 0),
        explicit_max_ttl=(number(fields, "explicit_max_ttl") or 0)
        or (number(fields, "token_explicit_max_ttl") or 0),
        without_default=flag(fields, "token_no_default_policy") or False,
    )


def time_s(body: object) -> int:
    """Return the time (epoch seconds) that `sys/health` tells. Raises NotOfVault."""
    told = number(payload(body), "server_time_utc")
    if told is None or not 0 <= told < _YEAR_10000:
        raise NotOfVault
    return told


def rights(body: object) -> Rights:
    """Return what a token may do. Raises NotOfVault."""
    fields = payload(body)
    is_root = flag(fields, "root")
    if is_root is None:
        raise NotOfVault
    return Rights(
        exact=_given(fields, "exact_paths"),
        prefixes=_given(fields, "glob_paths"),
        is_root=is_root,
    )


def _given(fields: Mapping[str, Any], name: str) -> dict[str, frozenset[str]]:
    listed = fields.get(name)
    paths = listed if isinstance(listed, Mapping) else {}
    return {
        path: frozenset(texts(may, "capabilities"))
        for path, may in paths.items()
        if isinstance(path, str) and isinstance(may, Mapping)
    }


def complaints(
    made: Minted | Wrapped, *, place: int, ttl_s: int, wrap_s: int = 0
) -> tuple[str, ...]:
    """Return what is not as it was asked for, in words for people; nothing where all is."""
    found = [f"Vault warns: {warning}." for warning in made.warnings]
    if isinstance(made, Wrapped):
        if made.creation_path != creation_path(place):
            found.append("The wrap was made at another path than the role's.")
        if abs(made.wrap_ttl_s - wrap_s) > _TTL_OFF_S:
            found.append(f"The wrap lasts {made.wrap_ttl_s} s instead of {wrap_s} s.")
        return tuple(found)
    wished = {"default", policy_name(place)}
    if abs(made.ttl_s - ttl_s) > _TTL_OFF_S:
        found.append(f"It lasts {made.ttl_s} s instead of {ttl_s} s.")
    if made.kind != "batch":
        found.append("It is no batch token.")
    if made.renewable or not made.orphan:
        found.append("It is renewable, or ends with the login that made it.")
    if made.uses:
        found.append(f"It may be used {made.uses} times only.")
    if set(made.policies) != wished:
        found.append(f"Its policies are not {' and '.join(sorted(wished))}.")
    return tuple(found)


def _part(body: object, name: str) -> Mapping[str, Any]:
    found = body.get(name) if isinstance(body, Mapping) else None
    if not isinstance(found, Mapping):
        raise NotOfVault
    return found


def _warnings(body: object) -> tuple[str, ...]:
    lines = body.get("warnings") if isinstance(body, Mapping) else None
    listed = lines if isinstance(lines, list) else []
    return tuple(str(line).rstrip(".")[:_WARNING_LETTERS] for line in listed)


def _moment(told: str) -> float:
    try:
        return datetime.fromisoformat(told).timestamp() if told else 0.0
    except ValueError:
        return 0.0
