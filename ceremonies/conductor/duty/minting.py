"""Minting a token for a shift: once, checked against the wish, sealed before it is told of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

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
    intent = _intend(station, debt, lane=at.name)
    if intent is None:
        return
    if not station.may_send(intent):
        station.close_intent(intent.effect, Abandoned(effect=intent.effect, why="too late"))
        return
    try:
        made, wrong = _made(station, at, intent, debt)
    except TruthUnknown:
        station.close_intent(intent.effect, _lost(intent))
        return
    except NotAsAsked as error:
        refused = _refused(intent, "not-as-asked", f"{error} {error.advice}")
        station.close_intent(intent.effect, refused)
        return
    except VaultError as error:
        words = f"{error} {error.advice}"
        station.close_intent(intent.effect, _refused(intent, type(error).__name__, words))
        return
    if wrong:
        problem = NotAsAsked(wrong)
        words = f"{problem} {problem.advice}"
        refused = _refused(intent, "not-as-asked", words, until=intent.ends)
        station.close_intent(intent.effect, refused)
        return
    left_s = (made.minted.until - station.clock.now()) // 1000 + _MARGIN_S
    station.keep_named(DUTY, at.name, intent.effect, made.written(), expires_in=left_s)
    station.close_intent(intent.effect, made.minted)
    log.info("duty.minted", set=station.name, shift=debt.shift.id, part=debt.part)


def _made(
    station: Station, at: Primary, intent: Intended, debt: MintDebt
) -> tuple[Kept, Sequence[str]]:
    """Return what Vault made and what of it is not as it was asked for."""
    now, shift = station.clock.now(), debt.shift
    tokens, wished = at.client.shift_tokens, ttl_s(debt.shift, now=now)
    if debt.part is Part.LEAD:
        # What is granted lies inside of the wrap, warnings too (measured on OpenBao 2.7.2). So a
        # token of one second, which nobody keeps, shows first what this role grants.
        sample = tokens.mint(at.node, at.login, place=debt.place, ttl_s=1)
        odd = (*complaints(sample, place=debt.place, ttl_s=1), *_capped(at, wished))
        if odd:
            raise NotAsAsked(odd)
        wraps = wrap_s(shift, now=now)
        wrapped = tokens.mint_wrapped(
            at.node, at.login, place=debt.place, ttl_s=wished, wrap_s=wraps
        )
        told = _minted(intent, shift, until=now + wished * 1000, wrapped_until=now + wraps * 1000)
        wrong = complaints(wrapped, place=debt.place, ttl_s=wished, wrap_s=wraps)
        return Kept(secret=wrapped.token, minted=told), wrong
    odd = _capped(at, wished)
    if odd:
        raise NotAsAsked(odd)  # nothing is minted that nobody would keep
    minted = tokens.mint(at.node, at.login, place=debt.place, ttl_s=wished)
    told = _minted(intent, shift, until=now + minted.ttl_s * 1000)
    wrong = complaints(minted, place=debt.place, ttl_s=wished)
    return Kept(secret=minted.token, minted=told), wrong


def _capped(at: Primary, wished: int) -> tuple[str, ...]:
    """Return that the system's longest TTL would cut the wish, if it is known to."""
    longest = at.client.shift_tokens.max_ttl_s(at.node, at.login)
    if longest is None or wished <= longest:
        return ()
    return (f"It would last {longest} s at most, and {wished} s are needed.",)


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
