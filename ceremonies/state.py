"""The folded state of one replication set: what its log amounts to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ceremonies.ceremony import Ceremony
from ceremonies.events import Intended, SecondPrimarySeen, TailLost
from ceremonies.runbook import Runbook


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRef:
    """Where a card stands in Slack."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something that wakes people: entry `n` at `at`, in words that carry no nonce."""

    n: int
    at: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetState:
    """One replication set's state after entry `n` with hash `head`."""

    name: str
    n: int = 0
    head: str = "0" * 64
    at: int = 0
    cluster_id: str = ""
    ceremonies: tuple[Ceremony, ...] = ()  # oldest first; of each cluster two, and what still owes
    runbooks: tuple[Runbook, ...] = ()  # oldest first; the newest two
    primary: str = ""  # the cluster that was promoted last, or that was seen as primary by a step
    second_primary: SecondPrimarySeen | None = None
    sealed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # cluster → sealed nodes
    roles_changed_at: int = 0  # when a cluster's role changed last, for watching its nodes
    intents: Mapping[str, Intended] = field(default_factory=dict)  # by lane
    messages: Mapping[str, MessageRef] = field(default_factory=dict)  # by card key
    unposted: Mapping[str, str] = field(default_factory=dict)  # card key → Slack's error
    causes: Mapping[str, int] = field(default_factory=dict)  # hashed cause → entry
    alarms: tuple[Alarm, ...] = ()  # not yet told to people outside Slack
    waking_failed: tuple[str, ...] = ()  # ways of waking people that failed last time
    tail_lost: TailLost | None = None
    tail_lost_at: int = 0

    def newest(self, cluster: str) -> Ceremony | None:
        """Return the cluster's newest ceremony, open or ended."""
        return next((c for c in reversed(self.ceremonies) if c.cluster == cluster), None)

    def open_ceremony(self, cluster: str) -> Ceremony | None:
        """Return the cluster's open ceremony: there is at most one."""
        newest = self.newest(cluster)
        return newest if newest and newest.is_open else None

    @property
    def open_ceremonies(self) -> tuple[Ceremony, ...]:
        """Every ceremony that still goes on."""
        return tuple(c for c in self.ceremonies if c.is_open)

    def find(self, ceremony: str) -> Ceremony | None:
        """Return the ceremony with this id, if it is among the newest."""
        return next((c for c in self.ceremonies if c.id == ceremony), None)

    @property
    def runbook(self) -> Runbook | None:
        """Return the open runbook: a set has at most one."""
        return next((r for r in reversed(self.runbooks) if r.is_open), None)

    def find_runbook(self, runbook: str) -> Runbook | None:
        """Return the runbook with this id, if it is among the newest."""
        return next((r for r in self.runbooks if r.id == runbook), None)
