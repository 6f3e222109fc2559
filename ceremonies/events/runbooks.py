"""A runbook's steps: planned, asked for, agreed to, ordered, done; and what goes on around it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from ceremonies.evidence import Evidence


class Play(StrEnum):
    """What a runbook brings about (docs/facts/vault.md, section 5)."""

    SETUP = "setup"
    FAILOVER = "failover"
    PLANNED_FAILOVER = "planned-failover"
    REJOIN = "rejoin"
    RETIRE = "retire"
    FAILBACK = "failback"
    REPOINT = "repoint"


class Action(StrEnum):
    """What one step does to one cluster."""

    TOKEN = "token"  # noqa: S105 — a step's name: a ceremony until its token is held
    PROMOTE = "promote"
    DEMOTE = "demote"
    CANARY = "canary"
    CLIENTS = "clients"
    UPDATE_PRIMARY = "update-primary"
    SNAPSHOT = "snapshot"
    DISABLE = "disable"
    ENABLE_PRIMARY = "enable-primary"
    ENABLE_SECONDARY = "enable-secondary"
    PERFORMANCE = "performance"


class Guard(StrEnum):
    """Who has to want a step before it is done."""

    NONE = "none"  # it follows from the step before
    CONTINUE = "continue"  # a commander says go on
    TYPED = "typed"  # a commander types the cluster's name, another person approves
    HANDS = "hands"  # people do it; a commander says that it is done


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """One step as planned. `beside`: nothing that follows waits for it."""

    action: Action
    cluster: str
    guard: Guard
    beside: bool = False
    by_hand: bool = False

    @property
    def id(self) -> str:
        """The step's name within its runbook, such as `promote:b`."""
        return f"{self.action}:{self.cluster}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunbookStarted:
    """A commander began a runbook; its plan does not change any more."""

    type: Literal["runbook_started"] = "runbook_started"
    runbook: str
    play: Play
    target: str
    source: str
    by: str
    reason: str
    steps: tuple[PlannedStep, ...]
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class StepContinued:
    """A commander wants this step done now, or once more."""

    type: Literal["step_continued"] = "step_continued"
    runbook: str
    step: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRequested:
    """A commander typed the cluster's name and asked for a step that another must approve."""

    type: Literal["step_requested"] = "step_requested"
    runbook: str
    step: str
    by: str
    reason: str
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class StepApproved:
    """Another person agreed to the step."""

    type: Literal["step_approved"] = "step_approved"
    runbook: str
    step: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRejected:
    """Somebody said no: the step's request is withdrawn."""

    type: Literal["step_rejected"] = "step_rejected"
    runbook: str
    step: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepAccepted:
    """Vault took the order on. That is acceptance, not completion."""

    type: Literal["step_accepted"] = "step_accepted"
    runbook: str
    step: str
    effect: str
    warnings: tuple[str, ...] = ()
    seen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRefused:
    """The step was not done. `again`: it is tried again by itself; `by_hand`: people must do it."""

    type: Literal["step_refused"] = "step_refused"
    runbook: str
    step: str
    effect: str
    problem: str
    words: str
    again: bool = False
    by_hand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationIssued:
    """The primary made an activation token for the step's cluster; it is in the keychain.

    `until`: its end (ms). `primary_address`: where it leads.
    """

    type: Literal["activation_issued"] = "activation_issued"
    runbook: str
    step: str
    effect: str
    secondary_id: str
    until: int
    primary: str
    primary_address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationSpent:
    """The activation token can be used no more.

    `revoked`: nothing is left to be revoked. The primary knows its id no more, or a cluster
    follows by it.
    """

    type: Literal["activation_spent"] = "activation_spent"
    runbook: str
    step: str
    effect: str = ""
    secondary_id: str
    revoked: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepHandedOut:
    """People may do this step now: every gate let it pass, for the request of this moment (ms)."""

    type: Literal["step_handed_out"] = "step_handed_out"
    runbook: str
    step: str
    request: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondaryLeaves:
    """By which id the primary knows the secondary that this step takes out of replication.

    Afterwards nobody tells it any more, and the primary has to forget it.
    """

    type: Literal["secondary_leaves"] = "secondary_leaves"
    runbook: str
    step: str
    secondary_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSlow:
    """Accepted two minutes ago and not done yet."""

    type: Literal["step_slow"] = "step_slow"
    runbook: str
    step: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDone:
    """What the step is for holds; `words` say by what that was seen, `by` who said so by hand."""

    type: Literal["step_done"] = "step_done"
    runbook: str
    step: str
    effect: str = ""
    by: str = ""
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSkipped:
    """A commander declined an optional step by name."""

    type: Literal["step_skipped"] = "step_skipped"
    runbook: str
    step: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunbookAborted:
    """A commander stopped the runbook; what is done stays done."""

    type: Literal["runbook_aborted"] = "runbook_aborted"
    runbook: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondPrimarySeen:
    """Two clusters of the set answer as primary: `primary`, and `cluster` on these nodes.

    `known`: `primary` is the one that Conclave promoted last; else nobody here knows which of the
    two is right. `says` has, of each, what speaks for it.
    """

    type: Literal["second_primary_seen"] = "second_primary_seen"
    cluster: str
    nodes: tuple[str, ...]
    primary: str
    known: bool = True
    says: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondPrimaryGone:
    """The other one answers as primary no more; `words` say as what it answers now."""

    type: Literal["second_primary_gone"] = "second_primary_gone"
    cluster: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NodesSealed:
    """After a change of roles these nodes of the cluster are sealed; none: all are unsealed."""

    type: Literal["nodes_sealed"] = "nodes_sealed"
    cluster: str
    nodes: tuple[str, ...]
    unseals_itself: bool = False


RunbookEvent = (
    RunbookStarted
    | StepContinued
    | StepRequested
    | StepApproved
    | StepRejected
    | StepAccepted
    | StepRefused
    | ActivationIssued
    | ActivationSpent
    | StepHandedOut
    | SecondaryLeaves
    | StepSlow
    | StepDone
    | StepSkipped
    | RunbookAborted
    | SecondPrimarySeen
    | SecondPrimaryGone
    | NodesSealed
)
