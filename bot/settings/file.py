"""`conclave.toml` as tables, key by key. Each key's description is the mend where it is wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bot.settings.fields import (
    CalendarAddress,
    Duration,
    ListenAddress,
    Name,
    NodeAddress,
    SlackChannel,
    SlackUser,
    SlashCommand,
    TimeOfDay,
    Words,
    Workspace,
    Zone,
)
from ceremonies.topology import ApprovalRules, CeremonyRules

_RULES = CeremonyRules()
_APPROVAL = ApprovalRules()
_DURATION = 'Write a number with s, m, h or d, in quotes: "30m".'
_FILE = "Write the file's path, in quotes."
_CALENDAR = 'Write calendar = "https://…".'

Hand = Literal["demote", "disable", "enable-primary", "enable-secondary", "update-primary"]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Table(BaseModel):
    """A table of the file: no unknown key, no guessing at types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class SlackTable(Table):
    """`[slack]`."""

    workspace: Workspace = Field(description='Write the workspace\'s id: workspace = "T…".')
    incident_channel: SlackChannel | None = Field(
        None, description='Write the channel\'s id: incident_channel = "C…".'
    )
    command: SlashCommand = Field("/dr", description='Write the slash command: command = "/dr".')
    mode: Literal["socket", "http"] = Field("socket", description='Write mode = "socket".')


class HTTPTable(Table):
    """`[http]`."""

    listen: ListenAddress = Field("127.0.0.1:8080", description='Write listen = "127.0.0.1:8080".')


class NotifyTable(Table):
    """`[notify]`."""

    urls: list[str] = Field(
        [], description='Write a list of Apprise URLs: urls = ["pagerduty://…"].'
    )


class CustodyTable(Table):
    """`[custody]`."""

    raw_shares: Literal["refuse", "modal", "dm", "direct"] = Field(
        "modal", description="Write one of refuse, modal, dm, direct, in quotes."
    )
    enrolment: Literal["optional", "required"] = Field(
        "optional", description='Write enrolment = "optional".'
    )


class ApprovalTable(Table):
    """`[approval]`."""

    promote_approvers: int = Field(
        _APPROVAL.promote_approvers,
        ge=0,
        le=20,
        description="Write how many other people must agree: promote_approvers = 1.",
    )
    holders_count: bool = Field(
        _APPROVAL.holders_count, description="Write holders_count = true or false."
    )
    step_up: Literal["none", "totp"] = Field("none", description='Write step_up = "none".')


class CeremonyTable(Table):
    """`[ceremony]`."""

    deadline: Duration = Field(_RULES.deadline, description=_DURATION)
    max: Duration = Field(_RULES.max, description=_DURATION)
    remind_every: Duration = Field(_RULES.remind_every, description=_DURATION)
    approval_lapses: Duration = Field(_RULES.approval_lapses, description=_DURATION)
    token_unused: Duration = Field(_RULES.token_unused, description=_DURATION)


class PersonTable(Table):
    """One of `[[people]]`."""

    slack: SlackUser = Field(description='Write the member id: slack = "U…".')
    name: Words = Field(description='Write a name that everybody knows: name = "Ada".')
    roles: list[
        Literal["key_holder", "incident_commander", "approver", "shift_lead", "auditor"]
    ] = Field(
        min_length=1,
        description="List some of key_holder, incident_commander, approver, shift_lead, auditor.",
    )


class HolderTable(Table):
    """One of `key_holders`: an id alone, or an id with a number of shares."""

    slack: SlackUser = Field(description='Write "U…" or { slack = "U…", shares = 2 }.')
    shares: int = Field(1, ge=1, le=255, description="Write how many shares they hold, 1 or more.")


class LoginTable(Table):
    """`auth`: which keys belong to which method is checked in `bot.settings.clusters`."""

    method: Literal["approle", "token", "kubernetes"] = Field(
        description="Write method = approle, token or kubernetes, in quotes."
    )
    role_id: Words | None = Field(None, description="Write the AppRole's role_id, in quotes.")
    secret_id_file: str | None = Field(None, description=_FILE)
    token_file: str | None = Field(None, description=_FILE)
    role: Words | None = Field(None, description="Write the Kubernetes role, in quotes.")
    mount: Words | None = Field(None, description="Write the auth method's mount path, in quotes.")
    namespace: str | None = Field(None, description="Write the login's namespace, in quotes.")


class ClusterTable(Table):
    """One of `[[replication_sets.clusters]]`."""

    name: Name = Field(description='Write the cluster\'s name: name = "a".')
    address: NodeAddress = Field(description='Write address = "https://vault.example:8200".')
    nodes: list[NodeAddress] = Field(
        [], description='List every node: nodes = ["https://vault-a1.example:8200"].'
    )
    ca_file: str | None = Field(None, description=_FILE)
    tls_server_name: str | None = Field(None, description="Write the name in the certificate.")
    client_cert_file: str | None = Field(None, description=_FILE)
    client_key_file: str | None = Field(None, description=_FILE)
    auth: LoginTable | None = Field(None, description='Write { method = "approle", … }.')
    ceremony_token_file: str | None = Field(None, description=_FILE)


def _holder(given: object) -> object:
    return {"slack": given} if isinstance(given, str) else given


class SetTable(Table):
    """One of `[[replication_sets]]`."""

    name: Name = Field(description='Write the set\'s name: name = "payments".')
    key_holders: list[Annotated[HolderTable, BeforeValidator(_holder)]] = Field(
        min_length=1, description='List the key holders: key_holders = ["U…", "U…"].'
    )
    incident_channel: SlackChannel | None = Field(
        None, description='Write the channel\'s id: incident_channel = "C…".'
    )
    home_primary: Name | None = Field(None, description="Write the name of one of its clusters.")
    canary_path: Words | None = Field(
        None, description='Write a path: canary_path = "kv/conclave-canary".'
    )
    client_checklist: list[Words] = Field([], description="Write a list of texts.")
    hands: list[Hand] = Field(
        [],
        description="List the steps that people do: some of demote, disable, enable-primary, "
        "enable-secondary, update-primary.",
    )
    snapshots: str | None = Field(
        None, description="Write the path of a directory for Raft snapshots, in quotes."
    )
    performance_secondary: bool = Field(
        default=False,
        description="Write true where the set's primary is to be a performance secondary.",
    )
    clusters: list[ClusterTable] = Field(
        min_length=2,
        description="Write a [[replication_sets.clusters]] for the primary and for each secondary: "
        "a cluster that is not listed is not asked whether it still serves as primary.",
    )


class ShiftTable(Table):
    """One of `[[shifts]]`: what goes with a lead or a calendar is checked in `shifts`."""

    name: Name = Field(description='Write the shift\'s name: name = "night".')
    replication_set: Name = Field(description="Write the name of one of the replication sets.")
    lead: SlackUser | None = Field(None, description='Write the member id: lead = "U…".')
    calendar: CalendarAddress | None = Field(None, description=_CALENDAR)
    people: dict[str, SlackUser] = Field({}, description='Write { "sam@example.org" = "U…" }.')
    custody: Literal["lead", "bot", "both"] = Field(
        "lead", description="Write one of lead, bot, both, in quotes."
    )
    zone: Zone = Field("UTC", description='Write zone = "Europe/Berlin".')
    days: list[Day] | None = Field(None, min_length=1, description='Write days = ["mon", "tue"].')
    start: TimeOfDay | None = Field(None, description='Write start = "22:00".')
    end: TimeOfDay | None = Field(None, description='Write end = "06:00".')
    overlap: Duration = Field(timedelta(minutes=30), description=_DURATION)


class File(Table):
    """The whole file."""

    slack: SlackTable = Field(description="Write a table [slack] with workspace and channel.")
    http: HTTPTable | None = Field(None, description='Write [http] and listen = "…" beneath.')
    notify: NotifyTable = Field(NotifyTable(), description="Write [notify] and urls = […] beneath.")
    custody: CustodyTable = Field(CustodyTable(), description="Write a table [custody].")
    approval: ApprovalTable = Field(ApprovalTable(), description="Write a table [approval].")
    ceremony: CeremonyTable = Field(CeremonyTable(), description="Write a table [ceremony].")
    people: list[PersonTable] = Field(
        min_length=1, description="Write a [[people]] table, in two brackets, for each person."
    )
    replication_sets: list[SetTable] = Field(
        min_length=1, description="Write a [[replication_sets]] table, in two brackets."
    )
    shifts: list[ShiftTable] = Field([], description="Write [[shifts]] in two brackets.")
