"""What each replica sees of the clusters from where it runs, told to the others by a cache.

A second place to look from: silence here proves nothing (facts/vault 5.3).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, replace

import structlog

from ceremonies.errors import StoreUnreachable
from ceremonies.gates import Vantage
from ceremonies.observations import Marked, Observations
from ceremonies.vault import ClusterView, Mode

log = structlog.get_logger()

KEPT_MS = 120_000


class Vantages:
    """A set's sights by replica, for two minutes. `key` is what all replicas share."""

    def __init__(
        self, observations: Observations, set_name: str, *, key: bytes, replica: str
    ) -> None:
        self._observations = observations
        self._name = f"{{{set_name}}}:vantages"
        self._marked = Marked(key)
        self._replica = replica
        self._missed: dict[str, int] = {}  # since when each cluster is not seen as primary here

    def put(self, views: Iterable[ClusterView], *, at: int) -> None:
        """Tell the others what was seen at `at` (ms); nothing where Redis is away."""
        seen = tuple(views)
        primaries = tuple(v.name for v in seen if any(n.mode is Mode.PRIMARY for n in v.nodes))
        silent = tuple(v.name for v in seen if not v.answers and not v.sealed_nodes)
        for view in seen:
            if view.name in primaries:
                self._missed.pop(view.name, None)
            else:
                self._missed.setdefault(view.name, at)
        sight = Vantage(replica=self._replica, at=at, primaries=primaries, silent=silent)
        words = json.dumps(asdict(sight), sort_keys=True, separators=(",", ":"))
        marked = self._marked.mark(self._place(self._replica), words)
        try:
            self._observations.put_fields(
                self._name, {self._replica: marked}, seconds=KEPT_MS / 1000
            )
        except StoreUnreachable:
            log.debug("vantage.not_kept", name=self._name)

    def others(self, *, at: int) -> tuple[Vantage, ...]:
        """Return what the other replicas saw lately; what is not theirs, or old, is dropped.

        That one saw a primary counts only from when it was missed here: before, both of us may
        have seen it, and it is gone since.
        """
        try:
            kept = self._observations.fields(self._name)
            read = {who: self._read(who, text) for who, text in kept.items()}
            old = [who for who, one in read.items() if one is None or at - one.at > KEPT_MS]
            if old:
                self._observations.drop_fields(self._name, *old)
        except StoreUnreachable:
            return ()
        theirs = (one for who, one in read.items() if one and who not in (*old, self._replica))
        return tuple(sorted((self._since_missed(one) for one in theirs), key=lambda v: v.replica))

    def _since_missed(self, sight: Vantage) -> Vantage:
        primaries = (n for n in sight.primaries if self._missed.get(n, sight.at + 1) <= sight.at)
        return replace(sight, primaries=tuple(primaries))

    def _place(self, replica: str) -> str:
        return f"{self._name}|{replica}"

    def _read(self, replica: str, kept: str) -> Vantage | None:
        """Return the sight; None for what is not ours, or of another version of Conclave."""
        words = self._marked.read(self._place(replica), kept)
        if words is None:
            log.warning("vantage.not_ours", name=self._name)
            return None
        try:
            told = json.loads(words)
            primaries, silent = tuple(told.pop("primaries")), tuple(told.pop("silent"))
            return Vantage(**told, primaries=primaries, silent=silent)
        except (TypeError, KeyError, ValueError):
            return None
