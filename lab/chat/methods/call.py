"""One call of a method: its arguments, typed and checked; and what a method must declare."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lab.chat.meter import Tier
from lab.chat.records import Channel, Json
from lab.chat.refusal import Refused
from lab.chat.world import World

_TRUE = (True, "1", "true", "True", 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What the app asks for. `args` are the given ones only: no nulls, no token."""

    world: World
    args: Mapping[str, object]

    def text(self, name: str) -> str:
        """Return a text argument, empty if not given."""
        value = self.args.get(name, "")
        if isinstance(value, (dict, list, float)):
            raise Refused("invalid_arguments", reasons=(f"must be a string: {name}",))
        return str(value)

    def flag(self, name: str) -> bool:
        """Return a yes or no; a form says it with 1 or true."""
        return self.args.get(name) in _TRUE

    def number(self, name: str, otherwise: int) -> int:
        """Return a whole number."""
        try:
            return int(self.text(name) or otherwise)
        except ValueError:
            raise Refused("invalid_arguments", reasons=(f"must be an integer: {name}",)) from None

    def structure(self, name: str, *, refusal: str) -> object:
        """Return an argument that is JSON: as it is, or written out in a string."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise Refused(refusal) from None

    def channel(self, name: str = "channel") -> Channel:
        """Return the channel with this id that the bot may know of.

        Refused: `channel_not_found`, also for a private channel that the bot is not in.
        """
        workspace = self.world.workspace
        channel = workspace.channel(self.text(name))
        if channel is None:
            raise Refused("channel_not_found")
        if channel.kind.value != "public" and workspace.bot.user_id not in channel.members:
            raise Refused("channel_not_found")
        return channel

    def need(self, *scopes: str) -> None:
        """Refused: `missing_scope`, unless the app has one of these."""
        provided = self.world.manifest.scopes
        if scopes and not set(scopes) & set(provided):
            raise Refused("missing_scope", needed=",".join(scopes), provided=",".join(provided))


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method of the Web API: what it takes, what it needs, what it does."""

    name: str
    run: Callable[[Call], Json]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    """One of these is needed; none for a method without scope, or one that asks by itself."""
    tier: Tier = Tier.THREE
    app_level: bool = False
    """Called with the app's token (`xapp-`), not the bot's."""

    def check(self, call: Call) -> None:
        """Refused: `missing_scope`; `invalid_arguments` for what is missing or not known."""
        call.need(*self.scopes)
        reasons = [
            f"missing required field: {name}" for name in self.required if name not in call.args
        ]
        known = {*self.required, *self.optional}
        reasons += [
            f"invalid additional property: {name}" for name in call.args if name not in known
        ]
        if reasons:
            raise Refused("invalid_arguments", reasons=reasons)
