"""Gates 1 and 5: no other cluster is primary, and nothing else makes one."""

from __future__ import annotations

from collections.abc import Iterable

from ceremonies.evidence import Check, Finding
from ceremonies.gates.case import Case, awake, listed, says
from ceremonies.gates.link import Hears, link
from ceremonies.gates.survey import Vantage
from ceremonies.vault.views import ClusterView, Mode, NodeView, Reach

_SAW_MS = 60_000  # what another replica saw before that says nothing about now
_NOT_PRIMARY = (Mode.SECONDARY, Mode.DISABLED)
_HOW = {
    Reach.REFUSED: " (refuses connections)",
    Reach.TIMED_OUT: " (no answer in time)",
}
_LOOK = "Look from a second place before you agree."


def no_other_primary(case: Case) -> Finding:
    """Return whether another cluster is primary; silence is never taken for death."""
    return _planned(case) if case.is_strict else _unplanned(case)


def only_one_promotion(case: Case) -> Finding:
    """Return whether something else of this set promotes now, by the log."""
    other = case.context.other_promotion
    if not other:
        return case.passes(Check.ALONE, "Nothing else in this set promotes, by the log.")
    words = f"{other} promotes already. Finish it or call it off first."
    return case.blocks(Check.ALONE, words, cause="running", final=True)


def _planned(case: Case) -> Finding:
    source = case.source_view
    if source is None:
        words = "It is not known which cluster is primary now, so there is nothing to demote."
        return case.blocks(Check.PRIMARY, words, cause="no-source")
    strangers = _primaries(view for view in case.others if view.name != source.name)
    if strangers:
        words = f"{_where(strangers)} beside {source.name}: two primaries. Find out which is right."
        return case.blocks(Check.PRIMARY, words, cause=_answers(strangers))
    modes = {node.mode for node in awake(source)}
    leads = any(node.active for node in source.nodes)
    if modes != {Mode.PRIMARY} or not leads:
        words = (
            f"{source.name} does not answer as the one active primary, so it cannot be demoted "
            "in order. If it is gone, this is a failover, not a planned one."
        )
        return case.blocks(Check.PRIMARY, words, cause="source-away")
    rest = [view for view in case.others if view.name != source.name]
    unsure = _unsure(rest)
    if unsure:
        words = (
            f"{unsure} Wait until every cluster says what it is. Is one gone for good? Then take "
            "it out of the configuration and restart Conclave."
        )
        return case.blocks(Check.PRIMARY, words, cause="unsure")
    words = f"{source.name} answers as the one primary. It is demoted before {case.target} rises."
    return case.passes(Check.PRIMARY, words)


def _unplanned(case: Case) -> Finding:
    primaries = _primaries(case.others)
    if primaries:
        return _answering(case, primaries)
    seen = _seen_elsewhere(case)
    if seen:
        who, replica = seen
        words = f"{who} does not answer as primary here, but did for replica {replica}. {_LOOK}"
        return case.blocks(Check.PRIMARY, words, cause=f"seen:{who}")
    unsure = _unsure(case.others)
    heard = link(case.ours.dr, at=case.survey.at)
    if unsure:
        return _silent(case, unsure, heard.hears, heard.words)
    match heard.hears:
        case Hears.YES if case.context.demoted:
            words = f"{case.target} has not noticed yet that its primary was demoted."
            return case.warns(Check.PRIMARY, words, cause="demoted")
        case Hears.YES:
            words = (
                f"No node here answers as primary, yet {case.target} is connected to one "
                f"({heard.words}): a cluster that Conclave does not know. Find it."
            )
            return case.blocks(Check.PRIMARY, words, cause="hears-stranger")
        case Hears.LOST:
            return case.passes(Check.PRIMARY, "No other node answers as primary.")
        case Hears.UNTOLD:
            words = (
                f"No other node answers as primary; {case.target} does not tell whether it "
                "still hears one."
            )
            return case.unknown(Check.PRIMARY, words)


def _answering(case: Case, primaries: dict[str, list[str]]) -> Finding:
    if len(primaries) > 1:
        words = f"{_where(primaries)}: two primaries already. A third one mends nothing."
        return case.blocks(Check.PRIMARY, words, cause=_answers(primaries), final=True)
    advice = (
        "It was demoted: wait until it says so."
        if case.context.demoted
        else "Demote it first: planned-failover does that, in order. Never two primaries."
    )
    return case.blocks(Check.PRIMARY, f"{_where(primaries)}. {advice}", cause=_answers(primaries))


def _silent(case: Case, unsure: str, hears: Hears, how: str) -> Finding:
    """Not every node says that it is no primary; what the target hears of it comes first."""
    if case.context.demoted:
        words = f"{case.source} was demoted by this runbook. {unsure}"
        return case.warns(Check.PRIMARY, words, cause="demoted")
    match hears:
        case Hears.YES:
            words = (
                f"{case.target} still hears its primary ({how}), so it lives and takes writes. Do "
                f"not promote: mend the network, or demote it from where it answers. {unsure}"
            )
            return case.blocks(Check.PRIMARY, words, cause="hears")
        case Hears.LOST:
            words = f"{case.target} has lost its primary too ({how}). {_places(case)} {unsure}"
            return case.warns(Check.PRIMARY, words, cause="lost")
        case Hears.UNTOLD:
            told = f"{case.target} does not tell whether it hears its primary."
            words = f"{told} {_places(case)} {unsure}"
            return case.warns(Check.PRIMARY, words, cause="untold")


def _primaries(views: Iterable[ClusterView]) -> dict[str, list[str]]:
    """Return the addresses that answer as primary, by cluster."""
    return {
        view.name: [node.address for node in view.nodes if node.mode is Mode.PRIMARY]
        for view in views
        if says(view, Mode.PRIMARY)
    }


def _where(primaries: dict[str, list[str]]) -> str:
    return "; ".join(
        f"{name} answers as primary at {listed(nodes)}" for name, nodes in primaries.items()
    )


def _answers(primaries: dict[str, list[str]]) -> str:
    return "answers:" + ",".join(sorted(primaries))


def _seen_elsewhere(case: Case) -> tuple[str, str] | None:
    """Return a cluster that another replica saw as primary, and which replica that was.

    A cluster that says here what it is has spoken for itself.
    """
    unsure = {view.name for view in case.others if _unsure([view])}
    found = ((name, one.replica) for one in _fresh(case) for name in one.primaries)
    return next(((name, who) for name, who in found if name in unsure), None)


def _places(case: Case) -> str:
    """Return from where else the old primary is not reachable, or that nobody looked from there."""
    source = case.source_view
    others = [one.replica for one in _fresh(case) if case.source in one.silent]
    if source is None or any(map(_answers_at_all, source.nodes)) or not others:
        return _LOOK
    return (
        f"{source.name} is not reachable from {len(others) + 1} replicas of Conclave: from here, "
        f"{listed(others)}. If they stand in one network, look from another one before you agree."
    )


def _fresh(case: Case) -> list[Vantage]:
    return [one for one in case.survey.vantages if case.survey.at - one.at <= _SAW_MS]


def _answers_at_all(node: NodeView) -> bool:
    return node.reached in (Reach.ANSWERED, Reach.SEALED)


def _unsure(views: Iterable[ClusterView]) -> str:
    """Return the nodes of which it is not known that they are no primary; empty for none."""
    rows = [(view.name, node) for view in views for node in view.nodes]
    silent = [row for row in rows if row[1].reached not in (Reach.ANSWERED, Reach.SEALED)]
    vague = [
        row
        for row in rows
        if row[1].reached in (Reach.ANSWERED, Reach.SEALED) and row[1].mode not in _NOT_PRIMARY
    ]
    said = [_named("Not reachable from here", silent), _named("Does not say its mode", vague)]
    return " ".join(filter(None, said))


def _named(what: str, rows: list[tuple[str, NodeView]]) -> str:
    named = [f"{cluster} {node.address}{_how(node)}" for cluster, node in rows]
    return f"{what}: {listed(named)}." if named else ""


def _how(node: NodeView) -> str:
    return " (sealed)" if node.reached is Reach.SEALED else _HOW.get(node.reached, "")
