"""A runbook's card: the plan, how far each step is, what is needed now, what holds if one stops."""

from __future__ import annotations

from collections.abc import Iterator

from slack_sdk.models.blocks import Block, ButtonElement, PlainTextInputElement
from slack_sdk.models.blocks.basic_components import PlainTextObject

from bot.cards import no_primary, steps
from bot.cards.clients import notification
from bot.cards.kit import (
    Card,
    Json,
    actions,
    asked,
    button,
    card,
    confirmation,
    context,
    header,
    modal,
    section,
)
from bot.cards.phrases import cut, mention, one_line, ours, place, quoted, span, when
from bot.cards.plan import plan
from ceremonies.events import Action, Guard, Play
from ceremonies.evidence import Check, Level
from ceremonies.runbook import Runbook, RunbookEnding, Step, StepState
from ceremonies.state import SetState
from ceremonies.topology import ReplicationSet

CONTINUE = "runbook.continue"
DONE = "runbook.done"
ABORT = "runbook.abort"
REQUEST_OPEN = "runbook.request"
APPROVE = "runbook.approve"
REJECT = "runbook.reject"
SKIP = "runbook.skip"
BACK = "runbook.back"
REQUEST = "step.request"
CLUSTER, REASON, ACTION = "cluster", "reason", "value"

BACK_MS = 2 * 60_000  # after so long without a primary, going back is offered
_HASH = 16
_REASON_LENGTH = 500
_SECTION = 2700
_OPTIONAL = (Action.SNAPSHOT, Action.CANARY, Action.CLIENTS, Action.PERFORMANCE)


def runbook_card(
    state: SetState, r: Runbook, rules: ReplicationSet, *, now: int, back_ms: int = BACK_MS
) -> Card:
    """Return the card, drawn anew as the runbook goes on.

    `back_ms` after a demotion without a primary, going back is offered.
    """
    title = f"{steps.PLAYS[r.play]} {place(state.name, r.target)}"
    head = _head(r, title)
    why = f" Reason: {quoted(r.reason)}" if r.reason else ""
    blocks: list[Block | None] = [
        header(head),
        section(f"{mention(r.started_by)} started this runbook {when(r.started_at)}.{why}"),
        *_lines(state, r, rules, now=now),
    ]
    told = notification(state.name, r, rules)
    blocks += [section(told)] if told else []
    warned = _performance(r)
    if r.is_open:
        blocks.append(section(f"*If one stops here:* {steps.holds(state.name, r)}"))
        blocks += [section(warned)] if warned else []
        words = plan(state, r, now=now)
        blocks += [context(words)] if words else []
        blocks += [actions(row) for row in _rows(state, r, back=may_go_back(r, back_ms, now=now))]
    else:
        blocks.append(section(_over(state, r)))
        blocks += no_primary.way_out(state, r)
        blocks.append(context(f"Log entry {r.entry}, hash `{r.head[:_HASH]}`."))
    return card(one_line(f"{head}. {_now(state, r)}"), blocks)


def _head(r: Runbook, title: str) -> str:
    match r.ending:
        case RunbookEnding.DONE:
            return f"Runbook done: {title}"
        case RunbookEnding.ABORTED:
            return f"Runbook stopped: {title}"
        case None:
            return f"Runbook: {title}"


def _now(state: SetState, r: Runbook) -> str:
    step = r.current
    return f"Now: {steps.deed(state.name, step)}." if step else "Nothing is left to do."


def _lines(state: SetState, r: Runbook, rules: ReplicationSet, *, now: int) -> Iterator[Block]:
    """Yield the steps, as many together as one block takes."""
    text = ""
    for number, step in enumerate(r.steps, start=1):
        line = steps.line(state, r, step, rules, number=number, now=now)
        if text and len(text) + len(line) > _SECTION:
            yield section(text)
            text = ""
        text = f"{text}\n{line}" if text else line
    yield section(text)


def _performance(r: Runbook) -> str:
    """Return the warning that performance replication hangs on this set, if it does."""
    told = [f for f in r.evidence.findings if f.check == Check.PERFORMANCE]
    words = " ".join(ours(f.words, 400) for f in told if f.level is Level.WARN)
    return f":warning: *Performance replication:* {words}" if words else ""


def _over(state: SetState, r: Runbook) -> str:
    took = span(r.ended_at - r.started_at)
    if r.ending is RunbookEnding.ABORTED:
        by = f"{mention(r.ended_by)} stopped it" if r.ended_by else "It ended with its ceremony"
        if r.took_primary and r != state.without_primary:
            return f"{by} after {took}, without a primary; a later runbook went on from there."
        return f"{by} after {took}. {steps.holds(state.name, r)}"
    watched = ""
    if r.play is Play.FAILOVER and r.source:
        watched = (
            f" {place(state.name, r.source)} is watched from now on: when it answers as primary "
            "again, everybody is told, and the runbook *rejoin* brings it back."
        )
    return f"Done after {took}. {steps.holds(state.name, r)}{watched}"


# -- buttons ---------------------------------------------------------------------------------------


def may_go_back(r: Runbook, back_ms: int, *, now: int) -> bool:
    """Return whether the set has had no primary for so long that going back is offered."""
    since = r.without_primary_since
    return bool(since) and now >= since + back_ms


def _rows(state: SetState, r: Runbook, *, back: bool) -> Iterator[list[ButtonElement]]:
    for step in r.at_hand:
        row = list(_of_step(state, r, step))
        if row:
            yield row
    yield [*([_back(state, r)] if back else []), _abort(state, r)]


def _value(state: SetState, r: Runbook, step: Step | None = None) -> Json:
    value = {"set": state.name, "runbook": r.id}
    if step is not None:
        value["step"] = step.id
    if step is not None and step.request is not None:
        value["request"] = str(step.request.at)
    return value


def _of_step(state: SetState, r: Runbook, step: Step) -> Iterator[ButtonElement]:
    value = _value(state, r, step)
    name = cut(steps.name_of(state.name, step, follows=r.follows).replace("`", ""), 60)
    if step == r.unseen_demotion:
        yield _taken_for_demoted(state, r, value)
    elif step.guard is Guard.HANDS:
        label = cut(f"Done: {steps.deed(state.name, step)}", 70)
        yield button(DONE, label, value, style="primary")
    elif _can_continue(step):
        again = step.state is StepState.REFUSED or step.lacks_right
        asks = confirmation(cut(f"{'Again' if again else 'Go on'}?", 90), f"{name}.", "Go on")
        label = "Try again" if again else cut(f"Go on: {steps.deed(state.name, step)}", 70)
        yield button(CONTINUE, label, value, style="primary", asks=asks)
    if step.guard is Guard.TYPED and step.state is not StepState.ACCEPTED:
        if step.request is None:
            label = cut(f"Ask: {steps.deed(state.name, step)}", 70)
            yield button(REQUEST_OPEN, label, value, style="primary")
        else:
            yield _approve(value, name, step)
            yield _reject(value, step)
    if _can_skip(r, step):
        words = f"{name}: nobody does it in this runbook. {_without(state, r, step)}"
        asks = confirmation("Leave it out?", words, "Leave it out", danger=True)
        yield button(SKIP, _leaving(state, step), value, asks=asks)


def _taken_for_demoted(state: SetState, r: Runbook, value: Json) -> ButtonElement:
    """The demotion was accepted and nobody saw its end: people decide whether to go on."""
    source, target = place(state.name, r.source), place(state.name, r.target)
    asks = confirmation(
        f"Take {cut(source, 40)} for demoted?",
        f"Vault accepted the demotion of {source}, and nothing was heard of it since. If it was "
        f"not carried out, {source} comes back as a second primary: keep clients and network off "
        f"its nodes first. The promotion of {target} is then asked for anew, with the same token.",
        "Take it for demoted",
        danger=True,
    )
    return button(DONE, cut(f"Take {source} for demoted", 70), value, style="danger", asks=asks)


def _leaving(state: SetState, step: Step) -> str:
    if step.action is Action.SNAPSHOT:
        return "Go without a snapshot"
    follows = step.action in (Action.TOKEN, Action.UPDATE_PRIMARY)
    what = place(state.name, step.cluster) if follows else steps.PLAIN.get(step.action, step.action)
    return cut(f"Leave out {what}", 70)


def _without(state: SetState, r: Runbook, step: Step) -> str:
    """Return what follows if this step is left out."""
    where = place(state.name, step.cluster)
    if step.action is Action.SNAPSHOT:
        return f"What {where} alone holds can then not be had back."
    if step.action in (Action.TOKEN, Action.UPDATE_PRIMARY):
        return f"{where} does not follow {place(state.name, r.follows)} until a repoint."
    return ""


def _can_continue(step: Step) -> bool:
    if step.lacks_right:
        return step.state is not StepState.ACCEPTED
    if step.guard is Guard.TYPED:
        return False
    if step.by_hand:
        return step.state is StepState.REFUSED
    if step.action is Action.TOKEN:
        return step.state in (StepState.WAITING, StepState.REFUSED)
    fresh = step.state is StepState.WAITING and step.guard is Guard.CONTINUE
    return fresh or step.state is StepState.REFUSED


def _can_skip(r: Runbook, step: Step) -> bool:
    lasts = step.action is Action.SNAPSHOT  # and its replica may be dead
    if step.state is StepState.ACCEPTED or (step.state is StepState.WANTED and not lasts):
        return False
    follows = step.action in (Action.TOKEN, Action.UPDATE_PRIMARY) and step.cluster != r.target
    return step.action in _OPTIONAL or follows


def _approve(value: Json, name: str, step: Step) -> ButtonElement:
    words = f"{name}. {steps.lost(step)}"
    asks = confirmation("Approve this step?", words, "Approve", danger=True)
    return button(APPROVE, "Approve", value, style="primary", asks=asks)


def _reject(value: Json, step: Step) -> ButtonElement:
    words = "The request and every approval are lost; it must be asked for again."
    asks = confirmation("Reject this step?", words, "Reject", danger=True)
    del step
    return button(REJECT, "Reject", value, style="danger", asks=asks)


def _abort(state: SetState, r: Runbook) -> ButtonElement:
    words = f"What is done stays done. {steps.holds(state.name, r)}"
    asks = confirmation("Stop this runbook?", cut(words, 280), "Stop it", danger=True)
    return button(ABORT, "Stop the runbook", _value(state, r), style="danger", asks=asks)


def _back(state: SetState, r: Runbook) -> ButtonElement:
    """Promote the demoted cluster back: offered when the set has had no primary for a while."""
    source, target = place(state.name, r.source), place(state.name, r.target)
    sent = (
        f"The promotion of {target} was sent: keep its nodes off, or both may become primary. "
        if steps.was_sent(state, r)
        else ""
    )
    asks = confirmation(
        f"Promote {cut(source, 40)} back?",
        f"{sent}This runbook stops, and a failover to {source} begins. It takes a DR operation "
        f"token of {source}: a ceremony there, and approvals as for any promotion.",
        "Go back",
        danger=True,
    )
    return button(BACK, cut(f"Promote {source} back", 70), _value(state, r), asks=asks)


def request_modal(state: SetState, r: Runbook, step: Step) -> Json:
    """Return the modal in which the cluster's name is typed before a step that takes two people."""
    where = place(state.name, step.cluster)
    name = steps.name_of(state.name, step, follows=r.follows)
    field = PlainTextInputElement(
        action_id=ACTION,
        max_length=100,
        placeholder=PlainTextObject(text=where),
        focus_on_load=True,
    )
    why = PlainTextInputElement(action_id=ACTION, multiline=True, max_length=_REASON_LENGTH)
    return modal(
        title="Ask for this step",
        blocks=[
            section(
                f"*{name}.* {steps.lost(step)} Another person must approve it before anything is "
                f"sent. Until then: {steps.holds(state.name, r)}"
            ),
            asked(CLUSTER, f"Type {where} to confirm", field),
            asked(REASON, "Reason", why, optional=True),
        ],
        callback_id=REQUEST,
        submit="Ask",
        metadata=_value(state, r, step),
    )
