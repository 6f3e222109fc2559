"""The folded state of one replication set: what its log amounts to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ceremonies.ceremony import AttemptState, Ceremony
from ceremonies.duty import Duties
from ceremonies.events import Action, Intended, SecondPrimarySeen, TailLost
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
class Foreign:
    """An attempt at Vault that belongs to no ceremony; empty nonce: none is open any more.

    `ours`: an earlier one of ours came back. `times`: how many were told one soon after the other.
    """

    nonce: str
    progress: int
    required: int
    ours: bool
    since: int
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Glass:
    """A cluster that wanted a token for an attempt, and who may do without one.

    `waits`: the attempt of `ceremony` cannot be opened yet. `nodes`: those that were seen to let
    anybody in. It is kept until every node refuses again.
    """

    ceremony: str
    words: str  # Vault's refusal
    needed_at: int
    refusals: int = 1  # one after the other, without an attempt
    waits: bool = True
    approved_by: str = ""
    approved_at: int = 0
    nodes: tuple[str, ...] = ()
    opened_at: int = 0
    reminded_at: int = 0
    reminders: int = 0

    @property
    def is_owed(self) -> bool:
        """Whether somebody may have opened it, so that it has to be seen closed again."""
        return bool(self.approved_by or self.nodes)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoPrimaries:
    """An occasion on which two clusters answered as primary that is over, as `words` say."""

    seen: SecondPrimarySeen
    at: int
    over_at: int
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
    second_primary_at: int = 0
    two_primaries: TwoPrimaries | None = None  # the last occasion that is over
    sealed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # cluster → sealed nodes
    unseal_themselves: frozenset[str] = frozenset()  # clusters among those that need no shares
    foreign: Mapping[str, Foreign] = field(default_factory=dict)  # by cluster
    glass: Mapping[str, Glass] = field(default_factory=dict)  # by cluster
    duties: Duties = field(default_factory=Duties)
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

    def gave_up(self, cluster: str, nonce: str) -> bool:
        """Return whether this is the nonce of an attempt of ours that is over, as the log says."""
        known = {r.nonce for c in self._on(cluster) for r in c.rounds}
        return nonce in known - self.nonces_open(cluster)

    def nonces_open(self, cluster: str) -> set[str]:
        """Return the nonces of the attempts that we have open on this cluster, or have to end."""
        return {c.nonce for c in self._on(cluster) if c.attempt is AttemptState.OPEN}

    def glass_of(self, c: Ceremony) -> Glass | None:
        """Return how this ceremony stands with a cluster that wants a token, if it does."""
        found = self.glass.get(c.cluster)
        return found if found and found.ceremony == c.id else None

    def waits_for_access(self, c: Ceremony) -> bool:
        """Return whether Vault does not let this ceremony's attempt be opened yet."""
        found = self.glass_of(c)
        return found is not None and found.waits

    def left_open(self, cluster: str) -> Glass | None:
        """Return what is to be closed again on this cluster now that nobody needs it open."""
        found = self.glass.get(cluster)
        needed = any(c.is_open or c.attempt is AttemptState.OPEN for c in self._on(cluster))
        return found if found and found.is_owed and not needed else None

    def _on(self, cluster: str) -> tuple[Ceremony, ...]:
        return tuple(c for c in self.ceremonies if c.cluster == cluster)

    def find(self, ceremony: str) -> Ceremony | None:
        """Return the ceremony with this id, if it is among the newest."""
        return next((c for c in self.ceremonies if c.id == ceremony), None)

    @property
    def runbook(self) -> Runbook | None:
        """Return the open runbook: a set has at most one."""
        return next((r for r in reversed(self.runbooks) if r.is_open), None)

    @property
    def without_primary(self) -> Runbook | None:
        """Return the runbook that was stopped between demotion and promotion, if that still holds.

        Until another one is open, or has promoted: by the log alone, which knows nothing of hands.
        """
        for r in reversed(self.runbooks):
            promotion = r.of(Action.PROMOTE)
            if r.is_open or (promotion is not None and promotion.state.is_over):
                return None
            if r.took_primary:
                return r if self.primary != r.target else None
        return None

    def find_runbook(self, runbook: str) -> Runbook | None:
        """Return the runbook with this id, if it is among the newest."""
        return next((r for r in self.runbooks if r.id == runbook), None)
