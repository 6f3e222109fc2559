"""Our own installation in Slack, checked when serving begins: token, workspace, scopes."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.errors import SlackUnreachable
from bot.manifest import SCOPES
from ceremonies.errors import Misconfigured

log = structlog.get_logger()

START_S = 30.0
_PAUSE_S = 1.0
_REINSTALL = "Install the app anew from `conclave manifest`, and take its new token."
_BAD_TOKEN = frozenset(
    {
        "account_inactive",
        "invalid_auth",
        "not_allowed_token_type",
        "not_authed",
        "token_expired",
        "token_revoked",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Who we are in the workspace."""

    bot_user: str
    workspace: str


def check_installation(
    client: WebClient, *, workspace: str, seconds: float = START_S
) -> Installation:
    """Return who we are, once Slack has said so.

    Raises Misconfigured for a token that is refused, is of another workspace, or lacks a scope of
    the manifest; SlackUnreachable if Slack has not answered after `seconds`.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            response = client.auth_test()
        except SlackApiError as error:
            problem = str(error.response.get("error", "") or error.response.status_code)
            refuse_bad_token("SLACK_BOT_TOKEN", problem)
        except (SlackClientError, OSError) as error:
            problem = type(error).__name__
        else:
            return _checked(response.data, response.headers, workspace=workspace)
        log.warning("slack.not_reached", problem=problem)
        if time.monotonic() + _PAUSE_S >= deadline:
            raise SlackUnreachable(f"Slack does not answer ({problem})")
        time.sleep(_PAUSE_S)


def refuse_bad_token(variable: str, code: str) -> None:
    """Raise Misconfigured if this code of Slack's is about the token itself."""
    if code in _BAD_TOKEN:
        raise Misconfigured(f"{variable}: Slack refuses this token ({code})", advice=_REINSTALL)


def _checked(said: Any, headers: Mapping[str, Any], *, workspace: str) -> Installation:  # noqa: ANN401 — as Slack sent it
    team = str(said.get("team_id", ""))
    if team != workspace:
        raise Misconfigured(
            f"SLACK_BOT_TOKEN: this token is of {team}, and slack.workspace is {workspace}",
            advice="Use the token of the app in that workspace, or correct slack.workspace.",
        )
    granted = _scopes(headers)
    missing = [scope for scope in SCOPES if scope not in granted]
    if granted and missing:
        raise Misconfigured(
            f"SLACK_BOT_TOKEN: this token lacks the scopes {', '.join(missing)}", advice=_REINSTALL
        )
    return Installation(bot_user=str(said.get("user_id", "")), workspace=team)


def _scopes(headers: Mapping[str, Any]) -> set[str]:
    """Return what the token may do, as each answer says; empty if it does not say."""
    given = next((v for k, v in headers.items() if k.lower() == "x-oauth-scopes"), "")
    text = given[0] if isinstance(given, list) and given else given
    return {scope.strip() for scope in str(text).split(",") if scope.strip()}
