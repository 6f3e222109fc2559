"""One question to one node: sent at most once, answered within 10 s, and never to a stranger."""

from __future__ import annotations

import http.client
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
import urllib3
from hvac.adapters import RawAdapter

from ceremonies.errors import Misconfigured
from ceremonies.topology import Cluster
from ceremonies.vault import errors
from ceremonies.vault.connection import OneCall, tls_context
from ceremonies.vault.deadline import Call, Limits
from ceremonies.vault.refusals import refusal
from ceremonies.vault.replies import NotOfVault

_MOST_BYTES = 1 << 20  # of a reply; Vault's are a few kilobytes
_MOVED = frozenset({301, 302, 303, 307, 308})
_SUCCESS = frozenset({http.HTTPStatus.OK, http.HTTPStatus.NO_CONTENT})
_SAME_METHOD = frozenset({307, 308})
_PORTS = {"http": 80, "https": 443}
_HEADER_TEXT = re.compile(r"[!-~]+")
_ORIGIN_TEXT = re.compile(r"https?://[0-9A-Za-z.\-\[\]:]{1,120}")
_BROKEN = (
    requests.exceptions.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
)

_Origin = tuple[str, str, int]
_Read = TypeVar("_Read")

Sink = Callable[[bytes], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: `path` begins after `/v1/`; `token` and `namespace` are for the header.

    `wrap_s`: the answer is wrapped for so many seconds; 0: it is not.
    """

    method: str
    path: str
    body: Mapping[str, object] | None = field(default=None, repr=False)
    query: Mapping[str, str] | None = None
    token: str | None = field(default=None, repr=False)
    namespace: str = ""
    wrap_s: int = 0
    follow: bool = True

    def __post_init__(self) -> None:
        """Vault refuses its own paths in a namespace (facts/vault 1.1)."""
        if self.namespace and self.path.startswith("sys/"):
            raise RuntimeError("sys/ was asked in a namespace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back, unread."""

    node: str
    status: int
    body: bytes = field(repr=False)
    location: str | None = None

    def parsed(self) -> object:
        """Return the JSON of a success, None for an empty one. Raises the error it is else."""
        self.check()
        if self.status == http.HTTPStatus.NO_CONTENT:
            return None
        body = self.json()
        if body is None:
            raise self.unexpected()
        return body

    def check(self) -> None:
        """Raise the error that this is if it is no success."""
        if self.status not in _SUCCESS:
            raise refusal(self.body, status=self.status, node=self.node)

    def json(self) -> object:
        """Return what the body holds, whatever the status; None if it is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def unexpected(self) -> errors.UnexpectedReply:
        """Return the error for a reply that cannot be the answer to what was asked."""
        return errors.UnexpectedReply(node=self.node, status=self.status)


class Wire:
    """The way to one cluster's nodes, and to no other address."""

    def __init__(self, cluster: Cluster, *, limits: Limits) -> None:
        """Raises Misconfigured for an address or a certificate file that cannot be used."""
        self._limits = limits
        self._addresses = tuple(dict.fromkeys((*cluster.nodes, cluster.address)))
        self._listed = {_origin_of(cluster, each): each for each in self._addresses}
        self._tls = tls_context(cluster)
        self._server_name = cluster.tls_server_name

    def deadline(self) -> float:
        """Return when (monotonic) a call that begins now must be over."""
        return time.monotonic() + self._limits.call

    def lists(self, address: str) -> bool:
        """Return whether this is the address of one of the cluster's nodes, or the cluster's."""
        try:
            return _origin(urlsplit(address)) in self._listed
        except ValueError:
            return False

    def told(
        self,
        node: str,
        question: Question,
        read: Callable[[object], _Read],
        *,
        ends: float | None = None,
    ) -> _Read:
        """Return what `read` makes of a success's body. Raises a leaf of `errors`."""
        reply = self.ask(node, question, ends=ends)
        body = reply.parsed()
        try:
            return read(body)
        except NotOfVault:
            problem = reply.unexpected()
        raise problem

    def ask(self, node: str, question: Question, *, ends: float | None = None) -> Reply:
        """Return what `node` answers, in any status.

        A redirect is followed once, to the same path at a listed address; 301 to 303 only for a
        GET, since they would turn anything else into one. Raises NotReachable, NoReply,
        NodeNotListed, RedirectRefused, TokenUnusable.
        """
        call = Call(ends=ends or self.deadline(), connect=self._limits.connect)
        return self._asked(node, question, call=call)

    def fetch(self, node: str, question: Question, into: Sink) -> Reply:
        """Return what `node` answers; the body of a success goes `into` the sink, part by part.

        It has the time of a snapshot. What the sink raises ends it.
        """
        limits = self._limits
        ends = time.monotonic() + limits.snapshot
        call = Call(ends=ends, connect=limits.connect, silence=limits.silence)
        return self._asked(node, question, call=call, into=into)

    def _asked(
        self, node: str, question: Question, *, call: Call, into: Sink | None = None
    ) -> Reply:
        if _origin(urlsplit(node)) not in self._listed:
            raise errors.NodeNotListed(node=node)
        reply = self._once(node, question, call=call, into=into)
        if reply.status not in _MOVED or reply.location is None:
            return reply
        target = self._target(reply, question)
        moved = self._once(target, question, call=replace(call, sent=False), into=into)
        if moved.status in _MOVED and moved.location is not None:
            raise errors.RedirectRefused(node=target, target=_shown(moved, question))
        return moved

    def _target(self, reply: Reply, question: Question) -> str:
        shown = _shown(reply, question)
        kept = reply.status in _SAME_METHOD or question.method == "GET"
        try:
            pointed = urlsplit(urljoin(_url(reply.node, question), reply.location))
            listed = self._listed.get(_origin(pointed))
        except ValueError:
            listed = None
        if not (question.follow and kept and listed):
            raise errors.RedirectRefused(node=reply.node, target=shown)
        if pointed.path != urlsplit(_url(listed, question)).path:
            raise errors.RedirectRefused(node=reply.node, target=f"another path of {shown}")
        return listed

    def _once(
        self, node: str, question: Question, *, call: Call, into: Sink | None = None
    ) -> Reply:
        token = (question.token or "").strip()
        if token and not _HEADER_TEXT.fullmatch(token):
            raise errors.TokenUnusable(node=node)
        try:
            with OneCall(call, tls=self._tls, server_name=self._server_name) as session:
                response = _adapter(node, session, question, token=token).request(
                    question.method.lower(),
                    f"/v1/{question.path}",
                    raise_exception=False,
                    json=question.body,
                    params=question.query,
                    wrap_ttl=f"{question.wrap_s}s" if question.wrap_s else None,
                    stream=True,
                )
                return _read(response, node=node, into=into)
        except _BROKEN:
            problem = call.failure(node=node)
        raise problem  # outside the except: the cause holds the request, and the share in it


def _adapter(node: str, session: requests.Session, question: Question, *, token: str) -> RawAdapter:
    # hvac takes a token from the environment only where it is given none: an empty one is one.
    return RawAdapter(
        base_uri=node,
        token=token,
        namespace=question.namespace or None,
        session=session,
        allow_redirects=False,
        timeout=None,  # the sockets keep the call's deadline
    )


def _read(response: requests.Response, *, node: str, into: Sink | None) -> Reply:
    """Return the reply; without a body that went elsewhere or is longer than any of Vault's."""
    body = b""
    with response:
        elsewhere = into if response.status_code == http.HTTPStatus.OK else None
        for part in response.iter_content(1 << 16):
            if elsewhere is not None:
                elsewhere(part)
                continue
            body += part
            if len(body) > _MOST_BYTES:
                body = b""
                break
    location = response.headers.get("Location")
    return Reply(node=node, status=response.status_code, body=body, location=location)


def _url(node: str, question: Question) -> str:
    return f"{node.rstrip('/')}/v1/{question.path}"


def _shown(reply: Reply, question: Question) -> str:
    """Return where a reply points to, without path and query; server text is not passed on."""
    try:
        pointed = urlsplit(urljoin(_url(reply.node, question), reply.location))
        origin = f"{pointed.scheme}://{pointed.netloc.rpartition('@')[2]}"
    except ValueError:
        origin = ""
    return origin if _ORIGIN_TEXT.fullmatch(origin) else "an unreadable address"


def _origin(url: SplitResult) -> _Origin:
    return url.scheme, (url.hostname or "").lower(), url.port or _PORTS.get(url.scheme, 0)


def _origin_of(cluster: Cluster, address: str) -> _Origin:
    try:
        origin = _origin(urlsplit(address))
    except ValueError:
        origin = ("", "", 0)
    if origin[0] not in _PORTS or not origin[1]:
        raise Misconfigured(
            f"Cluster {cluster.name}: the address {address} cannot be used.",
            advice="Write nodes and address as https://host:port.",
        )
    return origin
