"""What is played while replicas are killed: runbooks, what comes before each, and its proof."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lab.enterprise import ReplicationRange
from lab.stage import Stage
from tests.e2e.plays import cast_off, hand_over, held, part, write

Deed = Callable[[Stage], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One runbook: `before` it clients write, and clusters die or come back.

    When it is done, clients write on `primary`; it and its `followers` hold all `letters` then.
    """

    play: str
    cluster: str
    before: Deed
    primary: str
    followers: tuple[str, ...]
    letters: tuple[str, ...]

    @property
    def words(self) -> str:
        """What Sam types after `/dr run payments`."""
        return f"{self.play} cluster={self.cluster} reason=chaos"

    def misses(self, stage: Stage) -> str:
        """Return what is not as the runbook promises; empty: all is well."""
        write(stage, self.primary, f"after-{self.play}")
        for follower in self.followers:
            stage.vaults.replicate(follower)
        wanted = {*self.letters, f"after-{self.play}"}
        for cluster in (self.primary, *self.followers):
            found = held(stage, cluster)
            if found != wanted:
                return f"{cluster} holds {sorted(found)}, not {sorted(wanted)}"
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Acts on the same clusters, one after the other; `given` is how those stand before."""

    acts: tuple[Act, ...]
    given: Callable[[ReplicationRange], None] = lambda _: None

    @property
    def plays(self) -> tuple[str, ...]:
        """The names of its runbooks."""
        return tuple(act.play for act in self.acts)


def _writes(cluster: str, name: str, *followers: str) -> Deed:
    def deed(stage: Stage) -> None:
        write(stage, cluster, name)
        for follower in followers:
            stage.vaults.replicate(follower)

    return deed


def _the_primary_dies(stage: Stage) -> None:
    _writes("a", "first", "b")(stage)
    stage.vaults["a"].kill()


def _the_old_one_comes_back(stage: Stage) -> None:
    write(stage, "b", "second")
    stage.vaults["a"].revive()
    write(stage, "a", "stray")


_FAILOVER = Act(
    play="failover",
    cluster="b",
    before=_the_primary_dies,
    primary="b",
    followers=(),
    letters=("first",),
)
_REJOIN = Act(
    play="rejoin",
    cluster="a",
    before=_the_old_one_comes_back,
    primary="b",
    followers=("a",),
    letters=("first", "after-failover", "second"),
)
_RETIRE = Act(
    play="retire",
    cluster="a",
    before=_the_old_one_comes_back,
    primary="b",
    followers=(),
    letters=("first", "after-failover", "second"),
)
_PLANNED = Act(
    play="planned-failover",
    cluster="b",
    before=_writes("a", "first", "b"),
    primary="b",
    followers=("a",),
    letters=("first",),
)
_FAILBACK = Act(
    play="failback",
    cluster="a",
    before=_writes("b", "abroad", "a"),
    primary="a",
    followers=("b",),
    letters=("abroad",),
)
_SETUP = Act(
    play="setup",
    cluster="b",
    before=_writes("b", "wiped"),
    primary="a",
    followers=("b",),
    letters=(),
)
_REPOINT = Act(
    play="repoint",
    cluster="b",
    before=_writes("a", "missed"),
    primary="a",
    followers=("b",),
    letters=("missed",),
)
STORIES = (
    Story(acts=(_PLANNED,)),
    Story(acts=(_FAILBACK,), given=hand_over),
    Story(acts=(_FAILOVER, _REJOIN)),
    Story(acts=(_FAILOVER, _RETIRE)),
    Story(acts=(_SETUP,), given=part),
    Story(acts=(_REPOINT,), given=cast_off),
)
PLAYS = tuple(dict.fromkeys(play for story in STORIES for play in story.plays))
