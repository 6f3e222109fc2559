"""The workspace: who is in it, which channels there are, what stands in them.

Thread-safe through its `Pulse`. It knows neither HTTP nor sockets: a page in a browser can be
put on top of it as well as the Web API.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lab.chat.clock import Clock
from lab.chat.pulse import Pulse
from lab.chat.records import BotIdentity, Channel, ChannelKind, Message, User, new_id


class Workspace:
    """People, channels and messages of one workspace, and of strangers who meet in it."""

    def __init__(
        self,
        *,
        team_id: str = "T0CONCLAVE",
        domain: str = "conclave-lab",
        bot: BotIdentity | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.team_id = team_id
        self.domain = domain
        self.bot = bot or BotIdentity()
        self.clock = clock or Clock()
        self.pulse = Pulse()
        self._users: dict[str, User] = {}
        self._channels: dict[str, Channel] = {}
        self._messages: dict[tuple[str, str], Message] = {}
        self.pins: set[tuple[str, str]] = set()
        self.reactions: set[tuple[str, str, str]] = set()
        self.add_user(User(id=self.bot.user_id, name=self.bot.name, is_bot=True))

    # People

    def add_user(self, user: User) -> User:
        """Put this account in place of whatever had its id before."""
        with self.pulse:
            known = replace(user, team_id=user.team_id or self.team_id)
            self._users[user.id] = known
            self.pulse.beat()
            return known

    def change_user(self, user_id: str, **fields: Any) -> User:  # noqa: ANN401 — a User's own fields
        """Change what the account says of itself, e.g. `deleted=True`."""
        with self.pulse:
            return self.add_user(replace(self._users[user_id], **fields))

    def user(self, user_id: str) -> User | None:
        """Return the account, or None."""
        return self._users.get(user_id)

    def users(self) -> tuple[User, ...]:
        """Return all accounts in the order of their coming."""
        with self.pulse:
            return tuple(self._users.values())

    def is_stranger(self, user: User) -> bool:
        """Return whether somebody is from elsewhere and shares no channel with us."""
        shared = any(c.is_ext_shared and user.id in c.members for c in self.channels())
        return user.team_id != self.team_id and not shared

    # Channels

    def add_channel(self, channel: Channel, *, with_bot: bool = True) -> Channel:
        """Open a channel; the bot is a member unless told otherwise."""
        with self.pulse:
            members = dict.fromkeys(channel.members)
            if with_bot:
                members[self.bot.user_id] = None
            known = replace(
                channel,
                members=tuple(members),
                created=channel.created or int(self.clock.now()),
            )
            self._channels[channel.id] = known
            self.pulse.beat()
            return known

    def change_channel(self, channel_id: str, **fields: Any) -> Channel:  # noqa: ANN401 — a Channel's own fields
        """Change a channel, e.g. `is_ext_shared=True` or `members=(…)`."""
        with self.pulse:
            self._channels[channel_id] = replace(self._channels[channel_id], **fields)
            self.pulse.beat()
            return self._channels[channel_id]

    def channel(self, channel_id: str) -> Channel | None:
        """Return the channel with exactly this id, or None."""
        return self._channels.get(channel_id)

    def channels(self) -> tuple[Channel, ...]:
        """Return all channels, direct messages included."""
        with self.pulse:
            return tuple(self._channels.values())

    def find_im(self, user_id: str) -> Channel | None:
        """Return the direct message between the bot and this person, if it was ever opened."""
        with self.pulse:
            ims = (c for c in self._channels.values() if c.kind is ChannelKind.IM)
            return next((c for c in ims if user_id in c.members), None)

    def open_im(self, user_id: str) -> Channel:
        """Return the direct message between the bot and this person, made if need be."""
        with self.pulse:
            known = self.find_im(user_id)
            if known:
                return known
            channel = Channel(
                id=new_id("D"), name="directmessage", kind=ChannelKind.IM, members=(user_id,)
            )
            return self.add_channel(channel)

    # Messages

    def post(self, message: Message) -> Message:
        """Put a message into its channel; an empty `ts` becomes the time."""
        with self.pulse:
            placed = replace(
                message, ts=message.ts or self.clock.ts(), revision=self.pulse.revision + 1
            )
            self._messages[placed.channel, placed.ts] = placed
            self.pulse.beat()
            return placed

    def change(self, message: Message, **fields: Any) -> Message:  # noqa: ANN401 — a Message's own fields
        """Let a message say something else from now on."""
        return self.post(replace(message, **fields))

    def delete(self, message: Message) -> None:
        """Take a message away."""
        with self.pulse:
            self._messages.pop((message.channel, message.ts), None)
            self.pins.discard((message.channel, message.ts))
            self.pulse.beat()

    def forget_ephemeral(self, user_id: str) -> None:
        """Take away what was for this person alone: Slack does not keep it."""
        with self.pulse:
            for message in self.messages():
                if message.ephemeral_to == user_id:
                    self.delete(message)

    def message(self, channel: str, ts: str) -> Message | None:
        """Return the message as it stands now, an ephemeral one too, or None."""
        return self._messages.get((channel, ts))

    def messages(self, channel: str | None = None) -> tuple[Message, ...]:
        """Return what stands in one channel, or in all, oldest first."""
        with self.pulse:
            found = (m for m in self._messages.values() if channel in (None, m.channel))
            return tuple(sorted(found, key=lambda message: message.ts))

    def visible_to(self, user_id: str) -> tuple[Message, ...]:
        """Return what this person can see: their channels, and what is for them alone."""
        with self.pulse:
            mine = {c.id for c in self._channels.values() if user_id in c.members}
            return tuple(
                message
                for message in self.messages()
                if (message.ephemeral_to or user_id) == user_id
                and (message.channel in mine or message.ephemeral_to)
            )
