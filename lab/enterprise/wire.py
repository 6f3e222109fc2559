"""What goes over the wire between a client, a front and OpenBao: calls, replies, Vault's shapes."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

PREFIX: Final = "/v1/"
ERRORS_FROM: Final = 400
JSON: Final = {"Content-Type": "application/json"}
WRITES: Final = frozenset({"POST", "PUT"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request as it came in; `path` is without /v1/, `query` as sent."""

    method: str
    path: str
    query: Mapping[str, str]
    raw_path: str
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def token(self) -> str:
        """The caller's Vault token, empty if none was sent."""
        bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
        return (self.headers.get("X-Vault-Token") or bearer).strip()

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object that was sent; {} if there is none or it is something else."""
        try:
            parsed = json.loads(self.content)
        except ValueError:
            return {}
        return parsed if isinstance(parsed, dict) else {}

    def text(self, name: str) -> str:
        """Return a text field of the body, empty if it is not there or no text."""
        value = self.body.get(name)
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer; `content` may hold secrets."""

    status: int
    headers: Mapping[str, str] = field(default_factory=lambda: dict(JSON))
    content: bytes = field(default=b"", repr=False)

    @property
    def ok(self) -> bool:
        """Whether Vault did what was asked."""
        return self.status < ERRORS_FROM

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object answered; {} if there is none."""
        try:
            parsed = json.loads(self.content)
        except ValueError:
            return {}
        return parsed if isinstance(parsed, dict) else {}

    @property
    def fields(self) -> dict[str, Any]:
        """What the answer says, whether nested in `data` or not."""
        nested = self.body.get("data")
        return nested if isinstance(nested, dict) else self.body


def answer(status: int, body: Mapping[str, Any]) -> Reply:
    """Return a JSON answer."""
    return Reply(status=status, content=json.dumps(body).encode() + b"\n")


def refusal(status: int, *messages: str) -> Reply:
    """Return an error in Vault's shape."""
    return answer(status, {"errors": list(messages)})


def logical(
    fields: Mapping[str, Any] | None = None,
    *,
    warnings: list[str] | None = None,
    wrap_info: Mapping[str, Any] | None = None,
) -> Reply:
    """Return a success in the shape of Vault's logical paths: what is said stands in `data`."""
    return answer(
        200,
        {
            "request_id": str(uuid.uuid4()),
            "lease_id": "",
            "renewable": False,
            "lease_duration": 0,
            "data": fields,
            "wrap_info": wrap_info,
            "warnings": warnings,
            "auth": None,
        },
    )


NO_CONTENT: Final = Reply(status=204, headers={})
