"""Gate 6, and performance replication of gate 7: everybody else who is touched."""

from __future__ import annotations

from ceremonies.evidence import Check, Finding
from ceremonies.gates.case import Case, awake, listed, says
from ceremonies.samples import told
from ceremonies.vault.views import ClusterView, Mode

_DISABLED = "disabled"


def other_secondaries(case: Case) -> Finding:
    """Return whether another secondary has more of the data, and who must be re-pointed."""
    check, target = Check.SECONDARIES, case.target
    rest = [view for view in case.others if view.name != case.source]
    followers = [view for view in rest if says(view, Mode.SECONDARY)]
    ahead = _ahead(case, rest)
    if ahead:
        words = (
            f"{listed(ahead)} has more of the data than {target}. Promote that one instead, "
            "unless there is a reason not to."
        )
        return case.warns(check, words, cause="ahead:" + ",".join(sorted(ahead)))
    stranger = _strangers(case)
    if stranger is not None:
        return stranger
    unsure = [view.name for view in rest if not _is_settled(case, view)]
    if unsure:
        words = f"Whether {listed(unsure)} has more of the data than {target} is not told."
        return case.unknown(check, words)
    names = [view.name for view in followers]
    if not names:
        return case.passes(check, "There is no other secondary.")
    words = f"None has more of the data. {listed(names)} will need update-primary."
    return case.passes(check, words)


def _ahead(case: Case, rest: list[ClusterView]) -> list[str]:
    """Return who is further; of whoever does not answer, as far as the last sample tells."""
    mine = _wal(case.ours)
    if mine is None:
        return []
    return [view.name for view in rest if (_reached(case, view) or 0) > mine]


def _reached(case: Case, view: ClusterView) -> int | None:
    wal = _wal(view)
    sample = case.survey.sample
    if wal is not None or awake(view) or sample is None or sample.primary != case.source:
        return wal
    last = sample.of(view.name)
    return last.last_remote_wal if last else None


def _wal(view: ClusterView) -> int | None:
    return view.dr.last_remote_wal if view.dr and view.dr.mode is Mode.SECONDARY else None


def _is_settled(case: Case, view: ClusterView) -> bool:
    """Whether it is known that this cluster has no more than the target."""
    if _wal(case.ours) is not None and _wal(view) is not None:
        return True
    return _follows_nobody(view)


def _strangers(case: Case) -> Finding | None:
    """Return that the primary has secondaries that are none of ours, or that this is not told."""
    check, source = Check.SECONDARIES, case.source_view
    if source is None or not awake(source) or case.context.demoted:
        return None
    if source.dr is None:
        return case.unknown(check, f"Which secondaries {source.name} has is not told.")
    rest = [view for view in case.survey.views if view.name != source.name]
    ours = {view.dr.secondary_id for view in rest if view.dr}
    strangers = {peer.node_id for peer in source.dr.secondaries if peer.node_id} - ours
    # One of ours that does not tell its id just now may be one of these.
    mute = [v for v in rest if not (v.dr and v.dr.secondary_id) and not _follows_nobody(v)]
    if len(strangers) > len(mute):
        words = (
            f"{source.name} has {len(strangers) - len(mute)} more secondaries than Conclave is "
            "configured for: point them at the new primary by hand."
        )
        return case.warns(check, words, cause="unlisted")
    if strangers:
        words = f"Whether all secondaries of {source.name} are configured here is not told."
        return case.unknown(check, words)
    return None


def _follows_nobody(view: ClusterView) -> bool:
    modes = {node.mode for node in view.nodes}
    return bool(modes) and modes <= {Mode.DISABLED, Mode.PRIMARY}


def performance(case: Case) -> Finding:
    """Return whether performance replication hangs on this: its secondaries lose their primary."""
    check, modes = Check.PERFORMANCE, _modes(case)
    if any(one != _DISABLED for one in modes):
        names = listed(_names(case)) or "its secondaries"
        words = (
            f"The set is part of performance replication: {case.target} becomes its primary, and "
            f"{names} must be pointed at it (performance update-primary)."
        )
        return case.warns(check, words)
    if modes:
        return case.passes(check, "There is none.")
    return case.unknown(check, "Whether the primary replicates for performance is not told.")


def _names(case: Case) -> tuple[str, ...]:
    """Return the performance secondaries that the primary names, or named when it was last well."""
    view, sample = case.source_view, case.survey.sample
    if view is not None and awake(view):
        return view.performance_secondaries
    return sample.performance_secondaries if sample and sample.primary == case.source else ()


def _modes(case: Case) -> set[str]:
    """Return what the primary says of it; if none of its nodes answers, what it last said."""
    view, sample = case.source_view, case.survey.sample
    if view is not None and awake(view):
        every = all(node.performance_mode for node in awake(view))
        found = told(view, "performance_mode") if every else ""
    else:
        found = sample.performance if sample and sample.primary == case.source else ""
    return {one for one in found.split(", ") if one}
