"""What the fronts saw, without any secret: tests count what Vault was asked and accepted."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lab.enterprise.wire import ERRORS_FROM

SECRET_FIELDS: Final = ("key", "otp", "encoded_token", "dr_operation_token")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request. `vault_status`: what Vault answered (None: it never saw it).

    `status`: what the client got (None: nothing). `fields` are the names in the body, no values.
    `about` tells orders of one kind apart: a secondary's id, or a digest of the activation token.
    """

    cluster: str
    node: str
    method: str
    path: str
    vault_status: int | None
    status: int | None
    with_token: bool
    fields: frozenset[str]
    about: str = ""

    @property
    def accepted(self) -> bool:
        """Whether it was to change something, and Vault did it, whatever the client was told."""
        return (
            self.method in {"POST", "PUT", "DELETE", "PATCH"}
            and self.vault_status is not None
            and self.vault_status < ERRORS_FROM
        )


@dataclass(slots=True)
class Record:
    """All that was seen since the last `clear`, in the order in which it was finished."""

    _seen: list[Seen] = field(default_factory=list)
    _secrets: dict[str, set[str]] | None = field(default=None, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, seen: Seen) -> None:
        """Keep one more."""
        with self._lock:
            self._seen.append(seen)

    def clear(self) -> None:
        """Forget everything, and listen no more."""
        with self._lock:
            self._seen.clear()
            self._secrets = None

    def listen(self, *also: str) -> None:
        """Keep from now on the secrets that pass, for a test that looks where else they are.

        `also` names more fields: `secret_id`, `client_token` of a login, `token` of an activation.
        """
        with self._lock:
            self._secrets = {name: set() for name in (*SECRET_FIELDS, *also)}

    def overhear(self, *bodies: Mapping[str, Any]) -> None:
        """Keep the secrets of these JSON objects, if anybody listens."""
        with self._lock:
            for name, heard in (self._secrets or {}).items():
                for body in bodies:
                    value = body.get(name)
                    if isinstance(value, str) and value:
                        heard.add(value)

    def overheard(self) -> dict[str, frozenset[str]]:
        """Return the secrets that passed since `listen`, by the field they stood in."""
        with self._lock:
            return {name: frozenset(heard) for name, heard in (self._secrets or {}).items()}

    def find(
        self, *, path: str = "", method: str | None = None, cluster: str | None = None
    ) -> list[Seen]:
        """Return what matches; `path` is a regular expression searched in the path without /v1/."""
        with self._lock:
            return [
                seen
                for seen in self._seen
                if re.search(path, seen.path)
                and method in (None, seen.method)
                and cluster in (None, seen.cluster)
            ]

    def accepted(
        self, *, path: str = "", method: str | None = None, cluster: str | None = None
    ) -> list[Seen]:
        """Return the matching requests that changed something at Vault."""
        return [
            seen for seen in self.find(path=path, method=method, cluster=cluster) if seen.accepted
        ]
