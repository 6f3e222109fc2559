"""Child processes of the range: started and stopped by process id; none outlives its parent."""

from __future__ import annotations

import atexit
import contextlib
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

# Below Linux' ephemeral range: a stopped server's port is then not taken by somebody's outgoing
# connection before the server comes back.
_PORTS: Final = range(20_000, 32_000)
_ports_given: dict[int, int] = {}  # each with the descriptor that keeps others from it
_ports_lock = threading.Lock()

# The child asks for its own death before it becomes the program (subprocess' preexec_fn would do
# the same, but warns in a process with threads). The parent may be gone already: hence getppid.
# Ctrl-C means to it what it usually does, also where the tests run in a shell's background.
_VAULTS: Final = ("VAULT_", "BAO_")

_TIED_EXEC: Final = """
import ctypes, os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
ctypes.CDLL(None, use_errno=True).prctl(1, 9, 0, 0, 0)
if os.getppid() != int(sys.argv[1]):
    os._exit(1)
os.execv(sys.argv[2], sys.argv[2:])
"""


class NotInTime(Exception):
    """A condition that did not come true before its deadline."""


class CannotStart(Exception):
    """A program that is not there, or ended before it was ready; the text names its log."""


def wait_until(
    condition: Callable[[], bool], *, seconds: float, what: str, every: float = 0.02
) -> None:
    """Return as soon as `condition()` is true; raise NotInTime naming `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= deadline:
            raise NotInTime(f"not within {seconds:g} s: {what}")
        time.sleep(every)


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that is free now and was given to nobody before.

    Not here, and not (on Linux) in another process of the range that still lives: a server binds
    its port seconds after it was chosen.
    """
    with _ports_lock:
        for _ in range(len(_PORTS)):
            port = _PORTS.start + int.from_bytes(os.urandom(4)) % len(_PORTS)
            claim = None if port in _ports_given else _claim(port)
            if claim and _can_bind(port):
                # Kept by its number until the process has ended, children and all: a socket object
                # would be closed at the end of the interpreter, with a warning.
                _ports_given[port] = claim.detach()
                return port
            if claim:
                claim.close()
    raise CannotStart("no free TCP port on 127.0.0.1")


def _claim(port: int) -> socket.socket | None:
    """Return what tells other processes that a port is taken, as long as it is open; or None."""
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        if sys.platform == "linux":
            claim.bind(f"\0conclave-lab-port-{port}")  # a name without a file
    except OSError:
        claim.close()
        return None
    return claim


def _can_bind(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """One running program; `log` is the file that has its stdout and stderr."""

    name: str
    pid: int
    log: Path
    _popen: subprocess.Popen[bytes] = field(repr=False)

    @property
    def running(self) -> bool:
        """Whether the process has not ended (a paused one is running)."""
        return self._popen.poll() is None

    @property
    def exit_status(self) -> int | None:
        """What it ended with, negative for a signal; None while it runs."""
        return self._popen.poll()

    def signal(self, number: signal.Signals) -> None:
        """Send the signal, if the process is still there."""
        if self.running:
            self._popen.send_signal(number)

    def wait(self, seconds: float) -> int:
        """Return the exit status; raise NotInTime if it still runs after `seconds`."""
        try:
            return self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            raise NotInTime(
                f"{self.name} (pid {self.pid}) still runs after {seconds:g} s"
            ) from None

    def stop(self, *, grace: float = 5.0) -> int:
        """End it: SIGTERM, and SIGKILL after `grace` seconds. Returns the exit status."""
        self.resume()
        self.signal(signal.SIGTERM)
        try:
            return self.wait(grace)
        except NotInTime:
            return self.kill()

    def kill(self) -> int:
        """End it at once (SIGKILL); it is gone when this returns."""
        self.signal(signal.SIGKILL)
        return self.wait(10.0)

    def pause(self) -> None:
        """Stop it in its tracks (SIGSTOP): its sockets stay open and nobody answers any more."""
        self.signal(signal.SIGSTOP)
        with contextlib.suppress(ChildProcessError):
            os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def resume(self) -> None:
        """Let a paused process go on (SIGCONT)."""
        self.signal(signal.SIGCONT)

    def said(self, text: str) -> bool:
        """Return whether its log holds this text so far."""
        return text in self.log.read_text(errors="replace")


class _Nursery:
    """One thread that lives as long as this process and starts every child.

    Linux sends the parent's-death signal when the *thread* that forked ends, so a child that a
    short-lived thread had started would die with that thread.
    """

    def __init__(self) -> None:
        self._orders: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._owner: int | None = None
        self._children: list[Child] = []

    def start(
        self, *, name: str, argv: Sequence[str], log: Path, cwd: Path, env: Mapping[str, str]
    ) -> Child:
        self._ensure_thread()
        answer: queue.SimpleQueue[Child | OSError] = queue.SimpleQueue()

        def order() -> None:
            try:
                with log.open("ab") as out:
                    popen = subprocess.Popen(
                        _tied(argv),
                        cwd=cwd,
                        env=dict(env),
                        stdin=subprocess.DEVNULL,
                        stdout=out,
                        stderr=subprocess.STDOUT,
                        # Ctrl-C in a terminal goes to the parent alone; it stops its children.
                        start_new_session=True,
                    )
            except OSError as problem:
                answer.put(problem)
            else:
                answer.put(Child(name=name, pid=popen.pid, log=log, _popen=popen))

        self._orders.put(order)
        match answer.get():
            case Child() as child:
                self._children = [*(c for c in self._children if c.running), child]
                return child
            case OSError() as problem:
                raise CannotStart(f"{name}: {problem.strerror}: {argv[0]}")

    def _ensure_thread(self) -> None:
        with self._lock:
            if self._owner == os.getpid():
                return
            self._owner = os.getpid()
            threading.Thread(target=self._serve, name="lab-nursery", daemon=True).start()
            atexit.register(self._stop_all)

    def _serve(self) -> None:
        while True:
            self._orders.get()()

    def _stop_all(self) -> None:
        for child in self._children:
            child.resume()
            child.signal(signal.SIGTERM)
        for child in self._children:
            with contextlib.suppress(NotInTime):
                child.stop(grace=3.0)


_nursery = _Nursery()


def _tied(argv: Sequence[str]) -> list[str]:
    if sys.platform != "linux":
        return list(argv)
    return [sys.executable, "-I", "-S", "-c", _TIED_EXEC, str(os.getpid()), *argv]


def start(
    argv: Sequence[str | Path],
    *,
    name: str,
    directory: Path,
    env: Mapping[str, str] | None = None,
    keep: Sequence[str] = (),
) -> Child:
    """Start a program in `directory` (made if missing), its output appended to `NAME.log` there.

    `argv[0]` is an absolute path. The child dies with this process, however that ends (Linux; on
    other systems when it ends in order). Without `env` it gets ours, less what addresses a Vault;
    `keep` names what of that it gets all the same. Its scratch files go into `directory` then:
    OpenBao leaves snapshots behind when it is killed.
    """
    if not os.access(argv[0], os.X_OK):
        raise CannotStart(f"{name}: not a program that can be run: {argv[0]}")
    directory.mkdir(parents=True, exist_ok=True)
    inherited = {k: v for k, v in os.environ.items() if k in keep or not k.startswith(_VAULTS)}
    inherited["TMPDIR"] = str(directory)
    return _nursery.start(
        name=name,
        argv=[str(word) for word in argv],
        log=directory / f"{name}.log",
        cwd=directory,
        env=inherited if env is None else env,
    )
