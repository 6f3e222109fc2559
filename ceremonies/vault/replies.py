"""What Vault says, as values. Pure: parsed bodies in, frozen values out.

Replies come bare (Vault 1.x, no token) or under `data` (with a token), and any field may be
missing or null (measured on OpenBao 2.7.2).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_ATTEMPT_FIELDS = frozenset({"started", "progress", "required", "nonce", "complete"})
_WARNING_LETTERS = 300


class NotOfVault(ValueError):
    """A body that cannot be the reply to what was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """The attempt that Vault has open, if `started`. `complete` is never true when read."""

    nonce: str
    started: bool
    progress: int
    required: int
    otp_length: int
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """An attempt that was just started. Vault tells its OTP this once."""

    nonce: str
    required: int
    otp_length: int
    otp: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A share that Vault counted. With an `encoded_token` it was the last one."""

    progress: int
    required: int
    encoded_token: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """The attempt was ours, and Vault has ended it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingOpen:
    """Vault had no attempt open: nothing to cancel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotOurs:
    """Another attempt is open, with this nonce. It was left alone."""

    nonce: str


Cancellation = Cancelled | NothingOpen | NotOurs


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """Vault took the order to promote. Done is something else: watch the cluster's mode."""

    warnings: tuple[str, ...]


def payload(body: object) -> Mapping[str, Any]:
    """Return the fields of a reply, bare or under `data`. Raises NotOfVault if it has none."""
    if not isinstance(body, dict):
        raise NotOfVault
    nested = body.get("data")
    return nested if isinstance(nested, dict) and nested else body


def attempt(body: object) -> Attempt:
    """Return what a GET of the attempt says."""
    fields = _attempt_fields(body)
    return Attempt(
        nonce=text(fields, "nonce"),
        started=flag(fields, "started") or False,
        progress=number(fields, "progress") or 0,
        required=number(fields, "required") or 0,
        otp_length=number(fields, "otp_length") or 0,
        complete=flag(fields, "complete") or False,
    )


def begun(body: object) -> Begun:
    """Return what the start of an attempt says. Raises NotOfVault without nonce or OTP."""
    fields = _attempt_fields(body)
    nonce, otp = text(fields, "nonce"), text(fields, "otp")
    if not nonce or not otp:
        raise NotOfVault
    return Begun(
        nonce=nonce,
        required=number(fields, "required") or 0,
        otp_length=number(fields, "otp_length") or len(otp),
        otp=otp,
    )


def offered(body: object) -> Offered:
    """Return what Vault says to a share. Raises NotOfVault if it is complete without a token."""
    fields = _attempt_fields(body)
    encoded = text(fields, "encoded_token") or text(fields, "encoded_root_token")
    if flag(fields, "complete") and not encoded:
        raise NotOfVault
    return Offered(
        progress=number(fields, "progress") or 0,
        required=number(fields, "required") or 0,
        encoded_token=encoded or None,
    )


def accepted(body: object) -> Accepted:
    """Return what Vault says to a promotion; its body may be empty (204)."""
    if body is None:
        return Accepted(warnings=())
    if not isinstance(body, dict):
        raise NotOfVault
    warnings = body.get("warnings")
    lines = warnings if isinstance(warnings, list) else []
    return Accepted(warnings=tuple(str(line)[:_WARNING_LETTERS] for line in lines))


def text(fields: Mapping[str, Any], name: str) -> str:
    """Return a field's text; empty if it is missing or is none."""
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def number(fields: Mapping[str, Any], name: str) -> int | None:
    """Return a field's whole number, also one written as text; None if it is missing."""
    value = fields.get(name)
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,19}", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def flag(fields: Mapping[str, Any], name: str) -> bool | None:
    """Return a field that is true or false; None if it is missing or neither."""
    value = fields.get(name)
    return value if isinstance(value, bool) else None


def texts(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return a field's list of texts; empty if it is missing or null."""
    value = fields.get(name)
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()


def _attempt_fields(body: object) -> Mapping[str, Any]:
    fields = payload(body)
    if not _ATTEMPT_FIELDS & fields.keys():
        raise NotOfVault  # some other JSON: to read it as "no attempt" would be believing it
    return fields
