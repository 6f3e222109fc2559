"""All that outlives a replica, in memory: the log's entries, the sealed secrets, time, clusters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ceremonies.chain import Entry
from ceremonies.clock import Clock
from ceremonies.decide import Terms
from tests.ceremonies.model.vault import ModelVault
from tests.ceremonies.sights import T0


class ModelClock(Clock):
    """The store's clock; waiting puts it forward."""

    def __init__(self) -> None:
        self.time = T0

    def measure(self) -> None:
        """Leave it as it is."""

    def now(self) -> int:
        """Return milliseconds since the epoch."""
        return self.time

    def passes(self, seconds: float) -> None:
        """Let time pass."""
        self.time += int(seconds * 1000)


@dataclass
class ModelWorld:
    """What is there, and who is told when it changes."""

    terms: Terms
    vault: ModelVault = field(default_factory=ModelVault)
    clock: ModelClock = field(default_factory=ModelClock)
    entries: list[Entry] = field(default_factory=list)
    secrets: dict[tuple[str, str, str], bytes] = field(default_factory=dict)
    other: str | None = None  # what cluster `a` answers; None: it is not reachable
    on_entry: Callable[[Entry], None] = lambda _: None
    on_promote: Callable[[], None] = lambda: None
