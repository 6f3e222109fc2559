"""What Slack says of a user or a channel: looked up, and kept for ten minutes.

Kept in this process and, as an observation, in Redis for the other replicas. Losing it costs a
call; nothing is decided by a record older than that.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

import structlog
from slack_sdk import WebClient

from bot.reply import Refused, Taken, ask
from ceremonies.errors import StoreUnreachable
from ceremonies.observations import Observations

log = structlog.get_logger()

KEPT_S = 600.0
# What Redis has may be nearly over; with this the oldest record that counts is 11 minutes old.
_FROM_REDIS_S = 60.0
_RENEW_AFTER_S = KEPT_S / 2
_LOOKERS = 2


class Account(StrEnum):
    """What an account is to the workspace that is served."""

    MEMBER = "member"
    GUEST = "guest"
    BOT = "bot"
    DELETED = "deleted"
    ELSEWHERE = "elsewhere"  # of another workspace
    UNKNOWN = "unknown"  # Slack knows no such account


class Place(StrEnum):
    """What a channel is."""

    OURS = "ours"
    SHARED = "shared"  # with another workspace, or about to be
    UNSEEN = "unseen"  # the bot may not see it: private and not a member, or a group message


S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class _Seen(Generic[S]):
    standing: S
    fresh_until: float


class Records(Generic[S]):
    """The records of one kind. `look` asks Slack and returns None if that came to nothing.

    Only `good` news is taken from a record: whoever is to be refused is looked up anew.
    """

    def __init__(
        self,
        good: S,
        *,
        prefix: str,
        look: Callable[[str], S | None],
        observations: Observations,
        clock: Callable[[], float],
        key: bytes,
    ) -> None:
        self._key = key
        self._good = good
        self._prefix = prefix
        self._look = look
        self._observations = observations
        self._clock = clock
        self._seen: dict[str, _Seen[S]] = {}

    def known(self, slack_id: str) -> S | None:
        """Return the newest record here, however old, without asking anybody."""
        seen = self._seen.get(slack_id)
        return seen.standing if seen else None

    def age_left(self, slack_id: str) -> float:
        """Return for how many seconds the record here still counts; 0 for none."""
        seen = self._seen.get(slack_id)
        return max(0.0, seen.fresh_until - self._clock()) if seen else 0.0

    def at_once(self, slack_id: str) -> S | None:
        """Return the good record here, however old; without one, what Slack says now."""
        known = self.known(slack_id)
        return known if known == self._good else self.look(slack_id)

    def fresh(self, slack_id: str) -> S | None:
        """Return what is true as of ten minutes ago at most; None if it cannot be found out."""
        if self.age_left(slack_id) and self.known(slack_id) == self._good:
            return self._good
        if self._redis_says_good(slack_id):
            self._seen[slack_id] = _Seen(self._good, self._clock() + _FROM_REDIS_S)
            return self._good
        return self.look(slack_id)

    def look(self, slack_id: str) -> S | None:
        """Ask Slack now, and keep the answer."""
        standing = self._look(slack_id)
        if standing is not None:
            self._seen[slack_id] = _Seen(standing, self._clock() + KEPT_S)
            self._tell_redis(slack_id, standing)
        return standing

    def _redis_says_good(self, slack_id: str) -> bool:
        name = self._prefix + slack_id
        try:
            kept = self._observations.get(name) or ""
        except StoreUnreachable:
            return False
        standing, _, rest = kept.partition("|")
        written, _, _ = rest.partition("|")
        young = written.isdigit() and 0 <= time.time() - int(written) <= KEPT_S
        ours = hmac.compare_digest(kept.encode(), self._sealed(name, standing, written).encode())
        return young and ours and standing == self._good.value

    def _sealed(self, name: str, standing: str, written: str) -> str:
        """Return a record that whoever can write to Redis, and has no key of ours, cannot make."""
        words = f"{name}|{standing}|{written}".encode()
        return f"{standing}|{written}|{hmac.new(self._key, words, hashlib.sha256).hexdigest()}"

    def _tell_redis(self, slack_id: str, standing: S) -> None:
        name = self._prefix + slack_id
        sealed = self._sealed(name, standing.value, str(int(time.time())))
        try:
            self._observations.put(name, sealed, seconds=KEPT_S)
        except StoreUnreachable:
            log.debug("standing.not_kept")


class Standings:
    """Accounts and channels of the one workspace. `client` gives up soon and repeats nothing."""

    def __init__(
        self,
        client: WebClient,
        observations: Observations,
        *,
        workspace: str,
        clock: Callable[[], float] = time.monotonic,
        key: bytes = b"",
    ) -> None:
        """`key` is what all replicas share; without one no other replica's record is believed."""
        key = key or secrets.token_bytes(32)
        self._client = client
        self._workspace = workspace
        self._pool = ThreadPoolExecutor(_LOOKERS, "standings")
        self._pending: set[str] = set()
        self._lock = threading.Lock()
        self.accounts = Records(
            Account.MEMBER,
            prefix=f"user:{workspace}:",
            look=self._account,
            observations=observations,
            clock=clock,
            key=key,
        )
        self.channels = Records(
            Place.OURS,
            prefix="channel:",
            look=self._channel,
            observations=observations,
            clock=clock,
            key=key,
        )

    def warm(self, users: Iterable[str], channels: Iterable[str] = ()) -> None:
        """Have these looked up behind the scenes, unless their record is of the last 5 minutes.

        Returns at once; may be called as often as one likes.
        """
        for slack_id in users:
            self._renew(slack_id, self.accounts)
        for slack_id in channels:
            self._renew(slack_id, self.channels)

    def close(self) -> None:
        """Look up nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _renew(self, slack_id: str, records: Records[Any]) -> None:
        with self._lock:
            if slack_id in self._pending or records.age_left(slack_id) > _RENEW_AFTER_S:
                return
            self._pending.add(slack_id)
        try:
            self._pool.submit(self._look, slack_id, records)
        except RuntimeError:  # the pool is closed: nobody needs it any more
            self._done(slack_id)

    def _look(self, slack_id: str, records: Records[Any]) -> None:
        try:
            records.look(slack_id)
        finally:
            self._done(slack_id)

    def _done(self, slack_id: str) -> None:
        with self._lock:
            self._pending.discard(slack_id)

    def _account(self, slack_id: str) -> Account | None:
        match ask(self._client.users_info, user=slack_id):
            case Taken() as taken:
                return account(_table(taken.body, "user"), workspace=self._workspace)
            case Refused(code="user_not_found" | "user_not_visible"):
                return Account.UNKNOWN
            case reply:
                log.warning("standing.not_found_out", user=slack_id, problem=repr(reply))
                return None

    def _channel(self, slack_id: str) -> Place | None:
        match ask(self._client.conversations_info, channel=slack_id):
            case Taken() as taken:
                return place(_table(taken.body, "channel"))
            case Refused(code="channel_not_found"):
                return Place.UNSEEN
            case reply:
                log.warning("standing.not_found_out", channel=slack_id, problem=repr(reply))
                return None


def account(record: Mapping[str, Any], *, workspace: str) -> Account:
    """Return what a `users.info` record amounts to (facts/slack A7).

    In an Enterprise organisation an account may belong to several workspaces; ours must be one.
    """
    if record.get("deleted"):
        return Account.DELETED
    if record.get("is_bot") or record.get("is_workflow_bot"):
        return Account.BOT
    teams = [record.get("team_id"), *_list(_table(record, "enterprise_user"), "teams")]
    if workspace not in teams or record.get("is_stranger"):
        return Account.ELSEWHERE
    guest = ("is_restricted", "is_ultra_restricted", "is_invited_user")
    return Account.GUEST if any(record.get(flag) for flag in guest) else Account.MEMBER


def place(record: Mapping[str, Any]) -> Place:
    """Return what a `conversations.info` record amounts to (facts/slack A7)."""
    shared = ("is_shared", "is_ext_shared", "is_org_shared", "is_pending_ext_shared")
    waiting = ("pending_shared", "pending_connected_team_ids")
    if any(record.get(flag) for flag in (*shared, *waiting)):
        return Place.SHARED
    return Place.UNSEEN if record.get("is_mpim") else Place.OURS


def _table(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}


def _list(body: Mapping[str, Any], name: str) -> list[Any]:
    found = body.get(name)
    return found if isinstance(found, list) else []
