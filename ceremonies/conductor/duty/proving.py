"""Whether each cluster takes the tokens on duty, asked without using them up."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from ceremonies.conductor.duty.alike import NoneAlike, may_have_ended, minted_alike
from ceremonies.conductor.duty.minting import kept
from ceremonies.conductor.duty.primary import Primary
from ceremonies.conductor.station import Station
from ceremonies.duty import DutyToken
from ceremonies.errors import SecretUnreadable, VaultError
from ceremonies.events import Event, Part, Proof, ProofChanged
from ceremonies.state import SetState
from ceremonies.vault import ClusterView, Mode
from ceremonies.vault.shift_tokens import Verdict

log = structlog.get_logger()

_ANSWER = {
    Verdict.GOOD: Proof.GOOD,
    Verdict.REFUSED: Proof.REFUSED,
    Verdict.UNKNOWN: Proof.UNKNOWN,
}


_Answers = Mapping[str, tuple[Proof, str]]  # by cluster


def prove(station: Station, views: Mapping[str, ClusterView], at: Primary | None) -> None:
    """Ask every cluster about every token on duty; a change of the answer is told.

    Nobody but the lead has a lead's: one like it is tried in its place. `at`: the primary, which
    gives that; None: it is away.
    """
    now = station.clock.now()
    for token in station.ledger.state.duties.live(now):
        if token.part is Part.BOT:
            answers = _of_own(station, token, views)
        else:
            answers = _of_like(station, token, views, at)
        _tell(station, token, answers)


def _of_own(station: Station, token: DutyToken, views: Mapping[str, ClusterView]) -> _Answers:
    try:
        secret = kept(station, token.cluster, token.id).secret
    except SecretUnreadable as error:
        log.warning("duty.unreadable", set=station.name, problem=type(error).__name__)
        return dict.fromkeys(views, (Proof.UNKNOWN, f"{error} {error.advice}"))
    return {name: _answer(station, name, view, secret) for name, view in views.items()}


def _of_like(
    station: Station, token: DutyToken, views: Mapping[str, ClusterView], at: Primary | None
) -> _Answers:
    """Return what each cluster says of a token that was made for this question alone."""
    try:
        secret = minted_alike(station, token, at)
    except (NoneAlike, VaultError) as error:
        log.info("duty.not_tried", set=station.name, problem=type(error).__name__)
        return dict.fromkeys(views, (Proof.UNKNOWN, str(error)))
    answers = {name: _answer(station, name, view, secret) for name, view in views.items()}
    return {name: _of_minute(station, name, said, at) for name, said in answers.items()}


def _of_minute(
    station: Station, name: str, said: tuple[Proof, str], at: Primary | None
) -> tuple[Proof, str]:
    """Return the answer, but for a refusal that may be due to the few seconds it lasts."""
    if at is None or said[0] is not Proof.REFUSED:
        return said
    try:
        ended = may_have_ended(station, name, at)
    except VaultError as error:
        return Proof.UNKNOWN, str(error)
    words = "Its clock is ahead of the primary's, so that a token of a minute has ended there."
    return (Proof.UNKNOWN, words) if ended else said


def _answer(station: Station, name: str, view: ClusterView, secret: str) -> tuple[Proof, str]:
    client = station.clients[name]
    if view.mode not in (Mode.PRIMARY, Mode.SECONDARY):
        return Proof.UNKNOWN, "It does not say that it is primary or secondary."
    try:
        node = client.active_node()
        if view.mode is Mode.SECONDARY:
            said = client.shift_tokens.verdict_on_secondary(node, secret)
        else:
            said = client.shift_tokens.verdict_on_primary(node, secret)
    except VaultError as error:
        return Proof.UNKNOWN, str(error)
    return _ANSWER[said.verdict], said.words


def _tell(station: Station, token: DutyToken, answers: _Answers) -> None:
    def news(state: SetState) -> list[Event]:
        known = state.duties.find(token.id)
        if known is None:
            return []
        return [
            ProofChanged(duty=token.id, cluster=name, answer=answer, words=words)
            for name, (answer, words) in answers.items()
            if _is_news(known, name, answer)
        ]

    station.ledger.record(lambda state, _: news(state), who="conclave")


def _is_news(token: DutyToken, cluster: str, answer: Proof) -> bool:
    known = token.proofs.get(cluster)
    return known is None or answer is not known.answer
