"""The stand-in as a whole: one thread, one event loop, one port on 127.0.0.1."""

from __future__ import annotations

import asyncio
import secrets
import threading
from typing import Any, Self

from aiohttp import web

from lab.chat.api import Api, Record
from lab.chat.archive import Archive
from lab.chat.connections import Connections
from lab.chat.courier import Courier
from lab.chat.deliveries import Delivery, EnvelopeKind
from lab.chat.faults import Faults
from lab.chat.hooks import Hooks
from lab.chat.interactions import Interactions
from lab.chat.manifest import Manifest
from lab.chat.modals import Modals
from lab.chat.tickets import Tickets
from lab.chat.triggers import Triggers
from lab.chat.workspace import Workspace
from lab.chat.world import Habits, World
from lab.listening import HOST, leave_none, listen, refuse_more

_PATIENCE = 10.0


class Chat:
    """A stand-in for Slack. Start it, point the bot at `base_url`, and let people act.

    `manifest` is the app's, as uploaded to Slack; the tokens are made up at each start.
    """

    def __init__(
        self,
        manifest: dict[str, Any],
        *,
        workspace: Workspace | None = None,
        habits: Habits | None = None,
    ) -> None:
        self.workspace = workspace or Workspace()
        self.habits = habits or Habits()
        self.faults = Faults()
        self.world = World(
            workspace=self.workspace,
            manifest=Manifest.read(manifest),
            habits=self.habits,
            modals=Modals(self.workspace),
            triggers=Triggers(self.workspace.clock, lives=self.habits.trigger_lives),
            hooks=Hooks(self.workspace),
            tickets=Tickets(self.workspace.bot.app_id),
            bot_token=f"xoxb-{secrets.randbelow(10**12):012d}-{secrets.token_hex(12)}",
            app_token=f"xapp-1-{self.workspace.bot.app_id}-{secrets.token_hex(32)}",
        )
        self._archive = Archive()
        self._api = Api(self.world, self._archive, self.faults)
        self.sockets = Connections(self.world, self._archive)
        self.courier = Courier(self.world, self.sockets)
        self.hands = Interactions(self.world, self.courier, token=secrets.token_hex(12))
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self._stop: asyncio.Event | None = None
        self._failure: BaseException | None = None
        self.port = 0

    # Where it is

    @property
    def base_url(self) -> str:
        """Return what `SLACK_API_URL` is to be set to."""
        return f"http://{HOST}:{self.port}/api/"

    @property
    def bot_token(self) -> str:
        """Return the token for the Web API (`xoxb-…`)."""
        return self.world.bot_token

    @property
    def app_token(self) -> str:
        """Return the token for Socket Mode (`xapp-…`)."""
        return self.world.app_token

    # What happened

    def archive(self) -> list[str]:
        """Return everything the bot ever sent: calls, acknowledgements, responses."""
        return self._archive.entries()

    def calls(self, method: str | None = None) -> tuple[Record, ...]:
        """Return the Web API calls (of one method), each with its reply."""
        return self._api.records(method)

    def deliveries(self, kind: EnvelopeKind | None = None) -> tuple[Delivery, ...]:
        """Return what was sent to the app over Socket Mode, and what became of it."""
        return self.courier.deliveries(kind)

    def wait_for_connections(self, number: int = 1, *, within: float = 30.0) -> None:
        """Return once so many sockets are open; TimeoutError if that does not come true."""
        found = self.workspace.pulse.wait_for(
            lambda: len(self.sockets.all()) >= number, within=within
        )
        if not found:
            raise TimeoutError(f"{number} connections after {within} s: {self.sockets.all()}")

    # Life

    def start(self) -> Self:
        """Listen on a free port; return when calls are answered."""
        self._thread = threading.Thread(target=self._run, name="chat", daemon=True)
        self._thread.start()
        if not self._ready.wait(_PATIENCE) or self._failure:
            raise RuntimeError("the stand-in for Slack did not start") from self._failure
        return self

    def stop(self) -> None:
        """Hang up on everybody and be gone."""
        if self._loop and self._stop:
            self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread:
            self._thread.join(_PATIENCE)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 — the outermost loop of this thread
            self._failure = error
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = self.sockets.loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._api.call)
        app.router.add_get("/link/", self.sockets.serve)
        app.router.add_post("/{kind:commands|actions}/{team}/{id}/{secret}", self._api.respond)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        listening = await listen(runner)
        self.port = runner.addresses[0][1]
        self.world.hooks.origin = f"http://{HOST}:{self.port}"
        self.world.tickets.origin = f"ws://{HOST}:{self.port}"
        self._ready.set()
        await self._stop.wait()
        await refuse_more(runner, listening)
        await self.sockets.end()
        await runner.cleanup()
        await leave_none()
