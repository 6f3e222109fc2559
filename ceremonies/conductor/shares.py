"""A share's way: from what somebody pasted to Vault, and what Vault made of it.

The share lives in one local name, from `parse` to the client's call. Nothing here stores it.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from ceremonies import otp, share
from ceremonies.ceremony import AttemptState, Ceremony
from ceremonies.commands import OfferShare, Reason, Refusal
from ceremonies.conductor.answers import Answer, Done
from ceremonies.conductor.outcomes import (
    decoded,
    refusal_outcome,
    share_counted,
    share_outcome,
    unsent,
)
from ceremonies.conductor.station import Station
from ceremonies.conductor.truth import ask
from ceremonies.decide import decide
from ceremonies.decide.shares import NOT_NEEDED, not_wanted
from ceremonies.errors import ConclaveError, SecretUnreadable, ShareMalformed, VaultError
from ceremonies.events import AttemptLost, Event, Intended, Lost
from ceremonies.state import SetState
from ceremonies.vault import Offered
from ceremonies.vault.errors import AlreadyProvided, Fault, NoReply, TruthUnknown

log = structlog.get_logger()


def mark_key(station: Station, nonce: str) -> bytes:
    """Return the key by which one attempt's shares are told apart without being kept."""
    return station.keychain.derive(f"share-mark|{station.name}|{nonce}".encode())


def offer(station: Station, ceremony: str, *, holder: str, text: str, cause: str) -> Answer:
    """Hand in what the holder pasted; the answer is Vault's, or why Vault was not called.

    Waits while another share is on its way: Vault is given one share at a time (facts/vault 1.4).
    """
    state = station.ledger.refresh()
    c = state.find(ceremony)
    if c is None:
        return NOT_NEEDED
    unwanted = not_wanted(c, holder)
    if unwanted is not None:
        return unwanted
    try:
        given = share.parse(text, threshold=c.required)
    except ShareMalformed as error:
        return Refusal(reason=Reason.MALFORMED, words=f"{error} {error.advice}")
    intent = _intend(station, ceremony, holder=holder, given=given, cause=cause)
    if not isinstance(intent, Intended):
        return intent
    return _send(station, intent, given)


def _intend(
    station: Station, ceremony: str, *, holder: str, given: bytes, cause: str
) -> Intended | Answer:
    """Append the intent once the cluster's lane is free; or answer why that cannot be."""
    fresh = station.fresh()
    give_up = station.clock.now() + station.spans.busy_ms

    def build(state: SetState, now: int) -> Sequence[Event] | Refusal:
        c = state.find(ceremony)
        if c is None:
            return NOT_NEEDED
        command = OfferShare(
            ceremony=c.id,
            holder=holder,
            round=len(c.rounds),
            x=share.x_of(given),
            mark=share.mark(given, key=mark_key(station, c.nonce)),
        )
        return decide(state, command, now=now, terms=station.terms(), fresh=fresh)

    while True:
        outcome = station.ledger.append(build, who=holder, cause=cause, confirm=True)
        if not isinstance(outcome, Refusal):
            break
        waited = station.clock.now() >= give_up or station.ledger.closing.is_set()
        if outcome.reason is not Reason.BUSY or waited:
            return outcome
        station.ledger.wait(1.0)
        station.ledger.refresh()
        fresh = station.fresh()
    state, appended = outcome
    if not appended:
        return Done(state=state, ceremony=state.find(ceremony), repeated=True)
    intent = station.mine(fresh.effect)
    if intent is None:
        words = (
            "Two shares of this round contradict each other, so one of them is wrong. Yours was "
            "not sent. The commander is asked to start a new round."
        )
        return Refusal(reason=Reason.CONFLICT, words=words)
    return intent


def _send(station: Station, intent: Intended, given: bytes) -> Answer:
    """Do the effect: open the OTP first, send once, and append what came of it."""
    c = station.ledger.state.find(intent.ceremony)
    if c is None:
        raise RuntimeError("an intent without its ceremony")
    try:
        # Any share could be the last: Vault may have been rekeyed to a lower threshold. Without
        # the OTP the token could never be read, so nothing is sent.
        secret = station.keychain.open("otp", c.cluster, c.nonce).decode()
    except SecretUnreadable as error:
        lost = AttemptLost(
            ceremony=c.id, effect=intent.effect, cause=Lost.OTP_UNREADABLE, still_open=True
        )
        station.close_intent(intent.effect, lost)
        words = f"Your share was not sent: this attempt's OTP cannot be opened. {error.advice}"
        return Refusal(reason=Reason.SECRET, words=words)
    if not station.may_send(intent):
        station.close_intent(intent.effect, *unsent(c, intent))
        words = "It took too long to get to Vault, so your share was not sent. Please try again."
        return Refusal(reason=Reason.VAULT, words=words)
    try:
        reply = station.clients[c.cluster].offer(c.node, given, c.nonce)
    except TruthUnknown as problem:
        late = isinstance(problem, NoReply) and problem.fault is Fault.TIMED_OUT
        return _after_lost_reply(station, c, intent, late=late)
    except VaultError as error:
        return _refused(station, c, intent, error)
    return _counted(station, c, intent, reply, secret)


def _counted(
    station: Station, c: Ceremony, intent: Intended, reply: Offered, secret: str
) -> Answer:
    now, terms = station.clock.now(), station.terms()
    if reply.encoded_token:
        try:
            token = otp.decode(reply.encoded_token, secret)
        except ConclaveError:
            lost = AttemptLost(ceremony=c.id, effect=intent.effect, cause=Lost.UNDECODABLE)
            station.conclude(lost, unless=lambda state: _went_on(state, c))
            return _answer(station, c.id)
        station.keep_token(c, token)
        done = decoded(c, intent, reply, now=now, terms=terms)
        station.conclude(*done, unless=lambda state: _went_on(state, c))
        _forget_unless_told(station, c)
    else:
        counted = share_counted(c, intent, reply.progress, reply.required, now=now, terms=terms)
        station.close_intent(intent.effect, *counted)
    log.info("share.accepted", set=station.name, ceremony=c.id, holder=intent.holder)
    return _answer(station, c.id)


def _went_on(state: SetState, c: Ceremony) -> bool:
    """Whether the end of this attempt needs no telling: it was told, or a new one was opened.

    A replica that stood still for longer than its intent lasted comes back to such a state. What
    the log knows of the attempt that is open now must not be what became of the one before.
    """
    now = state.find(c.id)
    return now is None or now.nonce != c.nonce or now.attempt is AttemptState.COMPLETE


def _forget_unless_told(station: Station, c: Ceremony) -> None:
    """Keep no token that the log has for lost since a new attempt was opened: nobody ends it."""
    now = station.ledger.state.find(c.id)
    if now is None or now.nonce != c.nonce:
        station.keychain.delete("token", c.cluster, c.nonce)


def _after_lost_reply(station: Station, c: Ceremony, intent: Intended, *, late: bool) -> Answer:
    """The reply was lost: the share is never sent again, Vault is asked what became of it.

    A share that is `late` may still come to Vault: only that it was counted is believed at once.
    Where nothing is known the intent stays open. Whoever adopts it asks again; the DM will tell.
    """
    unsettled = Done(state=station.ledger.state, ceremony=c, settled=False)
    try:
        seen = ask(station, c)
    except VaultError:
        return unsettled
    if late and seen.nonce == intent.nonce and seen.progress == c.progress:
        return unsettled
    station.close_intent(intent.effect, *share_outcome(station, c, intent, seen))
    return _answer(station, c.id, holder=intent.holder)


def _refused(station: Station, c: Ceremony, intent: Intended, error: VaultError) -> Answer:
    station.close_intent(intent.effect, *refusal_outcome(station, c, intent, error))
    if isinstance(error, AlreadyProvided):
        return _answer(station, c.id)  # Vault has it, by a lost reply or by hand: it counts
    log.info("share.refused", set=station.name, ceremony=c.id, problem=type(error).__name__)
    return Refusal(reason=Reason.VAULT, words=f"{error} {error.advice}")


def _answer(station: Station, ceremony: str, *, holder: str = "") -> Answer:
    state = station.ledger.state
    c = state.find(ceremony)
    words = c.round.refusal_of(holder) if c and c.round and holder else ""
    if words:
        return Refusal(reason=Reason.VAULT, words=words)
    return Done(state=state, ceremony=c)
