"""The DR operation token's line: red until Vault's word about its deletion is known."""

from __future__ import annotations

from slack_sdk.models.blocks import Block

from bot.cards.kit import section
from bot.cards.phrases import mention, ours, place, when
from ceremonies.ceremony import Ceremony, Ending, Phase, TokenState
from ceremonies.decide.terms import ms
from ceremonies.events import Purpose
from ceremonies.state import SetState
from ceremonies.topology import ReplicationSet


def token(state: SetState, c: Ceremony, rules: ReplicationSet) -> Block | None:
    """Return what is known of the token; None before there is one."""
    words = _words(state, c, rules)
    return section(words) if words else None


def lead_of(state: SetState, c: Ceremony) -> str:
    """Return who holds the token on duty that this ceremony takes, as a mention."""
    duty = state.duties.find(c.duty) if c.duty else None
    return mention(duty.lead) if duty and duty.lead else "the shift lead"


def _words(state: SetState, c: Ceremony, rules: ReplicationSet) -> str:
    match c.token:
        case TokenState.NONE:
            return ""
        case TokenState.HELD if c.duty:
            return _on_duty(state, c, rules)
        case TokenState.RETURNED if c.ending is Ending.TOKEN_REFUSED:
            return ":warning: The token on duty is of no use on this cluster."
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
                f"a secondary, and Vault says that {place(state.name, c.cluster)} is none now."
            )
        case TokenState.ORPHANED:
            return (
                ":red_circle: *Vault may have made a DR operation token that nobody holds.* A new "
                "attempt replaces it; start one even if you do not need it."
            )


def _on_duty(state: SetState, c: Ceremony, rules: ReplicationSet) -> str:
    if c.by_hand and c.phase is Phase.PROMOTING:
        return _command(state, c, rules)
    after = (
        "When it is time, a card shows its lead the exact command, and Conclave waits for the "
        "evidence."
        if c.by_hand
        else "Conclave uses it. The approvals are those of any promotion."
    )
    return f":large_blue_circle: *Token on duty*{_which(state, c)}: no quorum is needed. {after}"


def _command(state: SetState, c: Ceremony, rules: ReplicationSet) -> str:
    """Return how the lead promotes by hand.

    `key=-` takes standard input as it is, with the newline that a terminal ends it with (measured
    with the command line of OpenBao 2.7.2). Whether Vault minds it is not known: the shell reads
    the token, and hands it on without.
    """
    cluster = rules.cluster(c.cluster)
    address = cluster.address if cluster else ""
    writes = "vault write sys/replication/dr/secondary/promote dr_operation_token=-"
    return (
        f":point_right: *For {lead_of(state, c)}, in their own terminal:*\n"
        f'```read -rs TOKEN; printf %s "$TOKEN" | VAULT_ADDR={address} {writes}; unset TOKEN```\n'
        "It waits for the token without showing it: paste it, press Enter. The shell's history "
        "does not keep it. Conclave waits until it sees that the cluster is the primary."
    )


def _which(state: SetState, c: Ceremony) -> str:
    duty = state.duties.find(c.duty)
    if duty is None:
        return ""
    where = f"with {mention(duty.lead)}" if c.by_hand else "in Conclave's keychain"
    return f" (shift {ours(duty.name, 40)}, {where}), valid until {when(duty.until)}"


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
