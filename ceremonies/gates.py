"""The gates before an attempt starts and before a promotion is sent: evidence in, findings out."""

from __future__ import annotations

from ceremonies.evidence import Evidence, Finding, Level, NodeSeen


def agreed_id(nodes: tuple[NodeSeen, ...]) -> str:
    """Return the cluster id on which a primary and a secondary of this set agree, or nothing.

    That is a healthy pair, so the id is the set's: it becomes the one that is last seen. One side
    alone proves nothing; a cluster that was set up anew would teach us its own.
    """
    primary = {n.cluster_id for n in nodes if n.answers and n.mode == "primary" and n.cluster_id}
    secondary = {n.cluster_id for n in nodes if n.answers and n.mode == "secondary"}
    both = primary & secondary
    return both.pop() or "" if len(primary) == 1 and both else ""


def judge(nodes: tuple[NodeSeen, ...], *, at: int, target: str, known_cluster_id: str) -> Evidence:
    """Return what every node of the set said at `at`, judged for a promotion of `target`.

    Blocks: another cluster answers as primary, the target is not a secondary, or it carries
    another cluster id than the one last seen for this set. Silence is never taken for death:
    a node that does not answer is shown as not reachable from here.
    """
    ours = [node for node in nodes if node.cluster == target]
    modes = {node.mode for node in ours if node.answers}
    ids = {node.cluster_id for node in ours if node.cluster_id}
    mode = _one_of(modes)
    cluster_id = next(iter(ids)) if len(ids) == 1 else None
    findings = (
        _target_mode(target, mode, ours),
        _target_id(target, cluster_id, ids=ids, known=known_cluster_id),
        *_others(nodes, target),
        *_sealed(ours),
    )
    return Evidence(
        at=at,
        target=target,
        target_mode=mode,
        target_cluster_id=cluster_id,
        nodes=nodes,
        findings=findings,
    )


def _one_of(modes: set[str]) -> str:
    known = modes - {"unknown"}
    if len(known) > 1:
        return "mixed"
    return next(iter(known), "unknown")


def _target_mode(target: str, mode: str, ours: list[NodeSeen]) -> Finding:
    check = "target is a secondary"
    answering = [node for node in ours if node.answers]
    if mode == "secondary":
        return Finding(check=check, level=Level.PASS, words=f"{target} answers as secondary.")
    if not answering:
        words = f"No node of {target} answers, so it cannot be promoted now."
    elif all(node.sealed for node in answering):
        words = (
            f"{target} is sealed: unseal its nodes with the primary's unseal keys (where Vault "
            "unseals itself: see why its seal does not answer), then retry."
        )
    elif mode == "unknown":
        words = f"{target} does not say whether it is a secondary."
    else:
        words = f"{target} answers as {mode}."
    return Finding(check=check, level=Level.BLOCK, words=words)


def _target_id(target: str, cluster_id: str | None, *, ids: set[str], known: str) -> Finding:
    check = "cluster id"
    if len(ids) > 1:
        words = f"The nodes of {target} carry different cluster ids: they are not one cluster."
        return Finding(check=check, level=Level.BLOCK, words=words)
    if cluster_id is None:
        words = f"{target} does not tell its cluster id."
        return Finding(check=check, level=Level.BLOCK if known else Level.UNKNOWN, words=words)
    if known and cluster_id != known:
        words = f"{target} carries cluster id {cluster_id}; this set was last seen with {known}."
        return Finding(check=check, level=Level.BLOCK, words=words)
    if not known:
        words = f"{cluster_id}; this set was never seen with a primary, so nothing to compare."
        return Finding(check=check, level=Level.UNKNOWN, words=words)
    return Finding(check=check, level=Level.PASS, words=f"{cluster_id}, as last seen.")


def _others(nodes: tuple[NodeSeen, ...], target: str) -> tuple[Finding, ...]:
    check = "no other primary"
    others = [node for node in nodes if node.cluster != target]
    primaries = [node for node in others if node.answers and node.mode == "primary"]
    if primaries:
        return tuple(
            Finding(
                check=check,
                level=Level.BLOCK,
                words=f"{node.cluster} answers as primary at {node.node}.",
            )
            for node in primaries
        )
    silent = [node for node in others if not node.answers]
    vague = [node for node in others if node.answers and node.mode == "unknown"]
    if silent or vague:
        said = [_named("Not reachable from here", silent), _named("Does not say its mode", vague)]
        return (Finding(check=check, level=Level.WARN, words=" ".join(filter(None, said))),)
    words = "No other node answers as primary."
    return (Finding(check=check, level=Level.PASS, words=words),)


def _named(what: str, nodes: list[NodeSeen]) -> str:
    named = ", ".join(f"{node.cluster} {node.node}" for node in nodes)
    return f"{what}: {named}." if named else ""


def _sealed(ours: list[NodeSeen]) -> tuple[Finding, ...]:
    sealed = [node.node for node in ours if node.sealed]
    if not sealed:
        return ()
    words = "Sealed: " + ", ".join(sealed) + "."
    return (Finding(check="nodes unsealed", level=Level.WARN, words=words),)
