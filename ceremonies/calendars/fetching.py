"""One fetch of one calendar: https, one address, 10 s and 1 MiB at most, nothing followed."""

from __future__ import annotations

import http.client
import ssl
import time
from pathlib import Path
from urllib.parse import urlsplit

import requests
import urllib3

from ceremonies.errors import CalendarUnusable, Misconfigured
from ceremonies.vault.connection import OneCall
from ceremonies.vault.deadline import Call, Limits, TlsSocket
from ceremonies.vault.errors import Fault

MOST_BYTES = 1 << 20
_LIMITS = Limits(connect=5.0, call=10.0)
_MOVED = range(300, 400)
_BROKEN = (
    requests.exceptions.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
)
_WORDS = {
    Fault.REFUSED: "it refuses the connection",
    Fault.TIMED_OUT: "it does not answer in time",
    Fault.NAME_UNKNOWN: "its name cannot be resolved",
    Fault.TLS: "its certificate is not trusted",
}


def fetch(address: str, *, tls: ssl.SSLContext, limits: Limits = _LIMITS) -> bytes:
    """Return what the address answers. Raises CalendarUnusable, which never tells the address.

    The address is a secret: whoever knows it reads the calendar. No proxy and no password of the
    environment takes part; no redirect is followed, as it would carry the secret elsewhere.
    """
    if urlsplit(address).scheme != "https":
        raise CalendarUnusable("its address is no https:// one")
    call = Call(ends=time.monotonic() + limits.call, connect=limits.connect)
    try:
        with OneCall(call, tls=tls, server_name=None) as session:
            response = session.get(
                address,
                headers={"Accept": "text/calendar"},
                allow_redirects=False,
                stream=True,
                timeout=None,  # the sockets keep the call's deadline
            )
            return _body(response)
    except _BROKEN:
        problem = CalendarUnusable(_words(call))
    raise problem  # outside the except: the cause holds the address


def _body(response: requests.Response) -> bytes:
    with response:
        if response.status_code in _MOVED:
            raise CalendarUnusable("it points elsewhere: write the address that it points to")
        if response.status_code != http.HTTPStatus.OK:
            raise CalendarUnusable(f"it answers with status {response.status_code}")
        body = b""
        for part in response.iter_content(1 << 16):
            body += part
            if len(body) > MOST_BYTES:
                raise CalendarUnusable("it is larger than 1 MiB")
    return body


def _words(call: Call) -> str:
    if not call.sent:
        return _WORDS.get(call.fault, "it cannot be reached")
    if time.monotonic() >= call.ends - 0.05:
        return _WORDS[Fault.TIMED_OUT]
    return "it breaks off in the middle"


def tls_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """Return whom to trust: those of `ca_file`, else the system's. Raises Misconfigured."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.sslsocket_class = TlsSocket
    try:
        if ca_file is None:
            context.load_default_certs()
        else:
            context.load_verify_locations(cafile=ca_file)
    except (OSError, ssl.SSLError):
        raise Misconfigured(
            "The CA file for calendars cannot be used.",
            advice="Name a PEM file that this process may read.",
        ) from None
    return context
