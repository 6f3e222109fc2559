"""The channel card: one ceremony as everybody in the incident channel sees it."""

from __future__ import annotations

from collections.abc import Iterator

from slack_sdk.models.blocks import Block, ButtonElement

from bot.cards import buttons, ending, gate, notices, sharing
from bot.cards.approvals import approval, missing
from bot.cards.kit import Card, actions, card, context, divider, fields, header, section
from bot.cards.phrases import (
    aim,
    code,
    mention,
    more_people,
    names,
    of_threshold,
    ours,
    place,
    quoted,
    shares,
    title,
    when,
)
from bot.cards.tokens import token
from ceremonies.ceremony import Ceremony, Phase
from ceremonies.decide.terms import ms
from ceremonies.events import Kind, Purpose
from ceremonies.state import SetState
from ceremonies.topology import ReplicationSet
from ceremonies.watchwords import watchwords

_NOTICE = 180
_WAITS = (Phase.BLOCKED, Phase.COLLECTING, Phase.STRANDED)


def channel_card(
    state: SetState, c: Ceremony, rules: ReplicationSet, *, command: str, now: int
) -> Card:
    """Return the ceremony's card for the incident channel, open or ended."""
    if not c.is_open:
        return _final(state, c, rules, command=command)
    blocks: list[Block | None] = [
        header(headline(state.name, c)),
        notices.frozen(c),
        section(todo(state, c, rules, now=now)),
        sharing.progress(c) if c.required else None,
        sharing.standing(c),
        notices.deadline_near(c),
        sharing.conflict(c),
        sharing.lost_rounds(c),
        _trouble(c),
        notices.unreached(state, c),
        *notices.record(state, c),
        _times(c),
        approval(c, rules, now=now),
        token(state.name, c, rules),
        actions(_buttons(state, c)),
        divider(),
        gate.findings(c.evidence),
        gate.nodes(c.evidence),
        _small_print(c, command),
    ]
    return card(_notification(state, c, rules, now=now), blocks)


def headline(set_name: str, c: Ceremony) -> str:
    """Return what it is for and how far it is."""
    what = title(set_name, c)
    if c.frozen:
        return f"{what}: frozen"
    match c.phase:
        case Phase.STARTING:
            return f"{what}: starting"
        case Phase.BLOCKED:
            return f"{what}: another attempt is in the way"
        case Phase.COLLECTING:
            return f"{what}: {of_threshold(c)}"
        case Phase.STRANDED:
            return f"{what}: the attempt is lost"
        case Phase.TOKEN_HELD:
            return f"{what}: the token is there"
        case Phase.PROMOTING:
            return f"{what}: promoting"
        case Phase.ENDED:
            return ending.headline(set_name, c)


def todo(state: SetState, c: Ceremony, rules: ReplicationSet, *, now: int) -> str:
    """Return what is to be done now, and by whom."""
    match c.phase:
        case Phase.STARTING if c.cancel_agreed or c.rounds:
            return "Ending the old attempt at Vault and opening a new one. Nothing to do yet."
        case Phase.STARTING:
            return "Opening an attempt at Vault. Nothing to do yet."
        case Phase.BLOCKED:
            return notices.blocked(c)
        case Phase.COLLECTING:
            return _collecting(c)
        case Phase.STRANDED:
            why = ours(c.trouble) or "The attempt at Vault is lost."
            return f":warning: {why}\n*An incident commander can start a new attempt.*"
        case Phase.TOKEN_HELD:
            return _token_held(state, c, rules, now=now)
        case Phase.PROMOTING:
            return _promoting(state.name, c)
        case Phase.ENDED:
            return ending.outcome(state.name, c, rules)


def _collecting(c: Ceremony) -> str:
    needed = shares(c.missing) if not c.progress else f"{shares(c.missing)} more"
    if c.waiting_for:
        return (
            f"*Needed: {needed}.* Key holders: open the message that Conclave sent you, compare "
            "the watchwords, press *Give my share*."
        )
    return (
        f"*Needed: {needed}, and everybody asked has answered.* Who declined may still give: open "
        "the message that Conclave sent you."
    )


def _token_held(state: SetState, c: Ceremony, rules: ReplicationSet, *, now: int) -> str:
    where = place(state.name, c.cluster)
    if c.request is None:
        return f"*All shares are there.* An incident commander now asks to promote {where}."
    left = missing(c, rules, now=now)
    if left:
        return f"*All shares are there.* {more_people(left)} must approve promoting {where}."
    if _is_sending(state, c):
        return f"*Approved.* Conclave is asking Vault to promote {where}."
    if c.promotion_tries and c.retry_at:
        return (
            f"*Approved.* Vault was asked {c.promotion_tries} times and did not promote yet; "
            f"Conclave asks again {when(c.retry_at)}. It never forces a promotion."
        )
    return f"*Approved.* Conclave looks at every node once more, then promotes {where}."


def _promoting(set_name: str, c: Ceremony) -> str:
    where = place(set_name, c.cluster)
    if c.slow:
        return (
            f":warning: *Vault took the promotion on over two minutes ago and {where} is not "
            f"primary yet.* Look at its nodes: one that is sealed needs the primary's unseal keys. "
            "Nothing is repeated; this card tells when it is done."
        )
    return (
        f"*Vault took the promotion on.* {where} is away for a moment while it restarts as "
        "primary. Nothing to do; this card tells when it is done."
    )


def _is_sending(state: SetState, c: Ceremony) -> bool:
    intent = state.intents.get(c.cluster)
    return intent is not None and intent.kind is Kind.PROMOTE


def _trouble(c: Ceremony) -> Block | None:
    told_above = c.phase is Phase.STRANDED or (c.phase is Phase.BLOCKED and c.foreign is None)
    told_below = bool(sharing.suspect_rounds(c)) and c.trouble == c.lost_rounds[-1].lost_words
    return None if told_above or told_below else sharing.trouble(c)


def _times(c: Ceremony) -> Block | None:
    texts = [text for text in (notices.deadline(c), _words(c)) if text]
    return fields(*texts) if texts else None


def _words(c: Ceremony) -> str:
    if not c.nonce or c.phase not in (Phase.COLLECTING, Phase.TOKEN_HELD):
        return ""
    one, two = watchwords(ceremony=c.id, nonce=c.nonce)
    return f"*Watchwords*\n`{one} {two}`: the same in each holder's message; compare by voice"


def _buttons(state: SetState, c: Ceremony) -> list[ButtonElement]:
    """Return the buttons that make sense now; who may press them is checked at the click."""
    if c.phase is Phase.PROMOTING or _is_sending(state, c):
        return []
    if c.frozen:
        return [buttons.thaw(state.name, c), buttons.cancel(state.name, c)]
    return [*_forward(state.name, c), *_holding(state.name, c)]


def _forward(name: str, c: Ceremony) -> Iterator[ButtonElement]:
    if c.request is not None:
        yield buttons.approve(name, c)
        yield buttons.reject(name, c)
    elif _may_ask(c):
        yield buttons.promotion_open(name, c)
    conflicting = c.phase is Phase.COLLECTING and sharing.conflict(c) is not None
    if conflicting or c.phase in (Phase.BLOCKED, Phase.STRANDED):
        yield buttons.restart(name, c)
    if sharing.may_choose(c) and c.phase in (Phase.COLLECTING, Phase.STRANDED):
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
    nonce = f" Nonce {code(c.nonce)}." if c.nonce else ""
    return context(
        f"Started by {mention(c.started_by)} {when(c.started_at)}{reason}",
        f"Ceremony {code(c.id)}.{nonce} {code(command + ' status')} tells more.",
    )


def _notification(state: SetState, c: Ceremony, rules: ReplicationSet, *, now: int) -> str:
    head = headline(state.name, c)
    if c.frozen:
        return f"{head} by {mention(c.frozen_by)}. Nothing goes on until two people thaw it."
    match c.phase:
        case Phase.COLLECTING:
            waiting = f" Waiting for {names(c.waiting_for)}." if c.waiting_for else ""
            return f"{head}.{waiting} Deadline {when(c.deadline)}. Open the card to act."
        case Phase.BLOCKED:
            return f"{head}. An incident commander must decide: open the card."
        case Phase.STRANDED:
            return f"{head}. An incident commander can start a new attempt: open the card."
        case Phase.TOKEN_HELD:
            left = missing(c, rules, now=now)
            act = f"{more_people(left)} must approve." if left else "Approved."
            if c.request is None:
                act = "An incident commander can ask for the promotion."
            unused = c.moments.completed + ms(rules.ceremony.token_unused)
            return f"{head}. {act} Unused, it is deleted {when(unused)}."
        case _:
            return f"{head}. Nothing to do yet."


def _final(state: SetState, c: Ceremony, rules: ReplicationSet, *, command: str) -> Card:
    head = headline(state.name, c)
    says = ending.outcome(state.name, c, rules)
    newest = state.newest(c.cluster)
    again = c.ending in ending.RESTARTABLE and newest is not None and newest.id == c.id
    blocks: list[Block | None] = [
        header(head),
        section(says),
        token(state.name, c, rules),
        ending.gave(c),
        ending.durations(c),
        sharing.lost_rounds(c),
        actions([buttons.restart(state.name, c)] if again else []),
        divider(),
        gate.findings(c.evidence),
        gate.nodes(c.evidence),
        _small_print(c, command),
        ending.log_line(state, c),
    ]
    tail = f" To {aim(state.name, c)}, start anew." if again else ""
    return card(f"{head}.{tail} Open the card for who, when and how long.", blocks)
