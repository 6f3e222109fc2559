"""A runbook in words: its steps, what each needs now, what holds if one stops here."""

from __future__ import annotations

from bot.cards.by_hand import by_hand, is_handed_out, performance
from bot.cards.phrases import code, cut, mention, more_people, ours, place, places, span, when
from ceremonies.approval import step_agreed, step_approvers
from ceremonies.events import Action, Guard, Play
from ceremonies.runbook import Runbook, Step, StepState
from ceremonies.state import SetState
from ceremonies.steps import promotion_of
from ceremonies.topology import ReplicationSet

PLAYS = {
    Play.SETUP: "Set up",
    Play.FAILOVER: "Failover to",
    Play.PLANNED_FAILOVER: "Planned failover to",
    Play.REJOIN: "Rejoin of",
    Play.RETIRE: "Retirement of",
    Play.FAILBACK: "Failback to",
    Play.REPOINT: "Re-pointing of",
}
PLAIN = {
    Action.CANARY: "reading the canary",
    Action.CLIENTS: "the clients",
}
_PERFORMANCE_AT_ONCE = 3  # a message has no room for the buttons of many
_WORDS = 160
_SIGNS = {
    StepState.WAITING: (":white_circle:", "waits"),
    StepState.ASKED: (":raised_hand:", "asked for"),
    StepState.WANTED: (":hourglass_flowing_sand:", "under way"),
    StepState.ACCEPTED: (":hourglass_flowing_sand:", "accepted by Vault, not done yet"),
    StepState.REFUSED: (":warning:", "did not work"),
    StepState.DONE: (":white_check_mark:", "done"),
    StepState.SKIPPED: (":fast_forward:", "left out"),
}


def name_of(set_name: str, step: Step, *, follows: str) -> str:
    """Return what a step does, in a few words."""
    where = place(set_name, step.cluster)
    leader = place(set_name, follows)
    return {
        Action.TOKEN: f"Ceremony for the DR operation token of {where}",
        Action.PROMOTE: f"Promote {where}",
        Action.DEMOTE: f"Demote {where}",
        Action.CANARY: f"Read the canary on {where}",
        Action.CLIENTS: f"Point the clients to {where}",
        Action.UPDATE_PRIMARY: f"Let {where} follow {leader}",
        Action.SNAPSHOT: f"Raft snapshot of {where}",
        Action.DISABLE: f"Disable replication on {where}",
        Action.ENABLE_PRIMARY: f"Enable {where} as primary",
        Action.ENABLE_SECONDARY: f"Wipe {where} and let it join {leader}",
        Action.PERFORMANCE: f"Performance secondary {code(step.cluster)}: its update-primary",
    }[step.action]


def deed(set_name: str, step: Step) -> str:
    """Return what a button does for a step, inside a sentence."""
    where = place(set_name, step.cluster)
    return {
        Action.TOKEN: f"start the ceremony on {where}",
        Action.PROMOTE: f"promote {where}",
        Action.DEMOTE: f"demote {where}",
        Action.CANARY: f"read the canary on {where}",
        Action.CLIENTS: "point the clients",
        Action.UPDATE_PRIMARY: f"re-point {where}",
        Action.SNAPSHOT: f"take a snapshot of {where}",
        Action.DISABLE: f"disable replication on {where}",
        Action.ENABLE_PRIMARY: f"enable {where} as primary",
        Action.ENABLE_SECONDARY: f"wipe {where}",
        Action.PERFORMANCE: f"re-point performance secondary {cut(step.cluster, 30)}",
    }[step.action]


def shown_at_hand(r: Runbook) -> list[Step]:
    """Return the steps at hand that the card has buttons for: of performance steps, a few."""
    last = _performance_at_hand(r)[:_PERFORMANCE_AT_ONCE]
    return [s for s in r.at_hand if s.action is not Action.PERFORMANCE or s in last]


def _performance_at_hand(r: Runbook) -> list[Step]:
    return [step for step in r.at_hand if step.action is Action.PERFORMANCE]


def line(
    state: SetState,
    r: Runbook,
    step: Step,
    rules: ReplicationSet,
    *,
    number: int,
    now: int,
    at_most: int = _WORDS,
) -> str:
    """Return one step: its state in a word, what was seen, how long it took, what it needs.

    `at_most`: so many letters of what was seen.
    """
    sign, word = _SIGNS[step.state]
    took = _took(step)
    told = f" {ours(step.words, at_most)}" if step.words else ""
    head = f"{sign} *{number}. {name_of(state.name, step, follows=r.follows)}*: {word}{took}.{told}"
    if step.state.is_over or step not in shown_at_hand(r):
        return head
    needs = _needs(state, r, step, rules, now=now)
    return f"{head}\n      {needs}" if needs else head


def _took(step: Step) -> str:
    began = step.accepted_at or step.wanted_at
    by = f" by {mention(step.done_by)}" if step.done_by else ""
    if step.state is StepState.DONE and began and step.done_at > began:
        return f"{by} after {span(step.done_at - began)}"
    return by


def _needs(state: SetState, r: Runbook, step: Step, rules: ReplicationSet, *, now: int) -> str:
    if step == r.unseen_demotion:
        where = place(state.name, step.cluster)
        return (
            f"If {where} does not come back, keep its nodes off and press *Take {where} for "
            "demoted*: the promotion is then asked for anew, with the token that is held."
        )
    if step.state is StepState.ACCEPTED:
        return "Conclave looks until it is done."
    if step.guard is Guard.HANDS:
        return _by_people(r, step, rules)
    if step.action is Action.PROMOTE:
        return "The ceremony's card asks for it and for the approvals."
    if is_handed_out(state, r, step, rules, now=now):
        return f"{by_hand(state, r, step, rules, now=now)}{_token_ends(step)}"
    if step.action is Action.TOKEN:
        if step.state is StepState.WANTED:
            return "The ceremony has a card of its own: key holders give their shares there."
        return f"An incident commander presses *Go on*; {_whose_token(state, step, now=now)}"
    if step.action is Action.DEMOTE and step.guard is Guard.NONE:
        return _before_demotion(state, r, step)
    if step.guard is Guard.TYPED:
        return f"{_agreement(step, rules, state.name, now=now)}{_token_ends(step)}"
    if step.activation is not None:
        return _token_ends(step).strip()
    if step.guard is Guard.CONTINUE and step.state is not StepState.WANTED:
        return "An incident commander presses *Go on*, or leaves it out."
    return ""


def _token_ends(step: Step) -> str:
    """Return when the activation token that is held ends, as a sentence to append."""
    return f" Its activation token ends {when(step.activation.until)}." if step.activation else ""


def _whose_token(state: SetState, step: Step, *, now: int) -> str:
    if state.duties.usable(step.cluster, now=now) is None:
        return "then key holders are asked."
    return "then the token on duty is taken, and no key holder is asked."


def _by_people(r: Runbook, step: Step, rules: ReplicationSet) -> str:
    if step.action is Action.CLIENTS:
        todo = "; ".join(ours(item, 80) for item in rules.client_checklist[:6])
        return f"People do it, then say so: {todo}."
    if step != _performance_at_hand(r)[0]:
        return "People do it by the same two commands, with its own name in the id."
    return performance(r, step, rules)


def _before_demotion(state: SetState, r: Runbook, step: Step) -> str:
    """The promise of a planned failover: nothing is demoted before everything else is ready."""
    c = promotion_of(state, r)
    waits = "the token" if c is None else "the promotion's request and its approvals"
    source, target = place(state.name, r.source), place(state.name, r.target)
    does = "Its command is shown, for people to run," if step.by_hand else "Sent"
    return (
        f"{does} only when the token is held, {waits} stand and no gate blocks. From then until "
        f"{target} is promoted the set has no primary. To go back then takes a DR operation token "
        f"of {source}: another ceremony, there."
    )


def _agreement(step: Step, rules: ReplicationSet, set_name: str, *, now: int) -> str:
    where = place(set_name, step.cluster)
    if step.request is None:
        no = f"{mention(step.rejected_by)} said no. " if step.rejected_by else ""
        return f"{no}An incident commander types {code(where)}; another person must approve."
    agreed = step_agreed(step, rules, now=now)
    left = step_approvers(rules) - len(agreed)
    asked = f"{mention(step.request.by)} asked for it {when(step.request.at)}"
    return f"{asked}; {more_people(left)} must approve." if left > 0 else f"{asked}; approved."


def holds(set_name: str, r: Runbook) -> str:
    """Return what is true of the clusters if one stops here, in a sentence or two."""
    target, source = place(set_name, r.target), place(set_name, r.source)
    demoted = _is_done(r, Action.DEMOTE)
    promotion = r.of(Action.PROMOTE)
    if promotion is not None:
        if promotion.state is StepState.ACCEPTED:
            return (
                f"Vault took the promotion of {target} on, which cannot be taken back; it is not "
                "the primary yet."
            )
        if promotion.state is StepState.DONE:
            return f"{target} is the primary.{_followers(set_name, r)}"
        if demoted:
            return (
                f"*The set has no primary:* {source} is demoted and {target} is not promoted. No "
                "client is served until one of the two is promoted."
            )
        if r.play is Play.FAILOVER:
            return f"{target} is still a secondary; nothing was changed at Vault."
        handed = r.of(Action.DEMOTE)
        if handed is not None and handed.handed_out:
            return (
                f"People were given the command that demotes {source}. If it was typed, the set "
                "has no primary until one of the two is promoted; if not, nothing was changed."
            )
        return f"{source} is still the primary; nothing was changed at Vault."
    if r.play is Play.RETIRE:
        return _retired(set_name, r)
    if r.play is Play.REJOIN:
        if all(step.state.is_over for step in r.steps):
            return f"{target} follows {source}, which is the primary."
        if not demoted:
            return (
                f"Nothing was changed. What clients write to {target} meanwhile is lost when it "
                f"follows {source}."
            )
        return (
            f"{target} is demoted and follows nobody; {source} is the primary. What {target} took "
            "in as primary is lost when it follows, except for what a snapshot has."
        )
    return f"{place(set_name, r.follows)} is the primary; steps that are not done changed nothing."


def _retired(set_name: str, r: Runbook) -> str:
    """Return what a retirement came to, and what becomes of what only that cluster holds."""
    target, source = place(set_name, r.target), place(set_name, r.source)
    done = _is_done(r, Action.DISABLE)
    holds = f"{source} is the primary; "
    holds += f"{target} replicates with nobody." if done else "nothing was changed."
    if r.retires_secondary:
        return holds  # it was a secondary, which takes nothing in
    return (
        f"{holds} What {target} took in since {source} was promoted is on {target} alone, and is "
        "lost with it: fetch it from there before it is wiped."
    )


def _followers(set_name: str, r: Runbook) -> str:
    """Return who follows the new primary by this plan, and who does not."""
    led = [s for s in r.steps if s.action is Action.UPDATE_PRIMARY]
    follow = places(set_name, (s.cluster for s in led if s.state is StepState.DONE))
    alone = places(set_name, (s.cluster for s in led if s.state is not StepState.DONE))
    said = f" Following it: {follow}." if follow else ""
    return f"{said} Not following it: {alone}." if alone else said


def lost(step: Step) -> str:
    """Return what a step takes away for good, in a sentence; empty where it takes nothing."""
    return {
        Action.DEMOTE: "It stops being a primary at once; what it took in alone is lost later.",
        Action.DISABLE: (
            "It leaves replication for good: to come back, it is wiped. Writes that it took in "
            "alone, after another cluster was promoted, are then lost, but for a snapshot."
        ),
        Action.ENABLE_SECONDARY: "Everything that this cluster holds is replaced.",
    }.get(step.action, "")


def was_sent(state: SetState, r: Runbook) -> bool:
    """Return whether the promotion of this runbook's target may have reached Vault."""
    step = r.of(Action.PROMOTE)
    c = state.find(step.ceremony) if step else None
    return c is not None and bool(c.promotion_tries)


def _is_done(r: Runbook, action: Action) -> bool:
    step = r.of(action)
    return step is not None and step.state in (StepState.DONE, StepState.ACCEPTED)
