"""The whole practice range in one place: Vault, Redis, Slack's stand-in, the cast, and the bot."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lab.chat import Chat
from lab.enterprise import ReplicationRange
from lab.people import Person, meet
from lab.process import CannotStart, Child, start, wait_until
from lab.redis import RedisServer

WORKSPACE = "T0CONCLAVE"
CHANNEL = "C0INCIDENT"
HOLDERS = ("Ada", "Ben", "Cat", "Dan", "Eve")
ROLES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(HOLDERS, ("key_holder",)),
    "Sam": ("incident_commander",),
    "Kim": ("incident_commander", "approver"),
}
SET = "payments"
_manifests: dict[str, str] = {}  # what it prints, by the configuration's text


@dataclass(slots=True, kw_only=True)
class Bot:
    """One replica of Conclave: the real process, as `conclave run` starts it."""

    child: Child = field(repr=False)

    @property
    def pid(self) -> int:
        """The process id, for those who want to kill it."""
        return self.child.pid

    @property
    def is_ready(self) -> bool:
        """Whether it has said that it serves."""
        return bool(self._ready_lines())

    def waits_until_ready(self, *, seconds: float = 30) -> str:
        """Return the line in which the bot says that it serves."""

        def ready() -> bool:
            if not self.child.running:
                tail = self.child.log.read_text(errors="replace")[-3000:]
                raise CannotStart(f"the bot ended with {self.child.exit_status}:\n{tail}")
            return self.is_ready

        wait_until(ready, seconds=seconds, what=f"the bot is ready (see {self.child.log})")
        return self._ready_lines()[0]

    def _ready_lines(self) -> list[str]:
        lines = self.child.log.read_text(errors="replace").splitlines()
        return [line for line in lines if line.startswith("ready ")]

    def log_text(self) -> str:
        """Return everything the bot printed so far."""
        return self.child.log.read_text(errors="replace")


@dataclass(slots=True, kw_only=True)
class Stage:
    """Everything a scenario needs. `raise_curtain` starts it, `clear` leaves nothing behind.

    `vaults` and `redis` may be shared with other stages, one after the other; the chat and the
    bots are this stage's own.
    """

    directory: Path
    vaults: ReplicationRange
    redis: RedisServer
    options: str = ""
    set_options: str = ""  # lines for the set's own table
    logs_in: bool = True  # whether the bot has a login on the clusters
    log_level: str = "DEBUG"
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: dict(ROLES))
    holders: tuple[str, ...] = HOLDERS
    environment: dict[str, str] = field(default_factory=dict, repr=False)
    people: dict[str, Person] = field(default_factory=dict)
    bots: list[Bot] = field(default_factory=list)
    _chat: Chat | None = field(default=None, repr=False)

    @property
    def chat(self) -> Chat:
        """The stand-in for Slack."""
        if self._chat is None:
            raise CannotStart("the stage was not set")
        return self._chat

    @property
    def config(self) -> Path:
        """The bot's configuration file."""
        return self.directory / "conclave.toml"

    def raise_curtain(self, *, bots: int = 1) -> Stage:
        """Write the configuration, open Slack, let the people in, start the bots."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self.write_config()
        self._make_keys()
        self._chat = Chat(self._manifest()).start()
        self.chat.workspace.team_id  # noqa: B018 — asked for, so that a wrong name fails here
        self.people = meet(self.chat, channels=(CHANNEL,))
        for _ in range(bots):
            self.add_bot()
        for bot in self.bots:
            bot.waits_until_ready()
        if bots:
            self.chat.wait_for_connections(bots)
        return self

    def add_bot(self, **environment: str) -> Bot:
        """Start one more replica; returns at once."""
        name = f"bot{len(self.bots) + 1}"
        child = start(
            [conclave(), "run"],
            name=name,
            directory=self.directory,
            env={**self._environment(), **environment},
        )
        self.bots.append(Bot(child=child))
        return self.bots[-1]

    def runs(self, *words: str, seconds: float = 30) -> subprocess.CompletedProcess[str]:
        """Return what another `conclave …` command came to, in the bot's environment."""
        return subprocess.run(
            [conclave(), *words],
            env=self._environment(),
            cwd=self.directory,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def runs_as_operator(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Return what a command came to with an operator's own token of the home primary."""
        self.environment["VAULT_TOKEN"] = self.vaults["a"].bao.root_token
        try:
            return self.runs(*words)
        finally:
            del self.environment["VAULT_TOKEN"]

    def clear(self) -> None:
        """Stop the bots and the chat; what is shared stays."""
        for bot in self.bots:
            bot.child.resume()
            bot.child.signal(signal.SIGTERM)
        for bot in self.bots:
            bot.child.stop(grace=15)
        if self._chat is not None:
            self._chat.stop()

    def write_config(self, *, extra: str = "") -> None:
        """Write `conclave.toml` for this stage's clusters and people."""
        self.config.write_text(self._toml() + self.options + extra)

    def _toml(self) -> str:
        people = "".join(
            f'[[people]]\nslack = "{slack_id(name)}"\nname = "{name}"\n'
            f"roles = {json.dumps(list(roles))}\n\n"
            for name, roles in self.roles.items()
        )
        auth = self._auth()
        clusters = "".join(
            f'[[replication_sets.clusters]]\nname = "{name}"\n'
            f'address = "{cluster.address}"\nnodes = {json.dumps(list(cluster.nodes))}\n'
            f"{auth}\n"
            for name, cluster in self.vaults.clusters.items()
        )
        return (
            f'[slack]\nworkspace = "{WORKSPACE}"\nincident_channel = "{CHANNEL}"\n\n{people}'
            f'[[replication_sets]]\nname = "{SET}"\nhome_primary = "a"\n'
            f"key_holders = {json.dumps([slack_id(name) for name in self.holders])}\n"
            f"{self.set_options}\n{clusters}"
        )

    def _auth(self) -> str:
        """Return the line with the bot's login, and write the file that it names."""
        if not self.logs_in:
            return ""
        secret = self.directory / "secret-id"
        secret.write_text(self.vaults.bot_login.secret_id)
        secret.chmod(0o600)
        role = json.dumps(self.vaults.bot_login.role_id)
        return (
            f'auth = {{ method = "approle", role_id = {role}, '
            f"secret_id_file = {json.dumps(str(secret))} }}\n"
        )

    def _make_keys(self) -> None:
        identity, master = self.directory / "identity.pem", self.directory / "master.key"
        done = self.runs("keygen", "--identity", str(identity), "--master", str(master))
        if done.returncode:
            raise CannotStart(f"conclave keygen: {done.stderr[-2000:]}")
        self.environment["CONCLAVE_IDENTITY_KEY_FILE"] = str(identity)
        self.environment["CONCLAVE_MASTER_KEY_FILE"] = str(master)

    def _manifest(self) -> dict[str, object]:
        """Return what `conclave manifest` prints; for the same file it is asked once a process."""
        file = self.config.read_text().replace(str(self.directory), "")
        if file not in _manifests:
            done = self.runs("manifest")
            if done.returncode:
                raise CannotStart(f"conclave manifest: {done.stderr[-2000:]}")
            _manifests[file] = done.stdout
        return dict(json.loads(_manifests[file]))

    def _environment(self) -> dict[str, str]:
        ours = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(self.directory),
            "CONCLAVE_CONFIG": str(self.config),
            "CONCLAVE_REDIS_URL": self.redis.url,
            "CONCLAVE_LAB": "1",
            "CONCLAVE_LOG_LEVEL": self.log_level,
        }
        if self._chat is not None:
            ours |= {
                "SLACK_API_URL": self.chat.base_url,
                "SLACK_BOT_TOKEN": self.chat.bot_token,
                "SLACK_APP_TOKEN": self.chat.app_token,
            }
        return ours | self.environment


def slack_id(name: str) -> str:
    """Return the Slack user id of somebody of the cast."""
    return f"U0{name.upper()}"


def conclave() -> Path:
    """Return the installed command, as a user has it."""
    return Path(sys.executable).parent / "conclave"


def shares_of(stage: Stage, cluster: str, count: int) -> Iterable[bytes]:
    """Return that many of the shares that open this cluster now."""
    return stage.vaults[cluster].bao.shares[:count]
