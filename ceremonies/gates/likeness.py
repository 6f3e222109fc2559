"""Gate 4, and the licence of gate 7: whether the clusters are enough alike to change places."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ceremonies.evidence import Check, Finding
from ceremonies.gates.case import Case, awake, lasting, listed
from ceremonies.samples import told
from ceremonies.vault.views import ClusterView

_NUMBER = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")
_LICENCE_MS = 7 * 24 * 3600 * 1000

Version = tuple[int, int, int]


def version_of(written: str | None) -> Version | None:
    """Return `1.17.2+ent` as numbers to compare; None for what is no version."""
    found = _NUMBER.match(written or "")
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def versions(case: Case) -> Finding:
    """Return whether data would flow from newer to older, which Vault does not support."""
    check, target, source = Check.VERSIONS, case.target, case.source
    ours = _versions(case.ours)
    theirs = _source_versions(case)
    if not ours or not theirs:
        said = source or "the primary"
        return case.unknown(check, f"The versions of {target} and {said} cannot be compared.")
    if min(ours) < max(theirs):
        words = (
            f"{target} runs {_written(ours)}, {source} {_written(theirs)}. Vault never replicates "
            f"from newer to older: {target} may not read what it received. Upgrade it first."
        )
        return case.blocks(check, words, cause="older")
    older = [view.name for view in case.others if _is_older(view, than=max(ours))]
    if max(ours) > min(theirs) or older:
        names = listed(dict.fromkeys([*([source] if max(ours) > min(theirs) else []), *older]))
        words = (
            f"{target} runs {_written(ours)}, which is newer than {names}: it cannot follow "
            f"{target} until it is upgraded."
        )
        return case.hinders(check, words, cause="newer")
    return _all_told(case, ours)


def _all_told(case: Case, ours: list[Version]) -> Finding:
    """One version everywhere, if everybody who answers tells theirs."""
    answering = [view for view in case.others if awake(view)]
    mute = [view.name for view in answering if not _versions(view)]
    if mute:
        return case.unknown(Check.VERSIONS, f"{listed(mute)} does not tell its version.")
    return case.passes(Check.VERSIONS, f"{_written(ours)} everywhere that answers.")


def _versions(view: ClusterView) -> list[Version]:
    """Return what a cluster's nodes run; nothing unless all that are awake tell it."""
    found = [version_of(node.version) for node in awake(view)]
    return [one for one in found if one] if None not in found else []


def _source_versions(case: Case) -> list[Version]:
    """Return what the source runs; if no node of it answers, what it ran when last seen."""
    view, sample = case.source_view, case.survey.sample
    if view is not None and awake(view):
        return _versions(view)
    if sample is None or sample.primary != case.source:
        return []
    found = [version_of(one) for one in sample.version.split(", ")]
    return [one for one in found if one] if None not in found else []


def _is_older(view: ClusterView, *, than: Version) -> bool:
    told_here = _versions(view)
    return bool(told_here) and min(told_here) < than


def _written(versions_: Iterable[Version]) -> str:
    return listed(".".join(map(str, one)) for one in sorted(set(versions_)))


def vault_seal(case: Case) -> Finding:
    """Return whether both clusters unseal in the same way: after it, other people are needed."""
    view, sample = case.source_view, case.survey.sample
    ours = _seal(case.ours)
    if view is not None and awake(view):
        theirs = _seal(view)
    else:
        theirs = sample.seal_type if sample and sample.primary == case.source else ""
    if not ours or not theirs:
        words = "Whether both clusters unseal in the same way is not told."
        return case.unknown(Check.SEAL, words)
    if ours == theirs:
        return case.passes(Check.SEAL, f"Both unseal by {ours}.")
    words = (
        f"{case.target} unseals by {ours}, {case.source} by {theirs}: know which keys unseal its "
        "nodes before you begin."
    )
    return case.warns(Check.SEAL, words)


def _seal(view: ClusterView) -> str:
    every = all(getattr(node, "seal_type", None) for node in awake(view))
    return told(view, "seal_type") if every else ""


def licence(case: Case) -> Finding:
    """Return whether the target's licence lets it serve: the worst that any of its nodes tells."""
    check, target, at = Check.LICENCE, case.target, case.survey.at
    told_here = [node.licence for node in awake(case.ours)]
    known = [one for one in told_here if one is not None]
    ends = [one.ends_at for one in known if one.ends_at is not None]
    if any(one.terminated for one in known) or any(end <= at for end in ends):
        words = f"The licence of {target} has ended: a restart would leave it sealed."
        return case.warns(check, words)
    left = min(ends, default=at) - at
    if ends and left < _LICENCE_MS:
        return case.warns(check, f"The licence of {target} ends in {lasting(left)}.")
    if not ends or len(ends) < len(told_here):
        return case.unknown(check, f"{target} does not tell when its licence ends.")
    if any(one.terminated is None for one in known):
        return case.unknown(check, f"Whether {target}'s licence counts is not told.")
    return case.passes(check, f"It lasts another {lasting(left)}.")
