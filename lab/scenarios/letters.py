"""What people wrote on clusters, which a plot's proof reads again."""

from __future__ import annotations

import secrets

from lab.openbao import Refused, Unanswered
from lab.scenarios.timeline import Timeline
from lab.stage import Stage


class Letters:
    """What people wrote on which cluster, to be read again on others."""

    def __init__(self, stage: Stage, timeline: Timeline) -> None:
        self._stage = stage
        self._timeline = timeline
        self._texts: dict[str, str] = {}

    def write(self, name: str, cluster: str) -> None:
        """Write a letter on a cluster, as its clients do."""
        text = f"written on {cluster}, {secrets.token_hex(4)}"
        self._stage.vaults[cluster].bao.call("POST", f"kv/{name}", {"text": text})
        self._texts[name] = text
        self._timeline.fate(f"A client writes {name} on {cluster}.")

    def proves(self, name: str, cluster: str, *, there: bool = True) -> bool:
        """Prove that the cluster holds the letter, or that it does not."""
        try:
            held = self._stage.vaults[cluster].bao.call("GET", f"kv/{name}")
            read = held.get("data", {}).get("text", "")
        except (Refused, Unanswered):
            read = ""
        if there:
            words = f"{cluster} holds {name}: “{self._texts[name]}”"
            return self._timeline.proof(words, holds=read == self._texts[name])
        return self._timeline.proof(f"{cluster} does not hold {name}", holds=not read)
