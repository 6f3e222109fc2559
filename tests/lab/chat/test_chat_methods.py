"""The Web API: who may call what with which arguments, and what each refusal is called."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from lab.chat import Channel, Chat
from lab.people import Person

INCIDENT = "C0INCIDENT"
FORM = "application/x-www-form-urlencoded"
Refusal = Callable[[Callable[[], object]], str]
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "words"}}

pytestmark = pytest.mark.usefixtures("cast")


def post_raw(chat: Chat, method: str, body: bytes, content_type: str) -> dict[str, Any]:
    """Return the answer to a body as it is, with the bot's token in the header."""
    authorization = f"Bearer {chat.bot_token}"
    return post_bare(chat, method, body, content_type, Authorization=authorization)


def post_bare(
    chat: Chat, method: str, body: bytes, content_type: str, **headers: str
) -> dict[str, Any]:
    """Return the answer to a body as it is."""
    request = urllib.request.Request(  # noqa: S310 — our own server
        chat.base_url + method, data=body, headers={"Content-Type": content_type, **headers}
    )
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 — our own server
        reply: dict[str, Any] = json.load(answer)
    return reply


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("", "not_authed"),
        ("xoxb-somebody-else", "invalid_auth"),
        ("the app's", "not_allowed_token_type"),
    ],
)
def test_the_wrong_token(chat: Chat, token: str, code: str, refusal: Refusal) -> None:
    """Only the bot's own token opens the Web API."""
    given = chat.app_token if token == "the app's" else token
    client = WebClient(token=given, base_url=chat.base_url, retry_handlers=[])
    assert refusal(client.auth_test) == code


def test_a_token_in_the_body(chat: Chat) -> None:
    """A form may carry the token; JSON may not, and nothing may carry the app's."""
    token = f"token={chat.bot_token}".encode()
    assert post_bare(chat, "auth.test", token, FORM)["ok"]
    written = json.dumps({"token": chat.bot_token}).encode()
    assert post_bare(chat, "auth.test", written, "application/json")["error"] == "not_authed"
    app_token = f"token={chat.app_token}".encode()
    assert post_bare(chat, "apps.connections.open", app_token, FORM)["error"] == "not_authed"


def test_sockets_open_with_the_apps_token_only(
    chat: Chat, client: WebClient, refusal: Refusal
) -> None:
    """`apps.connections.open` refuses the bot's token; with the app's it gives an address."""
    assert (
        refusal(lambda: client.apps_connections_open(app_token=chat.bot_token))
        == "not_allowed_token_type"
    )
    assert client.apps_connections_open(app_token=chat.app_token)["url"].startswith(
        "ws://127.0.0.1:"
    )


def test_who_the_bot_is(chat: Chat, client: WebClient) -> None:
    """`auth.test` names workspace and bot, and its header the scopes of the manifest."""
    answer = client.auth_test()
    assert answer["team_id"] == chat.workspace.team_id
    assert answer["user_id"] == chat.workspace.bot.user_id
    assert "chat:write" in answer.headers["x-oauth-scopes"]


@pytest.mark.parametrize(
    ("method", "args", "code"),
    [
        ("chat.whisper", {}, "unknown_method"),
        ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
        (
            "chat.postMessage",
            {"channel": INCIDENT, "text": "x", "colour": "red"},
            "invalid_arguments",
        ),
        ("chat.postMessage", {"channel": INCIDENT}, "no_text"),
        ("chat.postMessage", {"channel": INCIDENT, "text": ""}, "no_text"),
        ("chat.postMessage", {"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "#incident", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": INCIDENT, "blocks": {}}, "invalid_blocks_format"),
        ("chat.postMessage", {"channel": INCIDENT, "blocks": "[{"}, "invalid_blocks_format"),
        ("chat.postMessage", {"channel": INCIDENT, "blocks": [{"type": "x"}]}, "invalid_blocks"),
        (
            "chat.postMessage",
            {"channel": INCIDENT, "text": "x", "username": "Vault"},
            "missing_scope",
        ),
        (
            "chat.postMessage",
            {"channel": INCIDENT, "text": "x", "thread_ts": "1.2"},
            "cannot_reply_to_message",
        ),
        (
            "chat.postMessage",
            {"channel": INCIDENT, "text": "x", "markdown_text": "y"},
            "markdown_text_conflict",
        ),
        (
            "chat.postMessage",
            {"channel": INCIDENT, "text": "x", "metadata": {"event_type": "x"}},
            "invalid_metadata_schema",
        ),
        (
            "chat.postMessage",
            {"channel": INCIDENT, "attachments": [{"text": "a"}] * 101},
            "too_many_attachments",
        ),
        ("chat.update", {"channel": INCIDENT, "ts": "1.2", "text": "x"}, "message_not_found"),
        ("chat.update", {"channel": "U0ADA", "ts": "1.2", "text": "x"}, "channel_not_found"),
        ("chat.update", {"channel": INCIDENT, "ts": "1.2", "text": "x" * 4001}, "msg_too_long"),
        ("chat.delete", {"channel": INCIDENT, "ts": "1.2"}, "message_not_found"),
        ("chat.getPermalink", {"channel": INCIDENT, "message_ts": "1.2"}, "message_not_found"),
        (
            "chat.postEphemeral",
            {"channel": INCIDENT, "user": "U0NOBODY", "text": "x"},
            "user_not_in_channel",
        ),
        (
            "chat.postEphemeral",
            {"channel": "U0ADA", "user": "U0ADA", "text": "x"},
            "channel_not_found",
        ),
        ("conversations.open", {}, "users_list_not_supplied"),
        ("conversations.open", {"users": "U0NOBODY"}, "user_not_found"),
        ("conversations.open", {"users": "U0ADA,U0BEN"}, "missing_scope"),
        (
            "conversations.open",
            {"users": "U0ADA", "prevent_creation": "true"},
            "channel_not_found",
        ),
        ("conversations.info", {"channel": "C0NOWHERE"}, "channel_not_found"),
        ("conversations.members", {"channel": INCIDENT, "limit": "0x"}, "invalid_arguments"),
        ("conversations.members", {"channel": INCIDENT, "limit": 1001}, "invalid_limit"),
        ("conversations.members", {"channel": INCIDENT, "cursor": "?"}, "invalid_cursor"),
        ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
        ("pins.add", {"channel": INCIDENT}, "no_item_specified"),
        ("pins.add", {"channel": INCIDENT, "timestamp": "1.2"}, "bad_timestamp"),
        (
            "pins.add",
            {"channel": INCIDENT, "timestamp": "1700000000.000001"},
            "message_not_found",
        ),
        ("pins.remove", {"channel": INCIDENT, "timestamp": "1.2"}, "bad_timestamp"),
        (
            "reactions.add",
            {"channel": INCIDENT, "name": "x", "timestamp": "1.2"},
            "missing_scope",
        ),
        ("views.open", {"view": {}}, "invalid_arguments"),
    ],
)
def test_refused_with_slacks_code(
    client: WebClient, method: str, args: dict[str, Any], code: str, refusal: Refusal
) -> None:
    """Each mistake has the code that Slack gives it."""
    assert refusal(lambda: client.api_call(method, json=args)) == code


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (b"{", "application/json", "invalid_json"),
        (b"[]", "application/json", "json_not_object"),
        (b"<x/>", "application/xml", "invalid_post_type"),
    ],
)
def test_bodies_that_are_no_arguments(
    chat: Chat, body: bytes, content_type: str, code: str
) -> None:
    """A body that cannot be read is refused before anything is looked at."""
    assert post_raw(chat, "auth.test", body, content_type)["error"] == code


def test_a_missing_scope_is_named(chat: Chat, client: WebClient) -> None:
    """What a method needs and what the manifest grants stand in the answer."""
    posted = client.chat_postMessage(channel=INCIDENT, text="x")
    with pytest.raises(SlackApiError) as refused:
        client.reactions_add(channel=INCIDENT, name="eyes", timestamp=posted["ts"])
    assert refused.value.response["needed"] == "reactions:write"
    assert refused.value.response["provided"] == ",".join(chat.world.manifest.scopes)


@pytest.mark.parametrize("scope", ["chat:write", "users:read", "channels:read", "dnd:read"])
def test_scopes_come_from_the_manifest(
    manifest: dict[str, Any], scope: str, refusal: Refusal
) -> None:
    """Without the scope the method is refused, whichever it is."""
    calls: dict[str, Callable[[WebClient], object]] = {
        "chat:write": lambda c: c.chat_postMessage(channel=INCIDENT, text="x"),
        "users:read": lambda c: c.users_info(user="U0ADA"),
        "channels:read": lambda c: c.conversations_info(channel=INCIDENT),
        "dnd:read": lambda c: c.dnd_info(user="U0ADA"),
    }
    manifest["oauth_config"]["scopes"]["bot"].remove(scope)
    with Chat(manifest) as chat:
        chat.workspace.add_channel(Channel(id=INCIDENT, name="incident"))
        client = WebClient(token=chat.bot_token, base_url=chat.base_url, retry_handlers=[])
        assert refusal(lambda: calls[scope](client)) == "missing_scope"


def test_forms_and_json_say_the_same(
    chat: Chat, client: WebClient, cast: dict[str, Person]
) -> None:
    """Blocks come as a list in JSON or written out in a form; both are posted alike."""
    client.chat_postMessage(channel=INCIDENT, text="x", blocks=[SECTION])
    client.api_call(
        "chat.postMessage",
        params={"channel": INCIDENT, "text": "x", "blocks": json.dumps([SECTION])},
    )
    first, second = chat.workspace.messages(INCIDENT)
    assert first.blocks[0]["text"] == second.blocks[0]["text"]
    assert cast["Ada"].reads(INCIDENT)[1].text == "words"
