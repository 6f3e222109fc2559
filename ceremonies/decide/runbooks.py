"""Beginning a runbook, going on with it, asking and agreeing, stopping it."""

from __future__ import annotations

from ceremonies import share
from ceremonies.approval import step_agreed
from ceremonies.commands import (
    AbortRunbook,
    ApproveStep,
    ContinueStep,
    FinishStep,
    Fresh,
    Reason,
    Refusal,
    RejectStep,
    RequestStep,
    RunbookCommand,
    SkipStep,
    Start,
    StartRunbook,
)
from ceremonies.decide import gathering
from ceremonies.decide.stopping import abort, is_asked, skip
from ceremonies.decide.terms import Terms
from ceremonies.events import (
    Action,
    Event,
    Guard,
    PromotionRejected,
    RunbookStarted,
    StepApproved,
    StepContinued,
    StepDone,
    StepRejected,
    StepRequested,
)
from ceremonies.plans import CEREMONY_FOR
from ceremonies.runbook import Runbook, Step, StepState
from ceremonies.state import SetState
from ceremonies.steps import promotion_of


def decide_runbook(
    state: SetState, command: RunbookCommand, *, now: int, terms: Terms, fresh: Fresh
) -> list[Event] | Refusal:
    """Return the events of one entry that answer `command` at `now` (ms), or a Refusal."""
    if isinstance(command, StartRunbook):
        return begin(state, command, fresh=fresh)
    r = state.find_runbook(command.runbook)
    if r is None or not r.is_open:
        words = "That runbook is over; nothing was done."
        return Refusal(reason=Reason.NO_RUNBOOK, words=words)
    if isinstance(command, AbortRunbook):
        return abort(state, r, command, now=now)
    step = r.step(command.step)
    if step is None:
        return Refusal(reason=Reason.STALE, words="This runbook has no such step.")
    if step not in r.at_hand:
        done = step.state.is_over
        words = "This step is over already." if done else "It is not this step's turn yet."
        return Refusal(reason=Reason.STALE if done else Reason.NOT_NOW, words=words)
    return _of_step(state, r, step, command, now=now, terms=terms, fresh=fresh)


def _of_step(
    state: SetState,
    r: Runbook,
    step: Step,
    command: RunbookCommand,
    *,
    now: int,
    terms: Terms,
    fresh: Fresh,
) -> list[Event] | Refusal:
    if is_asked(state, r, step=step, ending=isinstance(command, SkipStep), now=now):
        return Refusal(reason=Reason.BUSY, words="Vault is being asked just now; wait for it.")
    match command:
        case ContinueStep():
            return _continue(state, r, step, command, now=now, terms=terms, fresh=fresh)
        case RequestStep():
            return _request(r, step, command)
        case ApproveStep():
            return _approve(r, step, command, now=now, terms=terms)
        case RejectStep():
            return _reject(r, step, command)
        case FinishStep():
            return _finish(state, r, step, command)
        case SkipStep():
            return skip(state, r, step, command)
        case _:
            raise RuntimeError("this command has no step")


def begin(state: SetState, command: StartRunbook, *, fresh: Fresh) -> list[Event] | Refusal:
    """Begin a runbook where none is open; its plan is in its first entry."""
    if share.is_shown_in(command.reason):
        return Refusal(reason=Reason.MALFORMED, words=share.SHOWN_WORDS)
    running = state.runbook
    if running is not None:
        words = (
            f"The runbook {running.play} of {state.name}/{running.target} is open. "
            "Finish it or abort it first."
        )
        return Refusal(reason=Reason.ALREADY_OPEN, words=words)
    started = RunbookStarted(
        runbook=fresh.runbook,
        play=command.play,
        target=command.target,
        source=command.source,
        by=command.by,
        reason=command.reason,
        steps=command.steps,
        evidence=command.evidence,
    )
    return [started]


def for_ceremony(
    state: SetState, command: Start, *, fresh: Fresh
) -> tuple[str, list[Event]] | Refusal:
    """Return the runbook that a ceremony's token is for, and the events that begin it.

    It is the open one if that waits for this token; else `command.plan` is begun.
    """
    if command.plan is None:
        return "", []
    r = state.runbook
    if r is not None and _waits_for(r, command):
        return r.id, []
    if not any(
        s.action is Action.TOKEN and s.cluster == command.cluster for s in command.plan.steps
    ):
        words = (
            f"By `hands` people do this step of {state.name}/{command.cluster} themselves, with a "
            "token that they make: a ceremony would yield one that nobody could use. Begin the "
            f"runbook instead: run {state.name} {command.plan.play} cluster={command.cluster}."
        )
        return Refusal(reason=Reason.NOT_NOW, words=words)
    begun = begin(state, command.plan, fresh=fresh)
    return begun if isinstance(begun, Refusal) else (fresh.runbook, begun)


def _waits_for(r: Runbook, command: Start) -> bool:
    step = r.of(Action.TOKEN, command.cluster)
    user = _user_of(r, step) if step in r.at_hand else None
    return user is not None and CEREMONY_FOR[user.action] is command.purpose


def _user_of(r: Runbook, token: Step | None) -> Step | None:
    """Return the step for which this step's token is."""
    if token is None:
        return None
    uses = (s for s in r.steps if s.cluster == token.cluster and s.action in CEREMONY_FOR)
    return next((s for s in uses if not s.state.is_over), None)


def _continue(
    state: SetState,
    r: Runbook,
    step: Step,
    command: ContinueStep,
    *,
    now: int,
    terms: Terms,
    fresh: Fresh,
) -> list[Event] | Refusal:
    if step.action is Action.TOKEN:
        return _call_together(state, r, step, command, now=now, terms=terms, fresh=fresh)
    if step.guard is Guard.HANDS:
        return _not_now("People do this step; say when it is done.")
    if step.guard is Guard.TYPED and not step.lacks_right:
        return _not_now(f"Type {state.name}/{step.cluster} to ask for this step.")
    if step.state is StepState.ACCEPTED:
        return _not_now("Vault has taken this on; wait until it is done.")
    fresh_start = step.state is StepState.WAITING and step.guard is Guard.CONTINUE
    if fresh_start or step.state is StepState.REFUSED or step.tries or step.lacks_right:
        return [StepContinued(runbook=r.id, step=step.id, by=command.by)]
    return _not_now("This step goes on by itself; nothing is needed from you now.")


def _call_together(
    state: SetState,
    r: Runbook,
    step: Step,
    command: ContinueStep,
    *,
    now: int,
    terms: Terms,
    fresh: Fresh,
) -> list[Event] | Refusal:
    user = _user_of(r, step)
    if user is None:
        return _not_now("No step needs this token any more.")
    wish = Start(
        by=command.by,
        cluster=step.cluster,
        purpose=CEREMONY_FOR[user.action],
        reason=r.reason,
        evidence=command.evidence,
        use_duty=True,
    )
    return gathering.start(state, wish, now=now, terms=terms, fresh=fresh, runbook=r.id)


def _request(r: Runbook, step: Step, command: RequestStep) -> list[Event] | Refusal:
    if share.is_shown_in(command.reason):
        return Refusal(reason=Reason.MALFORMED, words=share.SHOWN_WORDS)
    if step.guard is not Guard.TYPED:
        return _not_now("This step is not asked for by typing.")
    if step.request is not None:
        words = f"<@{step.request.by}> has asked for this step already."
        return Refusal(reason=Reason.ALREADY_OPEN, words=words)
    if step.state is StepState.ACCEPTED:
        return _not_now("Vault has taken this on; wait until it is done.")
    asked = StepRequested(
        runbook=r.id,
        step=step.id,
        by=command.by,
        reason=command.reason,
        evidence=command.evidence,
    )
    return [asked]


def _approve(
    r: Runbook, step: Step, command: ApproveStep, *, now: int, terms: Terms
) -> list[Event] | Refusal:
    if step.request is None or step.state is StepState.ACCEPTED:
        words = "This step is not asked for just now, so there is nothing to approve."
        return Refusal(reason=Reason.NO_REQUEST, words=words)
    if command.asked_at != step.request.at:
        return _changed()
    if command.by == step.request.by:
        words = "You asked for this step; another person must approve it."
        return Refusal(reason=Reason.OWN_REQUEST, words=words)
    if command.by in step_agreed(step, terms.rules, now=now):
        return _not_now("You have approved this step already.")
    return [StepApproved(runbook=r.id, step=step.id, by=command.by)]


def _reject(r: Runbook, step: Step, command: RejectStep) -> list[Event] | Refusal:
    if step.request is None or step.state is StepState.ACCEPTED:
        return Refusal(reason=Reason.NO_REQUEST, words="This step is not asked for just now.")
    if command.asked_at != step.request.at:
        return _changed()
    return [StepRejected(runbook=r.id, step=step.id, by=command.by)]


def _finish(state: SetState, r: Runbook, step: Step, command: FinishStep) -> list[Event] | Refusal:
    if step == r.unseen_demotion:
        words = "Vault took the demotion on, and the cluster has not said what it is since."
        done = StepDone(runbook=r.id, step=step.id, by=command.by, words=words)
        c = promotion_of(state, r)
        # Whoever approved thought that the demotion would be seen: they are asked once more.
        anew = c is not None and c.is_open and c.request is not None
        return [PromotionRejected(ceremony=c.id, by=command.by), done] if c and anew else [done]
    if step.guard is not Guard.HANDS:
        return _not_now("Conclave sees by itself when this step is done, and waits for that.")
    words = f"<@{command.by}> says that it is done."
    return [StepDone(runbook=r.id, step=step.id, by=command.by, words=words)]


def _changed() -> Refusal:
    words = "The request changed since this card was drawn; look at the card again."
    return Refusal(reason=Reason.STALE, words=words)


def _not_now(words: str) -> Refusal:
    return Refusal(reason=Reason.NOT_NOW, words=words)
