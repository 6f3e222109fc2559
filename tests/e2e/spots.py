"""Where in a ceremony something may break: the request to Vault by which each effect is done."""

from __future__ import annotations

from dataclasses import dataclass

from lab.enterprise import CutAfter, CutBefore, Fault, KillAfter, KillBefore
from lab.stage import Bot, Stage
from tests.e2e.traces import ATTEMPT, DELETE_TOKEN, PROMOTE, UPDATE

# An intent lasts 30 s, and a killed replica's effect is adopted after it; these tests cannot wait.
SOON = {"CONCLAVE_LAB_INTENT_SECONDS": "6"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """The `nth` request of this method whose path matches."""

    path: str
    method: str | None = None
    nth: int = 1
    cluster: str = "b"

    def fault(self, effect: KillBefore | KillAfter | CutBefore | CutAfter) -> Fault:
        """Return the fault that meets this request."""
        return Fault(
            effect=effect, path=self.path, method=self.method, nth=self.nth, cluster=self.cluster
        )


START = Spot(path=ATTEMPT, method="PUT")
SHARE = Spot(path=UPDATE)
LAST_SHARE = Spot(path=UPDATE, nth=3)
PROMOTION = Spot(path=PROMOTE)
DELETION = Spot(path=DELETE_TOKEN)
CANCELLING = Spot(path=ATTEMPT, method="DELETE")


def kill_before(stage: Stage, spot: Spot) -> Fault:
    """Let the replica die that comes there; Vault never sees its request."""
    return stage.vaults.inject(spot.fault(KillBefore(pids(stage))))


def kill_after(stage: Stage, spot: Spot) -> Fault:
    """Let the replica die that comes there, when Vault has done what it asked."""
    return stage.vaults.inject(spot.fault(KillAfter(pids(stage))))


def cut_before(stage: Stage, spot: Spot) -> Fault:
    """Cut the connection there; Vault never sees the request."""
    return stage.vaults.inject(spot.fault(CutBefore()))


def cut_after(stage: Stage, spot: Spot) -> Fault:
    """Let Vault do what it is asked there, and cut the connection instead of a reply."""
    return stage.vaults.inject(spot.fault(CutAfter()))


def pids(stage: Stage) -> tuple[int, ...]:
    """Return the process ids of the replicas that live."""
    return tuple(bot.pid for bot in living(stage))


def living(stage: Stage) -> list[Bot]:
    """Return the replicas that live."""
    return [bot for bot in stage.bots if bot.child.running]
