"""Tokens on duty, taken into the set's state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from ceremonies.duty import (
    Duties,
    DutyToken,
    Handover,
    Kill,
    Minting,
    ProofSeen,
    Ring,
    Wrap,
    mint_key,
)
from ceremonies.events import (
    CoverageChanged,
    Event,
    HandoverAsked,
    HandoverConfirmed,
    HandoverLate,
    KillAgreed,
    KillAsked,
    KillRefused,
    KillRejected,
    KillSpread,
    MintAsked,
    MintLate,
    MintLost,
    MintRefused,
    Part,
    PolicyDeleted,
    ProofChanged,
    RingChecked,
    RotaChecked,
    TokenMinted,
    WrapCollected,
    WrapLoss,
    WrapLost,
    WrapShown,
)
from ceremonies.state import SetState

RETRY_MINT_MS = 15_000  # doubled with each try, up to ten minutes
RETRY_MINT_MAX_MS = 600_000
RETRY_KILL_MAX_MS = 120_000  # somebody may have stolen the token
_KEPT = 16
_REMEMBERED_MS = 24 * 3_600_000

_Value = TypeVar("_Value")


def after_duty_event(state: SetState, event: Event, *, at: int) -> SetState:
    """Return the state after this event; events of other kinds change nothing."""
    before = state.duties
    duties = _tokens(before, event, at=at)
    duties = _minting(duties, event, at=at)
    duties = _arranged(duties, event, at=at)
    duties = _killing(duties, event, at=at)
    return state if duties is before else replace(state, duties=duties)


def _tokens(d: Duties, event: Event, *, at: int) -> Duties:
    match event:
        case TokenMinted():
            kept = tuple(t for t in d.tokens if t.id != event.effect)
            fresh = tuple(t for t in kept if at < t.until + _REMEMBERED_MS)[-_KEPT:]
            return replace(d, tokens=(*fresh, _minted(event, at=at)))
        case WrapShown(duty=duty, by=by):
            return _changed(
                d,
                duty,
                lambda t: replace(t, wrap=_later(t.wrap, Wrap.SHOWN), shown_to=by, shown_at=at),
            )
        case WrapCollected(duty=duty):
            return _changed(
                d,
                duty,
                lambda t: replace(t, wrap=_later(t.wrap, Wrap.COLLECTED), collected_at=at),
            )
        case WrapLost(duty=duty, cause=cause):
            return _changed(d, duty, lambda t: _lost(t, cause))
        case ProofChanged(duty=duty, cluster=cluster, answer=answer, words=words):
            seen = ProofSeen(answer=answer, words=words, at=at)
            return _changed(d, duty, lambda t: replace(t, proofs={**t.proofs, cluster: seen}))
        case _:
            return d


def _minted(event: TokenMinted, *, at: int) -> DutyToken:
    return DutyToken(
        id=event.effect,
        shift=event.shift,
        name=event.name,
        part=event.part,
        place=event.place,
        cluster=event.cluster,
        lead=event.lead,
        starts=event.starts,
        ends=event.ends,
        until=event.until,
        minted_at=at,
        wrap=Wrap.WAITING if event.part is Part.LEAD else None,
        wrapped_until=event.wrapped_until,
    )


def _later(was: Wrap | None, now: Wrap) -> Wrap | None:
    """A wrap goes forward only; what the bot keeps has none."""
    order = (Wrap.WAITING, Wrap.SHOWN, Wrap.COLLECTED, Wrap.LOST)
    return was if was is None or order.index(was) >= order.index(now) else now


def _lost(t: DutyToken, cause: WrapLoss) -> DutyToken:
    return t if t.wrap is None else replace(t, wrap=Wrap.LOST, loss=cause)


def _changed(d: Duties, duty: str, change: Callable[[DutyToken], DutyToken]) -> Duties:
    return replace(d, tokens=tuple(change(t) if t.id == duty else t for t in d.tokens))


def _minting(d: Duties, event: Event, *, at: int) -> Duties:
    match event:
        case TokenMinted(shift=shift, part=part):
            return _tried(d, shift, part, replace(d.mint(shift, part), words="", tries=0))
        case MintRefused(shift=shift, part=part, words=words, until=until):
            return _tried(d, shift, part, _again(d.mint(shift, part), words, until, at=at))
        case MintLost(shift=shift, part=part, until=until):
            words = "Vault's answer was lost; a token may have been made that nobody holds."
            return _tried(d, shift, part, _again(d.mint(shift, part), words, until, at=at))
        case MintLate(shift=shift):
            late = {mint_key(shift, p): replace(d.mint(shift, p), late=True) for p in Part}
            return replace(d, minting=_newest({**d.minting, **late}))
        case MintAsked(shift=shift, by=by):
            asked = {
                mint_key(shift, p): replace(d.mint(shift, p), asked_by=by, retry_at=at)
                for p in Part
            }
            useless = [t for t in d.tokens if t.shift == shift and _is_useless(t)]
            given_up = tuple(replace(t, shift="") for t in useless)
            kept = tuple(t for t in d.tokens if t not in useless)
            # What is useless stays known, for its place, but is not this shift's token any more.
            return replace(d, minting=_newest({**d.minting, **asked}), tokens=(*given_up, *kept))
        case _:
            return d


def _is_useless(t: DutyToken) -> bool:
    """Whether its lead does not have it, or its own primary refuses it."""
    return t.wrap is Wrap.LOST or not t.takes(t.cluster)


def _again(m: Minting, words: str, until: int, *, at: int) -> Minting:
    wait = min(RETRY_MINT_MS * 2 ** min(m.tries, 10), RETRY_MINT_MAX_MS)
    stray = max(m.stray_until, until)
    again = replace(m, tries=m.tries + 1, retry_at=at + wait, words=words, stray_until=stray)
    return again if m.tries else replace(again, failed_at=at)


def _tried(d: Duties, shift: str, part: Part, minting: Minting) -> Duties:
    return replace(d, minting=_newest({**d.minting, mint_key(shift, part): minting}))


def _newest(kept: Mapping[str, _Value]) -> dict[str, _Value]:
    return dict(list(kept.items())[-_KEPT:])


def _arranged(d: Duties, event: Event, *, at: int) -> Duties:
    match event:
        case CoverageChanged(covered=covered, until=until, planned=planned):
            seen = replace(d, covered=covered, covered_at=at, next_at=until)
            return replace(seen, gap_planned=planned)
        case HandoverConfirmed(shift=shift, by=by, incoming=incoming):
            was = d.handovers.get(shift, Handover())
            now = replace(was, incoming=by) if incoming else replace(was, outgoing=by)
            return replace(d, handovers=_newest({**d.handovers, shift: now}))
        case HandoverAsked(shift=shift):
            now = _asked(d.handovers.get(shift, Handover()), event, at=at)
            return replace(d, handovers=_newest({**d.handovers, shift: now}))
        case HandoverLate(shift=shift, missing=missing):
            now = _late(d.handovers.get(shift, Handover()), missing)
            return replace(d, handovers=_newest({**d.handovers, shift: now}))
        case RingChecked():
            return _looked_at(d, event, at=at)
        case RotaChecked(problems=problems):
            return replace(d, rota=problems, rota_at=at)
        case _:
            return d


def _asked(was: Handover, event: HandoverAsked, *, at: int) -> Handover:
    fresh = {lead: at for lead in (event.outgoing, event.incoming) if lead}
    return replace(was, asked=event, asked_at=at, since={**fresh, **was.since})


def _late(was: Handover, missing: tuple[str, ...]) -> Handover:
    told = tuple(dict.fromkeys((*was.told, *missing)))
    return replace(was, late=True, missing=missing, told=told, times=was.times + 1)


def _looked_at(d: Duties, event: RingChecked, *, at: int) -> Duties:
    """A policy that somebody else deleted is as good as killed.

    One that is there again puts its tokens into force again (docs/facts/vault.md 6).
    """
    ring = Ring(
        cluster=event.cluster,
        ready=event.ready,
        problems=event.problems,
        at=at,
        changed=event.changed,
    )
    alive = {t.place for t in d.tokens if at < t.until}
    gone = {place: at for place in event.gone if place in alive}
    laid = {*event.laid, *event.ready}
    killed = {p: since for p, since in {**gone, **d.killed}.items() if p not in laid}
    tokens = tuple(_in_force(t, killed.get(t.place, 0), at=at) for t in d.tokens)
    return replace(d, ring=ring, killed=killed, tokens=tokens)


def _in_force(t: DutyToken, killed_at: int, *, at: int) -> DutyToken:
    """Keep since when a token is out of force; and when it came to be in force again."""
    again = bool(t.killed_at) and not killed_at and at < t.until
    return replace(t, killed_at=killed_at, revived_at=at if again else t.revived_at)


def _killing(d: Duties, event: Event, *, at: int) -> Duties:
    kill = d.kill
    match event:
        case KillAsked(place=place, by=by, reason=reason):
            return replace(d, kill=Kill(place=place, by=by, at=at, reason=reason))
        case KillAgreed(place=place, by=by) if kill and kill.place == place:
            return replace(d, kill=replace(kill, agreed_by=by, agreed_at=at))
        case KillRejected(place=place, by=by) if kill and kill.place == place:
            return replace(d, kill=None, past_kill=replace(kill, over_at=at, rejected_by=by))
        case KillRefused(place=place, words=words) if kill and kill.place == place:
            wait = min(RETRY_MINT_MS * 2 ** min(kill.tries, 10), RETRY_KILL_MAX_MS)
            tried = replace(kill, tries=kill.tries + 1, retry_at=at + wait, words=words)
            return replace(d, kill=tried)
        case KillSpread(place=place, cluster=cluster, spread=spread):
            past = d.past_kill
            if past is None or past.place != place or not past.deleted:
                return d
            known = {**past.spread, cluster: spread}
            return replace(d, past_kill=replace(past, spread=known))
        case PolicyDeleted(place=place, cluster=cluster, others=others):
            tokens = tuple(
                replace(t, killed_at=at) if t.place == place and not t.killed_at else t
                for t in d.tokens
            )
            gone = replace(d, killed={**d.killed, place: at}, tokens=tokens)
            if kill is None or kill.place != place:
                return gone
            done = replace(kill, over_at=at, deleted=True, cluster=cluster, others=others)
            return replace(gone, kill=None, past_kill=done)
        case _:
            return d
