"""The world of runbooks on a bad day: replicas die, Vault refuses, people press what they like."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum

from ceremonies.approval import is_approved
from ceremonies.commands import (
    AbortRunbook,
    Approve,
    ApproveStep,
    Cancel,
    ContinueStep,
    FinishStep,
    Refusal,
    Reject,
    RejectStep,
    RequestPromotion,
    RequestStep,
    SkipStep,
    StartRunbook,
)
from ceremonies.decide.going_back import GoBack, go_back
from ceremonies.events import (
    Action,
    Kind,
    Play,
    PromotionBlocked,
    PromotionRefused,
    StepRefused,
    StepSlow,
)
from ceremonies.evidence import Evidence, Finding, Level
from ceremonies.owed import Debt, Overdue, Owed, StepDebt, Work
from ceremonies.plans import plan
from ceremonies.runbook import Runbook, Step, StepState
from ceremonies.steps import is_planned_demotion, is_ready, promotion_of
from tests.ceremonies.cast import SAM
from tests.ceremonies.runbooks.record import CLEAR, Stopped
from tests.ceremonies.runbooks.world import World

BACK_MS = 120_000
ANOTHER = Finding(check="primary", level=Level.BLOCK, words="another cluster answers as primary")
WISHES = (
    "continue",
    "ask",
    "approve",
    "approve what was asked before",
    "reject",
    "skip",
    "finish",
    "abort",
    "go back",
    "ask to promote",
    "agree to promote",
    "refuse to promote",
    "cancel",
)


class Fate(StrEnum):
    """What becomes of the next thing that a replica does."""

    WELL = "well"
    DIES_BEFORE = "dies before Vault"
    DIES_AFTER = "dies after Vault"
    REFUSED = "Vault refuses"
    NO_RIGHT = "the login lacks the right"
    SLOW = "accepted and slow"


@dataclass
class Disorder(World):
    """A world whose replicas meet their fate; what they may never do is asserted as they do it."""

    fate: Fate = Fate.WELL
    joined: set[str] = field(default_factory=set)
    followed_by: dict[str, str] = field(default_factory=dict)
    away: set[str] = field(default_factory=set)

    def _promotes(self, cluster: str) -> None:
        super()._promotes(cluster)
        self.followed_by = {}  # whoever followed the old primary follows nobody

    def _done_to(self, r: Runbook, step: Step) -> None:
        super()._done_to(r, step)
        if step.activation is not None:
            self.joined.add(step.activation.secondary_id)
            self.followed_by[step.cluster] = step.activation.secondary_id
        elif step.action in (Action.DEMOTE, Action.DISABLE):
            self.followed_by.pop(step.cluster, None)

    def moves(self, fate: Fate) -> None:
        """A replica does one thing that is owed, and this becomes of it."""
        self.fate = fate
        if fate in (Fate.DIES_BEFORE, Fate.DIES_AFTER):
            self.stops_after = len(self.log) + 1
            self.stops_before_outcome = fate is Fate.DIES_AFTER
        with suppress(Stopped):
            self.turn()
        self.stops_after = 10**9
        self.fate = Fate.WELL

    def _cannot_be_asked(self, due: Owed) -> bool:
        """Whether a cluster that this needs is away: its nodes, and the primary that it names."""
        match due:
            case Overdue(intent=intent):
                return intent.lane in self.away
            case Debt(cluster=cluster):
                return cluster in self.away
            case StepDebt(cluster=cluster, step=step):
                return bool({cluster, step.rpartition(":")[2]} & self.away)
            case _:
                return False

    # -- replicas ------------------------------------------------------------------------------

    def _works(self, due: Debt) -> None:
        c = self.state.find(due.ceremony)
        assert c is not None
        if due.work is Work.CONFIRM and self.truth.role[c.cluster] != "primary":
            self.now += 1_000  # it looks, and it is not so
            return
        if due.work is Work.PROMOTE:
            r = self.state.find_runbook(c.runbook)
            assert r is not None
            assert not r.demotes_first, "promoted before the demotion was seen done"
            assert is_approved(c, self.terms.rules, now=self.now)
            others = [name for name in self.truth.primaries if name != c.cluster]
            if others or self.truth.role[c.cluster] != "secondary":
                shut = replace(CLEAR, target=c.cluster, findings=(ANOTHER,))
                self.happens(PromotionBlocked(ceremony=c.id, evidence=shut))
                return
            if self.fate is Fate.REFUSED:
                intent = self.intends(Kind.PROMOTE, c.cluster, ceremony=c.id)
                who = {"ceremony": c.id, "effect": intent.effect}
                self.outcome(PromotionRefused(**who, problem="no", words="no", again=False))
                return
        super()._works(due)

    def _orders(self, r: Runbook, step: Step) -> None:
        if is_planned_demotion(r, step):
            c = promotion_of(self.state, r)
            assert c is not None
            assert is_ready(c), "demoted without the token for the promotion"
            assert is_approved(c, self.terms.rules, now=self.now), "demoted without agreement"
        if step.guard == "typed":
            assert step.request is not None
            assert step.approvals, "done by one person alone"
        if self.fate in (Fate.REFUSED, Fate.NO_RIGHT) and not self._holds(r, step):
            lacks = self.fate is Fate.NO_RIGHT and step.action is not Action.SNAPSHOT
            intent = self.intends(Kind(step.action.value), step.cluster, runbook=r.id, step=step.id)
            who = {"runbook": r.id, "step": step.id, "effect": intent.effect}
            self.outcome(StepRefused(**who, problem="no", words="no", by_hand=lacks))
            return
        super()._orders(r, step)
        now = self.state.find_runbook(r.id)
        taken = now.step(step.id) if now else None
        if self.fate is Fate.SLOW and taken and taken.state is StepState.ACCEPTED:
            self.happens(StepSlow(runbook=r.id, step=step.id, words="slow"))

    # -- people --------------------------------------------------------------------------------

    def wishes(self, what: str, by: str, at: int) -> None:
        """Somebody presses something: for the step that is `at` in the plan, if it is for one."""
        r = self.state.runbooks[-1]
        step = r.steps[at % len(r.steps)]
        who = {"runbook": r.id, "step": step.id, "by": by}
        seen = replace(CLEAR, target=step.cluster)
        asked_at = step.request.at if step.request else 0
        c = next((c for c in self.state.open_ceremonies if c.runbook == r.id), None)
        match what:
            case "continue":
                self.asks(ContinueStep(**who, evidence=seen))
            case "ask":
                self.asks(RequestStep(**who, reason="fire", evidence=seen))
            case "approve":
                self.asks(ApproveStep(**who, asked_at=asked_at))
            case "approve what was asked before":
                self.asks(ApproveStep(**who, asked_at=asked_at - 1))
            case "reject":
                self.asks(RejectStep(**who, asked_at=asked_at))
            case "skip":
                self.asks(SkipStep(**who))
            case "finish":
                self.asks(FinishStep(**who))
            case "abort":
                self.asks(AbortRunbook(runbook=r.id, by=by))
            case "go back":
                self._goes_back(r, by)
            case "ask to promote" if c is not None:
                self.asks(self._request(c.id, c.cluster, by))
            case "agree to promote" if c is not None:
                self.asks(Approve(ceremony=c.id, by=by, request=c.request.at if c.request else 0))
            case "refuse to promote" if c is not None:
                self.asks(Reject(ceremony=c.id, by=by, request=c.request.at if c.request else 0))
            case "cancel" if c is not None:
                self.asks(Cancel(ceremony=c.id, by=by))

    def _request(self, ceremony: str, cluster: str, by: str) -> RequestPromotion:
        seen: Evidence = replace(CLEAR, target=cluster)
        return RequestPromotion(ceremony=ceremony, by=by, reason="fire", evidence=seen)

    def _goes_back(self, r: Runbook, by: str) -> None:
        start = self._start(Play.FAILOVER, r.source or r.target, "", by)
        back = GoBack(runbook=r.id, by=by, plan=start, after_ms=BACK_MS)
        answer = go_back(self.state, back, now=self.now, fresh=self.fresh())
        if not isinstance(answer, Refusal):
            self.happens(*answer)

    def begins_what_fits(self, at: int) -> None:
        """Sam begins a runbook that fits what the clusters are."""
        if self.state.runbook is not None:
            return
        primary = next(iter(self.truth.primaries), "")
        others = [name for name, role in self.truth.role.items() if role == "secondary"]
        plays = (
            (Play.FAILOVER,) if not primary else (Play.PLANNED_FAILOVER, Play.REPOINT, Play.RETIRE)
        )
        play, target = plays[at % len(plays)], others[at % len(others)] if others else ""
        if target:
            self.asks(self._start(play, target, primary, SAM))

    def _start(self, play: Play, target: str, source: str, by: str) -> StartRunbook:
        rules = self.terms.rules
        others = [name for name, role in self.truth.role.items() if role == "secondary"]
        steps = plan(play, rules, target=target, source=source, secondaries=others)
        evidence = replace(CLEAR, target=target)
        return StartRunbook(
            by=by,
            play=play,
            target=target,
            source=source,
            reason="x",
            steps=steps,
            evidence=evidence,
        )
