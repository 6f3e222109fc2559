"""The cast: what they read, how they wait, and that the bot's every word is kept."""

from __future__ import annotations

import base64
import secrets

import pytest
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from lab.chat import Chat, Message, Presence
from lab.chat.composer import smart
from lab.people import Person
from lab.sights import NotSeen

INCIDENT = "C0INCIDENT"
RENDERED = {
    "*bold* and _slanted_ and ~gone~": "bold and slanted and gone",
    "`payments/b` needs ```3 of 5```": "payments/b needs 3 of 5",
    "promote_approvers and 2*3*4": "promote_approvers and 2*3*4",
    "<@U0ADA> asks <@U0NOBODY>": "@Ada asks @U0NOBODY",
    "in <#C0INCIDENT>": "in #incident",
    "<https://example.org|the runbook>": "the runbook",
    "a &lt; b &amp; c": "a < b & c",
    "<!here>": "@here",
    "<!date^1700000000^{date_num} {time}|later>": "2023-11-14 23:13",
    "<!date^soon^{time}|later>": "later",
}


@pytest.mark.parametrize(("markup", "read"), RENDERED.items(), ids=RENDERED)
def test_what_is_read(chat: Chat, cast: dict[str, Person], markup: str, read: str) -> None:
    """Marks vanish, ids become names, dates are in the reader's zone (here UTC+1)."""
    chat.workspace.post(Message(channel=INCIDENT, ts="", user="U0BEN", text=markup))
    assert cast["Ada"].reads(INCIDENT)[0].text == read


def test_a_card_is_read_from_its_blocks(client: WebClient, cast: dict[str, Person]) -> None:
    """Blocks stand for the text; each piece is a line; buttons are in brackets."""
    client.chat_postMessage(
        channel=INCIDENT,
        text="fallback",
        blocks=[
            {"type": "header", "text": {"type": "plain_text", "text": "Ceremony"}},
            {
                "type": "section",
                "text": {"type": "mrkdwn", "text": "*Progress* 1 of 3"},
                "fields": [{"type": "mrkdwn", "text": "*Asked*\n<@U0BEN>"}],
                "accessory": {
                    "type": "button",
                    "action_id": "a",
                    "text": {"type": "plain_text", "text": "Freeze"},
                },
            },
            {"type": "divider"},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "nonce `abc`"}]},
        ],
    )
    text = cast["Ada"].reads(INCIDENT)[0].text
    assert text == "Ceremony\nProgress 1 of 3\nAsked\n@Ben\n[Freeze]\nnonce abc"


def test_waiting_in_vain_tells_what_was_seen(client: WebClient, cast: dict[str, Person]) -> None:
    """The failure has everything that the person sees instead."""
    client.chat_postMessage(channel=INCIDENT, text="something else")
    with pytest.raises(NotSeen, match="something else"):
        cast["Ada"].waits_for("what I want", within=0.05)


def test_only_what_is_newer_answers(client: WebClient, cast: dict[str, Person]) -> None:
    """`after` passes over what stood there before; a changed message counts as new."""
    ada = cast["Ada"]
    ts = client.chat_postMessage(channel=INCIDENT, text="old")["ts"]
    reaction = ada.types("/dr status", INCIDENT)
    assert ada.look("old")
    assert ada.look("old", after=reaction) is None
    client.chat_update(channel=INCIDENT, ts=ts, text="old but changed")
    assert ada.look("old", after=reaction)


def test_people_outside_see_nothing(chat: Chat, client: WebClient, cast: dict[str, Person]) -> None:
    """Whoever is not in the channel reads none of it."""
    members = tuple(m for m in chat.workspace.channel(INCIDENT).members if m != "U0MALLORY")
    chat.workspace.change_channel(INCIDENT, members=members)
    client.chat_postMessage(channel=INCIDENT, text="secret plans")
    assert cast["Mallory"].reads() == ()


def test_ephemeral_messages_do_not_last(
    chat: Chat, client: WebClient, cast: dict[str, Person]
) -> None:
    """Gone after a reload; never shown to somebody who is away, though Slack says ok."""
    ada, ben = cast["Ada"], cast["Ben"]
    chat.workspace.change_user(ben.id, presence=Presence.AWAY)
    for person in (ada, ben):
        sent = client.chat_postEphemeral(channel=INCIDENT, user=person.id, text="psst")
        assert sent["ok"]
    assert ada.look("psst")
    assert ben.look("psst") is None
    ada.reloads()
    assert ada.look("psst") is None


def test_smart_punctuation() -> None:
    """Some clients turn two hyphens into a dash and straight quotes into curly ones."""
    assert smart('/dr start payments --for "drill"') == "/dr start payments —for “drill”"


@pytest.mark.usefixtures("cast")
def test_whatever_the_bot_sends_is_in_the_archive(chat: Chat, client: WebClient) -> None:
    """In a form, in JSON, escaped or not, refused or not: a canary is found as it was."""
    canaries = {
        "json": f"käse-{secrets.token_hex(8)}",
        "form": base64.b64encode(secrets.token_bytes(60)).decode() + "+/=",
        "refused": f"canary-{secrets.token_hex(8)}",
        "response": f"käse-{secrets.token_hex(8)}",
        "cut": base64.b64encode(secrets.token_bytes(60)).decode() + "+/=",
    }
    client.chat_postMessage(channel=INCIDENT, text=canaries["json"])
    client.api_call("chat.postMessage", params={"channel": INCIDENT, "text": canaries["form"]})
    hook = chat.world.hooks.issue("commands", user="U0ADA", channel=INCIDENT)
    WebhookClient(hook).send(text=canaries["response"])
    chat.faults.cut_before("chat.update")
    for method, word in (("chat.update", "cut"), ("chat.whisper", "refused")):
        with pytest.raises(Exception):  # noqa: B017, PT011 — whichever way it fails
            client.api_call(method, params={"text": canaries[word]})
    whole = "\n".join(chat.archive())
    for door, canary in canaries.items():
        assert canary in whole, door
    assert chat.bot_token not in whole
