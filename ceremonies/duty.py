"""Tokens on duty as values: what was minted for which shift, and how far it can be relied on.

Everything here is derived from the log by `ceremonies.fold`; times are milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ceremonies.events import HandoverAsked, Part, Proof, Spread, WrapLoss

PROMOTION_MS = 10 * 60_000
ATTEMPT_MS = 15_000  # a request about an attempt, and not what comes after it
RING = 8  # fixed policies and roles, `conclave-shift-1` to `conclave-shift-8`


class Wrap(StrEnum):
    """How far the lead's token is on its way to them."""

    WAITING = "waiting"  # nobody was shown how to collect it
    SHOWN = "shown"
    COLLECTED = "collected"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofSeen:
    """What a cluster answered when it was asked last whether it takes the token."""

    answer: Proof
    words: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyToken:
    """A batch token that was minted for a shift. `wrap` is None where the bot keeps it."""

    id: str
    shift: str
    name: str
    part: Part
    place: int
    cluster: str
    lead: str
    starts: int
    ends: int
    until: int
    minted_at: int
    wrap: Wrap | None = None
    wrapped_until: int = 0
    shown_to: str = ""
    shown_at: int = 0
    collected_at: int = 0
    loss: WrapLoss | None = None
    proofs: Mapping[str, ProofSeen] = field(default_factory=dict)  # by cluster
    killed_at: int = 0
    revived_at: int = 0  # when its policy was seen again though it had been out of force

    @property
    def is_held(self) -> bool:
        """Whether the one it was minted for has it, or can still get it."""
        return self.wrap is not Wrap.LOST

    @property
    def is_in_hand(self) -> bool:
        """Whether the one it was minted for has it."""
        return self.wrap in (None, Wrap.COLLECTED)

    @property
    def margin(self) -> int:
        """How long (ms) before its end it is not begun with any more: what a promotion takes."""
        return min(PROMOTION_MS, (self.until - self.minted_at) // 10)

    @property
    def is_out_of_reach(self) -> bool:
        """Whether somebody may have it who should not: it is a reason to put it out of force."""
        return self.wrap is Wrap.LOST and self.loss is not WrapLoss.EXPIRED

    def is_live(self, now: int) -> bool:
        """Return whether it is of use at `now` (ms): held, in force, not at its end."""
        return self.is_held and not self.killed_at and now < self.until

    def takes(self, cluster: str) -> bool:
        """Return whether nothing is known against its use on this cluster."""
        seen = self.proofs.get(cluster)
        return seen is None or seen.answer is not Proof.REFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Minting:
    """How minting for one part of a shift went so far, where it did not go well."""

    tries: int = 0
    retry_at: int = 0
    words: str = ""
    stray_until: int = 0  # so long there may be tokens that nobody holds
    late: bool = False
    asked_by: str = ""
    failed_at: int = 0  # the first of the tries that failed one after the other


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """Who confirmed the hand-over to a shift.

    `late`: the commanders were told; `missing` are the leads who had not confirmed by then, `told`
    those of every time. `since` has when each lead was first asked, also of those whose place
    somebody else took.
    """

    outgoing: str = ""
    incoming: str = ""
    late: bool = False
    missing: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    times: int = 0
    asked: HandoverAsked | None = None
    asked_at: int = 0
    since: Mapping[str, int] = field(default_factory=dict)

    def late_at(self, lead: str) -> int | None:
        """Return when the commanders are told if this lead has not confirmed; None: never asked."""
        if self.asked is None or lead not in self.since:
            return None
        return max(self.asked.starts, self.since[lead]) + self.asked.grace


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """A request to put a ring place's tokens out of force."""

    place: int
    by: str
    at: int
    reason: str
    agreed_by: str = ""
    agreed_at: int = 0
    tries: int = 0
    retry_at: int = 0
    words: str = ""
    over_at: int = 0
    rejected_by: str = ""  # over, and empty: it was done, or nobody agreed in time
    deleted: bool = False
    cluster: str = ""  # the primary on which it was deleted
    others: tuple[str, ...] = ()  # the clusters that have to follow it
    spread: Mapping[str, Spread] = field(default_factory=dict)  # by cluster, where it is known

    @property
    def left(self) -> tuple[str, ...]:
        """The clusters on which the tokens are not known to be out of force."""
        return tuple(n for n in self.others if not (n in self.spread and self.spread[n].is_out))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """What was seen last of the policies and roles on the primary."""

    cluster: str
    ready: tuple[int, ...]
    problems: tuple[str, ...]
    at: int
    changed: tuple[int, ...] = ()  # whose policy is another than it has to be


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """Everything about tokens on duty of one set."""

    tokens: tuple[DutyToken, ...] = ()  # oldest first; those past their end go, but for the newest
    minting: Mapping[str, Minting] = field(default_factory=dict)  # by `shift part`
    handovers: Mapping[str, Handover] = field(default_factory=dict)  # by shift
    kill: Kill | None = None
    past_kill: Kill | None = None  # the request that was over last
    killed: Mapping[int, int] = field(default_factory=dict)  # place → when; until it is refilled
    ring: Ring | None = None
    rota: tuple[str, ...] = ()  # what is odd about the plan of shifts
    rota_at: int = 0  # when that was told last
    covered: bool | None = None
    covered_at: int = 0
    gap_planned: bool = False  # no shift is on either, so that nobody has to be called
    next_at: int = 0  # where nothing covers: the next shift's start, or 0

    def find(self, duty: str) -> DutyToken | None:
        """Return the token with this id, if it is among the newest."""
        return next((t for t in self.tokens if t.id == duty), None)

    def of_shift(self, shift: str, part: Part, *, lead: str) -> DutyToken | None:
        """Return the newest token of this shift and part, whatever became of it.

        A lead's is only that of whoever leads the shift now: `lead`.
        """
        theirs = (t for t in self.tokens if part is Part.BOT or t.lead == lead)
        fitting = [t for t in theirs if t.shift == shift and t.part is part]
        return fitting[-1] if fitting else None

    def live(self, now: int) -> tuple[DutyToken, ...]:
        """Return the tokens that are of use at `now`, oldest first."""
        return tuple(t for t in self.tokens if t.is_live(now))

    def usable(self, cluster: str, *, now: int, needed: int = PROMOTION_MS) -> DutyToken | None:
        """Return the token to use on `cluster`: one in the bot's hands before a lead's.

        Of several, one whose policy is as it has to be, then the one that lasts longest, to the
        minute, then the newest. It must not end within what a promotion takes, or what is `needed`
        (ms) for less. A lead's must be collected.
        """
        changed = self.ring.changed if self.ring else ()
        fitting = [
            t
            for t in self.live(now)
            if t.takes(cluster) and t.is_in_hand and now + min(needed, t.margin) < t.until
        ]

        def rank(t: DutyToken) -> tuple[bool, bool, int]:
            return t.part is Part.BOT, t.place not in changed, t.until // 60_000

        return max(reversed(fitting), key=rank, default=None)

    def hit_by(self, kill: Kill) -> tuple[DutyToken, ...]:
        """Return the tokens that it concerns: of its place, minted before it is over, not ended."""
        return tuple(
            t
            for t in self.tokens
            if t.place == kill.place
            and t.minted_at <= (kill.over_at or t.minted_at)
            and max(kill.at, kill.over_at) < t.until
        )

    def mint(self, shift: str, part: Part) -> Minting:
        """Return how minting went so far."""
        return self.minting.get(mint_key(shift, part), Minting())


def mint_key(shift: str, part: Part) -> str:
    """Return the name under which minting for this part is kept."""
    return f"{shift} {part}"
