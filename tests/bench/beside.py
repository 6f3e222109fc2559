"""The bare app as the bench holds it: a Slack of its own, the same Vault, the same Redis."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from lab.chat import Chat
from lab.people import Person, meet
from lab.process import CannotStart, Child, start, wait_until

_ROOT = Path(__file__).resolve().parents[2]
_MANIFEST: dict[str, Any] = {
    "features": {
        "bot_user": {"display_name": "bare"},
        "slash_commands": [{"command": "/bare", "description": "The least that could"}],
    },
    "oauth_config": {"scopes": {"bot": ["chat:write", "commands", "im:write"]}},
    "settings": {"interactivity": {"is_enabled": True}, "socket_mode_enabled": True},
}


@dataclass(slots=True, kw_only=True)
class BareApp:
    """`open` lets people in; `starts` and `stops` are the process's. `close` leaves nothing."""

    directory: Path
    redis_url: str
    vault: str  # the address of the cluster that the attempts are run at
    names: Sequence[str]
    holders: Sequence[str]
    people: dict[str, Person] = field(default_factory=dict)
    _chat: Chat = field(default_factory=lambda: Chat(_MANIFEST), repr=False)
    _child: Child | None = field(default=None, repr=False)
    _starts: int = 0

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def chat(self) -> Chat:
        """The stand-in for Slack that it is connected to."""
        return self._chat

    @property
    def child(self) -> Child:
        """The process."""
        if self._child is None:
            raise CannotStart("the bare app was not started")
        return self._child

    def open(self) -> Self:
        """Open Slack and let the people in; the app is not there yet."""
        self._chat.start()
        self.people = meet(self._chat, *self.names)
        return self

    def starts(self) -> None:
        """Start the process; returns once it says that it is connected."""
        self._starts += 1
        child = self._child = start(
            [sys.executable, "-m", "tests.bench.bare"],
            name=f"bare{self._starts}",
            directory=self.directory,
            env={
                "PATH": os.environ.get("PATH", ""),
                "HOME": str(self.directory),
                "PYTHONPATH": str(_ROOT),
                "SLACK_API_URL": self._chat.base_url,
                "SLACK_BOT_TOKEN": self._chat.bot_token,
                "SLACK_APP_TOKEN": self._chat.app_token,
                "BARE_REDIS_URL": self.redis_url,
                "BARE_VAULT": self.vault,
                "BARE_HOLDERS": ",".join(self.people[name].id for name in self.holders),
            },
        )

        def connected() -> bool:
            if not child.running:
                raise CannotStart(f"the bare app ended with {child.exit_status}: {child.log}")
            return child.said("connected\n")

        wait_until(connected, seconds=30, what=f"the bare app is connected (see {child.log})")

    def stops(self) -> None:
        """End the process; Slack sees its socket go."""
        self.child.stop()
        self._chat.workspace.pulse.wait_for(lambda: not self._chat.sockets.all(), within=10)

    def close(self) -> None:
        """End the process, if there is one, and Slack."""
        if self._child is not None:
            self._child.stop()
        self._chat.stop()
