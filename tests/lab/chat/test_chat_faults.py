"""Bad days on purpose: cut connections, delays, errors, rate limits; and response URLs."""

from __future__ import annotations

import http.client
import time
import urllib.error
from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.webhook import WebhookClient

from lab.chat import Chat, Habits
from lab.people import Person, meet

INCIDENT = "C0INCIDENT"
HUNG_UP = (urllib.error.URLError, http.client.RemoteDisconnected, ConnectionError)
Refusal = Callable[[Callable[[], object]], str]

pytestmark = pytest.mark.usefixtures("cast")


def test_cut_before_nothing_was_done(chat: Chat, client: WebClient) -> None:
    """The caller hears nothing, and there is no message."""
    chat.faults.cut_before("chat.postMessage")
    with pytest.raises(HUNG_UP):
        client.chat_postMessage(channel=INCIDENT, text="x")
    assert chat.workspace.messages(INCIDENT) == ()
    client.chat_postMessage(channel=INCIDENT, text="y")
    assert len(chat.workspace.messages(INCIDENT)) == 1


def test_cut_after_it_was_done(chat: Chat, client: WebClient) -> None:
    """The caller hears nothing, but the message stands: whoever retries posts it twice."""
    chat.faults.cut_after("chat.postMessage")
    with pytest.raises(HUNG_UP):
        client.chat_postMessage(channel=INCIDENT, text="x")
    assert len(chat.workspace.messages(INCIDENT)) == 1
    assert chat.calls("chat.postMessage")[0].reply["ok"]


def test_slack_sdk_retries_a_cut_by_itself(chat: Chat) -> None:
    """The SDK's default posts twice after a cut: the stand-in shows what a bot must avoid."""
    chat.faults.cut_after("chat.postMessage")
    WebClient(token=chat.bot_token, base_url=chat.base_url).chat_postMessage(
        channel=INCIDENT, text="x"
    )
    assert len(chat.workspace.messages(INCIDENT)) == 2


def test_a_fault_can_wait_for_its_turn(chat: Chat, client: WebClient) -> None:
    """`after` lets so many calls pass; other methods are not touched."""
    chat.faults.cut_before("chat.postMessage", after=1)
    client.chat_postMessage(channel=INCIDENT, text="x")
    client.auth_test()
    with pytest.raises(HUNG_UP):
        client.chat_postMessage(channel=INCIDENT, text="y")
    client.chat_postMessage(channel=INCIDENT, text="z")


def test_rate_limited(chat: Chat, client: WebClient) -> None:
    """429, `ratelimited`, `Retry-After`; so many times, then it goes well."""
    chat.faults.rate_limit("chat.update", times=2, retry_after=7)
    ts = client.chat_postMessage(channel=INCIDENT, text="x")["ts"]
    for _ in range(2):
        with pytest.raises(SlackApiError) as refused:
            client.chat_update(channel=INCIDENT, ts=ts, text="y")
        assert refused.value.response.status_code == 429
        assert refused.value.response["error"] == "ratelimited"
        assert refused.value.response.headers["Retry-After"] == "7"
    client.chat_update(channel=INCIDENT, ts=ts, text="y")


def test_a_client_that_honours_the_limit_gets_through(chat: Chat) -> None:
    """The SDK's own handler waits as long as it is told."""
    chat.faults.rate_limit("auth.test", retry_after=1)
    handlers = [RateLimitErrorRetryHandler(max_retry_count=1)]
    client = WebClient(token=chat.bot_token, base_url=chat.base_url, retry_handlers=handlers)
    began = time.monotonic()
    assert client.auth_test()["ok"]
    assert time.monotonic() - began >= 1


def test_errors_and_delays(chat: Chat, client: WebClient, refusal: Refusal) -> None:
    """5xx without JSON, a refusal with any code, an answer that takes its time."""
    chat.faults.server_error("auth.test", status=500)
    with pytest.raises(SlackApiError) as refused:
        client.auth_test()
    assert refused.value.response.status_code == 500
    chat.faults.refuse("auth.test", "internal_error")
    assert refusal(client.auth_test) == "internal_error"
    chat.faults.delay("auth.test", 0.2)
    began = time.monotonic()
    client.auth_test()
    assert time.monotonic() - began >= 0.2
    chat.faults.cut_before("*", times=100)
    chat.faults.clear()
    client.auth_test()


def test_the_tiers_by_a_switch(manifest: dict[str, Any]) -> None:
    """With the switch `chat.update` goes fifty times a minute; later it goes again."""
    with Chat(manifest, habits=Habits(rate_limits=True)) as chat:
        meet(chat, "Ada")
        client = WebClient(token=chat.bot_token, base_url=chat.base_url, retry_handlers=[])
        ts = client.chat_postMessage(channel=INCIDENT, text="x")["ts"]
        for _ in range(50):
            client.chat_update(channel=INCIDENT, ts=ts, text="y")
        with pytest.raises(SlackApiError) as refused:
            client.chat_update(channel=INCIDENT, ts=ts, text="z")
        wait = int(refused.value.response.headers["Retry-After"])
        assert 55 <= wait <= 61
        chat.workspace.clock.advance(wait)
        client.chat_update(channel=INCIDENT, ts=ts, text="z")


def test_posting_is_limited_by_channel(manifest: dict[str, Any]) -> None:
    """A burst into one channel ends; another channel is free."""
    with Chat(manifest, habits=Habits(rate_limits=True)) as chat:
        meet(chat, "Ada", channels=(INCIDENT, "C0OTHER"))
        client = WebClient(token=chat.bot_token, base_url=chat.base_url, retry_handlers=[])
        for _ in range(10):
            client.chat_postMessage(channel=INCIDENT, text="x")
        with pytest.raises(SlackApiError, match="ratelimited"):
            client.chat_postMessage(channel=INCIDENT, text="x")
        client.chat_postMessage(channel="C0OTHER", text="x")


def url_for(chat: Chat, original: str | None = None) -> WebhookClient:
    """Return a client for a response URL of something that Ada did."""
    url = chat.world.hooks.issue("actions", user="U0ADA", channel=INCIDENT, original=original)
    return WebhookClient(url, retry_handlers=[])


def test_a_response_url_works_five_times(chat: Chat, cast: dict[str, Person]) -> None:
    """Each use is a message for one person; the sixth is `used_url`."""
    hook = url_for(chat)
    for number in range(5):
        assert hook.send(text=f"answer {number}").body == "ok"
    sixth = hook.send(text="one too many")
    assert (sixth.status_code, "used_url" in sixth.body) == (404, True)
    assert len([seen for seen in cast["Ada"].reads() if seen.ephemeral]) == 5
    assert cast["Ben"].reads() == ()


def test_a_response_url_works_for_half_an_hour(chat: Chat) -> None:
    """Then it is `expired_url`."""
    hook = url_for(chat)
    chat.workspace.clock.advance(30 * 60 + 1)
    assert "expired_url" in hook.send(text="x").body


def test_what_a_response_may_do(chat: Chat, client: WebClient, cast: dict[str, Person]) -> None:
    """Answer in the channel, replace or delete what it came from, an ephemeral message too."""
    assert url_for(chat).send(text="for all", response_type="in_channel").status_code == 200
    assert cast["Ben"].look("for all")
    psst = client.chat_postEphemeral(channel=INCIDENT, user="U0ADA", text="first")["message_ts"]
    hook = url_for(chat, psst)
    hook.send(text="second", replace_original=True)
    assert [seen.text for seen in cast["Ada"].reads() if seen.ephemeral] == ["second"]
    hook.send(delete_original=True)
    assert [seen.text for seen in cast["Ada"].reads() if seen.ephemeral] == []


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"text": ""}, 400, "no_text"),
        ({"blocks": [{"type": "x"}]}, 400, "invalid_blocks"),
        ({"text": "x", "colour": "red"}, 400, "invalid_payload"),
    ],
)
def test_responses_that_are_refused(
    chat: Chat, body: dict[str, Any], status: int, said: str
) -> None:
    """A bad response changes nothing and is told with Slack's word."""
    answer = url_for(chat).send_dict(body)
    assert (answer.status_code, answer.body) == (status, said)
    assert chat.workspace.messages() == ()


def test_a_made_up_response_url(chat: Chat) -> None:
    """Nobody answers there."""
    url = url_for(chat).url.rpartition("/")[0] + "/made-up"
    assert WebhookClient(url, retry_handlers=[]).send(text="x").body == "no_service"
