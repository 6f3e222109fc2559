"""From a front to the OpenBao node behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from lab.enterprise.wire import Call, Reply

# Connection-level headers belong to one leg; the client library writes its own for the other.
_ONE_LEG: Final = frozenset(
    {"connection", "content-length", "host", "keep-alive", "transfer-encoding", "upgrade"}
)


class Gone(Exception):
    """OpenBao did not answer: it is down, went down meanwhile, or dropped the connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """Sends requests to one OpenBao node; follows no redirect."""

    address: str
    session: aiohttp.ClientSession

    async def send(
        self,
        call: Call,
        *,
        path: str | None = None,
        token: str | None = None,
    ) -> Reply:
        """Pass a call on, to another path or under another token if given; Gone without a reply."""
        headers = {k: v for k, v in call.headers.items() if k.lower() not in _ONE_LEG}
        if token is not None:
            headers.pop("Authorization", None)
            headers["X-Vault-Token"] = token
        url = f"/v1/{path}" if path else call.raw_path
        return await self._exchange(call.method, url, headers=headers, content=call.content)

    async def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        token: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Ask a question of our own."""
        own = {"X-Vault-Token": token, **(headers or {})} if token else dict(headers or {})
        return await self._exchange(method, f"/v1/{path}", headers=own, body=body)

    async def _exchange(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        content: bytes | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Reply:
        try:
            async with self.session.request(
                method,
                self.address + url,
                headers=headers,
                data=content or None,
                json=body,
                allow_redirects=False,
            ) as reply:
                return Reply(
                    status=reply.status,
                    headers={k: v for k, v in reply.headers.items() if k.lower() not in _ONE_LEG},
                    content=await reply.read(),
                )
        except aiohttp.ClientError as problem:
            raise Gone(f"{method} {self.address}: {type(problem).__name__}") from None
