"""The HTTP side: the Web API and the response URLs."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from aiohttp import web

from lab.chat.archive import Archive
from lab.chat.faults import Fault, FaultKind, Faults
from lab.chat.meter import Meter
from lab.chat.methods import METHODS
from lab.chat.methods.call import Call, Method
from lab.chat.records import Json
from lab.chat.refusal import Refused
from lab.chat.world import World

_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One call as it came and as it was answered. `at` is `time.monotonic()`."""

    method: str
    args: Json = field(repr=False)
    reply: Json = field(repr=False)
    at: float

    @property
    def error(self) -> str:
        """Return Slack's code, empty if all went well."""
        return str(self.reply.get("error", ""))


class Api:
    """Answers the app's calls, badly where a fault was asked for."""

    def __init__(self, world: World, archive: Archive, faults: Faults) -> None:
        self._world = world
        self._archive = archive
        self._faults = faults
        self._meter = Meter(world.workspace.clock)
        self._records: list[Record] = []

    def records(self, method: str | None = None) -> tuple[Record, ...]:
        """Return the calls (of one method) in the order of their answers."""
        with self._world.workspace.pulse:
            return tuple(r for r in self._records if method in (None, r.method))

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Answer one call of the Web API."""
        name = request.match_info["method"]
        args = self._arguments(name, request, await request.text())
        fault = self._faults.strike(name)
        if fault:
            early = await self._spoil(request, fault)
            if early is not None:
                return early
        wait = self._too_early(name, args)
        if wait:
            return _slow_down(wait)
        refusal = fault.code if fault and fault.kind is FaultKind.REFUSE else ""
        reply = self._answer(name, request, args, refusal)
        if fault and fault.kind is FaultKind.CUT_AFTER:
            return hang_up(request)
        headers = {"x-oauth-scopes": ",".join(self._world.manifest.scopes)}
        return web.json_response(reply, headers=headers)

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Do what is posted to a response URL."""
        text = await request.text()
        self._archive.keep("response_url", text)
        try:
            with self._world.workspace.pulse:
                self._world.hooks.post(request.match_info["secret"], parsed(text))
        except Refused as refused:
            if refused.code in ("used_url", "expired_url"):
                return web.json_response(refused.reply(), status=web.HTTPNotFound.status_code)
            status = web.HTTPNotFound if refused.code == "no_service" else web.HTTPBadRequest
            return web.Response(status=status.status_code, text=refused.code)
        return web.Response(text="ok")

    async def _spoil(self, request: web.Request, fault: Fault) -> web.StreamResponse | None:
        match fault.kind:
            case FaultKind.DELAY:
                await asyncio.sleep(fault.seconds)
            case FaultKind.CUT_BEFORE:
                return hang_up(request)
            case FaultKind.RATE_LIMIT:
                return _slow_down(int(fault.seconds))
            case FaultKind.SERVER_ERROR:
                return web.Response(status=fault.status, text="upstream unavailable")
            case FaultKind.CUT_AFTER | FaultKind.REFUSE:
                pass
        return None

    def _arguments(self, name: str, request: web.Request, body: str) -> Json | Refused:
        """Return the arguments, or why they cannot be read; all of it is archived first."""
        self._archive.keep(f"api {name}", body)
        try:
            args = arguments(request, body)
        except Refused as refused:
            return refused
        self._archive.keep(f"args {name}", json.dumps(args, ensure_ascii=False))
        return args

    def _too_early(self, name: str, args: Json | Refused) -> int:
        """Return how many seconds the app must wait, 0 if it need not."""
        method = METHODS.get(name)
        if method is None or not self._world.habits.rate_limits or isinstance(args, Refused):
            return 0
        return self._meter.wait(name, method.tier, channel=str(args.get("channel", "")))

    def _answer(self, name: str, request: web.Request, args: Json | Refused, refusal: str) -> Json:
        with self._world.workspace.pulse:
            try:
                reply = {"ok": True, **self._run(name, request, args, refusal)}
            except Refused as refused:
                reply = refused.reply()
            given = {} if isinstance(args, Refused) else args
            record = Record(method=name, args=given, reply=reply, at=time.monotonic())
            self._records.append(record)
            self._world.workspace.pulse.beat()
        return reply

    def _run(self, name: str, request: web.Request, args: Json | Refused, refusal: str) -> Json:
        if refusal:
            raise Refused(refusal)
        if isinstance(args, Refused):
            raise args
        method = METHODS.get(name)
        if method is None:
            raise Refused("unknown_method", req_method=name)
        self._authorize(method, request, args)
        given = {key: value for key, value in args.items() if key != "token" and value is not None}
        call = Call(world=self._world, args=given)
        method.check(call)
        return method.run(call)

    def _authorize(self, method: Method, request: web.Request, args: Mapping[str, object]) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer":
            header_only = method.app_level or request.content_type == _JSON
            token = "" if header_only else str(args.get("token", ""))
        if not token:
            raise Refused("not_authed")
        wanted = self._world.app_token if method.app_level else self._world.bot_token
        other = self._world.bot_token if method.app_level else self._world.app_token
        if token == other:
            raise Refused("not_allowed_token_type")
        if token != wanted:
            raise Refused("invalid_auth")


def _slow_down(seconds: int) -> web.Response:
    return web.json_response(
        {"ok": False, "error": "ratelimited"},
        status=web.HTTPTooManyRequests.status_code,
        headers={"Retry-After": str(seconds)},
    )


def hang_up(request: web.Request) -> web.Response:
    """End the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def parsed(text: str) -> Json:
    """Return the JSON object in a body. Refused: `invalid_payload`."""
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused("invalid_payload")
    return body


def arguments(request: web.Request, body: str) -> Json:
    """Return the arguments of a call, from the address and the body.

    Refused: `invalid_json`, `json_not_object`, `invalid_post_type`.
    """
    args: Json = dict(request.query)
    if not body:
        return args
    if request.content_type == _JSON:
        try:
            given = json.loads(body)
        except ValueError:
            raise Refused("invalid_json") from None
        if not isinstance(given, dict):
            raise Refused("json_not_object")
        return args | given
    if request.content_type != _FORM:
        raise Refused("invalid_post_type")
    return args | dict(parse_qsl(body, keep_blank_values=True))
