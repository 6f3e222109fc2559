"""What `requests` is given so that a call is one connection to one node under one deadline."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from ceremonies.errors import Misconfigured
from ceremonies.topology import Cluster
from ceremonies.vault import deadline


class OneCall(requests.Session):
    """A session for one call: a fresh connection, nothing of the environment, no redirect.

    A connection of a pool may have been closed by the other side unseen; then nobody could say
    whether the share in it arrived. A fresh one either connects or has sent nothing.
    """

    def __init__(
        self, call: deadline.Call, *, tls: ssl.SSLContext, server_name: str | None
    ) -> None:
        super().__init__()
        self.trust_env = False  # neither proxies nor .netrc
        self.headers.clear()
        self.headers.update({"User-Agent": "conclave", "Accept-Encoding": "identity"})
        self.adapters.clear()
        transport = _Transport(call, tls=tls, server_name=server_name)
        self.mount("https://", transport)
        self.mount("http://", transport)

    def resolve_redirects(self, *_: Any, **__: Any) -> Iterator[requests.Response]:  # noqa: ANN401 — as its base
        """Return nothing: not even the next request is prepared from what a reply says."""
        return iter(())


def tls_context(cluster: Cluster) -> ssl.SSLContext:
    """Return how the cluster's certificates are checked: by `ca_file`, else the system's store.

    Raises Misconfigured with the key that names a file which cannot be used. It is not
    `ssl.create_default_context`, which would write session keys where SSLKEYLOGFILE says.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.sslsocket_class = deadline.TlsSocket
    try:
        if cluster.ca_file is None:
            context.load_default_certs()
        else:
            context.load_verify_locations(cafile=cluster.ca_file)
    except (OSError, ssl.SSLError):
        raise _unusable(cluster, "ca_file") from None
    try:
        if cluster.client_cert_file is not None:
            # Given no passphrase, OpenSSL would ask for one on the terminal and wait.
            context.load_cert_chain(
                cluster.client_cert_file, cluster.client_key_file, password=lambda: ""
            )
    except (OSError, ssl.SSLError):
        raise _unusable(cluster, "client_cert_file or client_key_file") from None
    return context


def _unusable(cluster: Cluster, key: str) -> Misconfigured:
    return Misconfigured(
        f"Cluster {cluster.name}: {key} cannot be used.",
        advice="Name a PEM file that this process may read (a key without a passphrase).",
    )


class _PlainConnection(HTTPConnection):
    """Keeps the deadline, notes where it failed, and when the first byte goes out."""

    def __init__(self, *, call: deadline.Call, **more: Any) -> None:  # noqa: ANN401 — as its base
        super().__init__(**more)
        self.call = call

    def _new_conn(self) -> deadline.PlainSocket:
        return deadline.connected(self._dns_host.strip("[]"), self.port, call=self.call)

    def connect(self) -> None:
        try:
            super().connect()
        except OSError as error:
            self.call.fault = deadline.fault(error)
            raise
        if isinstance(self.sock, deadline.TlsSocket):
            self.sock.call = self.call

    def send(self, data: Any) -> None:  # noqa: ANN401 — as its base
        if self.sock is None:
            self.connect()
        self.call.left()
        self.call.sent = True
        super().send(data)


class _TlsConnection(_PlainConnection, HTTPSConnection):
    """The same over TLS."""


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Transport(HTTPAdapter):
    def __init__(
        self, call: deadline.Call, *, tls: ssl.SSLContext, server_name: str | None
    ) -> None:
        super().__init__()
        self._call = call
        self._tls = tls
        self._server_name = server_name
        self._pool: HTTPConnectionPool | None = None

    def cert_verify(self, *_: Any, **__: Any) -> None:  # noqa: ANN401 — as its base
        """Leave the pool as it is: all about certificates is in its context."""

    def get_connection_with_tls_context(
        self,
        request: requests.PreparedRequest,
        verify: Any,  # noqa: ANN401, ARG002 — as its base
        proxies: Any = None,  # noqa: ANN401, ARG002 — as its base
        cert: Any = None,  # noqa: ANN401, ARG002 — as its base
    ) -> HTTPConnectionPool:
        """Return a pool for this call alone, whatever proxies the environment names."""
        url = urlsplit(str(request.url))
        host = url.hostname or ""
        if url.scheme == "https":
            self._pool = _TlsPool(
                host,
                url.port,
                call=self._call,
                ssl_context=self._tls,
                server_hostname=self._server_name,
            )
        else:
            self._pool = _PlainPool(host, url.port, call=self._call)
        return self._pool

    def close(self) -> None:
        """Close the connection, if there is one."""
        super().close()
        if self._pool is not None:
            self._pool.close()
