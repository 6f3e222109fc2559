"""What was told from outside, checked and frozen: the file's part, and the environment's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from ceremonies.identity import Identity
from ceremonies.roster import Roster
from ceremonies.topology import ReplicationSet


class Mode(StrEnum):
    """How Slack reaches us."""

    SOCKET = "socket"
    HTTP = "http"


class RawShares(StrEnum):
    """How a share that is not sealed in an envelope may be given."""

    REFUSE = "refuse"
    MODAL = "modal"
    DM = "dm"
    DIRECT = "direct"


class Enrolment(StrEnum):
    """Whether key holders must have enrolled."""

    OPTIONAL = "optional"
    REQUIRED = "required"


class StepUp(StrEnum):
    """What an approval asks for besides a click."""

    NONE = "none"
    TOTP = "totp"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackApp:
    """`[slack]`: the one workspace that is served, and the slash command."""

    workspace: str
    command: str = "/dr"
    mode: Mode = Mode.SOCKET


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """`[http] listen`; port 0 takes any free one."""

    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Custody:
    """`[custody]`."""

    raw_shares: RawShares = RawShares.MODAL
    enrolment: Enrolment = Enrolment.OPTIONAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What the file says, and whether this is the lab. `warnings` are for the log at start.

    The rules of `[ceremony]` and `[approval]` stand in each replication set.
    """

    file: Path
    lab: bool
    slack: SlackApp
    listen: Listen | None
    notify_urls: tuple[str, ...] = field(repr=False)
    custody: Custody
    step_up: StepUp
    roster: Roster
    sets: Mapping[str, ReplicationSet]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What only the environment tells. The first master key encrypts, all decrypt."""

    redis_url: str = field(repr=False)
    master_keys: tuple[bytes, ...] = field(repr=False)
    identity: Identity
    bot_token: str = field(repr=False)
    app_token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Configuration):
    """Everything that serving needs."""

    secrets: Secrets
    slack_api_url: str
    log_level: str = "INFO"
    intent_seconds: float = 30.0  # less only in the lab
