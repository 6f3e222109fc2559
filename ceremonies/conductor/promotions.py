"""Sending the promotion once, knowing when it is done, and ending the token that did it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog

from ceremonies.approval import is_approved, is_forced
from ceremonies.ceremony import Ceremony, Phase, TokenState
from ceremonies.conductor.context import context_of
from ceremonies.conductor.station import Station
from ceremonies.errors import SecretUnreadable, VaultError
from ceremonies.events import (
    Abandoned,
    CeremonyExpired,
    Event,
    Intended,
    Kind,
    Promoted,
    PromotionAccepted,
    PromotionBlocked,
    PromotionRefused,
    PromotionSlow,
    Proof,
    ProofChanged,
    TokenDeleted,
    TokenDeletionUnknown,
    TokenNotDeletable,
)
from ceremonies.evidence import Evidence, standing_blocks, worsened
from ceremonies.fold.promotions import NOT_TAKEN
from ceremonies.owed import SLOW_MS
from ceremonies.state import SetState
from ceremonies.vault import TokenDeletion
from ceremonies.vault.errors import PermissionDenied, StillCatchingUp, TruthUnknown

log = structlog.get_logger()

_LOOK_AGAIN_S = 1.0
_FRESH_MS = 3000  # what the gate saw may be so old when the intent to promote is written


def promote(station: Station, c: Ceremony) -> None:
    """Send the approved promotion if the gate, asked once more, still lets it pass.

    With `force` only where three people typed it, which is looked at again with the intent.
    """
    forced = _is_forced(station, c)
    evidence = _judged(station, c)
    if c.promotion_tries and evidence.target_mode == "primary":
        # An order came to Vault later than its intent lasted: what was asked for is done.
        taken = PromotionAccepted(ceremony=c.id, effect="", seen=True)
        station.conclude(taken, unless=lambda state: _changed_mind(state, c))
        return
    if forbids(c, evidence):
        _block(station, c, evidence)
        return
    try:
        token = "" if c.by_hand else station.token_of(c)
    except SecretUnreadable as error:
        _give_up(station, c, "token-unreadable", f"{error} {error.advice}")
        return
    client = station.clients[c.cluster]
    node = client.active_node()  # a VaultError is tried again soon: what was agreed stands
    if station.clock.now() - evidence.at > _FRESH_MS:
        evidence = _judged(station, c)
        if forbids(c, evidence):
            _block(station, c, evidence)
            return
    if c.by_hand:
        _hand_out(station, c)
        return
    intent = station.intend(
        Kind.PROMOTE,
        c.id,
        still=_still_wanted(station, forced=forced),
        evidence=evidence,
        nonce=c.nonce,
        force=forced,
    )
    if intent is None:
        return
    if not station.may_send(intent):
        station.close_intent(intent.effect, Abandoned(effect=intent.effect, why="too late"))
        return
    try:
        reply = client.promote(node, token, force=intent.force)
    except TruthUnknown:
        _watch_for_taken(station, c, intent)
        return
    except VaultError as error:
        station.close_intent(intent.effect, *_refused(c, intent, error))
        return
    accepted = PromotionAccepted(
        ceremony=c.id, effect=intent.effect, warnings=tuple(reply.warnings)
    )
    station.close_intent(intent.effect, accepted)
    log.info("promotion.accepted", set=station.name, cluster=c.cluster, ceremony=c.id)


def _hand_out(station: Station, c: Ceremony) -> None:
    """Let the lead give the order, whose token nobody else has; then the evidence is waited for."""
    handed = PromotionAccepted(ceremony=c.id, effect="", by_hand=True)

    def moved(state: SetState) -> bool:
        found = state.find(c.id)
        if found is None or _changed_mind(state, c):
            return True
        return not _still_wanted(station, forced=False)(state, found, station.clock.now())

    station.conclude(handed, unless=moved)


def _watch_for_taken(station: Station, c: Ceremony, intent: Intended) -> None:
    """Look whether a promotion whose reply was lost was taken on; never send it again from here.

    Only a primary proves something so early: the call may still be under way. When the intent's
    time is over, whoever adopts it may say that it was not taken.
    """
    while station.clock.now() < intent.until and station.mine(intent.effect) is not None:
        if station.look(c.cluster).target_mode == "primary":
            settle_promotion(station, c, intent)
            return
        if station.ledger.closing.wait(_LOOK_AGAIN_S):
            return


def settle_promotion(station: Station, c: Ceremony, intent: Intended) -> None:
    """Say whether a promotion whose reply nobody has was taken on, from the target's own mode."""
    evidence = station.look(c.cluster)
    if evidence.target_mode == "primary":
        taken = PromotionAccepted(ceremony=c.id, effect=intent.effect, seen=True)
        station.close_intent(intent.effect, taken)
    elif evidence.target_mode == "secondary":
        words = "Vault's answer was lost and the cluster is still a secondary; it is asked again."
        refused = PromotionRefused(
            ceremony=c.id, effect=intent.effect, problem=NOT_TAKEN, words=words, again=True
        )
        station.close_intent(intent.effect, refused)


def confirm(station: Station, c: Ceremony) -> None:
    """Note that the promotion is done, by the criteria of facts/vault 5.2, or that it is slow.

    Done: every node of the target that answers calls itself primary, one is active, and its
    replication runs. A standby that sealed itself does not undo a promotion; it is shown.
    """
    evidence = station.look(c.cluster)
    ours = [node for node in evidence.nodes if node.cluster == c.cluster and node.answers]
    active = any(node.active for node in ours)
    if evidence.target_mode == "primary" and active and _is_running(station, c):
        done = Promoted(ceremony=c.id, evidence=evidence)
        station.conclude(done, unless=lambda state: _is_over(state, c))
        log.info("promotion.done", set=station.name, cluster=c.cluster, ceremony=c.id)
    elif not (c.slow or c.by_hand) and station.clock.now() - c.moments.accepted >= SLOW_MS:
        slow = PromotionSlow(ceremony=c.id, evidence=evidence)
        station.conclude(slow, unless=lambda state: _is_over(state, c))


def _is_running(station: Station, c: Ceremony) -> bool:
    view = station.views[c.cluster]
    statuses = [node.dr for node in view.nodes if node.active and node.dr is not None]
    return any(dr.mode == "primary" and dr.state == "running" for dr in statuses)


def _is_over(state: SetState, c: Ceremony) -> bool:
    now = state.find(c.id)
    return now is None or now.phase is not Phase.PROMOTING or now.slow != c.slow


def delete_token(station: Station, c: Ceremony) -> None:
    """Delete the DR operation token at Vault, or say that this is not known."""
    try:
        token = station.keychain.open("token", c.cluster, c.nonce).decode()
    except SecretUnreadable as error:
        _unknown(station, c, f"The sealed token cannot be opened. {error.advice}")
        return
    client = station.clients[c.cluster]
    try:
        node = client.active_node()
    except VaultError as error:
        _unknown(station, c, f"{error} {error.advice}")
        return
    intent = station.intend(Kind.DELETE_TOKEN, c.id, still=_still_to_delete, nonce=c.nonce)
    if intent is None or not station.may_send(intent):
        return
    try:
        answer = client.delete_operation_token(node, token)
    except VaultError as error:
        _unknown(station, c, f"{error} {error.advice}", effect=intent.effect)
        return
    station.close_intent(intent.effect, _deletion(c, intent.effect, answer))


def settle_deletion(station: Station, c: Ceremony, intent: Intended) -> None:
    """Close a deletion whose reply nobody has as unknown: to repeat it is harmless, so it is."""
    words = "Vault's answer was lost; it is asked again."
    unknown = TokenDeletionUnknown(ceremony=c.id, effect=intent.effect, words=words, sent=True)
    station.close_intent(intent.effect, unknown)


def _deletion(c: Ceremony, effect: str, answer: TokenDeletion) -> Event:
    match answer:
        case TokenDeletion.DELETED:
            return TokenDeleted(ceremony=c.id, effect=effect)
        case TokenDeletion.NO_LONGER_SECONDARY:
            return TokenNotDeletable(ceremony=c.id, effect=effect)
        case TokenDeletion.DENIED if c.deletion_sent:
            # The answer to an earlier deletion was lost, and now the token does not validate.
            return TokenDeleted(ceremony=c.id, effect=effect)
        case TokenDeletion.DENIED:
            words = "Vault denies this token, though nobody has deleted it; it is asked again."
            return TokenDeletionUnknown(ceremony=c.id, effect=effect, words=words)
        case TokenDeletion.UNKNOWN:
            words = "Vault's answer says neither yes nor no; it is asked again."
            return TokenDeletionUnknown(ceremony=c.id, effect=effect, words=words, sent=True)


def _unknown(station: Station, c: Ceremony, words: str, *, effect: str = "") -> None:
    unknown = TokenDeletionUnknown(ceremony=c.id, effect=effect, words=words)
    if effect:
        station.close_intent(effect, unknown)
        return

    def tried_since(state: SetState) -> bool:
        now = state.find(c.id)
        return now is None or now.token.is_over or now.deletion_tries != c.deletion_tries

    station.conclude(unknown, unless=tried_since)


def _judged(station: Station, c: Ceremony) -> Evidence:
    rules = station.terms().rules
    return station.look(c.cluster, context_of(station.ledger.state, c, rules))


def forbids(c: Ceremony, evidence: Evidence) -> bool:
    """Return whether the gate says no now to what was asked for and agreed to."""
    if standing_blocks(evidence, c.request.overrides if c.request else ()):
        return True
    agreed_to = (asked.evidence for asked in (c.request, c.force) if asked is not None)
    return any(worsened(shown, evidence) for shown in agreed_to)


def _block(station: Station, c: Ceremony, evidence: Evidence) -> None:
    blocked = PromotionBlocked(ceremony=c.id, evidence=evidence)
    station.conclude(blocked, unless=lambda state: _changed_mind(state, c))


def _give_up(station: Station, c: Ceremony, problem: str, words: str) -> None:
    refused = PromotionRefused(ceremony=c.id, effect="", problem=problem, words=words, again=False)
    station.conclude(refused, unless=lambda state: _changed_mind(state, c))


def _changed_mind(state: SetState, c: Ceremony) -> bool:
    now = state.find(c.id)
    return now is None or now.request != c.request or c.cluster in state.intents


def _refused(c: Ceremony, intent: Intended, error: VaultError) -> Sequence[Event]:
    """What Vault's no means; a token on duty that it does not take is not tried again."""
    refused = PromotionRefused(
        ceremony=c.id,
        effect=intent.effect,
        problem=type(error).__name__,
        words=f"{error} {error.advice}",
        again=isinstance(error, StillCatchingUp),
    )
    if not (c.duty and isinstance(error, PermissionDenied)):
        return (refused,)
    return (refused, *duty_refused(c, str(error)))


def duty_refused(c: Ceremony, words: str) -> Sequence[Event]:
    """Return that this cluster does not take the token on duty, so that a quorum is needed."""
    proof = ProofChanged(duty=c.duty, cluster=c.cluster, answer=Proof.REFUSED, words=words)
    return (proof, CeremonyExpired(ceremony=c.id, cause="token-refused"))


def _is_forced(station: Station, c: Ceremony) -> bool:
    return is_forced(c, station.terms().roster, now=station.clock.now())


def _still_wanted(station: Station, *, forced: bool) -> Callable[[SetState, Ceremony, int], bool]:
    def wanted(state: SetState, c: Ceremony, now: int) -> bool:
        del state
        ready = c.phase is Phase.TOKEN_HELD and c.token is TokenState.HELD and not c.frozen
        terms = station.terms()
        if not ready or forced != is_forced(c, terms.roster, now=now):
            return False
        return is_approved(c, terms.rules, now=now, roster=terms.roster)

    return wanted


def _still_to_delete(state: SetState, c: Ceremony, now: int) -> bool:
    del state, now
    return not c.is_open and c.token in (TokenState.HELD, TokenState.UNKNOWN)
