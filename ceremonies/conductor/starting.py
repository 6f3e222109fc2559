"""Starting a ceremony, with the runbook that its token is for."""

from __future__ import annotations

from ceremonies.ceremony import Ceremony
from ceremonies.commands import Reason, Refusal, Start
from ceremonies.conductor.answers import Answer, Done
from ceremonies.conductor.deciding import decided
from ceremonies.conductor.runbooks import PLAY_FOR, planned
from ceremonies.conductor.station import Station
from ceremonies.events import Purpose
from ceremonies.evidence import could_start


def start(
    station: Station,
    *,
    by: str,
    cluster: str | None,
    purpose: Purpose,
    reason: str,
    cause: str,
    use_duty: bool = False,
) -> Answer:
    """Start a ceremony on a secondary, after every node of the set was asked what it is.

    With `use_duty` a token on duty is used instead, if there is one.
    """
    target = cluster or _only_secondary(station)
    if isinstance(target, Refusal):
        return target
    evidence = station.look(target)
    begins = None
    if purpose in PLAY_FOR:
        play = PLAY_FOR[purpose]
        begins = planned(station, play, cluster=target, by=by, reason=reason, evidence=evidence)
    if isinstance(begins, Refusal):
        return begins
    wish = Start(
        by=by,
        cluster=target,
        purpose=purpose,
        reason=reason,
        evidence=evidence,
        plan=begins,
        use_duty=use_duty,
    )
    answer = decided(station, wish, by=by, cause=cause)
    if isinstance(answer, Done):
        newest = answer.state.newest(target)
        return Done(state=answer.state, ceremony=newest, repeated=answer.repeated)
    return answer


def again(station: Station, c: Ceremony, *, by: str, cause: str) -> Answer:
    """Start anew what is over: one that a token on duty was taken for takes it again, if it can."""
    return start(
        station,
        by=by,
        cluster=c.cluster,
        purpose=c.purpose,
        reason=c.reason,
        cause=cause,
        use_duty=bool(c.duty),
    )


def _only_secondary(station: Station) -> str | Refusal:
    names = tuple(station.clients)
    evidence = station.look(names[0])
    fitting = could_start(evidence)
    if len(fitting) == 1:
        return fitting[0]
    words = "Say which cluster with cluster=NAME: " + ", ".join(fitting or names)
    return Refusal(reason=Reason.AMBIGUOUS, words=words, evidence=evidence)
