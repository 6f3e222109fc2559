"""The channel card: one ceremony as everybody in the incident channel sees it."""

from __future__ import annotations

from collections.abc import Iterator

from slack_sdk.models.blocks import Block, ButtonElement

from bot.cards import break_glass, buttons, ending, force, gate, notices, sharing
from bot.cards.approvals import approval
from bot.cards.course import (
    demoted_first,
    demotion,
    headline,
    is_sending,
    notification,
    todo,
)
from bot.cards.kit import Card, actions, card, context, divider, fields, header, section
from bot.cards.phrases import code, mention, quoted, when
from bot.cards.tokens import token
from ceremonies.ceremony import Ceremony, Ending, Phase
from ceremonies.events import Purpose
from ceremonies.state import SetState
from ceremonies.topology import ReplicationSet
from ceremonies.watchwords import watchwords

_WAITS = (Phase.BLOCKED, Phase.COLLECTING, Phase.STRANDED)


def channel_card(
    state: SetState, c: Ceremony, rules: ReplicationSet, *, command: str, now: int
) -> Card:
    """Return the ceremony's card for the incident channel, open or ended."""
    shown = _open(state, c, rules, now=now) if c.is_open else _ended(state, c, rules)
    first = list(shown)
    last = [_small_print(c, command), None if c.is_open else ending.log_line(state, c)]
    return card(
        notification(state, c, rules, now=now),
        [*first, *_evidence(state.name, c, gate.FULL), *last],
        shorter=[*first, *_evidence(state.name, c, gate.SHORT), *last],
    )


def _evidence(set_name: str, c: Ceremony, detail: gate.Detail) -> list[Block | None]:
    """Return what the nodes said. A token that promotes nothing passes no gate of a promotion."""
    verdict: Block | None = None
    if c.phase is Phase.PROMOTING or c.ending is Ending.PROMOTED:
        verdict = gate.after_promotion(set_name, c.evidence)
    elif c.purpose in (Purpose.PROMOTE, Purpose.DRILL):
        verdict = gate.findings(c.evidence, detail, drill=c.purpose is Purpose.DRILL)
    return [divider(), verdict, gate.nodes(c.evidence, detail)]


def _open(
    state: SetState, c: Ceremony, rules: ReplicationSet, *, now: int
) -> Iterator[Block | None]:
    says = todo(state, c, rules, now=now)
    yield header(headline(state.name, c))
    yield notices.frozen(c)
    yield section(says) if says else None
    yield break_glass.notice(state, c)
    yield sharing.progress(c) if c.required else None
    yield sharing.standing(c)
    yield notices.deadline_near(c)
    yield sharing.conflict(c)
    yield sharing.lost_rounds(c)
    yield _trouble(c)
    yield notices.unreached(state, c)
    yield from notices.record(state, c)
    yield _times(c)
    yield approval(c, rules, now=now)
    yield _demotion(state, c)
    yield force.notice(state.name, c, rules, now=now)
    yield token(state, c, rules)
    yield actions(_buttons(state, c, rules, now=now))


def _ended(state: SetState, c: Ceremony, rules: ReplicationSet) -> Iterator[Block | None]:
    newest = state.newest(c.cluster)
    again = c.ending in ending.RESTARTABLE and newest is not None and newest.id == c.id
    yield header(headline(state.name, c))
    yield section(todo(state, c, rules, now=0))
    yield break_glass.notice(state, c)
    yield force.past(state.name, c)
    yield token(state, c, rules)
    yield ending.gave(c, rules)
    yield ending.durations(c)
    yield sharing.lost_rounds(c)
    yield notices.log_lost(state, c)
    restarts = [buttons.restart(state.name, c)] if again else []
    yield actions([*restarts, *break_glass.doors(state, c)])


def _demotion(state: SetState, c: Ceremony) -> Block | None:
    first = demoted_first(state, c)
    return section(f":warning: {demotion(state.name, c, first)}") if first else None


def _trouble(c: Ceremony) -> Block | None:
    told_above = c.phase is Phase.STRANDED or (c.phase is Phase.BLOCKED and c.foreign is None)
    told_below = bool(sharing.suspect_rounds(c)) and c.trouble == c.lost_rounds[-1].lost_words
    return None if told_above or told_below else sharing.trouble(c)


def _times(c: Ceremony) -> Block | None:
    texts = [text for text in (notices.deadline(c), _words(c)) if text]
    return fields(*texts) if texts else None


def _words(c: Ceremony) -> str:
    if not c.nonce or c.duty or c.phase not in (Phase.COLLECTING, Phase.TOKEN_HELD):
        return ""
    one, two = watchwords(ceremony=c.id, nonce=c.nonce)
    return f"*Watchwords*\n`{one} {two}`"


def _buttons(
    state: SetState, c: Ceremony, rules: ReplicationSet, *, now: int
) -> list[ButtonElement]:
    """Return the buttons that make sense now; who may press them is checked at the click."""
    if c.phase is Phase.PROMOTING or is_sending(state, c):
        return []
    if c.frozen:
        return [buttons.thaw(state.name, c), buttons.cancel(state.name, c)]
    first = break_glass.doors(state, c)
    forcing = force.doors(state.name, c, rules, now=now)
    return [
        *first,
        *_forward(state.name, c, demoted_first(state, c)),
        *forcing,
        *_holding(state.name, c),
    ]


def _forward(name: str, c: Ceremony, demotes: str) -> Iterator[ButtonElement]:
    if c.request is not None:
        # Offered even while enough people agree: an agreement lapses without any news that would
        # draw the card anew.
        yield buttons.approve(name, c, demotes=demotes)
        yield buttons.reject(name, c)
    elif _may_ask(c):
        yield buttons.promotion_open(name, c)
    disturbed = sharing.has_conflict(c) or sharing.is_disturbed(c)
    if disturbed or c.phase in (Phase.BLOCKED, Phase.STRANDED):
        yield buttons.restart(name, c)
    if sharing.may_choose(c):
        yield buttons.choose(name, c)


def _may_ask(c: Ceremony) -> bool:
    phases = (Phase.COLLECTING, Phase.STRANDED, Phase.TOKEN_HELD)
    return c.purpose is Purpose.PROMOTE and c.phase in phases


def _holding(name: str, c: Ceremony) -> Iterator[ButtonElement]:
    if c.phase is Phase.COLLECTING and c.waiting_for:
        yield buttons.nudge(name, c)
    if c.phase in _WAITS and c.deadline < c.max_at:
        yield buttons.extend(name, c, near=notices.is_near(c))
    yield buttons.freeze(name, c)
    yield buttons.cancel(name, c)


def _small_print(c: Ceremony, command: str) -> Block:
    reason = f": {quoted(c.reason)}" if c.reason.strip() else ""
    nonce = f" Nonce {code(c.nonce)}." if c.nonce and not c.duty else ""
    return context(
        f"Started by {mention(c.started_by)} {when(c.started_at)}{reason}",
        f"Ceremony {code(c.id)}.{nonce} {code(command + ' status')} tells more.",
    )
