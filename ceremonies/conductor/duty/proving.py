"""Whether each cluster takes the tokens on duty, asked without using them up."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from ceremonies.conductor.duty.minting import kept
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


def prove(station: Station, views: Mapping[str, ClusterView]) -> None:
    """Ask every cluster about every token in the bot's hands; a change of the answer is told.

    A lead's token cannot be asked about: nobody but the lead has it.
    """
    now = station.clock.now()
    for token in station.ledger.state.duties.live(now):
        if token.part is Part.BOT:
            _prove(station, token, views)


def _prove(station: Station, token: DutyToken, views: Mapping[str, ClusterView]) -> None:
    try:
        secret = kept(station, token.cluster, token.id).secret
    except SecretUnreadable as error:
        log.warning("duty.unreadable", set=station.name, problem=type(error).__name__)
        answers = dict.fromkeys(views, (Proof.UNKNOWN, f"{error} {error.advice}"))
    else:
        answers = {name: _answer(station, name, view, secret) for name, view in views.items()}
    _tell(station, token, answers)


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


def _tell(station: Station, token: DutyToken, answers: Mapping[str, tuple[Proof, str]]) -> None:
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
    return answer is not (known.answer if known else Proof.UNKNOWN)
