"""The Bolt app, without doors: who we are is known already, so Bolt asks nobody."""

from __future__ import annotations

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.installation import Installation
from bot.logs import ContextExecutor
from bot.socket import EVERYBODY


def bolt_app(client: WebClient, *, ours: Installation, token: str) -> App:
    """Return an app that takes everybody's envelopes at once.

    Bolt's own pool has five threads for all listeners; five slow ones would stop everything.
    """

    def authorize(team_id: str | None) -> AuthorizeResult:
        # The gate looks at workspaces; here it only matters with which token we answer.
        del team_id
        return AuthorizeResult(
            enterprise_id=None,
            team_id=ours.workspace,
            bot_user_id=ours.bot_user,
            bot_token=token,
        )

    return App(
        client=client,
        authorize=authorize,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
        listener_executor=ContextExecutor(EVERYBODY, "listener"),
    )
