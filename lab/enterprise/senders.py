"""Which process sent a request: the owner of the other end of its connection (Linux)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_LOOPBACK: Final = "0100007F"  # 127.0.0.1 as /proc/net/tcp writes it
_LOCAL, _INODE = 1, 9


def sender(among: Iterable[int], *, port: int) -> int | None:
    """Return that one of these processes which connected from this port of 127.0.0.1, or None."""
    inode = _inode(f"{_LOOPBACK}:{port:04X}")
    return next((pid for pid in among if inode and _holds(pid, f"socket:[{inode}]")), None)


def _inode(local: str) -> str:
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        columns = line.split()
        if columns[_LOCAL] == local:
            return columns[_INODE]
    return ""


def _holds(pid: int, name: str) -> bool:
    with contextlib.suppress(OSError):
        for handle in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                if os.readlink(handle) == name:  # noqa: PTH115 — no path, a name of the kernel's
                    return True
    return False
