"""Sockets that keep one deadline for a whole call, and a note of whether anything was sent.

A timeout of `requests` starts anew with each packet and does not bound a name's resolution: a
reply that drips, or a name server that is gone, would hold a call for minutes. Here every wait
takes what is left of the call's time, from the name to the last byte of the reply.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from ceremonies.vault.errors import Fault, NoReply, NotReachable

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

_TICK = 0.05  # a wait may end this much before its time

_Address = tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]
_Found = list[tuple[socket.AddressFamily, _Address]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds: to connect (name, TCP and TLS together); for all of a call, redirect included.

    An intent to change something at Vault lasts 30 s, so a call must be over well before. A
    snapshot changes nothing and may be large: it has its own time, and may be silent so long.
    """

    connect: float = 3.0
    call: float = 10.0
    snapshot: float = 600.0
    silence: float = 30.0


@dataclass(slots=True, kw_only=True)
class Call:
    """One question to one node: when (monotonic) it must be over, and how far it came."""

    ends: float
    connect: float
    silence: float = float("inf")
    sent: bool = False
    fault: Fault = Fault.FAILED

    def left(self, *, until: float = float("inf")) -> float:
        """Return the seconds that the next wait may take. Raises TimeoutError if none are left."""
        seconds = min(self.ends, until) - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return min(seconds, self.silence)

    def failure(self, *, node: str) -> NoReply | NotReachable:
        """Return what it means for `node` that this call broke off."""
        if not self.sent:
            return NotReachable(node=node, fault=self.fault)
        late = time.monotonic() >= self.ends - _TICK
        return NoReply(node=node, fault=Fault.TIMED_OUT if late else Fault.CUT)


class PlainSocket(socket.socket):
    """TCP that receives and sends within what is left of its call."""

    call: Call | None = None

    def recv_into(self, buffer: WriteableBuffer, nbytes: int = 0, flags: int = 0) -> int:
        """Receive what comes next. Raises TimeoutError at the end of the call."""
        _bound(self)
        return super().recv_into(buffer, nbytes, flags)

    def sendall(self, data: ReadableBuffer, flags: int = 0, /) -> None:
        """Send everything. Raises TimeoutError at the end of the call."""
        _bound(self)
        super().sendall(data, flags)


class TlsSocket(ssl.SSLSocket):
    """The same over TLS; made where a context's `sslsocket_class` names it."""

    call: Call | None = None

    def recv_into(self, buffer: WriteableBuffer, nbytes: int | None = None, flags: int = 0) -> int:
        """Receive what comes next. Raises TimeoutError at the end of the call."""
        _bound(self)
        return super().recv_into(buffer, nbytes, flags)

    def sendall(self, data: ReadableBuffer, flags: int = 0) -> None:
        """Send everything. Raises TimeoutError at the end of the call."""
        _bound(self)
        super().sendall(data, flags)


def connected(host: str, port: int, *, call: Call) -> PlainSocket:
    """Return a connection to `host`, whose timeout is what is left to connect.

    Every address of the name gets a part of the time, so that one in a black hole does not eat
    it all. Raises OSError, of which TimeoutError and socket.gaierror are kinds.
    """
    until = time.monotonic() + call.connect
    found = _resolved(host, port, within=call.left(until=until))
    problem: OSError = TimeoutError()
    for tried, (family, address) in enumerate(found):
        sock = PlainSocket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(call.left(until=until) / (len(found) - tried))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(call.left(until=until))
        except OSError as error:
            sock.close()
            problem = error
        else:
            sock.call = call
            return sock
    raise problem


def fault(error: OSError) -> Fault:
    """Return where a connection failed."""
    match error:
        case TimeoutError():
            return Fault.TIMED_OUT
        case ConnectionRefusedError():
            return Fault.REFUSED
        case socket.gaierror():
            return Fault.NAME_UNKNOWN
        case ssl.SSLError():
            return Fault.TLS
        case _:
            return Fault.FAILED


def _bound(sock: PlainSocket | TlsSocket) -> None:
    if sock.call is not None:
        sock.settimeout(sock.call.left())


def _resolved(host: str, port: int, *, within: float) -> _Found:
    """Return the addresses of `host`. Raises TimeoutError after `within` seconds.

    The resolver of the system cannot be interrupted: it is left behind in a thread that sends
    nothing and ends by itself.
    """
    if _is_literal(host):
        return _look_up(host, port)
    answer: SimpleQueue[_Found | OSError] = SimpleQueue()

    def resolve() -> None:
        try:
            answer.put(_look_up(host, port))
        except OSError as error:
            answer.put(error)
        except UnicodeError:
            answer.put(socket.gaierror(socket.EAI_NONAME, "not a name"))

    threading.Thread(target=resolve, name="conclave-resolve", daemon=True).start()
    try:
        found = answer.get(timeout=within)
    except Empty:
        raise TimeoutError from None
    if isinstance(found, OSError):
        raise found
    return found


def _look_up(host: str, port: int) -> _Found:
    listed = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(family, address) for family, _, _, _, address in listed]


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
