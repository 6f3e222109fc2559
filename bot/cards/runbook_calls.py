"""What the channel is told aloud of a runbook: Slack notifies nobody of a card that has changed.

Each call is posted once; the card above has the words and the buttons.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.cards import no_primary, steps
from bot.cards.by_hand import is_handed_out, leads_work
from bot.cards.keys import runbook_call_key
from bot.cards.kit import Card, card, section
from bot.cards.phrases import mention, more_people, people, place, when
from ceremonies.approval import step_agreed, step_approvers
from ceremonies.events import Action, Guard
from ceremonies.roster import Role, Roster
from ceremonies.runbook import Runbook, RunbookEnding, Step, StepState
from ceremonies.state import SetState
from ceremonies.topology import ReplicationSet

_CALLED = 10
_SEE = "See the card above."
_COMMAND = "The card above has the command."
_Call = tuple[str, int | str, str, str]  # kind, which of its kind, who, words


def runbook_calls(
    state: SetState,
    r: Runbook,
    rules: ReplicationSet,
    roster: Roster,
    *,
    now: int,
    may_go_back: bool,
) -> Iterator[tuple[str, Card]]:
    """Yield by key what the channel should be told aloud now, once for each occasion."""
    for what, which, who, words in _calls(state, r, rules, roster, now=now, back=may_go_back):
        line = f"{who}: {words}"
        yield runbook_call_key(r, what, which), card(line, [section(line)])


def _calls(
    state: SetState, r: Runbook, rules: ReplicationSet, roster: Roster, *, now: int, back: bool
) -> Iterator[_Call]:
    commanders = _role(roster, Role.INCIDENT_COMMANDER)
    about = f"{steps.PLAYS[r.play]} {place(state.name, r.target)}"
    if r.ending is RunbookEnding.DONE:
        yield "done", 0, mention(r.started_by), f"Done: {about}. {_SEE}"
    if r == state.without_primary:
        yield "stopped", 0, commanders, f"{no_primary.called(state, r)} {_SEE}"
    if not r.is_open:
        return
    if back:
        yield "back", r.without_primary_since, commanders, _without_primary(state, r)
    begun = any(step.state.is_over for step in r.steps)
    for step in r.at_hand:
        name = steps.name_of(state.name, step, follows=r.follows)
        if is_handed_out(state, r, step, rules, now=now) and step.state is not StepState.ACCEPTED:
            words = f"*{name}* is yours to do by hand. {_COMMAND}"
            yield f"hand:{step.id}", step.handed_out, leads_work(state, step) or commanders, words
        elif step.request is not None and step.guard is Guard.TYPED:
            yield from _asked(step, name, rules, roster, now=now)
        elif step.state is StepState.REFUSED and step.action is not Action.TOKEN:
            words = f"*{name}* did not work and waits for you. {_SEE}"
            yield f"refused:{step.id}", step.refused_at, commanders, words
        elif begun and step.guard is Guard.CONTINUE and step.state is StepState.WAITING:
            yield f"next:{step.id}", 0, commanders, f"Next: *{name}*. {_SEE}"
        if step.slow:
            words = f"*{name}* was accepted by Vault, and is not done after two minutes. {_SEE}"
            yield f"slow:{step.id}", step.accepted_at, commanders, words


def _asked(
    step: Step, name: str, rules: ReplicationSet, roster: Roster, *, now: int
) -> Iterator[_Call]:
    left = step_approvers(rules) - len(step_agreed(step, rules, now=now))
    if step.request is None or left <= 0 or step.state is StepState.ACCEPTED:
        return
    by = step.request.by
    who = _role(roster, Role.APPROVER, Role.INCIDENT_COMMANDER, besides=by)
    asks = f"{mention(by)} asks for a step: *{name}*. {more_people(left)} must agree."
    words = f"{asks} Read the card above, then approve or reject there."
    yield f"approve:{step.id}", step.request.at, who, words


def _without_primary(state: SetState, r: Runbook) -> str:
    source, target = place(state.name, r.source), place(state.name, r.target)
    return (
        f":rotating_light: *{state.name} has no primary* since {when(r.without_primary_since)}: "
        f"{source} was demoted and {target} is not the primary. Look at the nodes of {target}. "
        f"If it does not come up, press *Promote {source} back* on the card above."
    )


def _role(roster: Roster, *roles: Role, besides: str = "") -> str:
    ids = [p.slack for role in roles for p in roster.with_role(role) if p.slack != besides]
    return people(list(dict.fromkeys(ids)), _CALLED)
