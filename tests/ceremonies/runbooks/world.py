"""A world of clusters in memory, and replicas that do what is owed in it until they are stopped.

What a replica does to the world and what it writes down of it are two things: it may be stopped
in between, as a process that is killed is.
"""

from __future__ import annotations

import copy
from collections import Counter
from dataclasses import dataclass, field, replace

from ceremonies.ceremony import Ceremony
from ceremonies.commands import (
    Approve,
    ApproveStep,
    Command,
    ContinueStep,
    FinishStep,
    Fresh,
    Refusal,
    RequestPromotion,
    RequestStep,
    RunbookCommand,
    StartRunbook,
)
from ceremonies.decide import Terms, decide, decide_runbook
from ceremonies.events import (
    Abandoned,
    Action,
    ActivationIssued,
    ActivationSpent,
    Adopted,
    AttemptCompleted,
    AttemptOpened,
    Event,
    Guard,
    Intended,
    Kind,
    Play,
    Promoted,
    PromotionAccepted,
    PromotionRefused,
    StepAccepted,
    StepDone,
    StepRefused,
    TokenDeleted,
)
from ceremonies.evidence import Evidence
from ceremonies.fold import fold
from ceremonies.owed import Debt, Note, Overdue, StepDebt, Work, owed
from ceremonies.plans import plan
from ceremonies.runbook import Runbook, Step
from ceremonies.state import SetState
from ceremonies.steps import Do
from ceremonies.topology import ReplicationSet
from tests.ceremonies.cast import KIM, ROSTER, SAM, rules

INTENT = 30_000
T0 = 1_780_000_000_000
CLEAR = Evidence(
    at=T0, target="b", target_mode="secondary", target_cluster_id="id", nodes=(), findings=()
)


class Stopped(Exception):
    """The replica is killed at this point."""


@dataclass
class Truth:
    """What the clusters are, and what they took: `role` and whom each follows."""

    role: dict[str, str]
    follows: dict[str, str] = field(default_factory=dict)
    took: Counter[str] = field(default_factory=Counter)
    ids: set[str] = field(default_factory=set)

    @property
    def primaries(self) -> list[str]:
        """Every cluster that is primary; two of them is the worst that can be."""
        return [name for name, role in self.role.items() if role == "primary"]


@dataclass
class World:
    """The truth, one log about it, and the clock."""

    truth: Truth
    terms: Terms = field(default_factory=lambda: Terms(rules=served(), roster=ROSTER))
    state: SetState = field(default_factory=lambda: SetState(name="payments"))
    now: int = T0
    log: list[tuple[int, tuple[Event, ...]]] = field(default_factory=list)
    ids: int = 0
    stops_after: int = 10**9  # entries
    stops_before_outcome: bool = False
    always_two: bool = False

    # -- the log -------------------------------------------------------------------------------

    def happens(self, *events: Event) -> None:
        """Append one entry, unless the replica is killed before."""
        if len(self.log) >= self.stops_after:
            raise Stopped
        self.log.append((self.now, events))
        self.state = folded(self.state, self.now, events)
        self.always_two |= len(self.truth.primaries) > 1

    def fresh(self) -> Fresh:
        """Return ids that were not used before."""
        self.ids += 1
        n = f"{self.ids}.{len(self.log)}"
        return Fresh(
            ceremony=f"c{n}", effect=f"e{n}", replica="r", until=self.now + INTENT, runbook=f"r{n}"
        )

    def asks(self, wish: Command | RunbookCommand) -> list[Event] | Refusal:
        """Decide a person's wish; what follows is in the log."""
        rule = decide_runbook if isinstance(wish, RunbookCommand) else decide
        answer = rule(self.state, wish, now=self.now, terms=self.terms, fresh=self.fresh())  # type: ignore[arg-type]
        if not isinstance(answer, Refusal):
            self.happens(*answer)
        return answer

    # -- people and replicas ---------------------------------------------------------------------

    def begins(self, play: Play, *, target: str, source: str, secondaries: tuple[str, ...]) -> None:
        """Sam begins a runbook."""
        steps = plan(play, self.terms.rules, target=target, source=source, secondaries=secondaries)
        wish = StartRunbook(
            by=SAM,
            play=play,
            target=target,
            source=source,
            reason="fire",
            steps=steps,
            evidence=replace(CLEAR, target=target),
        )
        assert not isinstance(self.asks(wish), Refusal)

    def goes_on(self, *, turns: int = 400) -> None:
        """Replicas do what is owed, people what is asked of them, until nothing is left."""
        for _ in range(turns):
            if not self.turn() and not self._people():
                if self.state.runbook is None and not self.state.intents:
                    return
                self.now += 5_000
        raise AssertionError(f"it does not end: {self.state.runbook}")

    def turn(self) -> bool:
        """Do one thing that is owed; return whether anything was."""
        for due in owed(self.state, self.terms, now=self.now):
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

    def _people(self) -> bool:
        r = self.state.runbook
        for step in r.at_hand if r else ():
            assert r is not None
            if self._wants(r, step):
                return True
        c = self._gathering()
        return c is not None and self.approves(c)

    def _wants(self, r: Runbook, step: Step) -> bool:
        who = {"runbook": r.id, "step": step.id}
        evidence = replace(CLEAR, target=step.cluster)
        if step.guard is Guard.HANDS:
            return self._took(FinishStep(**who, by=SAM))
        if step.guard is Guard.TYPED and step.request is None:
            return self._took(RequestStep(**who, by=SAM, reason="fire", evidence=evidence))
        if step.guard is Guard.TYPED and step.request and not step.approvals:
            return self._took(ApproveStep(**who, by=KIM, asked_at=step.request.at))
        return self._took(ContinueStep(**who, by=SAM, evidence=evidence))

    def _took(self, wish: RunbookCommand) -> bool:
        return not isinstance(self.asks(wish), Refusal)

    def _gathering(self) -> Ceremony | None:
        r = self.state.runbook
        held = [c for c in self.state.open_ceremonies if r and c.runbook == r.id]
        return next((c for c in held if c.purpose == "promote"), None)

    def approves(self, c: Ceremony) -> bool:
        """Sam asks for the promotion, or Kim agrees to it; return whether anything followed."""
        if c.request is None:
            evidence = replace(CLEAR, target=c.cluster)
            wish = RequestPromotion(ceremony=c.id, by=SAM, reason="fire", evidence=evidence)
            return not isinstance(self.asks(wish), Refusal)
        wish_to = Approve(ceremony=c.id, by=KIM)
        return not isinstance(self.asks(wish_to), Refusal)

    # -- effects ---------------------------------------------------------------------------------

    def _intends(self, kind: Kind, lane: str, **more: str) -> Intended:
        fresh = self.fresh()
        intent = Intended(
            effect=fresh.effect,
            kind=kind,
            lane=lane,
            replica=fresh.replica,
            until=fresh.until,
            nonce=f"{lane}-{fresh.effect}",
            **more,
        )
        self.happens(intent)
        if not self.stops_before_outcome and len(self.log) >= self.stops_after:
            raise Stopped
        return intent

    def _works(self, due: Debt) -> None:
        c = self.state.find(due.ceremony)
        assert c is not None
        match due.work:
            case Work.OPEN_ATTEMPT:
                self.happens(_opened(c, self.terms, self.now), _completed(c))
            case Work.PROMOTE:
                intent = self._intends(Kind.PROMOTE, c.cluster, ceremony=c.id)
                self._promotes(c.cluster)
                self._outcome(PromotionAccepted(ceremony=c.id, effect=intent.effect))
            case Work.CONFIRM:
                assert self.truth.role[c.cluster] == "primary"
                self.happens(Promoted(ceremony=c.id, evidence=replace(CLEAR, target=c.cluster)))
            case Work.DELETE_TOKEN:
                self.happens(TokenDeleted(ceremony=c.id, effect=""))
            case Work.END_ATTEMPT:
                raise AssertionError("no attempt is left behind in this world")

    def _outcome(self, *events: Event) -> None:
        """Vault has done it; a replica that is killed here writes nothing down."""
        self.happens(*events)

    def _promotes(self, cluster: str) -> None:
        assert self.truth.role[cluster] == "secondary"
        self.truth.role[cluster] = "primary"
        self.truth.took[f"promote {cluster}"] += 1

    def _steps(self, due: StepDebt) -> None:
        r = self.state.find_runbook(due.runbook)
        step = r.step(due.step) if r else None
        assert r is not None
        assert step is not None
        who = {"runbook": r.id, "step": step.id}
        match due.do:
            case Do.ACTIVATE:
                intent = self._intends(Kind.ACTIVATE, due.cluster, **who)
                self.truth.ids.add(intent.nonce)
                self._outcome(_issued(intent, self.now, r))
            case Do.REVOKE:
                self.truth.ids.discard(due.name)
                self.happens(ActivationSpent(**who, secondary_id=due.name, revoked=True))
            case Do.READ:
                self.happens(StepDone(**who, words="read"))
            case Do.CONFIRM:
                assert self._holds(r, step)
                self.happens(StepDone(**who, words="seen"))
            case Do.ORDER:
                self._orders(r, step)

    def _orders(self, r: Runbook, step: Step) -> None:
        who = {"runbook": r.id, "step": step.id}
        if self._holds(r, step):
            self.happens(StepDone(**who, words="seen"))
            return
        intent = self._intends(Kind(step.action.value), step.cluster, **who)
        self._done_to(r, step)
        if step.action is Action.SNAPSHOT:
            self._outcome(StepDone(**who, effect=intent.effect, words="taken"))
        else:
            self._outcome(StepAccepted(**who, effect=intent.effect))

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

    # -- taking over -----------------------------------------------------------------------------

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

    def cut(self, entries: int) -> World:
        """Return a world whose log ends after so many entries; it is later, others go on."""
        world = World(truth=copy.deepcopy(self.truth), ids=self.ids + 1000)
        for at, events in self.log[:entries]:
            world.log.append((at, events))
            world.state = folded(world.state, at, events)
        world.now = world.log[-1][0] + INTENT + 1000
        return world


def served() -> ReplicationSet:
    """Return the rules of a set with a canary and a checklist."""
    return replace(rules(), canary_path="kv/canary", client_checklist=("DNS",))


def folded(state: SetState, at: int, events: tuple[Event, ...]) -> SetState:
    """Return the state after one more entry."""
    n = state.n + 1
    return fold(state, n=n, head=f"{n:064x}", at=at, cause=None, events=events)


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
