"""How a lead tries the token in their hands, and what was tried of it by a token like it."""

from __future__ import annotations

from collections.abc import Iterator

from slack_sdk.models.blocks import Block

from bot.cards.kit import context, section
from bot.cards.phrases import code, ours, place
from ceremonies.duty import DutyToken, Wrap
from ceremonies.events import Part, Proof
from ceremonies.state import SetState
from ceremonies.topology import Cluster, ReplicationSet

_PROOF = {
    Proof.GOOD: "takes it",
    Proof.REFUSED: "*refuses it*",
    Proof.UNKNOWN: "cannot tell",
}
_PROMOTE = "sys/replication/dr/secondary/promote"
_LASTS = f"vault read -field=ttl auth/token/lookup-self; echo; vault token capabilities {_PROMOTE}"
_READS = "vault read sys/storage/raft/autopilot/state"
_MOST = 8  # clusters


def proven(token: DutyToken, set_name: str) -> str:
    """Return what each cluster said of the token, in a line, or of one like it."""
    told = [f"{place(set_name, name)} {_PROOF[seen.answer]}" for name, seen in token.proofs.items()]
    if not told:
        return "not tried yet"
    like = "a token like it was tried: " if token.part is Part.LEAD else ""
    return f"{like}{', '.join(told)}"


def trying(
    state: SetState, token: DutyToken, rules: ReplicationSet, *, now: int
) -> Iterator[Block]:
    """Yield what is known of a lead's token, and how they try it once it is in their hands."""
    if token.part is Part.BOT or not token.is_live(now):
        return
    if token.wrap is Wrap.COLLECTED:
        yield section(
            "*Does it work?* Try it in *your* terminal. Each command waits for you to paste the "
            "token and to press Enter, shows nothing of it, keeps nothing, and changes nothing."
        )
        primary = state.primary or token.cluster
        for cluster in sorted(rules.clusters, key=lambda c: c.name != primary)[:_MOST]:
            yield section(_on(state.name, cluster, is_primary=cluster.name == primary))
    yield context(
        "Conclave cannot try a token in your hands. What it tries is one like it, from the same "
        f"ring place, for a minute: {proven(token, state.name)}."
    )


def _on(set_name: str, cluster: Cluster, *, is_primary: bool) -> str:
    """Return the command for this cluster: a shell reads the token, and forgets it afterwards."""
    asks = _LASTS if is_primary else _READS
    whole = f"(read -rs VAULT_TOKEN; export VAULT_TOKEN VAULT_ADDR={cluster.address}; {asks})"
    good = (
        f"It is good if this prints the seconds that are left, then {code('update')}"
        if is_primary
        else "It is good if this prints a table, and not *permission denied*"
    )
    return f"{place(set_name, cluster.name)}. {good}:\n```{ours(whole)}```"
