"""How no is said: to the app with Slack's own code, to a person by their own client."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class Refused(Exception):
    """A call that Slack would answer with `ok: false` and this `code`."""

    def __init__(self, code: str, *, reasons: Iterable[str] = (), **more: Any) -> None:  # noqa: ANN401 — goes into the reply as it is
        super().__init__(code)
        self.code = code
        self.reasons = tuple(reasons)
        self.more = more

    def reply(self) -> dict[str, Any]:
        """Return the body of the answer."""
        body: dict[str, Any] = {"ok": False, "error": self.code, **self.more}
        if self.reasons:
            if self.code == "invalid_blocks":
                body["errors"] = list(self.reasons)
            body["response_metadata"] = {
                "messages": [f"[ERROR] {reason}" for reason in self.reasons]
            }
        return body


class NotPossible(Exception):
    """The person's own client stops this; the words are what it would show."""
