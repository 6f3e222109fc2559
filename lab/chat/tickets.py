"""Socket Mode addresses: each opens one connection, once."""

from __future__ import annotations

import uuid


class Tickets:
    """Issues addresses for sockets and takes each back once."""

    def __init__(self, app_id: str) -> None:
        self._app_id = app_id
        self._open: set[str] = set()
        self.origin = ""
        """Where the server listens, e.g. `ws://127.0.0.1:4711`; set when it does."""

    def issue(self) -> str:
        """Return a new address."""
        ticket = str(uuid.uuid4())
        self._open.add(ticket)
        return f"{self.origin}/link/?ticket={ticket}&app_id={self._app_id}"

    def spend(self, ticket: str) -> bool:
        """Return whether this ticket opens a connection; it will not again."""
        known = ticket in self._open
        self._open.discard(ticket)
        return known
