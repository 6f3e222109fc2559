"""The exact command of a step that people do themselves, and where its secrets come from."""

from __future__ import annotations

from bot.cards.phrases import ours, place
from bot.cards.tokens import lead_of
from ceremonies.approval import is_approved, is_step_approved
from ceremonies.ceremony import Ceremony
from ceremonies.events import Action, Guard
from ceremonies.runbook import Runbook, Step
from ceremonies.state import SetState
from ceremonies.steps import is_ready, promotion_of
from ceremonies.topology import ReplicationSet

_DR = "sys/replication/dr"
_JOIN = 'token="$ACTIVATION_TOKEN"'
_WITH_DR = 'dr_operation_token="$DR_OPERATION_TOKEN"'
_JOINS = (Action.UPDATE_PRIMARY, Action.ENABLE_SECONDARY)


def by_hand(state: SetState, r: Runbook, step: Step, rules: ReplicationSet) -> str:
    """Return who does this step with which command; it is done when its evidence is seen."""
    c = state.find(step.ceremony) if step.ceremony else None
    if c is not None and c.by_hand:
        return _by_lead(state, r, step, c, rules)
    told = f"Do it by hand, Conclave waits for the evidence: {_block(command(r, step))}"
    return f"{told}{_activation(state, r, step)}" if step.action in _JOINS else told


def is_handed_out(
    state: SetState, r: Runbook, step: Step, rules: ReplicationSet, *, now: int
) -> bool:
    """Return whether the step's command stands on the card: not before others agreed to it.

    A promotion's stands on its ceremony's card. A planned demotion has no agreement of its own:
    that to the promotion covers it, and nothing is demoted before the promotion could follow.
    """
    if not step.by_hand or step.action is Action.PROMOTE:
        return False
    if step.action is Action.DEMOTE and r.of(Action.PROMOTE) is not None:
        c = promotion_of(state, r)
        return c is not None and is_ready(c) and is_approved(c, rules, now=now)
    return step.guard is not Guard.TYPED or is_step_approved(step, rules, now=now)


def leads_work(state: SetState, step: Step) -> str:
    """Return the lead whose token on duty this step takes, as a mention; empty: no lead's."""
    c = state.find(step.ceremony) if step.ceremony else None
    return lead_of(state, c) if c is not None and c.by_hand else ""


def command(r: Runbook, step: Step) -> str:
    """Return the command; `$…` stands for secrets that people have."""
    return {
        Action.DEMOTE: f"vault write -f {_DR}/primary/demote",
        Action.ENABLE_PRIMARY: f"vault write -f {_DR}/primary/enable",
        Action.ENABLE_SECONDARY: f"vault write {_DR}/secondary/enable {_JOIN}",
        Action.UPDATE_PRIMARY: f"vault write {_DR}/secondary/update-primary {_WITH_DR} {_JOIN}",
        Action.SNAPSHOT: "vault operator raft snapshot save FILE",
        Action.DISABLE: (
            f"vault write {_DR}/secondary/disable {_WITH_DR}"
            if step.ceremony or r.of(Action.TOKEN, step.cluster)
            else f"vault write -f {_DR}/primary/disable"
        ),
    }.get(step.action, "")


def _by_lead(state: SetState, r: Runbook, step: Step, c: Ceremony, rules: ReplicationSet) -> str:
    """Return the command that takes the lead's token as a shell reads it, without showing it.

    Two secrets go as JSON through standard input: neither stands in the shell's history or among
    the arguments of a process (measured with the command line of OpenBao 2.7.2).
    """
    cluster = rules.cluster(step.cluster)
    at = f"VAULT_ADDR={cluster.address if cluster else ''}"
    head = f"*{lead_of(state, c)}, in their own terminal,* with the token on duty"
    waits = "Conclave waits for the evidence."
    if step.action in _JOINS:
        reads = "read -rs TOKEN; read -rs ACTIVATION"
        told = """printf '{"dr_operation_token":"%s","token":"%s"}' "$TOKEN" "$ACTIVATION\""""
        writes = f"{at} vault write {_DR}/secondary/update-primary -"
        whole = f"{reads}; {told} | {writes}; unset TOKEN ACTIVATION"
        what = f"{head} and an activation token, pasted in this order"
        return f"{what}: {_block(whole)}{_activation(state, r, step)} {waits}"
    writes = f"{at} vault write {_DR}/secondary/disable dr_operation_token=-"
    whole = f'read -rs TOKEN; printf %s "$TOKEN" | {writes}; unset TOKEN'
    return f"{head}: {_block(whole)}{waits}"


def _activation(state: SetState, r: Runbook, step: Step) -> str:
    """Return how the activation token is made; an id may be used once, so it has the time in it."""
    make = (
        f"vault write -field=wrapping_token {_DR}/primary/secondary-token "
        f'id="{step.cluster}-$(date +%s)"'
    )
    return (
        f"The activation token is made on {place(state.name, r.follows)} by whoever may do so; it "
        f"works once, for 30 minutes: {_block(make)}"
    )


def _block(text: str) -> str:
    """Return the command as it is to be copied: whole, on a line of its own."""
    return f"\n```{ours(text)}```\n"
