"""One log about the clusters, in memory, and the truth beside it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from ceremonies.commands import (
    Command,
    Fresh,
    Refusal,
    RunbookCommand,
)
from ceremonies.decide import Terms, decide, decide_runbook
from ceremonies.events import (
    Event,
    Intended,
    Kind,
)
from ceremonies.evidence import Evidence
from ceremonies.fold import fold
from ceremonies.state import SetState
from ceremonies.topology import ReplicationSet
from tests.ceremonies.cast import ROSTER, rules

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
class Record:
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

    def intends(self, kind: Kind, lane: str, **more: str) -> Intended:
        """Append an intent; a replica may be killed right after it, before Vault was asked."""
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

    def outcome(self, *events: Event) -> None:
        """Vault has done it; a replica that is killed here writes nothing down."""
        self.happens(*events)


def served() -> ReplicationSet:
    """Return the rules of a set with a canary and a checklist."""
    return replace(rules(), canary_path="kv/canary", client_checklist=("DNS",))


def folded(state: SetState, at: int, events: tuple[Event, ...]) -> SetState:
    """Return the state after one more entry."""
    n = state.n + 1
    return fold(state, n=n, head=f"{n:064x}", at=at, cause=None, events=events)
