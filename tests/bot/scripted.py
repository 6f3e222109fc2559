"""A conductor that says what a test wrote down, and remembers what it was asked."""

# ruff: noqa: ANN401 — it stands for every method of the conductor

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from ceremonies.commands import Reason, Refusal
from ceremonies.conductor import Done, People, RunbookDone
from ceremonies.conductor.duty import DutyDone
from ceremonies.events import Posted, Unposted
from ceremonies.evidence import Evidence
from ceremonies.roster import Person, Role, Roster
from ceremonies.state import MessageRef, SetState
from lab.process import wait_until
from tests.bot.cards.states import EVIDENCE, HOLDERS, KIM, RULES, SAM

WORKSPACE = "T0CONCLAVE"
_RUNBOOKS = "runbooks"
_DUTY = "duty"

ROSTER = Roster(
    people=(
        Person(slack=SAM, name="Sam", roles=frozenset({Role.INCIDENT_COMMANDER})),
        Person(
            slack=KIM,
            name="Kim",
            roles=frozenset({Role.INCIDENT_COMMANDER, Role.APPROVER, Role.SHIFT_LEAD}),
        ),
        Person(slack="U0AUDIT", name="Audit", roles=frozenset({Role.AUDITOR})),
        *(
            Person(slack=slack, name=slack[2:].title(), roles=frozenset({Role.KEY_HOLDER}))
            for slack in HOLDERS
        ),
    )
)


@dataclass
class Asked:
    """One call: its name and what was handed in."""

    name: str
    given: dict[str, Any] = field(repr=False)


@dataclass
class Part:
    """A part of the conductor: what it is asked is remembered as `glass.approve`."""

    conductor: ScriptedConductor
    name: str

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        act: Callable[..., Any] = getattr(self.conductor, f"{self.name}.{name}")
        return act


@dataclass
class ScriptedConductor:
    """Stands where the conductor stands. `answers` by method: an Answer, or how to come to one."""

    people: People = field(default_factory=lambda: People(roster=ROSTER, sets={RULES.name: RULES}))
    states: dict[str, SetState] = field(default_factory=lambda: {"payments": state_of()})
    answers: dict[str, Any] = field(default_factory=dict)
    evidence: Evidence = EVIDENCE
    asked: list[Asked] = field(default_factory=list)
    causes: set[str] = field(default_factory=set)
    listeners: list[Callable[[str], None]] = field(default_factory=list)
    ahead: int = 0
    workspace: str = WORKSPACE
    _effects: int = 0

    @property
    def sets(self) -> Any:
        """The sets that are served."""
        return self.people.sets

    @property
    def roster(self) -> Roster:
        """Everybody."""
        return self.people.roster

    def now(self) -> int:
        """Return this machine's time, put forward by hand."""
        return int(time.time() * 1000) + self.ahead

    def state(self, set_name: str) -> SetState:
        """Return what the test says."""
        return self.states[set_name]

    def refresh(self, set_name: str) -> SetState:
        """Return the same."""
        self.asked.append(Asked("refresh", {"set_name": set_name}))
        return self.states[set_name]

    def on_change(self, callback: Callable[[str], None]) -> None:
        """Remember whom to tell."""
        self.listeners.append(callback)

    def becomes(self, *ceremonies: Any, **changes: Any) -> None:
        """Let the set be in this state from now on, and tell of it."""
        before = self.states["payments"]
        wanted = {"ceremonies": ceremonies} if ceremonies else {}
        self.states["payments"] = replace(before, n=before.n + 1, **wanted, **changes)
        for listener in self.listeners:
            listener("payments")

    def look(self, set_name: str, *, target: str | None = None) -> Evidence:
        """Return what the clusters are said to have answered."""
        return self._answer("look", {"set_name": set_name, "target": target}, self.evidence)

    def intend_posts(
        self, set_name: str, keys: tuple[str, ...]
    ) -> tuple[str, tuple[str, ...]] | None:
        """Let this replica post whatever stands nowhere."""
        self.asked.append(Asked("intend_posts", {"keys": keys}))
        state = self.states[set_name]
        mine = tuple(k for k in keys if k not in state.messages and k not in state.unposted)
        self._effects += 1
        return (f"effect{self._effects}", mine) if mine else None

    def posts_done(
        self,
        set_name: str,
        effect: str,
        posted: tuple[Posted, ...],
        failed: tuple[Unposted, ...],
    ) -> None:
        """Note where the cards stand."""
        self.asked.append(
            Asked("posts_done", {"effect": effect, "posted": posted, "failed": failed})
        )
        state = self.states[set_name]
        refs = {p.key: MessageRef(channel=p.channel, ts=p.ts) for p in posted}
        problems = {f.key: f.problem for f in failed}
        self.becomes(messages={**state.messages, **refs}, unposted={**state.unposted, **problems})

    def woken(self, set_name: str, upto: int, failed: tuple[str, ...]) -> None:
        """Note who was told."""
        self.asked.append(Asked("woken", {"upto": upto, "failed": failed}))
        left = tuple(alarm for alarm in self.states[set_name].alarms if alarm.n > upto)
        self.becomes(alarms=left, waking_failed=failed)

    @property
    def runbooks(self) -> Part:
        """What people wish of runbooks; `ceremony` is what stands second, the runbook or play."""
        return Part(conductor=self, name=_RUNBOOKS)

    @property
    def glass(self) -> Part:
        """What people say about doing without a token."""
        return Part(conductor=self, name="glass")

    @property
    def force(self) -> Part:
        """What people say about promoting by force."""
        return Part(conductor=self, name="force")

    @property
    def duty(self) -> Part:
        """What people wish of tokens on duty; `ceremony` is what stands second, the token."""
        return Part(conductor=self, name=_DUTY)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)

        def act(*places: str, **given: Any) -> Any:
            named = dict(zip(("set_name", "ceremony", "step"), places, strict=False))
            return self._answer(name, named | given, None)

        return act

    def _answer(self, name: str, given: dict[str, Any], otherwise: Any) -> Any:
        self.asked.append(Asked(name, given))
        cause = given.get("cause")
        answer = self.answers.get(name, otherwise)
        if callable(answer):
            answer = answer(**given)
        if answer is None:
            state = self.states[given["set_name"]]
            if name in (f"{_DUTY}.planned", f"{_DUTY}.problems"):
                return ()
            if name.startswith(_DUTY):
                return DutyDone(state=state, repeated=cause in self.causes)
            if name.startswith(_RUNBOOKS):
                r = state.runbooks[-1] if state.runbooks else None
                return RunbookDone(state=state, runbook=r, repeated=cause in self.causes)
            c = state.find(given.get("ceremony", "")) or state.newest("b")
            answer = Done(state=state, ceremony=c, repeated=cause in self.causes)
        if cause:
            self.causes.add(cause)
        return answer

    def calls(self, name: str) -> list[dict[str, Any]]:
        """Return what this method was asked, oldest first."""
        return [asked.given for asked in self.asked if asked.name == name]

    def waits_for(self, name: str, *, count: int = 1, seconds: float = 10) -> dict[str, Any]:
        """Return what the method was asked last, once it was asked so often."""
        wait_until(
            lambda: len(self.calls(name)) >= count, seconds=seconds, what=f"{name} was asked"
        )
        return self.calls(name)[-1]


def state_of(*ceremonies: Any, **changes: Any) -> SetState:
    """Return the set payments with these ceremonies."""
    fresh = SetState(name="payments", n=5, head="ab" * 32, ceremonies=ceremonies)
    return replace(fresh, **changes)


def no(words: str, reason: Reason = Reason.NOT_NOW) -> Refusal:
    """Return a refusal."""
    return Refusal(reason=reason, words=words)
