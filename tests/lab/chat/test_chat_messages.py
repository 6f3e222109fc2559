"""Messages, channels and people, as the Web API shows and changes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient

from lab.chat import Channel, ChannelKind, Chat, Message, Presence, User
from lab.people import Person

INCIDENT = "C0INCIDENT"
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "words"}}
Refusal = Callable[[Callable[[], object]], str]

pytestmark = pytest.mark.usefixtures("cast")


def test_where_the_bot_may_post(chat: Chat, client: WebClient, refusal: Refusal) -> None:
    """Not where it is no member, not into what it cannot see, not into an archive."""
    add = chat.workspace.add_channel
    add(Channel(id="C0OPEN", name="open", members=("U0ADA",)), with_bot=False)
    private = Channel(id="G0CLOSED", name="closed", kind=ChannelKind.PRIVATE)
    add(private, with_bot=False)
    add(Channel(id="C0OLD", name="old", is_archived=True))
    post = client.chat_postMessage
    assert refusal(lambda: post(channel="C0OPEN", text="x")) == "not_in_channel"
    assert refusal(lambda: post(channel="G0CLOSED", text="x")) == "channel_not_found"
    assert refusal(lambda: post(channel="C0OLD", text="x")) == "is_archived"
    assert refusal(lambda: client.conversations_info(channel="G0CLOSED")) == "channel_not_found"


def test_direct_messages(client: WebClient, cast: dict[str, Person]) -> None:
    """A person's id opens the direct message; to change one takes the `D` id that came back."""
    posted = client.chat_postMessage(channel="U0BEN", text="hello")
    assert posted["channel"].startswith("D")
    assert client.conversations_open(users="U0BEN")["channel"]["id"] == posted["channel"]
    assert client.conversations_open(users="U0BEN")["already_open"]
    client.chat_update(channel=posted["channel"], ts=posted["ts"], text="good bye")
    assert [seen.text for seen in cast["Ben"].reads_direct()] == ["good bye"]
    assert cast["Ada"].look("good bye") is None
    record = client.conversations_info(channel=posted["channel"])["channel"]
    assert record["is_im"]
    assert record["user"] == "U0BEN"


def test_an_app_without_messages_tab_has_no_direct_messages(
    manifest: dict[str, Any], refusal: Refusal
) -> None:
    """Slack says `messages_tab_disabled`."""
    manifest["features"]["app_home"]["messages_tab_enabled"] = False
    with Chat(manifest) as chat:
        chat.workspace.add_user(User(id="U0ADA", name="ada"))
        client = WebClient(token=chat.bot_token, base_url=chat.base_url, retry_handlers=[])
        code = refusal(lambda: client.chat_postMessage(channel="U0ADA", text="x"))
        assert code == "messages_tab_disabled"


def test_only_its_own_messages(chat: Chat, client: WebClient, refusal: Refusal) -> None:
    """What a person wrote can be neither changed nor deleted by the bot."""
    theirs = chat.workspace.post(Message(channel=INCIDENT, ts="", user="U0ADA", text="mine"))
    where = {"channel": INCIDENT, "ts": theirs.ts}
    assert refusal(lambda: client.chat_update(**where, text="x")) == "cant_update_message"
    assert refusal(lambda: client.chat_delete(**where)) == "cant_delete_message"


def test_an_ephemeral_message_is_nobodys_to_change(
    client: WebClient, cast: dict[str, Person], refusal: Refusal
) -> None:
    """It is seen by one person and found by no method."""
    ts = client.chat_postEphemeral(channel=INCIDENT, user="U0ADA", text="psst")["message_ts"]
    assert cast["Ada"].waits_for("psst").ephemeral
    assert cast["Ben"].look("psst") is None
    update = refusal(lambda: client.chat_update(channel=INCIDENT, ts=ts, text="x"))
    assert update == "message_not_found"
    assert refusal(lambda: client.chat_delete(channel=INCIDENT, ts=ts)) == "message_not_found"
    assert refusal(lambda: client.pins_add(channel=INCIDENT, timestamp=ts)) == "message_not_found"


def test_what_an_update_keeps(chat: Chat, client: WebClient) -> None:
    """A text alone takes the blocks away; metadata stays until `{}` clears it."""
    metadata = {"event_type": "ceremony", "event_payload": {"id": "1"}}
    posted = client.chat_postMessage(
        channel=INCIDENT, text="x", blocks=[SECTION], metadata=metadata
    )
    where = {"channel": INCIDENT, "ts": posted["ts"]}
    client.chat_update(**where, text="y")
    (now,) = chat.workspace.messages(INCIDENT)
    assert (now.text, now.blocks, now.metadata) == ("y", (), metadata)
    client.chat_update(**where, text="z", metadata={})
    (now,) = chat.workspace.messages(INCIDENT)
    assert (now.text, now.metadata) == ("z", None)
    assert now.edited


def test_a_very_long_text_is_cut(chat: Chat, client: WebClient) -> None:
    """`chat.postMessage` keeps 40,000 characters."""
    client.chat_postMessage(channel=INCIDENT, text="x" * 40_001)
    assert len(chat.workspace.messages(INCIDENT)[0].text) == 40_000


def test_pins_and_links(client: WebClient, refusal: Refusal) -> None:
    """A message is pinned once; its link names channel and time."""
    ts = client.chat_postMessage(channel=INCIDENT, text="x")["ts"]
    client.pins_add(channel=INCIDENT, timestamp=ts)
    assert refusal(lambda: client.pins_add(channel=INCIDENT, timestamp=ts)) == "already_pinned"
    client.pins_remove(channel=INCIDENT, timestamp=ts)
    assert refusal(lambda: client.pins_remove(channel=INCIDENT, timestamp=ts)) == "no_pin"
    link = client.chat_getPermalink(channel=INCIDENT, message_ts=ts)["permalink"]
    assert link.endswith(f"/archives/{INCIDENT}/p{ts.replace('.', '')}")


def test_members_come_in_pages(client: WebClient, cast: dict[str, Person]) -> None:
    """Everybody is listed once, over as many pages as it takes."""
    found: list[str] = []
    for page in client.conversations_members(channel=INCIDENT, limit=3):
        found += page["members"]
    assert len(found) == len(set(found)) == len(cast) + 1


def test_what_is_told_of_people(chat: Chat, client: WebClient) -> None:
    """Guests, deleted accounts and strangers are told apart by their records."""
    change = chat.workspace.change_user

    def record(user: str) -> dict[str, Any]:
        found: dict[str, Any] = client.users_info(user=user)["user"]
        return found

    ada = record("U0ADA")
    assert not ada["deleted"]
    assert not ada["is_restricted"]
    assert ada["team_id"] == chat.workspace.team_id
    change("U0BEN", deleted=True)
    assert record("U0BEN")["deleted"]
    assert "is_restricted" not in record("U0BEN")
    change("U0CAT", is_restricted=True, is_ultra_restricted=True)
    assert record("U0CAT")["is_ultra_restricted"]
    change("U0MALLORY", team_id="T0ELSEWHERE")
    assert record("U0MALLORY")["is_stranger"]
    chat.workspace.change_channel(INCIDENT, is_ext_shared=True)
    assert not record("U0MALLORY")["is_stranger"]
    assert client.conversations_info(channel=INCIDENT)["channel"]["is_ext_shared"]
    assert record(chat.workspace.bot.user_id)["is_bot"]


def test_whom_the_bot_cannot_write_to(chat: Chat, client: WebClient, refusal: Refusal) -> None:
    """Neither to a deleted account nor to a stranger."""
    chat.workspace.change_user("U0BEN", deleted=True)
    chat.workspace.change_user("U0MALLORY", team_id="T0ELSEWHERE")
    assert refusal(lambda: client.conversations_open(users="U0BEN")) == "user_disabled"
    assert refusal(lambda: client.conversations_open(users="U0MALLORY")) == "user_not_visible"
    assert (
        refusal(lambda: client.chat_postMessage(channel="U0BEN", text="x")) == "channel_not_found"
    )


def test_presence_and_quiet(chat: Chat, client: WebClient) -> None:
    """Others see `active` or `away`, and until when somebody wants quiet."""
    assert client.users_getPresence(user="U0ADA")["presence"] == "active"
    until = int(chat.workspace.clock.now()) + 3600
    chat.workspace.change_user("U0ADA", presence=Presence.AWAY, dnd_until=until)
    assert client.users_getPresence(user="U0ADA")["presence"] == "away"
    assert client.dnd_info(user="U0ADA")["next_dnd_end_ts"] == until
    assert not client.dnd_info(user="U0BEN")["dnd_enabled"]
