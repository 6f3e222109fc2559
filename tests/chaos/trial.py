"""One trial: a ceremony in which a replica is killed at one effect, and what it came to."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from lab.stage import Stage
from tests.chaos.crew import Crew
from tests.e2e import spots
from tests.e2e.spots import Spot, living
from tests.e2e.traces import ATTEMPT, DELETE_TOKEN, PROMOTE, UPDATE, entries, took

WITHIN_S = 90.0
REPLICAS = 2
SPOTS: Mapping[str, Spot] = {
    "start": spots.START,
    "share": spots.SHARE,
    "last share": spots.LAST_SHARE,
    "promote": spots.PROMOTION,
    "delete": spots.DELETION,
    "cancel": spots.CANCELLING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Where the replica is killed: at which effect, before or after Vault did it."""

    effect: str
    after: bool

    @property
    def name(self) -> str:
        """The plan in words."""
        return f"{self.effect}, {'after' if self.after else 'before'} Vault"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a trial came to. `twice`, `again`, `untold` and `orphans` count what should not be."""

    plan: Plan
    ended: bool
    killed: bool
    seconds: float
    twice: int
    again: int
    untold: int
    orphans: int
    card: str

    @property
    def is_well(self) -> bool:
        """Whether nothing happened that may not."""
        return self.ended and self.killed and not (self.twice or self.again or self.untold)

    def __str__(self) -> str:
        """Return a line, and where it is not well, all that was found."""
        how = "well" if self.is_well else f"NOT WELL: {self!r}"
        return f"{self.seconds:5.1f} s  killed at {self.plan.name}: {how}"


def hold(stage: Stage, plan: Plan, *, disturbed: AbstractContextManager[None]) -> Found:
    """Hold a disturbed ceremony on two living replicas; before it new ones replace the dead."""
    _stand_by(stage)
    stage.vaults.reset()
    stage.vaults["a"].kill()
    before, posted = len(entries(stage)), _posts(stage)
    kill = spots.kill_after if plan.after else spots.kill_before
    fault = kill(stage, SPOTS[plan.effect])
    crew = Crew(stage)
    begun = time.monotonic()
    with disturbed:
        ended, card = crew.holds(cancels=plan.effect == "cancel", within=WITHIN_S)
    seconds = time.monotonic() - begun
    crew.leaves()
    told = [event for entry in entries(stage)[before:] for event in entry["events"]]
    count = Counter(event["type"] for event in told)
    lost = sum(e["type"] == "attempt_lost" and e["cause"] == "last-reply-lost" for e in told)
    counted = count["share_accepted"] + lost
    reached = took(stage, UPDATE)
    return Found(
        plan=plan,
        ended=ended,
        killed=fault.fired == 1,
        seconds=seconds,
        twice=_twice(stage, told, count),
        again=max(0, reached - counted),
        untold=int(plan == Plan(effect="last share", after=True) and not lost),
        orphans=_posts(stage) - posted - sum(len(e["posted"]) for e in told if "posted" in e),
        card=card,
    )


def _twice(stage: Stage, told: Sequence[Mapping[str, Any]], count: Counter[str]) -> int:
    """Return how many changes Vault accepted for which the log knows no effect of their own."""
    lost = {e["nonce"] for e in told if e["type"] == "foreign_attempt_found" and e["probably_ours"]}
    allowed = (
        (ATTEMPT, "PUT", count["attempt_opened"] + len(lost)),
        (ATTEMPT, "DELETE", count["attempt_cancelled"]),
        (PROMOTE, "POST", min(1, count["promotion_requested"])),
        (DELETE_TOKEN, "POST", count["attempt_completed"]),
    )
    return sum(max(0, took(stage, path, method) - most) for path, method, most in allowed)


def _posts(stage: Stage) -> int:
    return sum(not call.error for call in stage.chat.calls("chat.postMessage"))


def _stand_by(stage: Stage) -> None:
    while len(living(stage)) < REPLICAS:
        stage.add_bot().waits_until_ready()
    stage.chat.wait_for_connections(REPLICAS)
