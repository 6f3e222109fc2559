"""A gate that requests pass together, and that can be shut once the last of them is through."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

_LAST_ONE_THROUGH: Final = 15.0  # seconds


@dataclass(slots=True)
class Gate:
    """Open from the start."""

    _open: asyncio.Event = field(default_factory=asyncio.Event)
    _empty: asyncio.Event = field(default_factory=asyncio.Event)
    _shutting: asyncio.Lock = field(default_factory=asyncio.Lock)
    _inside: int = 0

    def __post_init__(self) -> None:
        self._open.set()
        self._empty.set()

    @property
    def is_shut(self) -> bool:
        """Whether who comes now has to wait."""
        return not self._open.is_set()

    @asynccontextmanager
    async def passing(self) -> AsyncIterator[None]:
        """Wait until it is open, and be inside."""
        await self._open.wait()
        self._inside += 1
        self._empty.clear()
        try:
            yield
        finally:
            self._inside -= 1
            if self._inside == 0:
                self._empty.set()

    @asynccontextmanager
    async def shut(self) -> AsyncIterator[None]:
        """Let nobody in, wait until nobody is inside (TimeoutError after 15 s), open at the end.

        Who wants it shut while it is waits for the other.
        """
        async with self._shutting:
            self._open.clear()
            try:
                async with asyncio.timeout(_LAST_ONE_THROUGH):
                    await self._empty.wait()
                yield
            finally:
                self._open.set()
