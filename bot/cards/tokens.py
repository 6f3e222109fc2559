"""The DR operation token's line: red until Vault's word about its deletion is known."""

from __future__ import annotations

from slack_sdk.models.blocks import Block

from bot.cards.kit import section
from bot.cards.phrases import ours, place, when
from ceremonies.ceremony import Ceremony, Ending, Phase, TokenState
from ceremonies.decide.terms import ms
from ceremonies.events import Purpose
from ceremonies.topology import ReplicationSet


def token(set_name: str, c: Ceremony, rules: ReplicationSet) -> Block | None:
    """Return what is known of the token; None before there is one."""
    words = _words(set_name, c, rules)
    return section(words) if words else None


def _words(set_name: str, c: Ceremony, rules: ReplicationSet) -> str:
    match c.token:
        case TokenState.NONE:
            return ""
        case TokenState.HELD if c.duty:
            return _on_duty(c, rules)
        case TokenState.RETURNED:
            return ":white_check_mark: The token on duty stays on duty until its own end."
        case TokenState.HELD:
            return f":red_circle: *The DR operation token exists*, sealed. {_held(c, rules)}"
        case TokenState.UNKNOWN:
            again = f", next {when(c.retry_at)}" if c.retry_at else ""
            why = f"{ours(c.token_words, 400)} " if c.token_words else ""
            return (
                ":red_circle: *It is not known whether the DR operation token was deleted.* "
                f"{why}Conclave keeps asking Vault{again}. Until then treat it as alive: whoever "
                "has it can promote or disable."
            )
        case TokenState.DELETED:
            at = f" {when(c.moments.token_over)}" if c.moments.token_over else ""
            return f":white_check_mark: The DR operation token is deleted{at}."
        case TokenState.NOT_DELETABLE:
            return (
                ":white_check_mark: The DR operation token cannot be deleted any more: it was for "
                f"a secondary, and Vault says that {place(set_name, c.cluster)} is none now."
            )
        case TokenState.ORPHANED:
            return (
                ":red_circle: *Vault may have made a DR operation token that nobody holds.* A new "
                "attempt replaces it; start one even if you do not need it."
            )


def _on_duty(c: Ceremony, rules: ReplicationSet) -> str:
    if c.by_hand and c.phase is Phase.PROMOTING:
        cluster = rules.cluster(c.cluster)
        address = cluster.address if cluster else ""
        command = "vault write sys/replication/dr/secondary/promote dr_operation_token=-"
        return (
            ":point_right: *Approved. The shift lead promotes now,* with their own token:\n"
            f"```VAULT_ADDR={address} {command}```\n"
            "It reads the token from standard input, so that the shell's history does not keep it. "
            "Conclave waits until it sees that the cluster is the primary."
        )
    if c.by_hand:
        return (
            ":large_blue_circle: *The token on duty is in its lead's hands.* They give the orders "
            "to Vault themselves; Conclave shows them and waits for the evidence."
        )
    return (
        ":large_blue_circle: *The token on duty is used*, sealed until then: no key holder is "
        "needed. The approvals are those of any promotion."
    )


def _held(c: Ceremony, rules: ReplicationSet) -> str:
    if not c.is_open:
        after = "The promotion is done; " if c.ending is Ending.PROMOTED else ""
        return f"{after}Conclave is deleting it."
    unused = c.moments.completed + ms(rules.ceremony.token_unused)
    promotes = c.purpose is Purpose.PROMOTE
    after, unless = (
        ("the promotion", "nobody approved") if promotes else ("its step", "it was not used")
    )
    return f"It is deleted right after {after}, on cancel, or {when(unused)} if {unless} by then."
