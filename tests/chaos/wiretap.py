"""A replica's own way to Redis, on which every entry that it appends is seen, and it may be killed.

It is killed before Redis has the entry, or when Redis has it and nobody has told the replica.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from lab.enterprise.loop import BackgroundLoop
from lab.process import free_port

_READ = 65536
_SCRIPT = 4  # EVALSHA, name, 1, key: what comes then is the script's
_ID, _BODY = _SCRIPT + 2, _SCRIPT + 3
_WRITTEN = b"*3\r\n:1\r\n"  # the script's answer where the entry stands in the log


class When(StrEnum):
    """When a replica is killed."""

    UNWRITTEN = "before it was written"
    WRITTEN = "after it was written"


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry that a replica appends: where it is to stand, and what it tells."""

    id: str
    events: tuple[Mapping[str, Any], ...]


class Hunter(Protocol):
    """Says at which entries a replica dies; called in one thread."""

    def aims(self, entry: Entry) -> When | None:
        """Return when the replica that appends this is killed, if it is."""

    def wrote(self, entry: Entry, *, killed: bool) -> None:
        """Redis has the entry now; `killed`: the replica that appended it died of that."""

    def missed(self, entry: Entry) -> None:
        """The entry that was aimed at was not written by this replica: another one was faster."""


@dataclass(slots=True, kw_only=True)
class Wiretap:
    """Listens on 127.0.0.1 at `port` and passes everything on to Redis at `to`.

    `pid` is who comes this way; 0: not started yet.
    """

    loop: BackgroundLoop = field(repr=False)
    to: int
    key: bytes
    hunter: Hunter = field(repr=False)
    port: int = field(default_factory=free_port)
    pid: int = 0
    _server: asyncio.Server | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The way as a redis:// URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def open(self) -> None:
        """Accept connections from now on."""
        self.loop.run(self._open())

    def close(self) -> None:
        """Accept no more."""
        self.loop.run(self._close())

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            theirs, ours = await asyncio.open_connection("127.0.0.1", self.to)
        except OSError:
            writer.close()
            return
        line = _Line(tap=self, asks=ours, answers=writer)
        pumps = [asyncio.create_task(line.passes_on(reader))]
        pumps.append(asyncio.create_task(line.passes_back(theirs)))
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            line.gives_up()
            for end in (writer, ours):
                end.transport.abort()

    def kills(self) -> None:
        """SIGKILL whoever comes this way."""
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)


@dataclass(slots=True, kw_only=True)
class _Line:
    """One connection of the replica's. It asks one thing at a time, and waits for the answer."""

    tap: Wiretap
    asks: asyncio.StreamWriter
    answers: asyncio.StreamWriter
    appending: Entry | None = None
    aimed: bool = False

    async def passes_on(self, reader: asyncio.StreamReader) -> None:
        """Pass on what the replica asks, until it is killed for it or gone."""
        held = b""
        while chunk := await reader.read(_READ):
            words, held = commands(held + chunk)
            for command, raw in words:
                if not self._lets_pass(command):
                    return
                self.asks.write(raw)
            await self.asks.drain()

    async def passes_back(self, reader: asyncio.StreamReader) -> None:
        """Pass back what Redis answers, until the replica is killed for it or Redis is gone."""
        while chunk := await reader.read(_READ):
            entry, aimed = self.appending, self.aimed
            self.appending, self.aimed = None, False
            if entry is not None and chunk.startswith(_WRITTEN):
                if aimed:
                    self.tap.kills()
                self.tap.hunter.wrote(entry, killed=aimed)
                if aimed:
                    return
            elif entry is not None and aimed:
                self.tap.hunter.missed(entry)
            self.answers.write(chunk)
            await self.answers.drain()

    def gives_up(self) -> None:
        """Nobody knows whether what was under way was written."""
        if self.appending is not None and self.aimed:
            self.tap.hunter.missed(self.appending)
        self.appending, self.aimed = None, False

    def _lets_pass(self, command: list[bytes]) -> bool:
        entry = appended(command, self.tap.key)
        if entry is None:
            return True
        when = self.tap.hunter.aims(entry)
        if when is When.UNWRITTEN:
            self.tap.kills()
            return False
        self.appending, self.aimed = entry, when is When.WRITTEN
        return True


def commands(sent: bytes) -> tuple[list[tuple[list[bytes], bytes]], bytes]:
    """Return the whole commands in what was sent, each with its bytes, and what is left of it."""
    found, start = [], 0
    while (parsed := _command(sent, start)) is not None:
        words, end = parsed
        found.append((words, sent[start:end]))
        start = end
    return found, sent[start:]


def appended(command: list[bytes], key: bytes) -> Entry | None:
    """Return the entry that this command appends to the log at `key`, if it does."""
    if command[0].upper() not in (b"EVALSHA", b"EVAL") or len(command) <= _BODY:
        return None
    if command[_SCRIPT - 1] != key:
        return None
    told = json.loads(command[_BODY])
    return Entry(id=command[_ID].decode(), events=tuple(told["events"]))


def _command(sent: bytes, at: int) -> tuple[list[bytes], int] | None:
    """Return the words of the command that begins at `at`, and where it ends; None: not yet."""
    count, at = _number(sent, at)
    words = []
    for _ in range(count):
        size, at = _number(sent, at)
        if size < 0 or len(sent) < at + size + 2:
            return None
        words.append(sent[at : at + size])
        at += size + 2
    return (words, at) if words else None


def _number(sent: bytes, at: int) -> tuple[int, int]:
    """Return the number after the `*` or `$` at `at`, and where its line ends; -1: not yet."""
    end = sent.find(b"\r\n", at)
    return (-1, at) if end < 0 else (int(sent[at + 1 : end]), end + 2)
