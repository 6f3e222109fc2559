"""A runbook's card: the plan, how far each step is, what is needed now, what holds if one stops."""

from __future__ import annotations

from slack_sdk.models.blocks import Block, PlainTextInputElement
from slack_sdk.models.blocks.basic_components import PlainTextObject

from bot.cards import no_primary, runbook_buttons, runbook_lines, steps
from bot.cards.clients import notification
from bot.cards.kit import (
    Card,
    Json,
    actions,
    asked,
    card,
    context,
    header,
    modal,
    section,
)
from bot.cards.phrases import mention, one_line, ours, place, quoted, span, when
from bot.cards.plan import plan
from bot.cards.runbook_buttons import may_go_back, value_of
from ceremonies.events import Play
from ceremonies.evidence import Check, Level
from ceremonies.runbook import Runbook, RunbookEnding, Step
from ceremonies.state import SetState
from ceremonies.topology import ReplicationSet

REQUEST = "step.request"
CLUSTER, REASON, ACTION = "cluster", "reason", "value"

BACK_MS = 2 * 60_000  # after so long without a primary, going back is offered
_HASH = 16
_REASON_LENGTH = 500
_MORE = "{more} more performance secondaries get their buttons as these are done or left out."


def runbook_card(
    state: SetState, r: Runbook, rules: ReplicationSet, *, now: int, back_ms: int = BACK_MS
) -> Card:
    """Return the card, drawn anew as the runbook goes on.

    `back_ms` after a demotion without a primary, going back is offered.
    """
    title = f"{steps.PLAYS[r.play]} {place(state.name, r.target)}"
    head = _head(r, title)
    why = f" Reason: {quoted(r.reason)}" if r.reason else ""
    first: list[Block | None] = [
        header(head),
        section(f"{mention(r.started_by)} started this runbook {when(r.started_at)}.{why}"),
    ]
    blocks: list[Block | None] = []
    told = notification(state.name, r, rules)
    blocks += [section(told)] if told else []
    warned = _performance(r)
    if r.is_open:
        blocks.append(section(f"*If one stops here:* {steps.holds(state.name, r)}"))
        blocks += [section(warned)] if warned else []
        words = plan(state, r, now=now)
        blocks += [context(words)] if words else []
        rows = runbook_buttons.rows(state, r, back=may_go_back(r, back_ms, now=now))
        blocks += [actions(row) for row in rows]
        more = len(r.at_hand) - len(steps.shown_at_hand(r))
        blocks += [context(_MORE.format(more=more))] if more else []
    else:
        blocks.append(section(_over(state, r)))
        blocks += no_primary.way_out(state, r)
        blocks.append(context(f"Log entry {r.entry}, hash `{r.head[:_HASH]}`."))
    return card(
        one_line(f"{head}. {_now(state, r)}"),
        [*first, *runbook_lines.every(state, r, rules, now=now), *blocks],
        shorter=[*first, *runbook_lines.few(state, r, rules, now=now), *blocks],
    )


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
        metadata=value_of(state, r, step),
    )
