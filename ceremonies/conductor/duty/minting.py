"""Minting a token for a shift: once, checked against the wish, sealed before it is told of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from ceremonies.commands import Refusal
from ceremonies.conductor.duty.primary import Primary, primary
from ceremonies.conductor.station import BOT, DUTY, Station
from ceremonies.errors import ConclaveError, SecretUnreadable, VaultError
from ceremonies.events import (
    Abandoned,
    Event,
    Intended,
    Kind,
    MintLost,
    MintRefused,
    Part,
    TokenMinted,
)
from ceremonies.owed import owed
from ceremonies.rota.shift import PlannedShift
from ceremonies.rotation import MintDebt, ttl_s, wrap_s
from ceremonies.state import SetState
from ceremonies.vault.errors import TruthUnknown
from ceremonies.vault.shift_tokens import complaints

log = structlog.get_logger()


class NotAsAsked(ConclaveError):
    """Vault grants something else than what a shift needs; it is not relied on."""

    advice = "An operator mends it with conclave policy; it is tried again by itself."

    def __init__(self, wrong: Sequence[str]) -> None:
        super().__init__("What Vault grants is not what was asked for: " + " ".join(wrong))

    def told(self, intent: Intended, *, until: int = 0) -> MintRefused:
        """Return it as an outcome; `until`: so long there is a token that nobody holds."""
        return _refused(intent, "not-as-asked", f"{self} {self.advice}", until=until)


class ClocksApart(NotAsAsked):
    """A token would end at another time than the log says: Vault counts by its own clock."""

    advice = "Set right whichever is wrong; it is tried again by itself."

    def __init__(self, *, ours: float, told: float) -> None:
        """Both in seconds since the epoch."""
        clocks = [f"{datetime.fromtimestamp(t, UTC):%Y-%m-%d %H:%M:%S}" for t in (ours, told)]
        words = (
            f"the clocks are {abs(told - ours):.0f} s apart. Redis, whose clock Conclave uses, "
            f"says {clocks[0]} UTC, and the primary {clocks[1]} UTC."
        )
        super().__init__((words,))


class _TooLate(Exception):
    """Another replica may settle the intent before a call that is sent now ends."""


_UNREAD = (
    "How long it would last cannot be told: Conclave may not read sys/auth/token/tune; "
    "conclave policy --apply gives it that right."
)
_MARGIN_S = 3600  # what is sealed outlives the token by so much, for those who look


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the keychain holds for one minted token: itself, or what it is wrapped in."""

    secret: str = field(repr=False)
    minted: TokenMinted

    def written(self) -> str:
        """Return the text that is sealed."""
        m = self.minted
        plain = {
            "secret": self.secret,
            "shift": m.shift,
            "name": m.name,
            "part": m.part,
            "place": m.place,
            "lead": m.lead,
            "starts": m.starts,
            "ends": m.ends,
            "until": m.until,
            "wrapped_until": m.wrapped_until,
        }
        return json.dumps(plain)


def kept(station: Station, cluster: str, duty: str) -> Kept:
    """Return what is sealed for this token. Raises SecretUnreadable and StoreUnreachable."""
    plain = json.loads(station.keychain.open(DUTY, cluster, duty))
    secret = plain.pop("secret")
    return Kept(secret=secret, minted=TokenMinted(effect=duty, cluster=cluster, **plain))


def mint(station: Station, debt: MintDebt) -> None:
    """Mint the token if it is still owed. Raises PrimaryUnknown and VaultError: again later."""
    if debt not in owed(station.ledger.state, station.terms(), now=station.clock.now()):
        return
    at = primary(station)
    if at.name in station.ledger.state.intents:
        return
    # What only reads comes before the intent, whose time is for what makes a token.
    problem = _foreseen(station, at, debt)
    intent = _intend(station, debt, lane=at.name)
    if intent is None:
        return
    outcome = problem.told(intent) if problem else _outcome(station, at, intent, debt)
    station.close_intent(intent.effect, outcome)


def _outcome(station: Station, at: Primary, intent: Intended, debt: MintDebt) -> Event:
    """Return what came of the intent; a token that was made is sealed then."""
    try:
        made, wrong = _made(station, at, intent, debt)
    except _TooLate:
        return Abandoned(effect=intent.effect, why="too late")
    except TruthUnknown:
        return _lost(intent)
    except NotAsAsked as error:
        return error.told(intent)
    except VaultError as error:
        return _refused(intent, type(error).__name__, f"{error} {error.advice}")
    if wrong:
        return NotAsAsked(wrong).told(intent, until=intent.ends)
    left_s = (made.minted.until - station.clock.now()) // 1000 + _MARGIN_S
    station.keep_named(DUTY, at.name, intent.effect, made.written(), expires_in=left_s)
    log.info("duty.minted", set=station.name, shift=debt.shift.id, part=debt.part)
    return made.minted


def _foreseen(station: Station, at: Primary, debt: MintDebt) -> NotAsAsked | None:
    """Return why a token would not be as it has to be, before any is made. Raises VaultError."""
    told = at.client.shift_tokens.time_s(at.node)
    now = station.clock.now()
    if abs(told - now / 1000) > station.spans.skew_s:
        return ClocksApart(ours=now / 1000, told=told)
    odd = _capped(at, debt, wished=ttl_s(debt.shift, now=now))
    return NotAsAsked(odd) if odd else None


def _capped(at: Primary, debt: MintDebt, *, wished: int) -> tuple[str, ...]:
    """Return that the longest TTL would cut the wish, and for a lead also that it is not known.

    The bot's own token tells how long it lasts; what is wrapped tells that to nobody but the lead.
    """
    longest = at.client.shift_tokens.max_ttl_s(at.node, at.login)
    if longest is None:
        return (_UNREAD,) if debt.part is Part.LEAD else ()
    if wished <= longest:
        return ()
    return (f"It would last {longest} s at most, and {wished} s are needed.",)


def _made(
    station: Station, at: Primary, intent: Intended, debt: MintDebt
) -> tuple[Kept, Sequence[str]]:
    """Return what Vault made and what of it is not as it was asked for. Raises _TooLate."""
    return (_for_lead if debt.part is Part.LEAD else _for_bot)(station, at, intent, debt)


def _for_bot(
    station: Station, at: Primary, intent: Intended, debt: MintDebt
) -> tuple[Kept, Sequence[str]]:
    now = _in_time(station, intent)
    wished = ttl_s(debt.shift, now=now)
    minted = at.client.shift_tokens.mint(at.node, at.login, place=debt.place, ttl_s=wished)
    told = _minted(intent, debt.shift, until=now + minted.ttl_s * 1000)
    wrong = complaints(minted, place=debt.place, ttl_s=wished)
    return Kept(secret=minted.token, minted=told), wrong


def _for_lead(
    station: Station, at: Primary, intent: Intended, debt: MintDebt
) -> tuple[Kept, Sequence[str]]:
    """What is granted lies inside of the wrap, warnings too (measured on OpenBao 2.7.2).

    So a token of one second, which nobody keeps, shows first what this role grants.
    """
    tokens, shift, place = at.client.shift_tokens, debt.shift, debt.place
    _in_time(station, intent)
    sample = tokens.mint(at.node, at.login, place=place, ttl_s=1)
    odd = complaints(sample, place=place, ttl_s=1)
    if odd:
        raise NotAsAsked(odd)
    now = _in_time(station, intent)
    wished, wraps = ttl_s(shift, now=now), wrap_s(shift, now=now)
    wrapped = tokens.mint_wrapped(at.node, at.login, place=place, ttl_s=wished, wrap_s=wraps)
    told = _minted(intent, shift, until=now + wished * 1000, wrapped_until=now + wraps * 1000)
    wrong = complaints(wrapped, place=place, ttl_s=wished, wrap_s=wraps)
    return Kept(secret=wrapped.token, minted=told), wrong


def _in_time(station: Station, intent: Intended) -> int:
    """Return the time (ms). Raises _TooLate: another replica may soon say what became of this."""
    if not station.may_send(intent):
        raise _TooLate
    return station.clock.now()


def _minted(
    intent: Intended, shift: PlannedShift, *, until: int, wrapped_until: int = 0
) -> TokenMinted:
    return TokenMinted(
        effect=intent.effect,
        shift=shift.id,
        name=shift.name,
        part=Part(intent.part),
        place=intent.place,
        cluster=intent.lane,
        lead=shift.lead,
        starts=shift.start,
        ends=shift.end,
        until=until,
        wrapped_until=wrapped_until,
    )


def _intend(station: Station, debt: MintDebt, *, lane: str) -> Intended | None:
    fresh = station.fresh()

    def build(state: SetState, now: int) -> Sequence[Event]:
        if lane in state.intents or debt not in owed(state, station.terms(), now=now):
            return ()
        intent = Intended(
            effect=fresh.effect,
            kind=Kind.MINT,
            lane=lane,
            replica=fresh.replica,
            until=fresh.until,
            shift=debt.shift.id,
            part=debt.part,
            place=debt.place,
            ends=fresh.until + ttl_s(debt.shift, now=now) * 1000,
        )
        return (intent,)

    outcome = station.ledger.append(build, who=BOT, confirm=True)
    if isinstance(outcome, Refusal):
        raise RuntimeError("an intent was refused")  # noqa: TRY004 — a programmer's mistake
    return station.mine(fresh.effect)


def settle_mint(station: Station, intent: Intended) -> None:
    """Say what became of a mint that nobody finished: what is sealed was made, else it is lost."""
    try:
        found = kept(station, intent.lane, intent.effect)
    except SecretUnreadable:
        station.close_intent(intent.effect, _lost(intent))
        return
    station.close_intent(intent.effect, found.minted)


def _lost(intent: Intended) -> MintLost:
    """A token that nobody holds, bounded by what it was asked to last."""
    return MintLost(
        effect=intent.effect,
        shift=intent.shift,
        part=Part(intent.part),
        place=intent.place,
        until=intent.ends,
    )


def _refused(intent: Intended, problem: str, words: str, *, until: int = 0) -> MintRefused:
    return MintRefused(
        effect=intent.effect,
        shift=intent.shift,
        part=Part(intent.part),
        place=intent.place,
        problem=problem,
        words=words,
        until=until,
    )
