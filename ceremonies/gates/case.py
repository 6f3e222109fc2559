"""One promotion to be judged: the survey, the target, the plan, and what all gates derive of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ceremonies.evidence import Check, Finding, Level
from ceremonies.gates.survey import Context, Survey
from ceremonies.vault.views import ClusterView, Mode, NodeView, Reach

_SHOWN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the gates look at."""

    survey: Survey
    target: str
    known_cluster_id: str
    context: Context

    @property
    def ours(self) -> ClusterView:
        """The target's view; one without nodes where it was not looked at."""
        return self.view(self.target) or ClusterView(
            name=self.target, at=self.survey.at / 1000, nodes=()
        )

    @property
    def others(self) -> tuple[ClusterView, ...]:
        """Every other cluster of the set."""
        return tuple(view for view in self.survey.views if view.name != self.target)

    @property
    def is_strict(self) -> bool:
        """Whether there is time: a planned failover before its demotion, so everything must fit."""
        return self.context.planned and not self.context.demoted

    @property
    def source(self) -> str:
        """The cluster that is or last was primary: as named, seen, sampled, or the only other."""
        names = [view.name for view in self.others]
        sample = self.survey.sample
        told = (
            [self.context.source]
            if self.context.source
            else [
                one_of([view.name for view in self.others if says(view, Mode.PRIMARY)]),
                sample.primary if sample else "",
                one_of(names),
            ]
        )
        return next((name for name in told if name and name in names), "")

    @property
    def source_view(self) -> ClusterView | None:
        """The view of that cluster."""
        return self.view(self.source)

    def view(self, name: str) -> ClusterView | None:
        """Return the view of this cluster, or None."""
        return next((view for view in self.survey.views if view.name == name), None)

    # -- findings --------------------------------------------------------------------------------

    def passes(self, check: Check, words: str) -> Finding:
        """Return that this is as it should be."""
        return Finding(check=check, level=Level.PASS, words=words)

    def warns(self, check: Check, words: str, *, cause: str = "") -> Finding:
        """Return that somebody should look at this."""
        return Finding(check=check, level=Level.WARN, words=words, cause=cause)

    def unknown(self, check: Check, words: str) -> Finding:
        """Return that this is not told."""
        return Finding(check=check, level=Level.UNKNOWN, words=words)

    def blocks(self, check: Check, words: str, *, cause: str = "", final: bool = False) -> Finding:
        """Return that this forbids the promotion; in a planned one nothing may be overridden."""
        return Finding(
            check=check,
            level=Level.BLOCK,
            words=words,
            cause=cause,
            final=final or self.is_strict,
        )

    def hinders(self, check: Check, words: str, *, cause: str = "") -> Finding:
        """Return a warning in an emergency, a block where there is time."""
        if self.is_strict:
            return self.blocks(check, words, cause=cause)
        return self.warns(check, words, cause=cause)


def one_of(names: Sequence[str]) -> str:
    """Return the only one of these, or nothing."""
    return names[0] if len(names) == 1 else ""


def awake(view: ClusterView) -> tuple[NodeView, ...]:
    """Return the nodes that answer and are not sealed."""
    return tuple(node for node in view.nodes if node.reached is Reach.ANSWERED and not node.sealed)


def says(view: ClusterView, mode: Mode) -> bool:
    """Return whether any node says that it is this."""
    return any(node.mode is mode for node in view.nodes)


def listed(names: Iterable[str]) -> str:
    """Return names with commas between; many are shortened to a number."""
    all_names = list(dict.fromkeys(names))
    more = len(all_names) - _SHOWN
    shown = ", ".join(all_names[:_SHOWN])
    return f"{shown} and {more} more" if more > 0 else shown


def lasting(ms: int) -> str:
    """Return a duration as people say it."""
    seconds = max(0, ms) // 1000
    for unit, size, least in (("days", 86_400, 2), ("h", 3600, 2), ("min", 60, 2)):
        if seconds >= least * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
