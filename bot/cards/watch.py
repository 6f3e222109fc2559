"""What is seen while nobody does anything: sealed nodes, attempts, open doors.

Each is posted once for each occasion, in the channel, to the incident commanders. Two primaries
have a card of their own: `bot.cards.two_primaries`.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.cards import break_glass
from bot.cards.keys import watch_key
from bot.cards.phrases import code, place, shares, when
from ceremonies.state import Foreign, SetState

_NODES = 8


def watched(state: SetState) -> Iterator[tuple[str, str]]:
    """Yield key and words of everything that commanders must know now."""
    for cluster, nodes in state.sealed.items():
        which = f"{cluster}:{state.roles_changed_at}:{len(nodes)}"
        yield watch_key("sealed", which), sealed(state, cluster)
    for cluster, found in state.foreign.items():
        if found.nonce:
            words = foreign(state.name, cluster, found)
            yield watch_key("attempt", f"{cluster}:{found.nonce[:40]}:{found.progress}"), words
    for cluster in state.glass:
        glass = state.left_open(cluster)
        if glass is not None and not glass.ceremony:
            words = break_glass.closing(place(state.name, cluster), glass)
            yield watch_key("open", f"{cluster}:{glass.opened_at}:{glass.reminders}"), words


def sealed(state: SetState, cluster: str) -> str:
    """Return which nodes of a cluster are sealed, why that happens, and what to do."""
    nodes = state.sealed.get(cluster, ())
    where = place(state.name, cluster)
    if not nodes:
        return ""
    does = (
        "They unseal themselves: wait a minute. One that stays sealed has to be restarted, and its "
        "own key service looked at."
        if cluster in state.unseal_themselves
        else "Key holders unseal each of them with the *primary's* unseal keys: "
        f"{code('vault operator unseal')} on the node. No share for this goes through Conclave."
    )
    return (
        f":lock: *Sealed after a change of roles* in {where}: {addresses(nodes)}. A standby seals "
        'itself when replication gave the cluster new keys; its log says "encryption keys have '
        'changed out from underneath us". '
        f"{does} Without a quorum of unsealed nodes the cluster is away."
    )


def foreign(set_name: str, cluster: str, found: Foreign) -> str:
    """Return what an attempt means that belongs to no ceremony."""
    where = place(set_name, cluster)
    seen = f"nonce {code(found.nonce)}, {found.progress} of {shares(found.required)}"
    if found.ours:
        return (
            f":ghost: *An earlier attempt of ours came back* on {where} ({seen}): a node leads "
            "again that remembered it. Nobody needs it; the next ceremony there ends it."
        )
    return (
        f":warning: *An attempt that Conclave did not start is open* on {where} ({seen}), seen "
        f"{when(found.since)}. Threshold-many shares make a token that can promote the cluster. "
        "Ask who started it. If nobody did: look at who reaches Vault and at its audit log; a "
        "ceremony started now offers to end it."
    )


def addresses(nodes: tuple[str, ...]) -> str:
    """Return these nodes by name, of many the first few."""
    more = f" and {len(nodes) - _NODES} more" if len(nodes) > _NODES else ""
    return ", ".join(code(node) for node in nodes[:_NODES]) + more
