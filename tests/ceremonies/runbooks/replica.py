"""A replica that does what is owed, and takes over what another left."""

from __future__ import annotations

from dataclasses import replace

from ceremonies.ceremony import Ceremony
from ceremonies.decide import Terms
from ceremonies.events import (
    Abandoned,
    Action,
    ActivationIssued,
    ActivationSpent,
    Adopted,
    AttemptCompleted,
    AttemptOpened,
    Intended,
    Kind,
    Promoted,
    PromotionAccepted,
    PromotionRefused,
    SecondaryLeaves,
    StepAccepted,
    StepDone,
    StepHandedOut,
    StepRefused,
    TokenDeleted,
)
from ceremonies.owed import Debt, Note, Overdue, Owed, StepDebt, Work, owed
from ceremonies.runbook import Runbook, Step
from ceremonies.steps import Do, promotion_of
from tests.ceremonies.runbooks.record import CLEAR, INTENT, Record


class Replica(Record):
    """What it does to the clusters and what it writes down are two things."""

    def turn(self) -> bool:
        """Do one thing that is owed; return whether anything was."""
        for due in owed(self.state, self.terms, now=self.now):
            if self._cannot_be_asked(due):
                continue
            if isinstance(due, StepDebt) and self._waits_for_people(due):
                continue
            match due:
                case Overdue(intent=intent):
                    self._adopts(intent)
                case StepDebt():
                    self._steps(due)
                case Debt():
                    self._works(due)
                case Note(events=events):
                    self.happens(*events)
            return True
        return False

    def _cannot_be_asked(self, due: Owed) -> bool:
        """Whether a cluster that this needs is away."""
        del due
        return False

    def _works(self, due: Debt) -> None:
        c = self.state.find(due.ceremony)
        assert c is not None
        match due.work:
            case Work.OPEN_ATTEMPT:
                self.happens(_opened(c, self.terms, self.now), _completed(c))
            case Work.PROMOTE:
                intent = self.intends(Kind.PROMOTE, c.cluster, ceremony=c.id)
                self._promotes(c.cluster)
                self.outcome(PromotionAccepted(ceremony=c.id, effect=intent.effect))
            case Work.CONFIRM:
                assert self.truth.role[c.cluster] == "primary"
                self.happens(Promoted(ceremony=c.id, evidence=replace(CLEAR, target=c.cluster)))
            case Work.DELETE_TOKEN:
                self.happens(TokenDeleted(ceremony=c.id, effect=""))
            case Work.END_ATTEMPT:
                raise AssertionError("no attempt is left behind in this world")

    def _promotes(self, cluster: str) -> None:
        assert self.truth.role[cluster] == "secondary"
        self.truth.role[cluster] = "primary"
        self.truth.took[f"promote {cluster}"] += 1

    def _waits_for_people(self, due: StepDebt) -> bool:
        """Whether a step that people do is looked at, and they have not done it."""
        r = self.state.find_runbook(due.runbook)
        step = r.step(due.step) if r else None
        if r is None or step is None or due.do is not Do.CONFIRM or not step.by_hand:
            return False
        self._notes_leaver(r, step)
        return not self._holds(r, step)

    def _notes_leaver(self, r: Runbook, step: Step) -> None:
        known = f"{step.cluster}-old"
        leaves = step.action is Action.DISABLE and r.retires_secondary and not step.leaves
        if leaves and not self._holds(r, step):
            who = {"runbook": r.id, "step": step.id}
            self.happens(SecondaryLeaves(**who, secondary_id=known))

    def _steps(self, due: StepDebt) -> None:
        r = self.state.find_runbook(due.runbook)
        step = r.step(due.step) if r else None
        assert r is not None
        assert step is not None
        who = {"runbook": r.id, "step": step.id}
        match due.do:
            case Do.ACTIVATE:
                intent = self.intends(Kind.ACTIVATE, due.cluster, **who)
                self.truth.ids.add(intent.nonce)
                self.outcome(_issued(intent, self.now, r))
            case Do.REVOKE:
                self.truth.ids.discard(due.name)
                self.happens(ActivationSpent(**who, secondary_id=due.name, revoked=True))
            case Do.READ:
                self.happens(StepDone(**who, words="read"))
            case Do.CONFIRM:
                assert self._holds(r, step)
                self.happens(StepDone(**who, words="seen"))
            case Do.HAND_OUT:
                c = promotion_of(self.state, r)
                assert c is not None
                assert c.request is not None
                self.happens(StepHandedOut(**who, request=c.request.at))
            case Do.ORDER:
                self._orders(r, step)

    def _orders(self, r: Runbook, step: Step) -> None:
        who = {"runbook": r.id, "step": step.id}
        if self._holds(r, step):
            self.happens(StepDone(**who, words="seen"))
            return
        self._notes_leaver(r, step)
        intent = self.intends(Kind(step.action.value), step.cluster, **who)
        self._done_to(r, step)
        if step.action is Action.SNAPSHOT:
            self.outcome(StepDone(**who, effect=intent.effect, words="taken"))
        else:
            self.outcome(StepAccepted(**who, effect=intent.effect))

    def _done_to(self, r: Runbook, step: Step) -> None:
        truth = self.truth
        truth.took[f"{step.action} {step.cluster}"] += 1
        match step.action:
            case Action.DEMOTE:
                assert truth.role[step.cluster] == "primary"
                truth.role[step.cluster] = "secondary"
                truth.follows.pop(step.cluster, None)
            case Action.DISABLE:
                truth.role[step.cluster] = "disabled"
            case Action.ENABLE_PRIMARY:
                truth.role[step.cluster] = "primary"
            case Action.UPDATE_PRIMARY | Action.ENABLE_SECONDARY:
                assert step.activation is not None
                assert step.activation.secondary_id in truth.ids, "an id that was revoked"
                truth.role[step.cluster] = "secondary"
                truth.follows[step.cluster] = r.follows
            case _:
                pass

    def _holds(self, r: Runbook, step: Step) -> bool:
        role = self.truth.role[step.cluster]
        match step.action:
            case Action.DEMOTE:
                return role == "secondary"
            case Action.DISABLE:
                return role == "disabled"
            case Action.ENABLE_PRIMARY:
                return role == "primary"
            case Action.UPDATE_PRIMARY | Action.ENABLE_SECONDARY:
                return role == "secondary" and self.truth.follows.get(step.cluster) == r.follows
            case _:
                return False

    def _adopts(self, intent: Intended) -> None:
        self.happens(Adopted(effect=intent.effect, replica="r2", until=self.now + INTENT))
        if intent.kind is Kind.PROMOTE:
            self._settles_promotion(intent)
            return
        r = self.state.find_runbook(intent.runbook)
        step = r.step(intent.step) if r else None
        assert r is not None
        assert step is not None
        who = {"runbook": r.id, "step": step.id, "effect": intent.effect}
        if intent.kind is Kind.ACTIVATE:
            self.happens(ActivationSpent(**who, secondary_id=intent.nonce))
        elif intent.kind is Kind.SNAPSHOT:
            self.happens(Abandoned(effect=intent.effect, why="not finished"))
        elif self._holds(r, step):
            self.happens(StepAccepted(**who, seen=True))
        else:
            joins = step.activation is not None
            spent = step.activation.secondary_id if step.activation else ""
            lost = [ActivationSpent(runbook=r.id, step=step.id, secondary_id=spent)] * joins
            self.happens(
                *lost, StepRefused(**who, problem="not-taken", words="not taken", again=joins)
            )

    def _settles_promotion(self, intent: Intended) -> None:
        c = self.state.find(intent.ceremony)
        assert c is not None
        if self.truth.role[c.cluster] == "primary":
            self.happens(PromotionAccepted(ceremony=c.id, effect=intent.effect, seen=True))
        else:
            refused = PromotionRefused(
                ceremony=c.id, effect=intent.effect, problem="lost", words="lost", again=True
            )
            self.happens(refused)


def _opened(c: Ceremony, terms: Terms, now: int) -> AttemptOpened:
    deadline = terms.deadline_of(c, now=now)
    return AttemptOpened(
        ceremony=c.id, effect="", nonce=f"n-{c.id}", required=3, node="n", deadline=deadline
    )


def _completed(c: Ceremony) -> AttemptCompleted:
    return AttemptCompleted(ceremony=c.id, effect="")


def _issued(intent: Intended, now: int, r: Runbook) -> ActivationIssued:
    return ActivationIssued(
        runbook=intent.runbook,
        step=intent.step,
        effect=intent.effect,
        secondary_id=intent.nonce,
        until=now + 1_800_000,
        primary=r.follows,
        primary_address="https://vault.example:8200",
    )
