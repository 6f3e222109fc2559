"""Who plays which part in a runbook, from what the clusters say of themselves. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ceremonies.commands import Reason, Refusal
from ceremonies.conductor.setting_up import performance_forbids
from ceremonies.events import Play
from ceremonies.state import SetState
from ceremonies.topology import ReplicationSet
from ceremonies.vault import ClusterView, Mode

_PROMOTES = (Play.FAILOVER, Play.PLANNED_FAILOVER, Play.FAILBACK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """`target` is what the runbook is about, `source` the primary that it begins with."""

    target: str
    source: str
    secondaries: tuple[str, ...]
    target_is_secondary: bool


def cast(
    play: Play,
    state: SetState,
    rules: ReplicationSet,
    views: Mapping[str, ClusterView],
    *,
    cluster: str | None,
) -> Cast | Refusal:
    """Return the parts of `play`; `cluster` is the one that the commander named."""
    modes = {name: view.mode for name, view in views.items()}
    match play:
        case Play.FAILOVER:
            found = _failover(state, rules, modes, cluster)
        case Play.PLANNED_FAILOVER:
            found = _planned(state, modes, cluster)
        case Play.FAILBACK:
            found = _failback(state, rules, modes, cluster)
        case Play.REJOIN:
            found = _rejoin(state, modes, cluster)
        case Play.RETIRE:
            found = _retire(state, modes, cluster)
        case Play.REPOINT:
            found = _repoint(state, views, cluster)
        case Play.SETUP:
            found = _setup(rules, views, cluster)
    if isinstance(found, Refusal):
        return found
    target, source = found
    # Whoever says nothing just now may be a secondary all the same, and has to follow as well.
    led = (Mode.SECONDARY, Mode.UNKNOWN) if play in _PROMOTES else (Mode.SECONDARY,)
    secondaries = [n for n, mode in modes.items() if mode in led]
    return Cast(
        target=target,
        source=source,
        secondaries=tuple(n for n in secondaries if n not in (target, source)),
        target_is_secondary=modes[target] is Mode.SECONDARY,
    )


_Parts = tuple[str, str]
_Modes = Mapping[str, Mode]


def primary_of(state: SetState, modes: _Modes) -> str:
    """Return the cluster that is primary: of two, the one that was promoted last; empty: none."""
    primaries = [name for name, mode in modes.items() if mode is Mode.PRIMARY]
    if state.primary in primaries:
        return state.primary
    return primaries[0] if len(primaries) == 1 else ""


def _stays(state: SetState, modes: _Modes, cluster: str | None) -> str:
    """Return the primary that `cluster` is to give way to; empty: not known.

    Of two that the log knows nothing of, whoever names the one has chosen the other.
    """
    found = primary_of(state, modes)
    if found or cluster is None or modes.get(cluster) is not Mode.PRIMARY:
        return found
    others = [name for name, mode in modes.items() if mode is Mode.PRIMARY and name != cluster]
    return others[0] if len(others) == 1 else ""


def _gives_way(modes: _Modes) -> Refusal | None:
    """Return the question which primary gives way, where there are several and none is known."""
    primaries = tuple(name for name, mode in modes.items() if mode is Mode.PRIMARY)
    if len(primaries) < 2:  # noqa: PLR2004 — two are too many
        return None
    words = (
        f"{', '.join(primaries)} answer as primary, and it is not known which one is right. Say "
        "which one gives way with cluster=NAME: what it took in alone is lost."
    )
    return Refusal(reason=Reason.AMBIGUOUS, words=words, choices=primaries)


def _failover(
    state: SetState, rules: ReplicationSet, modes: _Modes, cluster: str | None
) -> _Parts | Refusal:
    target = cluster or _only(modes, Mode.SECONDARY)
    if not target:
        return _which(modes, Mode.SECONDARY)
    named = primary_of(state, modes)
    silent = [n for n, mode in modes.items() if n != target and mode is not Mode.SECONDARY]
    likely = (named, state.primary, rules.home_primary or "", *silent)
    return target, next((name for name in likely if name and name != target), "")


def _planned(state: SetState, modes: _Modes, cluster: str | None) -> _Parts | Refusal:
    source = primary_of(state, modes)
    if not source:
        return _no("No single cluster answers as primary, so nothing can be handed over in order.")
    target = cluster or _only(modes, Mode.SECONDARY)
    if not target:
        return _which(modes, Mode.SECONDARY)
    if target == source:
        return _no(f"{target} is the primary already.")
    return target, source


def _failback(
    state: SetState, rules: ReplicationSet, modes: _Modes, cluster: str | None
) -> _Parts | Refusal:
    home = rules.home_primary
    if not home:
        return _no("No home_primary is configured for this set, so there is nowhere to go back to.")
    if cluster and cluster != home:
        return _no(f"A failback goes to {home}; use planned-failover for another cluster.")
    return _planned(state, modes, home)


def _rejoin(state: SetState, modes: _Modes, cluster: str | None) -> _Parts | Refusal:
    source = _stays(state, modes, cluster)
    if not source:
        unknown = _no("It is not known which cluster is the primary, so none can join it.")
        return _gives_way(modes) or unknown
    others = [n for n, mode in modes.items() if n != source and mode is Mode.PRIMARY]
    target = cluster or (others[0] if len(others) == 1 else _only_other(modes, source))
    if not target or target == source:
        return _choose("Say which cluster comes back with cluster=NAME.", modes, source)
    return target, source


def _retire(state: SetState, modes: _Modes, cluster: str | None) -> _Parts | Refusal:
    source = _stays(state, modes, cluster)
    asked = _gives_way(modes) if not source else None
    if asked is not None:
        return asked
    others = [n for n, mode in modes.items() if n != source and mode is Mode.PRIMARY]
    target = cluster or (others[0] if len(others) == 1 else "")
    if not target:
        return _choose("Say which cluster is retired with cluster=NAME.", modes, source)
    if not source or target == source:
        return _no(
            f"{target} is the only cluster that could be the primary; replication is never "
            "disabled on the live primary."
        )
    return target, source


def _repoint(
    state: SetState, views: Mapping[str, ClusterView], cluster: str | None
) -> _Parts | Refusal:
    modes = {name: view.mode for name, view in views.items()}
    source = primary_of(state, modes)
    if not source:
        return _no("It is not known which cluster is the primary, so none can follow it.")
    idle = [
        name
        for name, view in views.items()
        if view.mode is Mode.SECONDARY and (view.dr is None or view.dr.state != "stream-wals")
    ]
    target = cluster or (idle[0] if len(idle) == 1 else _only(modes, Mode.SECONDARY))
    if not target:
        return _which(modes, Mode.SECONDARY)
    if target == source:
        return _no(f"{target} is the primary; it follows nobody.")
    return target, source


def _setup(
    rules: ReplicationSet, views: Mapping[str, ClusterView], cluster: str | None
) -> _Parts | Refusal:
    modes = {name: view.mode for name, view in views.items()}
    primaries = [name for name, mode in modes.items() if mode is Mode.PRIMARY]
    if len(primaries) > 1:
        return _no("Two clusters answer as primary; mend that first.")
    source = primaries[0] if primaries else rules.home_primary or ""
    target = cluster or _only_other(modes, source)
    if not source or not target or source == target:
        return _choose("Say which cluster becomes the secondary with cluster=NAME.", modes, source)
    if modes[target] is Mode.SECONDARY:
        return _no(f"{target} is a secondary already.")
    forbidden = performance_forbids(rules, views, source=source, target=target)
    return _no(forbidden) if forbidden else (target, source)


def _only(modes: _Modes, wanted: Mode) -> str:
    found = [name for name, mode in modes.items() if mode is wanted]
    return found[0] if len(found) == 1 else ""


def _only_other(modes: _Modes, than: str) -> str:
    found = [name for name in modes if name != than]
    return found[0] if len(found) == 1 else ""


def _which(modes: _Modes, wanted: Mode) -> Refusal:
    fitting = [name for name, mode in modes.items() if mode is wanted] or list(modes)
    words = "Say which cluster with cluster=NAME: " + ", ".join(fitting)
    return Refusal(reason=Reason.AMBIGUOUS, words=words, choices=tuple(fitting))


def _choose(words: str, modes: _Modes, source: str) -> Refusal:
    fitting = tuple(name for name in modes if name != source)
    return Refusal(reason=Reason.AMBIGUOUS, words=words, choices=fitting)


def _no(words: str) -> Refusal:
    return Refusal(reason=Reason.NOT_NOW, words=words)
