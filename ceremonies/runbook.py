"""A runbook as a value: ordered steps towards one change of roles in a replication set.

Everything here is derived from the log by `ceremonies.fold`; times are milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ceremonies.ceremony import Approval, Request
from ceremonies.events import Action, Guard, Play
from ceremonies.evidence import Evidence


class StepState(StrEnum):
    """How far a step is."""

    WAITING = "waiting"  # not its turn, or nobody has said go on
    ASKED = "asked"  # requested; others must approve
    WANTED = "wanted"  # to be done now
    ACCEPTED = "accepted"  # Vault took the order on; it is not done yet
    REFUSED = "refused"  # it did not work; a commander decides
    DONE = "done"
    SKIPPED = "skipped"

    @property
    def is_over(self) -> bool:
        """Whether what follows may begin."""
        return self in (StepState.DONE, StepState.SKIPPED)


class RunbookEnding(StrEnum):
    """How a runbook ended."""

    DONE = "done"
    ABORTED = "aborted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation:
    """An activation token that the primary made: its secondary's id, its end, where it leads."""

    secondary_id: str
    until: int
    primary: str
    primary_address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step and how far it is. `ceremony`: the one that yields or uses its token."""

    action: Action
    cluster: str
    guard: Guard
    beside: bool = False
    by_hand: bool = False
    lacks_right: bool = False  # why it is by hand: Vault allowed the bot's login no such thing
    state: StepState = StepState.WAITING
    words: str = ""  # what was seen or went wrong last
    wanted_by: str = ""
    wanted_at: int = 0
    accepted_at: int = 0
    done_at: int = 0
    done_by: str = ""
    tries: int = 0
    retry_at: int = 0
    refused_at: int = 0  # when it did not work last, for good
    slow: bool = False
    handed_out: int = 0  # the moment of the request for which people were given the command
    ceremony: str = ""
    request: Request | None = None
    approvals: tuple[Approval, ...] = ()
    rejected_by: str = ""
    activation: Activation | None = None
    leaves: str = ""  # the secondary id that nobody has once this is done
    lost_ids: tuple[str, ...] = ()  # secondary ids that nobody has or will have: to be revoked

    @property
    def id(self) -> str:
        """The step's name within its runbook, such as `promote:b`."""
        return f"{self.action}:{self.cluster}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Runbook:
    """The state of one runbook. `source`: the primary that it begins with; empty: none."""

    id: str
    play: Play
    target: str
    source: str
    reason: str
    started_by: str
    started_at: int
    evidence: Evidence
    steps: tuple[Step, ...]
    ending: RunbookEnding | None = None
    ended_at: int = 0
    ended_by: str = ""
    entry: int = 0
    head: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it still goes on."""
        return self.ending is None

    @property
    def current(self) -> Step | None:
        """The first step that is not over and that others wait for."""
        return next((s for s in self.steps if not s.beside and not s.state.is_over), None)

    @property
    def at_hand(self) -> tuple[Step, ...]:
        """The steps that may be done now: the current one, and those beside whose turn has come.

        A step beside comes with its predecessor, and waits for nothing else.
        """
        found: list[Step] = []
        for step in self.steps:
            if step.state.is_over:
                continue
            found.append(step)
            if not step.beside:
                break
        return tuple(found)

    def step(self, name: str) -> Step | None:
        """Return the step with this id, or None."""
        return next((step for step in self.steps if step.id == name), None)

    def of(self, action: Action, cluster: str = "") -> Step | None:
        """Return the first step with this action, on this cluster if one is named."""
        fitting = (s for s in self.steps if s.action is action)
        return next((s for s in fitting if not cluster or s.cluster == cluster), None)

    @property
    def demotes_first(self) -> str:
        """The cluster whose demotion has to come before the promotion and is not done; or empty."""
        step = self.of(Action.DEMOTE)
        promotes = self.of(Action.PROMOTE) is not None
        return step.cluster if step and promotes and not step.state.is_over else ""

    @property
    def unseen_demotion(self) -> Step | None:
        """The demotion that Vault took on long ago and that nobody has seen done; None: no such.

        It comes before a promotion, and its cluster may never say anything again.
        """
        step = self.of(Action.DEMOTE)
        if step is None or self.of(Action.PROMOTE) is None or not self.is_open:
            return None
        return step if step.slow and step.state is StepState.ACCEPTED else None

    @property
    def without_primary_since(self) -> int:
        """When it demoted the primary whose successor is none yet (ms); 0: there is one."""
        demoted, promoted = self.of(Action.DEMOTE), self.of(Action.PROMOTE)
        if demoted is None or promoted is None or promoted.state.is_over:
            return 0
        return demoted.done_at if self.is_open and demoted.state is StepState.DONE else 0

    @property
    def took_primary(self) -> bool:
        """Whether it ended after its demotion, and before its promotion."""
        demoted, promoted = self.of(Action.DEMOTE), self.of(Action.PROMOTE)
        if self.is_open or demoted is None or promoted is None or promoted.state.is_over:
            return False
        return demoted.state in (StepState.DONE, StepState.ACCEPTED)

    @property
    def retires_secondary(self) -> bool:
        """Whether it disables a secondary: what a primary took in alone is kept by a snapshot."""
        return self.play is Play.RETIRE and self.of(Action.SNAPSHOT) is None

    @property
    def follows(self) -> str:
        """The cluster that is primary when all is done: the one that secondaries are led to."""
        return self.target if self.of(Action.PROMOTE) is not None else self.source
