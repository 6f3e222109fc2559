"""Where each calendar's last good answer is kept, for other replicas and for a restart.

It is kept in Redis with a MAC: whoever could forge one could choose who leads.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import asdict

import structlog

from ceremonies.errors import StoreUnreachable
from ceremonies.observations import Observations
from ceremonies.rota.entries import Answer, Entry
from ceremonies.rota.rules import ShiftRules

log = structlog.get_logger()

KEPT_S = 35 * 24 * 3600  # as far as an answer looks ahead


class Shelf:
    """The last good answers. `key` is what all replicas share."""

    def __init__(self, observations: Observations, *, key: bytes) -> None:
        self._observations = observations
        self._key = key

    def put(self, set_name: str, rule: ShiftRules, answer: Answer) -> None:
        """Keep this one instead of the last, if Redis is there."""
        words = json.dumps(asdict(answer), sort_keys=True, separators=(",", ":"))
        name = _name(set_name, rule)
        try:
            mac = self._mac(name, rule, words)
            self._observations.put(name, f"{mac}|{words}", seconds=KEPT_S)
        except StoreUnreachable:
            log.warning("calendar.not_kept", set=set_name, shift=rule.name)

    def last(self, set_name: str, rule: ShiftRules) -> Answer | None:
        """Return the last good answer of this very calendar; None where there is none of ours."""
        name = _name(set_name, rule)
        try:
            kept = self._observations.get(name) or ""
        except StoreUnreachable:
            return None
        mac, _, words = kept.partition("|")
        if not hmac.compare_digest(mac.encode(), self._mac(name, rule, words).encode()):
            if kept:
                log.warning("calendar.not_ours", set=set_name, shift=rule.name)
            return None
        return _read(words)

    def _mac(self, name: str, rule: ShiftRules, words: str) -> str:
        told = f"{name}\0{rule.calendar}\0{rule.zone}\0{words}"
        return hmac.new(self._key, told.encode(), hashlib.sha256).hexdigest()


def _name(set_name: str, rule: ShiftRules) -> str:
    return f"{{{set_name}}}:calendar:{rule.name}"


def _read(words: str) -> Answer | None:
    """Return the answer; None for one that another version of Conclave wrote."""
    try:
        fields = json.loads(words)
        entries = tuple(
            Entry(names=tuple(tuple(tier) for tier in one.pop("names")), **one)
            for one in fields.pop("entries")
        )
        return Answer(entries=entries, problems=tuple(fields.pop("problems")), **fields)
    except (TypeError, KeyError):
        return None
