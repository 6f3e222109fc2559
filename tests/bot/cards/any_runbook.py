"""Runbooks that no log may ever lead to, for properties: many clusters, every step at its worst."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from hypothesis import strategies as st

from ceremonies.ceremony import Approval, Request
from ceremonies.events import Guard, PlannedStep, Play
from ceremonies.evidence import Check, Evidence, Finding, Level
from ceremonies.plans import plan
from ceremonies.roster import KeyHolder
from ceremonies.runbook import Activation, Runbook, RunbookEnding, Step, StepState
from ceremonies.state import SetState
from ceremonies.topology import Cluster, ReplicationSet
from tests.bot.cards.anything import WORST, people, times, typed

_HANDS = ("demote", "disable", "enable-primary", "enable-secondary", "update-primary")
_LETTERS = 32  # the longest name that a configuration may give


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """A set, and one runbook in it."""

    rules: ReplicationSet
    state: SetState

    def __repr__(self) -> str:
        """Return which runbook it is: the whole would be some 100 kB."""
        r = self.runbook
        steps = " ".join(f"{step.action}={step.state}" for step in r.steps)
        return f"<{r.play} of {len(self.rules.clusters)} clusters, {r.ending}: {steps}>"[:600]

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:  # noqa: ANN401, FBT001 — Hypothesis's
        printer.text(repr(self))

    @property
    def runbook(self) -> Runbook:
        """The runbook."""
        return self.state.runbooks[0]


def _cluster(number: int) -> Cluster:
    name = f"{number}-".ljust(_LETTERS, "c")
    nodes = tuple(f"https://{name}-{node}.{'n' * 200}.example:8200" for node in range(5))
    return Cluster(name=name, address=nodes[0], nodes=nodes)


def rules_of(clusters: int, hands: tuple[str, ...] = ()) -> ReplicationSet:
    """Return a set of so many clusters with long names, many nodes and a long checklist."""
    return ReplicationSet(
        name="p" * _LETTERS,
        clusters=tuple(_cluster(number) for number in range(clusters)),
        key_holders=(KeyHolder(slack="U0ADA"),),
        incident_channel="C0INCIDENT",
        canary_path="kv/" + "k" * 500,
        client_checklist=("<!channel> it's burning & worse; " * 20,) * 30,
        hands=hands,
    )


activations = st.builds(
    Activation, secondary_id=typed, until=times, primary=st.just("a"), primary_address=typed
)
EVIDENCE = Evidence(
    at=1,
    target="b",
    target_mode="secondary",
    target_cluster_id=None,
    nodes=(),
    findings=tuple(
        Finding(check=check, level=level, words=WORST[1]) for check in Check for level in Level
    ),
)
_NAMES = ("`$(x)`&&&&" * 6, "<!channel>", "```", *("n" * 63 + chr(64 + n) for n in range(37)))
names = st.integers(0, len(_NAMES)).map(lambda n: _NAMES[:n])
conditions = st.fixed_dictionaries(
    {
        "state": st.sampled_from(StepState),
        "words": typed,
        "wanted_at": times,
        "accepted_at": times,
        "done_at": times,
        "done_by": st.just("") | people,
        "refused_at": times,
        "lacks_right": st.booleans(),
        "slow": st.booleans(),
        "request": st.none()
        | st.builds(Request, by=people, at=times, reason=typed, evidence=st.just(EVIDENCE)),
        "approvals": st.sampled_from([(), tuple(Approval(by=f"U0P{n}", at=1) for n in range(20))]),
        "rejected_by": st.just("") | people,
        "activation": st.none() | activations,
    }
)


def _step(planned: PlannedStep, condition: dict[str, Any]) -> Step:
    given = {one.name: getattr(planned, one.name) for one in fields(planned)}
    lacks_right = condition["lacks_right"] and planned.action.value in _HANDS
    by_hand = planned.by_hand or lacks_right
    return Step(**{**given, **condition, "by_hand": by_hand, "lacks_right": lacks_right})


@st.composite
def crowds(draw: st.DrawFn) -> Crowd:
    """Return a set in the midst of some runbook, or after it."""
    rules = rules_of(draw(st.integers(2, 12)), draw(st.sampled_from([(), _HANDS])))
    target, source, *others = (cluster.name for cluster in rules.clusters)
    play = draw(st.sampled_from(Play))
    planned = plan(
        play,
        rules,
        target=target,
        source=source,
        secondaries=others,
        performance=draw(names),
        target_is_secondary=draw(st.booleans()),
    )
    # As a log would have it: what is over stands first, most of the rest waits.
    over = draw(st.integers(0, len(planned)))
    drawn = draw(st.lists(conditions, min_size=1, max_size=4))  # one for each would take too long
    steps = []
    for at, one in enumerate(planned):
        step = _step(one, drawn[at % len(drawn)])
        if at < over:
            step = replace(step, state=StepState.DONE if at % 5 else StepState.SKIPPED)
        elif one.guard is Guard.HANDS:
            step = replace(step, state=StepState.WAITING)
        steps.append(step)
    runbook = Runbook(
        id="r1",
        play=play,
        target=target,
        source=source,
        reason=draw(typed),
        started_by=draw(people),
        started_at=draw(times),
        evidence=EVIDENCE,
        steps=tuple(steps),
        ending=draw(st.none() | st.sampled_from(RunbookEnding)),
        ended_at=draw(times),
        ended_by=draw(people),
        entry=9,
        head="f" * 64,
    )
    return Crowd(rules=rules, state=SetState(name=rules.name, runbooks=(runbook,)))
