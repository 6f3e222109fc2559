"""Gate 3: what a promotion loses, and whether what the target has is sound."""

from __future__ import annotations

from ceremonies.evidence import LEFT_BEHIND, Check, Finding
from ceremonies.gates.case import Case, lasting
from ceremonies.samples import loss
from ceremonies.vault.views import Mode

# A sample is taken every minute while all is well. Older than this it misses too much.
_RECENT_MS = 5 * 60_000


def data_loss(case: Case) -> Finding:
    """Return how much is lost: counted while the primary answers, else by the last good sample.

    Between a planned demotion and its promotion both are secondaries, and their data is compared.
    """
    if case.is_strict:
        return _lag(case)
    return (_left_behind(case) if case.context.demoted else None) or _estimate(case)


def _lag(case: Case) -> Finding:
    there = case.source_view.dr if case.source_view else None
    here = case.ours.dr
    newest = there.last_dr_wal if there else None
    applied = here.last_remote_wal if here else None
    if newest is None or applied is None:
        words = f"How far {case.target} is behind is not told. Unknown is not zero."
        return case.blocks(Check.LOSS, words, cause="untold")
    if newest > applied:
        words = (
            f"{case.target} is {newest - applied} records behind {case.source}. Stop the writers, "
            "wait for lag 0."
        )
        return case.blocks(Check.LOSS, words, cause="behind")
    if _same_data(case) is False:
        words = (
            f"Lag 0, and yet the data of {case.target} is not that of {case.source}: their merkle "
            "roots differ. Stop the writers, wait until nothing is written."
        )
        return case.blocks(Check.LOSS, words, cause="differs")
    return case.passes(Check.LOSS, f"Lag 0: {case.target} has all {newest} records.")


def _same_data(case: Case) -> bool | None:
    """Return whether both have one merkle root, which on a quiet pair they do; None: not told."""
    there = case.source_view.dr.merkle_root if case.source_view and case.source_view.dr else None
    here = case.ours.dr.merkle_root if case.ours.dr else None
    return here == there if here and there else None


def _left_behind(case: Case) -> Finding | None:
    """Return whether the demoted cluster has what the target lacks; None: it does not tell."""
    was = case.source_view.dr if case.source_view else None
    same = _same_data(case) if was is not None and was.mode is Mode.SECONDARY else None
    if same is None:
        return None
    if same:
        words = f"{case.target} has what {case.source} had when it was demoted: one merkle root."
        return case.passes(Check.LOSS, words)
    words = (
        f"{case.target} has not what {case.source} had when it was demoted: their merkle roots "
        f"differ, so something was written last of all. It is on {case.source} alone, and is lost "
        f"once that follows {case.target}. Promote {case.target} without it, or {case.source} back."
    )
    return case.warns(Check.LOSS, words, cause=LEFT_BEHIND)


def _estimate(case: Case) -> Finding:
    sample = case.survey.sample
    if sample is None:
        words = (
            "This set was not seen healthy within 30 days, so it cannot be counted. Unknown is not "
            "zero."
        )
        return case.unknown(Check.LOSS, words)
    found = loss(sample, case.ours, at=case.survey.at)
    if found is None or case.source != sample.primary:
        words = (
            f"{case.target} cannot be compared with the last good look at "
            f"{sample.primary}, {lasting(case.survey.at - sample.at_ms)} ago."
        )
        return case.unknown(Check.LOSS, words)
    unseen = f"What {sample.primary} wrote in the {lasting(found.age_ms)} after that is not known."
    if found.records:
        words = (
            f"{case.target} lacks {found.records} records that {sample.primary} had at the last "
            f"good look. {unseen}"
        )
        return case.warns(Check.LOSS, words, cause="lacks")
    words = f"At the last good look nothing was missing. {unseen}"
    if found.age_ms > _RECENT_MS:
        return case.warns(Check.LOSS, words, cause="old")
    return case.passes(Check.LOSS, words)


def merkle_tree(case: Case) -> Finding:
    """Return whether the target's own record of its data is sound."""
    told = case.ours.dr.corrupted_merkle_tree if case.ours.dr else None
    if told is None:
        return case.unknown(Check.MERKLE, f"{case.target} does not tell whether it is sound.")
    if told:
        words = (
            f"{case.target} says that its merkle tree is corrupted: it does not know what data it "
            "has. Promote another secondary, or reindex it first."
        )
        return case.blocks(Check.MERKLE, words, cause="corrupted")
    return case.passes(Check.MERKLE, "Not corrupted.")
