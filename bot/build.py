"""Settings in, running pieces out: the only file that puts everything together."""

from __future__ import annotations

import os
import secrets
import signal
import socket as network
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog
from slack_bolt import App

from bot import listeners, web
from bot.app import bolt_app
from bot.installation import Installation, check_installation
from bot.leaving import leave_at
from bot.metrics import Metrics
from bot.notifier import Desk, Drawing, Drawn, Notifier, Pace, open_drawing
from bot.people import Gate
from bot.pools import Pool
from bot.settings import Settings, reload
from bot.slack_clients import SlackClients, slack_clients
from bot.socket import EVERYBODY, Socket
from bot.standings import Standings
from bot.vaults import cluster_client
from ceremonies import store
from ceremonies.conductor import People
from ceremonies.conductor.opening import open_conductor
from ceremonies.conductor.spans import Spans
from ceremonies.errors import Misconfigured, StoreUnreachable
from ceremonies.keychain import Keychain
from ceremonies.lease import Lease
from ceremonies.observations import Observations

log = structlog.get_logger()

START_S = 30.0
DRAIN_S = 11.5  # of the twelve seconds in which a supervisor may expect our end
_SOCKET_S = 3.0  # the last acknowledgements, of which a share's may take two seconds
_DRAWING_S = 3.0  # of those: for what was finished to be shown
_WARM_EVERY_S = 240.0
_SILENT_S = 30.0


@dataclass(slots=True, kw_only=True)
class Told:
    """The settings of the moment; SIGHUP replaces people and key holders."""

    settings: Settings = field(repr=False)

    def people(self) -> People:
        """Return the roster and the sets as configured now."""
        return People(roster=self.settings.roster, sets=self.settings.sets)


def serve(settings: Settings) -> int:
    """Serve until SIGTERM; return the exit status.

    Raises Misconfigured, StoreUnsafe, StoreUnreachable or SlackUnreachable where it cannot begin.
    """
    for warning in settings.warnings:
        log.warning("settings.warning", words=warning)
    told = Told(settings=settings)
    redis = _reach_redis(settings)
    slack = slack_clients(token=settings.secrets.bot_token, base_url=settings.slack_api_url)
    ours = check_installation(slack.reading, workspace=settings.slack.workspace, seconds=START_S)
    pieces = _Pieces(told, redis, slack, ours)
    stopping = _signals(pieces)
    pieces.open()
    print(pieces.ready_line(), flush=True)  # noqa: T201 — the one line that a supervisor waits for
    while not stopping.wait(_WARM_EVERY_S):
        pieces.warm()
    pieces.close()
    return 0


def _reach_redis(settings: Settings) -> store.Redis:
    """Return Redis once it answers and is safe; raises StoreUnreachable after 30 s."""
    redis = store.connect(settings.secrets.redis_url)
    deadline = time.monotonic() + START_S
    while True:
        try:
            store.check(redis)
            return redis
        except StoreUnreachable as error:
            log.warning("redis.not_reached", problem=str(error))
            if time.monotonic() + 1.0 >= deadline:
                raise
        time.sleep(1.0)


def _signals(pieces: _Pieces) -> threading.Event:
    stopping = threading.Event()

    def stop(_number: int, _frame: object) -> None:
        stopping.set()

    def reread(_number: int, _frame: object) -> None:
        # A signal comes at any line: what it asks for is done elsewhere.
        threading.Thread(target=pieces.reread, name="reload", daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGHUP, reread)
    return stopping


class _Pieces:
    """Everything that runs, opened and closed in order."""

    def __init__(
        self, told: Told, redis: store.Redis, slack: SlackClients, ours: Installation
    ) -> None:
        settings = told.settings
        spans = Spans(intent_s=settings.intent_seconds)
        self._told = told
        self._ours = ours
        self._slack = slack
        self._metrics = Metrics()
        self._seen = Observations(redis)
        self._replica = f"{network.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        self._conductor = open_conductor(
            redis,
            workspace=settings.slack.workspace,
            people=told.people,
            identity=settings.secrets.identity,
            master_keys=settings.secrets.master_keys,
            replica=self._replica,
            client=lambda served, name: cluster_client(served, name, spans.limits),
            spans=spans,
        )
        keychain = Keychain(redis, settings.secrets.master_keys, "people")
        self._standings = Standings(
            slack.quick,
            self._seen,
            workspace=settings.slack.workspace,
            key=keychain.derive(b"standings"),
        )
        self._gate = Gate(
            self._standings,
            roster=lambda: told.settings.roster,
            workspace=settings.slack.workspace,
            metrics=self._metrics,
        )
        self._operations = Pool(EVERYBODY // 2, "operation")
        self._shares = Pool(EVERYBODY, "share")
        self._looks = Pool(8, "look")
        self._posts = Pool(8, "post")
        self._wakes = Pool(max(2, len(settings.sets)), "waking")
        pace = Pace()
        self._notifier = Notifier(
            {name: self._drawing(name, redis, pace) for name in settings.sets}
        )
        self._socket = Socket(
            self._app(),
            app_token=settings.secrets.app_token,
            reconnected=self._metrics.reconnects.inc,
        )
        self._web: web.Web | None = None

    def open(self) -> None:
        """Fold the logs, begin to do what is owed, draw, and let people in."""
        self._conductor.on_change(self._notifier.changed)
        self._conductor.on_change(self._changed)
        self._conductor.run()
        self.warm()
        self._notifier.start()
        self._metrics.watch_silence(self._socket.last_pong_age)
        if self._told.settings.listen is not None:
            answers = web.Answers(
                alive=lambda: {"process": ""}, ready=self._checks, metrics=self._metrics.page
            )
            self._web = web.listen(self._told.settings.listen, answers)
        self._socket.open(seconds=START_S)

    def close(self) -> None:
        """Let nobody in, finish what is open within 12 s or leave it to be adopted."""
        begun = time.monotonic()
        leave_at(begun + DRAIN_S)
        log.info("process.closing")
        if self._web is not None:
            self._web.close()
        self._socket.close(_SOCKET_S)
        finished = [
            pool.close(begun + DRAIN_S - _DRAWING_S) for pool in (self._shares, self._operations)
        ]
        self._conductor.close(max(0.5, begun + DRAIN_S - _DRAWING_S - time.monotonic()))
        self._notifier.close(max(0.5, begun + DRAIN_S - 1.0 - time.monotonic()))
        self._standings.close()
        for pool in (self._looks, self._posts, self._wakes):
            pool.close(time.monotonic())
        log.info("process.closed", finished=all(finished))

    def reread(self) -> None:
        """Take over people and key holders from the file; an invalid one changes nothing."""
        outcome = reload(self._told.settings)
        if isinstance(outcome, Misconfigured):
            log.error("settings.not_reloaded", problem=str(outcome), advice=outcome.advice)
            return
        self._told.settings = outcome
        for warning in outcome.warnings:
            log.warning("settings.warning", words=warning)
        log.info("settings.reloaded")
        self._conductor.configured_anew()
        self.warm()
        for name in outcome.sets:
            self._notifier.changed(name)

    def warm(self) -> None:
        """Have everybody's record at hand before it is needed."""
        settings = self._told.settings
        channels = dict.fromkeys(served.incident_channel for served in settings.sets.values())
        self._gate.warm((person.slack for person in settings.roster.people), channels)

    def ready_line(self) -> str:
        """Return the line that says that we serve: workspace, sets, each cluster's role."""
        looks = {n: self._looks.submit(self._roles, n) for n in self._told.settings.sets}
        sets = [f"{name}: {roles.result()}" for name, roles in looks.items()]
        return f"ready workspace={self._told.settings.slack.workspace} {' '.join(sets)}"

    def _roles(self, name: str) -> str:
        evidence = self._conductor.look(name)
        roles = {}
        for cluster in self._told.settings.sets[name].clusters:
            modes = {n.mode for n in evidence.nodes if n.cluster == cluster.name and n.answers}
            known = sorted(modes - {"unknown"})
            roles[cluster.name] = "/".join(known) or ("unknown" if modes else "unreachable")
        return " ".join(f"{cluster}={role}" for cluster, role in roles.items())

    def _checks(self) -> Mapping[str, str]:
        silent = self._socket.last_pong_age() > _SILENT_S or not self._socket.is_connected()
        return {"slack": "no answer on the socket" if silent else "", "redis": self._redis_away()}

    def _redis_away(self) -> str:
        try:
            self._seen.get("ready")
        except StoreUnreachable:
            return "no answer"
        return ""

    def _changed(self, name: str) -> None:
        state = self._conductor.state(name)
        self._metrics.open_ceremonies.labels(set=name).set(len(state.open_ceremonies))
        if state.open_ceremonies:
            self.warm()

    def _drawing(self, name: str, redis: store.Redis, pace: Pace) -> Drawing:
        settings = self._told.settings
        desk = Desk(
            set_name=name,
            conductor=self._conductor,
            slack=self._slack,
            turn=Lease(redis, name, holder=self._replica),
            drawn=Drawn(self._seen, name),
            seen=self._seen,
            pace=pace,
            posts=self._posts,
            command=settings.slack.command,
            metrics=self._metrics,
            back_ms=Spans(intent_s=settings.intent_seconds).back_ms,
        )
        return open_drawing(desk, urls=settings.notify_urls, pool=self._wakes)

    def _app(self) -> App:
        token = self._told.settings.secrets.bot_token
        app = bolt_app(self._slack.reading, ours=self._ours, token=token)
        house = listeners.House(
            conductor=self._conductor,
            gate=self._gate,
            slack=self._slack,
            private=listeners.Private(slack=self._slack),
            operations=self._operations,
            shares=self._shares,
            metrics=self._metrics,
            command=self._told.settings.slack.command,
        )
        looks = listeners.Looks(conductor=self._conductor, pool=self._looks)
        listeners.listen(app, house, looks)
        return app
