"""Gate 2: the target is a secondary of this set, able to lead, and was in step."""

from __future__ import annotations

from ceremonies.evidence import Check, Finding
from ceremonies.gates.case import Case, awake, lasting, listed
from ceremonies.vault.views import Mode, Reach

STREAMS = "stream-wals"
_SYNCHRONISES = ("merkle-diff", "merkle-sync")
_AWAY = ("idle", "transient_failure")


def mode_of(case: Case) -> str:
    """Return the one mode that the target's nodes say, `mixed`, or `unknown`."""
    answering = (n for n in case.ours.nodes if n.reached in (Reach.ANSWERED, Reach.SEALED))
    known = {node.mode.value for node in answering} - {Mode.UNKNOWN.value}
    return "mixed" if len(known) > 1 else next(iter(known), "unknown")


def target_is_secondary(case: Case) -> Finding:
    """Return whether the target may be promoted at all: Vault promotes nothing but a secondary."""
    target, mode = case.target, mode_of(case)
    vague = [node.address for node in awake(case.ours) if node.mode is Mode.UNKNOWN]
    answering = [n for n in case.ours.nodes if n.reached in (Reach.ANSWERED, Reach.SEALED)]
    if mode == Mode.SECONDARY.value and vague:
        words = f"{target} answers as secondary, but {listed(vague)} does not say what it is."
        return case.unknown(Check.TARGET, words)
    if mode == Mode.SECONDARY.value:
        return case.passes(Check.TARGET, f"{target} answers as secondary.")
    if not answering:
        words, cause = f"No node of {target} answers, so it cannot be promoted now.", "silent"
    elif not awake(case.ours):
        words = (
            f"{target} is sealed: unseal its nodes with the primary's unseal keys (where Vault "
            "unseals itself: see why its seal does not answer), then retry."
        )
        cause = "sealed"
    elif mode == "unknown":
        words, cause = f"{target} does not say whether it is a secondary.", "untold"
    else:
        words, cause = f"{target} answers as {mode}.", mode
    return case.blocks(Check.TARGET, words, cause=cause, final=True)


def cluster_id_of(case: Case) -> str | None:
    """Return the one cluster id that the target's nodes tell, or None."""
    ids = _ids(case)
    return next(iter(ids)) if len(ids) == 1 else None


def cluster_id(case: Case) -> Finding:
    """Return whether this is the cluster that was last seen in this set.

    Never overridden: an approval names the cluster id; without it nobody knows what they agree to.
    """
    check, target, known = Check.CLUSTER_ID, case.target, case.known_cluster_id
    told = cluster_id_of(case)
    if len(_ids(case)) > 1:
        words = f"The nodes of {target} carry different cluster ids: they are not one cluster."
        return case.blocks(check, words, cause="several", final=True)
    if told is None:
        words = f"{target} does not tell its cluster id."
        if known:
            return case.blocks(check, words, cause="untold", final=True)
        return case.unknown(check, words)
    if known and told != known:
        words = f"{target} carries cluster id {told}; this set was last seen with {known}."
        return case.blocks(check, words, cause=told, final=True)
    if not known:
        words = f"{told}; this set was never seen with a primary, so nothing to compare."
        return case.unknown(check, words)
    if any(not node.cluster_id for node in awake(case.ours)):
        return case.unknown(check, f"{told}, as last seen, but not every node tells it.")
    return case.passes(check, f"{told}, as last seen.")


def _ids(case: Case) -> set[str]:
    return {node.cluster_id for node in case.ours.nodes if node.cluster_id}


def quorum(case: Case) -> Finding:
    """Return whether a majority of the target's nodes is unsealed and answers, and one leads."""
    check, target, nodes = Check.QUORUM, case.target, case.ours.nodes
    good = [n for n in nodes if n.reached is Reach.ANSWERED and n.sealed is False]
    needed = len(nodes) // 2 + 1
    if not any(node.reached in (Reach.ANSWERED, Reach.SEALED) for node in nodes):
        return case.unknown(check, f"No node of {target} answers.")
    if len(good) < needed:
        words = (
            f"{len(good)} of {len(nodes)} nodes of {target} answer unsealed; {needed} are needed. "
            f"{_unwell(case)} Unseal them with the primary's unseal keys."
        )
        return case.blocks(check, words, cause="no-majority")
    led = {node.active for node in good}
    if True not in led:
        if None in led:
            return _untold_leader(case)
        words = f"No node of {target} leads just now; the order waits until one does."
        return case.hinders(check, words, cause="no-leader")
    if len(good) < len(nodes):
        return case.warns(check, _unwell(case))
    return _by_autopilot(case, len(nodes))


def _untold_leader(case: Case) -> Finding:
    words = f"Which node of {case.target} leads is not told."
    if case.is_strict:
        return case.blocks(Check.QUORUM, words, cause="leader-untold")
    return case.unknown(Check.QUORUM, words)


def _by_autopilot(case: Case, count: int) -> Finding:
    told = case.survey.autopilot
    if told is not None and told.healthy is False:
        words = f"Raft's autopilot on {case.target} says that it is not healthy."
        return case.warns(Check.QUORUM, words)
    nodes = "The one node" if count == 1 else f"All {count} nodes"
    answers = "answers" if count == 1 else "answer"
    return case.passes(Check.QUORUM, f"{nodes} of {case.target} {answers} unsealed.")


def _unwell(case: Case) -> str:
    sealed = [n.address for n in case.ours.nodes if n.sealed or n.reached is Reach.SEALED]
    away = [n.address for n in case.ours.nodes if n.reached not in (Reach.ANSWERED, Reach.SEALED)]
    said = [
        f"Sealed: {listed(sealed)}." if sealed else "",
        f"Not reachable from here: {listed(away)}." if away else "",
    ]
    return " ".join(filter(None, said)) or "Not every node says that it is unsealed."


def replication_state(case: Case) -> Finding:
    """Return whether the target was in step; idle is normal once its primary is away."""
    check, target = Check.STATE, case.target
    state = case.ours.dr.state if case.ours.dr else None
    if state == STREAMS:
        return case.passes(check, f"{target} streams ({STREAMS}).")
    if state in _SYNCHRONISES:
        words = (
            f"{target} was still synchronising ({state}): promoted now, it may lack data that it "
            "never received."
        )
        return case.hinders(check, words, cause="synchronises")
    if case.is_strict:
        words = f"{target} does not stream ({state or 'state not told'}). Mend replication first."
        return case.blocks(check, words, cause="no-stream")
    if state is None:
        return case.unknown(check, f"{target} does not tell its replication state.")
    return _without_primary(case, state)


def _without_primary(case: Case, state: str) -> Finding:
    check, target, source = Check.STATE, case.target, case.source_view
    if state not in _AWAY:
        return case.warns(check, f"{target} says {state}, which is not streaming.")
    if source is not None and awake(source) and not case.context.demoted:
        words = f"{target} is {state} though {source.name} answers: replication is broken."
        return case.warns(check, words)
    sample = case.survey.sample
    last = sample.of(target) if sample else None
    if sample is None or last is None:
        words = f"{target} is {state}, as is usual without its primary; it was never seen in step."
        return case.unknown(check, words)
    ago = lasting(case.survey.at - sample.at_ms)
    if last.state != STREAMS:
        words = (
            f"When its primary was last seen, {ago} ago, {target} said {last.state or 'nothing'}."
        )
        return case.warns(check, words)
    words = f"{target} is {state}, as is usual without its primary; it streamed {ago} ago."
    return case.passes(check, words)
