"""The exact command of a step that people do themselves, and where its secrets come from."""

from __future__ import annotations

import re

from bot.cards.phrases import code, mention, ours, place
from bot.cards.tokens import lead_of
from ceremonies import steps
from ceremonies.approval import is_approved, is_step_approved
from ceremonies.events import Action, Guard, Part
from ceremonies.runbook import Runbook, Step
from ceremonies.state import SetState
from ceremonies.steps import is_planned_demotion, is_ready, promotion_of
from ceremonies.topology import ReplicationSet

_DR = "sys/replication/dr"
_JOINS = (Action.UPDATE_PRIMARY, Action.ENABLE_SECONDARY)
_WRITES = {
    Action.DEMOTE: f"vault write -f {_DR}/primary/demote",
    Action.ENABLE_PRIMARY: f"vault write -f {_DR}/primary/enable",
    Action.ENABLE_SECONDARY: f"vault write {_DR}/secondary/enable -",
    Action.UPDATE_PRIMARY: f"vault write {_DR}/secondary/update-primary -",
    Action.SNAPSHOT: "vault operator raft snapshot save FILE",
}
_DISABLE_PRIMARY = f"vault write -f {_DR}/primary/disable"
_DISABLE_SECONDARY = f"vault write {_DR}/secondary/disable dr_operation_token=-"
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_PERFORMANCE = "sys/replication/performance"
_ROOT = "vault operator generate-root -init"
_GENERATE = "vault operator generate-root -dr-token"


def by_hand(state: SetState, r: Runbook, step: Step, rules: ReplicationSet, *, now: int) -> str:
    """Return who does this step with which command; it is done when its evidence is seen."""
    led = leads_work(state, step)
    takes_dr = _takes_dr_token(r, step)
    where = place(state.name, step.cluster)
    if led:
        what = f"*{led}, in their own terminal,* with the token on duty"
    elif takes_dr:
        what = f"*By hand,* with a DR operation token of {where}"
    else:
        what = "*By hand,* with a Vault token that may do so"
    if step.action in _JOINS:
        both = " and an activation token, pasted in this order"
        what += both if takes_dr else " as VAULT_TOKEN, and an activation token, which is pasted"
    told = f"{what}: {_block(command(r, step, rules))}"
    if step.action in _JOINS:
        told += _activation(state, r, step, rules)
    if takes_dr and not led:
        told += _dr_token(state, step, rules, now=now)
    return f"{told}{_again(state, r, step)}Conclave waits for the evidence."


def is_handed_out(
    state: SetState, r: Runbook, step: Step, rules: ReplicationSet, *, now: int
) -> bool:
    """Return whether the step's command stands on the card: not before others agreed to it.

    A promotion's stands on its ceremony's card. A planned demotion has no agreement of its own:
    that to the promotion covers it, and nothing is demoted before the promotion could follow:
    the gate was asked, for the request that stands.
    """
    if not step.by_hand or step.action is Action.PROMOTE:
        return False
    if is_planned_demotion(r, step):
        c = promotion_of(state, r)
        agreed = c is not None and is_ready(c) and is_approved(c, rules, now=now)
        return agreed and steps.is_handed_out(state, r, step)
    return step.guard is not Guard.TYPED or is_step_approved(step, rules, now=now)


def leads_work(state: SetState, step: Step) -> str:
    """Return the lead whose token on duty this step takes, as a mention; empty: no lead's."""
    c = state.find(step.ceremony) if step.ceremony else None
    return lead_of(state, c) if c is not None and c.by_hand else ""


def command(r: Runbook, step: Step, rules: ReplicationSet) -> str:
    """Return the whole command, which names its cluster.

    Secrets are pasted, and go on through standard input (two of them as JSON): none stands in the
    shell's history or among the arguments of a process (measured with the command line of OpenBao
    2.7.2).
    """
    at = _at(rules, step.cluster)
    match step.action:
        case Action.UPDATE_PRIMARY:
            told = """printf '{"dr_operation_token":"%s","token":"%s"}' "$TOKEN" "$ACTIVATION\""""
            writes = f"{told} | {at} {_WRITES[step.action]}"
            return f"read -rs TOKEN; read -rs ACTIVATION; {writes}; unset TOKEN ACTIVATION"
        case Action.ENABLE_SECONDARY:
            told = """printf '{"token":"%s"}' "$ACTIVATION\""""
            writes = f"{told} | {at} {_WRITES[step.action]}"
            return f"read -rs ACTIVATION; {writes}; unset ACTIVATION"
        case Action.DISABLE if r.retires_secondary:
            return f'read -rs TOKEN; printf %s "$TOKEN" | {at} {_DISABLE_SECONDARY}; unset TOKEN'
        case Action.DISABLE:
            return f"{at} {_DISABLE_PRIMARY}"
        case _:
            return f"{at} {_WRITES[step.action]}"


def performance(r: Runbook, step: Step, rules: ReplicationSet) -> str:
    """Return how a performance secondary is led to the new primary: Conclave has no rights there.

    Its id is in its activation token and may be used once, so it has the time in it. Its name is
    whatever a node said without being asked who it is: what a shell could take for more than a
    word does not get into the command.
    """
    name = step.cluster if _PLAIN.fullmatch(step.cluster) else "performance"
    make = (
        f"{_at(rules, r.follows)} vault write -field=wrapping_token "
        f'{_PERFORMANCE}/primary/secondary-token id="{name}-$(date +%s)"'
    )
    join = (
        'read -rs ACTIVATION; printf %s "$ACTIVATION" | '
        f"vault write {_PERFORMANCE}/secondary/update-primary token=-; unset ACTIVATION"
    )
    return (
        f"People do it, then say so. On the new primary: {_block(make)}On the performance "
        f"secondary, where the token that was printed is pasted: {_block(join)}Who has no token "
        f"that may do so makes a root token there: {code(_ROOT)}."
    )


def _at(rules: ReplicationSet, name: str) -> str:
    cluster = rules.cluster(name)
    return f"VAULT_ADDR={cluster.address}" if cluster else "VAULT_ADDR=ADDRESS"


def _takes_dr_token(r: Runbook, step: Step) -> bool:
    secondary = step.action is Action.DISABLE and r.retires_secondary
    return secondary or step.action is Action.UPDATE_PRIMARY


def _dr_token(state: SetState, step: Step, rules: ReplicationSet, *, now: int) -> str:
    """Return where people have a DR operation token from: what Conclave holds it gives to nobody.

    The calls behind the three commands: docs/facts/vault.md 1.
    """
    duty = state.duties.usable(step.cluster, now=now)
    lead = ""
    if duty is not None and duty.part is Part.LEAD and duty.lead:
        lead = f"The token on duty, which {mention(duty.lead)} has, is one. "
    return (
        f"{lead}Key holders make a DR operation token of {place(state.name, step.cluster)}, each "
        f"in their own terminal with {code(_at(rules, step.cluster))}: one begins with "
        f"{code(f'{_GENERATE} -init')}, each gives a share with {code(_GENERATE)}, and who began "
        f"decodes it with {code(f'{_GENERATE} -decode=ENCODED -otp=OTP')}. Conclave tells of that "
        "attempt as of one that it did not begin. "
    )


def _again(state: SetState, r: Runbook, step: Step) -> str:
    """Return how Conclave does the step itself after all, if all it lacked was a right."""
    if not step.lacks_right:
        return ""
    where = place(state.name, r.follows if step.action in _JOINS else step.cluster)
    held = ", with the DR operation token that it holds" if step.ceremony else ""
    return (
        f"Or give Conclave's login on {where} the right, and press *Try again*: then Conclave does "
        f"it{held}. "
    )


def _activation(state: SetState, r: Runbook, step: Step, rules: ReplicationSet) -> str:
    """Return how the activation token is made; an id may be used once, so it has the time in it."""
    make = (
        f"{_at(rules, r.follows)} vault write -field=wrapping_token {_DR}/primary/secondary-token "
        f'id="{step.cluster}-$(date +%s)"'
    )
    return (
        f"The activation token is made on {place(state.name, r.follows)} by whoever may do so; it "
        f"works once, for 30 minutes: {_block(make)}"
    )


def _block(text: str) -> str:
    """Return the command as it is to be copied: whole, on a line of its own."""
    return f"\n```{ours(text)}```\n"
