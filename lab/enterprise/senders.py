"""Which process sent a request: the owner of the other end of its connection (Linux)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_LOOPBACK: Final = "0100007F"  # 127.0.0.1 as /proc/net/tcp writes it
_LOCAL, _REMOTE, _INODE = 1, 2, 9
_LOOKS: Final = 5  # the kernel's table may skip a line while others come and go


def sender(among: Iterable[int], *, port: int, to: int) -> int | None:
    """Return that one of these processes which connected from `port` to `to` of 127.0.0.1.

    None if it is none of them. A port of ours may stand in several lines: connections to other
    places, and ones that are over.
    """
    ends = (f"{_LOOPBACK}:{port:04X}", f"{_LOOPBACK}:{to:04X}")
    processes = tuple(among)
    for _ in range(_LOOKS):
        names = {f"socket:[{inode}]" for inode in _inodes(ends)}
        found = next((p for p in processes for name in names if _holds(p, name)), None)
        if found is not None:
            return found
    return None


def _inodes(ends: tuple[str, str]) -> set[str]:
    lines = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    rows = [line.split() for line in lines]
    return {row[_INODE] for row in rows if (row[_LOCAL], row[_REMOTE]) == ends} - {"0"}


def _holds(pid: int, name: str) -> bool:
    with contextlib.suppress(OSError):
        for handle in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                if os.readlink(handle) == name:  # noqa: PTH115 — no path, a name of the kernel's
                    return True
    return False
