"""The Web API methods that the stand-in serves, one table; Slack's names, scopes and codes."""

from __future__ import annotations

from collections.abc import Mapping

from lab.chat.methods import app, chat, conversations, marks, users, views
from lab.chat.methods.call import Method

METHODS: Mapping[str, Method] = {
    method.name: method
    for method in (
        *app.METHODS,
        *chat.METHODS,
        *conversations.METHODS,
        *marks.METHODS,
        *users.METHODS,
        *views.METHODS,
    )
}
