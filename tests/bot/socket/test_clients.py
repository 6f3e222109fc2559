"""Which calls to Slack are made again, and which never."""

from __future__ import annotations

import time

import pytest
from slack_sdk.errors import SlackApiError

from bot.errors import SlackUnreachable
from bot.installation import Installation, check_installation
from bot.reply import Taken, Unheard, ask
from bot.slack_clients import SlackClients, slack_clients
from ceremonies.errors import Misconfigured
from lab.chat import Chat
from lab.people import Person
from lab.process import free_port

POST = {"channel": "C0INCIDENT", "text": "once"}


def test_a_post_is_never_made_twice(
    chat: Chat, clients: SlackClients, cast: dict[str, Person]
) -> None:
    """The connection ends after Slack had done it: the answer is lost, the message is one."""
    chat.faults.cut_after("chat.postMessage")

    reply = ask(clients.posting.chat_postMessage, **POST)

    assert isinstance(reply, Unheard)
    assert len(cast["Sam"].reads("C0INCIDENT")) == 1


def test_what_may_be_repeated_is(
    chat: Chat, clients: SlackClients, cast: dict[str, Person]
) -> None:
    """A cut connection, a broken gateway, too many calls: `reading` asks again."""
    chat.faults.cut_before("users.info")
    assert isinstance(ask(clients.reading.users_info, user="U0SAM"), Taken)
    chat.faults.server_error("users.info")
    assert isinstance(ask(clients.reading.users_info, user="U0SAM"), Taken)
    chat.faults.rate_limit("users.info", retry_after=1)
    started = time.monotonic()
    assert isinstance(ask(clients.reading.users_info, user="U0SAM"), Taken)

    assert time.monotonic() - started >= 1.0, "Slack's Retry-After is honoured"
    assert cast["Sam"].id == "U0SAM"


def test_what_must_be_quick_gives_up(
    chat: Chat, clients: SlackClients, cast: dict[str, Person]
) -> None:
    """Three seconds are all that a person's click has."""
    chat.faults.delay("users.info", 4)
    started = time.monotonic()

    reply = ask(clients.quick.users_info, user="U0SAM")

    assert isinstance(reply, Unheard)
    assert time.monotonic() - started < 2.9
    assert len(cast) == 8


def test_who_we_are_is_what_slack_says(chat: Chat, clients: SlackClients) -> None:
    """The workspace of the token is the one that is configured."""
    found = check_installation(clients.reading, workspace="T0CONCLAVE")

    assert found == Installation(bot_user=chat.workspace.bot.user_id, workspace="T0CONCLAVE")


def test_a_token_of_another_workspace_is_misconfigured(clients: SlackClients) -> None:
    """Both are named, the token is not."""
    with pytest.raises(Misconfigured, match=r"of T0CONCLAVE, and slack\.workspace is T0OTHER"):
        check_installation(clients.reading, workspace="T0OTHER")


def test_a_token_that_slack_refuses_is_misconfigured(chat: Chat) -> None:
    """At once: waiting would not help."""
    clients = slack_clients(token="xoxb-nobody", base_url=chat.base_url)

    with pytest.raises(Misconfigured, match=r"SLACK_BOT_TOKEN: .*invalid_auth") as refused:
        check_installation(clients.reading, workspace="T0CONCLAVE")

    assert "manifest" in refused.value.advice
    assert "xoxb-" not in str(refused.value)


def test_a_token_without_a_scope_is_misconfigured(chat: Chat, clients: SlackClients) -> None:
    """An app that was installed from an older manifest is found out at start, not at 3 a.m."""
    with Chat({**chat_manifest(), "oauth_config": {"scopes": {"bot": ["chat:write"]}}}) as other:
        theirs = slack_clients(token=other.bot_token, base_url=other.base_url)

        with pytest.raises(Misconfigured, match=r"lacks the scopes commands, im:write"):
            check_installation(theirs.reading, workspace="T0CONCLAVE")

    assert check_installation(clients.reading, workspace=chat.workspace.team_id)


def test_slack_out_of_reach_is_told_after_a_while() -> None:
    """So many seconds are waited, then it is an error of its own."""
    nobody = slack_clients(token="xoxb-1", base_url=f"http://127.0.0.1:{free_port()}/api/")
    started = time.monotonic()

    with pytest.raises(SlackUnreachable):
        check_installation(nobody.posting, workspace="T0CONCLAVE", seconds=2)

    assert time.monotonic() - started < 5


def test_slack_that_comes_back_in_time_is_waited_for(chat: Chat, clients: SlackClients) -> None:
    """Two failures at start are not the end."""
    chat.faults.server_error("auth.test", times=2)

    assert check_installation(clients.posting, workspace="T0CONCLAVE", seconds=10)


def chat_manifest() -> dict[str, object]:
    """Return a manifest without scopes."""
    return {"display_information": {"name": "Conclave"}}


def test_a_refusal_names_the_code(clients: SlackClients) -> None:
    """What Slack refuses is Slack's word, for whoever asks without `ask`."""
    with pytest.raises(SlackApiError):
        clients.reading.users_info(user="U0NOBODY")
