"""What the app receives, field by field, and what each answer to a submission does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from slack_sdk import WebClient

from lab.chat import Chat, NotPossible
from lab.people import Person, meet
from lab.sights import Reaction

if TYPE_CHECKING:
    from tests.lab.chat.conftest import Wire

INCIDENT = "C0INCIDENT"
INTERACTION = {
    "type",
    "user",
    "api_app_id",
    "token",
    "team",
    "enterprise",
    "is_enterprise_install",
}
CARD = [
    {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {
                "type": "button",
                "action_id": "share.open",
                "value": '{"set":"payments"}',
                "style": "primary",
                "text": {"type": "plain_text", "text": "Give"},
            }
        ],
    }
]


def test_a_command(wire: Wire, chat: Chat, cast: dict[str, Person]) -> None:
    """Flat, all strings, with a URL to answer and a trigger."""
    envelope, _ = wire.received(
        chat, lambda: cast["Ada"].types("/dr start payments for=drill", INCIDENT)
    )
    payload = envelope["payload"]
    assert payload == {
        "token": payload["token"],
        "team_id": chat.workspace.team_id,
        "team_domain": chat.workspace.domain,
        "channel_id": INCIDENT,
        "channel_name": "incident",
        "user_id": "U0ADA",
        "user_name": "ada",
        "command": "/dr",
        "text": "start payments for=drill",
        "api_app_id": chat.workspace.bot.app_id,
        "is_enterprise_install": "false",
        "response_url": payload["response_url"],
        "trigger_id": payload["trigger_id"],
    }
    assert payload["response_url"].startswith("http://127.0.0.1:")


def test_a_click_in_a_message(
    wire: Wire, chat: Chat, client: WebClient, cast: dict[str, Person]
) -> None:
    """Container, channel, the message as it stands, one action with its value and time."""
    client.chat_postMessage(channel=INCIDENT, text="card", blocks=CARD)
    ada = cast["Ada"]
    card = ada.waits_for(button="share.open")
    envelope, reaction = wire.received(chat, lambda: ada.clicks("share.open", card))
    payload = envelope["payload"]
    assert reaction.acknowledged
    assert envelope["type"] == "interactive"
    assert set(payload) == INTERACTION | {
        "container",
        "trigger_id",
        "channel",
        "message",
        "state",
        "response_url",
        "actions",
    }
    assert payload["type"] == "block_actions"
    assert payload["enterprise"] is None
    assert payload["user"] == {
        "id": "U0ADA",
        "username": "ada",
        "name": "ada",
        "team_id": chat.workspace.team_id,
    }
    assert payload["container"] == {
        "type": "message",
        "message_ts": card.message.ts,
        "channel_id": INCIDENT,
        "is_ephemeral": False,
    }
    assert payload["channel"] == {"id": INCIDENT, "name": "incident"}
    assert payload["message"]["blocks"][0]["block_id"] == "row"
    (action,) = payload["actions"]
    assert action == {
        "type": "button",
        "action_id": "share.open",
        "block_id": "row",
        "value": '{"set":"payments"}',
        "style": "primary",
        "text": {"type": "plain_text", "text": "Give", "emoji": True},
        "action_ts": action["action_ts"],
    }


def test_a_click_in_an_ephemeral_message(
    wire: Wire, chat: Chat, client: WebClient, cast: dict[str, Person]
) -> None:
    """The message itself is not sent along: Slack does not keep it."""
    client.chat_postEphemeral(channel=INCIDENT, user="U0ADA", text="card", blocks=CARD)
    ada = cast["Ada"]
    card = ada.waits_for(button="share.open", ephemeral=True)
    payload = wire.received(chat, lambda: ada.clicks("share.open", card))[0]["payload"]
    assert payload["container"]["is_ephemeral"] is True
    assert "message" not in payload


def test_a_click_by_a_stranger(
    wire: Wire, chat: Chat, client: WebClient, cast: dict[str, Person]
) -> None:
    """In a shared channel `team` and `user.team_id` are the stranger's own workspace."""
    chat.workspace.change_user("U0MALLORY", team_id="T0ELSEWHERE")
    chat.workspace.change_channel(INCIDENT, is_ext_shared=True)
    client.chat_postMessage(channel=INCIDENT, text="card", blocks=CARD)
    mallory = cast["Mallory"]
    card = mallory.waits_for(button="share.open")
    payload = wire.received(chat, lambda: mallory.clicks("share.open", card))[0]["payload"]
    assert payload["team"]["id"] == payload["user"]["team_id"] == "T0ELSEWHERE"
    assert payload["message"]["team"] == chat.workspace.team_id


def test_what_never_reaches_the_app(
    chat: Chat, client: WebClient, cast: dict[str, Person], manifest: dict[str, Any]
) -> None:
    """Unknown commands, absent people, messages where the tab is read-only, dead buttons."""
    ada = cast["Ada"]
    with pytest.raises(NotPossible, match="not a valid command"):
        ada.types("/vault status", INCIDENT)
    with pytest.raises(NotPossible, match="not in"):
        ada.types("/dr status", "C0NOWHERE")
    with pytest.raises(NotPossible, match="turned off"):
        ada.writes("my share is …")
    client.chat_postMessage(channel=INCIDENT, text="card", blocks=CARD)
    card = ada.waits_for(button="share.open")
    with pytest.raises(NotPossible, match="no element"):
        ada.clicks("share.decline", card)
    client.chat_update(channel=INCIDENT, ts=card.message.ts, text="over")
    with pytest.raises(NotPossible, match="no element"):
        ada.clicks("share.open", card)
    client.chat_delete(channel=INCIDENT, ts=card.message.ts)
    with pytest.raises(NotPossible, match="deleted"):
        ada.clicks("share.open", card)
    with pytest.raises(NotPossible, match="no modal"):
        ada.submits()
    assert chat.deliveries() == ()
    assert manifest["settings"]["interactivity"]["is_enabled"]


def test_a_typed_message_reaches_an_app_that_listens(wire: Wire, manifest: dict[str, Any]) -> None:
    """With `message.im`, `im:history` and a writable tab the app hears it, escaped."""
    manifest["features"]["app_home"]["messages_tab_read_only_enabled"] = False
    manifest["oauth_config"]["scopes"]["bot"].append("im:history")
    manifest["settings"]["event_subscriptions"]["bot_events"].append("message.im")
    with Chat(manifest) as chat:
        ada = meet(chat, "Ada")["Ada"]

        def writes() -> Reaction:
            ada.writes("a < b")
            return Reaction(delivery=None, error="", revision=0)

        envelope, _ = wire.received(chat, writes)
        payload = envelope["payload"]
        assert envelope["type"] == "events_api"
        assert payload["type"] == "event_callback"
        assert payload["event"]["text"] == "a &lt; b"
        assert payload["event"]["channel_type"] == "im"
        assert payload["authorizations"][0]["is_bot"]
