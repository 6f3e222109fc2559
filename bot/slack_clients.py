"""The Web API clients: one that may ask again, one that must not, one that must be quick."""

from __future__ import annotations

from dataclasses import dataclass, field

from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import (
    ConnectionErrorRetryHandler,
    RateLimitErrorRetryHandler,
    ServerErrorRetryHandler,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackClients:
    """`reading` is for calls that may be repeated; `posting` for `chat.postMessage`.

    Slack has no key against repeated posts, and slack_sdk by default resends once after a reset
    connection, so `posting` retries nothing: its caller honours 429 and asks the log first.
    `quick` is for what somebody's three seconds wait for: `views.open`, whose trigger works once,
    and the gate's look-ups. It gives up soon and repeats nothing.
    """

    reading: WebClient = field(repr=False)
    posting: WebClient = field(repr=False)
    quick: WebClient = field(repr=False)


def slack_clients(*, token: str, base_url: str) -> SlackClients:
    """Return the clients for one bot token."""
    reading = WebClient(
        token=token,
        base_url=base_url,
        timeout=5,
        retry_handlers=[
            ConnectionErrorRetryHandler(),
            ServerErrorRetryHandler(),
            RateLimitErrorRetryHandler(max_retry_count=2),
        ],
    )
    posting = WebClient(token=token, base_url=base_url, timeout=10, retry_handlers=[])
    quick = WebClient(token=token, base_url=base_url, timeout=2, retry_handlers=[])
    return SlackClients(reading=reading, posting=posting, quick=quick)
