"""What Slack answered to one call, as a value: taken, refused, slow down, or not heard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException
from typing import Any

from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

_WAIT_S = 5.0  # where a 429 names no time

# Codes that speak of Slack or of our token, not of the message or the person.
_SLACKS_OWN = frozenset(
    {
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
    }
)
_OURS = frozenset(
    {
        "not_authed",
        "invalid_auth",
        "account_inactive",
        "token_revoked",
        "token_expired",
        "missing_scope",
        "access_denied",
        "accesslimited",
        "ekm_access_denied",
        "org_login_required",
        "no_permission",
        "team_access_not_granted",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Slack did it."""

    body: Mapping[str, Any] = field(repr=False)

    def text(self, *path: str) -> str:
        """Return a text inside the answer, empty if it is not there."""
        found = self._inside(path)
        return found if isinstance(found, str) else ""

    def says(self, *path: str) -> bool:
        """Return whether a truth inside the answer is there and true."""
        return self._inside(path) is True

    def _inside(self, path: tuple[str, ...]) -> object:
        found: object = self.body
        for name in path:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Slack said no, with its code, and will say so again."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowDown:
    """Slack did nothing: this method is to be left alone for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Unheard:
    """No usable answer: it may have been done or not. `problem` is a code or an error's name."""

    problem: str


Reply = Taken | Refused | SlowDown | Unheard


def ask(method: Callable[..., SlackResponse], **arguments: object) -> Reply:
    """Call a method of the Web API and return what came of it; raises nothing of Slack's.

    The client must repeat nothing by itself.
    """
    try:
        response = method(**arguments)
    except SlackApiError as error:
        return _not_ok(error.response)
    except (SlackClientError, OSError, HTTPException, ValueError) as error:
        return Unheard(problem=type(error).__name__)
    body = response.data
    return Taken(body=body if isinstance(body, dict) else {})


def _not_ok(response: SlackResponse) -> Reply:
    status = response.status_code
    body = response.data if isinstance(response.data, dict) else {}
    code = str(body.get("error", ""))
    if status == HTTPStatus.TOO_MANY_REQUESTS or code in ("ratelimited", "rate_limited"):
        return SlowDown(seconds=_retry_after(response.headers))
    if status != HTTPStatus.OK:
        return Unheard(problem=f"HTTP {status}")
    if code in _SLACKS_OWN or code in _OURS:
        return Unheard(problem=code)
    return Refused(code=code or "unknown")


def _retry_after(headers: Mapping[str, Any]) -> float:
    named = next((v for k, v in headers.items() if k.lower() == "retry-after"), "")
    text = str(named[0] if isinstance(named, list) and named else named)
    try:
        return max(0.5, float(text))
    except ValueError:
        return _WAIT_S
