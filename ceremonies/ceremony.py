"""A ceremony as a value: one gathering of key holders for one purpose on one cluster.

Everything here is derived from the log by `ceremonies.fold`; times are milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ceremonies.events import ForeignAttemptFound, Purpose, RoundLoss, ShareConflicted
from ceremonies.evidence import Evidence, Override


class Phase(StrEnum):
    """How far a ceremony is."""

    STARTING = "starting"  # the attempt is not open yet
    BLOCKED = "blocked"  # an attempt that is not ours stands in the way
    COLLECTING = "collecting"  # shares come in
    STRANDED = "stranded"  # the attempt is lost; a commander may start a new one
    TOKEN_HELD = "token-held"  # noqa: S105 — decoded and sealed; waits for approvals
    PROMOTING = "promoting"  # Vault accepted the promotion; it is not done yet
    ENDED = "ended"


class Ending(StrEnum):
    """How a ceremony ended."""

    PROMOTED = "promoted"
    DRILLED = "drilled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    TOKEN_UNUSED = "token-unused"  # noqa: S105
    TOKEN_REFUSED = "token-refused"  # noqa: S105 — Vault does not take the token on duty
    USED = "used"  # its token did what a runbook's step needed
    NOT_STARTED = "not-started"


class AttemptState(StrEnum):
    """What Vault has of us."""

    NONE = "none"
    OPEN = "open"
    GONE = "gone"  # cancelled, vanished or superseded
    COMPLETE = "complete"


class TokenState(StrEnum):
    """The DR operation token's life. `UNKNOWN`: asked to delete it, the answer is not known."""

    NONE = "none"
    HELD = "held"
    UNKNOWN = "unknown"
    DELETED = "deleted"
    NOT_DELETABLE = "not-deletable"
    RETURNED = "returned"  # a token on duty: it stays so, until its own end
    ORPHANED = "orphaned"  # Vault made it, nobody has it: the last reply was lost

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to be done about the token."""
        return self not in (TokenState.HELD, TokenState.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A share that Vault counted: by whom and when; `x` and `mark` tell it from others."""

    holder: str
    x: int
    mark: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """Shares given one after the other until the threshold, or until Vault threw them away."""

    number: int
    nonce: str
    opened_at: int
    given: tuple[Given, ...] = ()
    outside: int = 0
    lost: RoundLoss | None = None
    lost_words: str = ""
    last: str = ""  # whose share came last when Vault threw the round away; not whose is wrong
    conflicts: tuple[ShareConflicted, ...] = ()  # each holder's x once, the newest last
    refused: tuple[tuple[str, str], ...] = ()  # (holder, our words) of the newest refusal of each

    @property
    def progress(self) -> int:
        """How many shares Vault holds now, as far as we know."""
        return 0 if self.lost else len(self.given) + self.outside

    @property
    def conflict(self) -> ShareConflicted | None:
        """The newest contradiction, or None."""
        return self.conflicts[-1] if self.conflicts else None

    def gave(self, holder: str) -> bool:
        """Return whether this holder's share counts in this round."""
        return any(given.holder == holder for given in self.given)

    def refusal_of(self, holder: str) -> str:
        """Return why this holder's newest share was not counted, or an empty string."""
        return dict(self.refused).get(holder, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A commander's request to promote, and the evidence they saw."""

    by: str
    at: int
    reason: str
    evidence: Evidence
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One person's agreement at `at`."""

    by: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Force:
    """A commander's typed word to promote with `force`, and who typed the same after them.

    `sent`: Vault was given the order so.
    """

    by: str
    at: int
    until: int
    reason: str
    evidence: Evidence
    agreed: tuple[str, ...] = ()
    sent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """When what happened, for the final card's durations; 0 = did not happen."""

    first_share: int = 0
    completed: int = 0
    requested: int = 0
    promotion_sent: int = 0
    accepted: int = 0
    promoted: int = 0
    token_over: int = 0
    ended: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceremony:
    """The state of one ceremony. `required` is Vault's newest word; 0 until it spoke."""

    id: str
    cluster: str
    purpose: Purpose
    reason: str
    started_by: str
    started_at: int
    holders: tuple[str, ...]
    roster_hash: str
    evidence: Evidence
    deadline: int
    max_at: int
    runbook: str = ""  # the runbook that it yields a token for; empty: a drill
    roster_changed_at: int = 0  # people or key holders were configured anew in mid-ceremony
    rules_hash: str = ""
    rules_changed_at: int = 0  # and so were the rules for approvals or times
    duty: str = ""  # the token on duty that is used, so that nobody has to give a share
    by_hand: bool = False  # which is in its lead's hands
    phase: Phase = Phase.STARTING
    ending: Ending | None = None
    ended_by: str = ""
    attempt: AttemptState = AttemptState.NONE
    nonce: str = ""
    node: str = ""
    required: int = 0
    recovery_keys: bool = False
    rounds: tuple[Round, ...] = ()
    declined: tuple[str, ...] = ()
    reminded_at: int = 0
    reminders: int = 0
    reminded: tuple[str, ...] = ()  # whom the newest reminder was for
    reminded_round: int = 0  # and in which round that was
    warned_deadline: int = 0  # the deadline of which the commanders were told that it is near
    frozen_by: str = ""
    frozen_at: int = 0
    freezes: int = 0
    thaw_agreed: tuple[str, ...] = ()
    foreign: ForeignAttemptFound | None = None
    cancel_agreed: str = ""  # nonce of an open attempt that a commander agreed to end
    trouble: str = ""  # what went wrong last, in words for the card; empty when all is well
    request: Request | None = None
    approvals: tuple[Approval, ...] = ()
    approvals_since: int = 0  # what was agreed before this is void
    rejected_by: str = ""
    rejected_at: int = 0
    rejections: int = 0
    blocked: Evidence | None = None
    voided_at: int = 0  # when the gate made void what people had asked for and agreed to
    promotion_tries: int = 0
    catching_up: int = 0  # how often in a row Vault said so since the promotion was asked for
    force: Force | None = None
    retry_at: int = 0  # not before this may the promotion or the deletion be asked again
    token: TokenState = TokenState.NONE
    token_words: str = ""
    deletion_tries: int = 0
    deletion_sent: bool = False  # an order to delete the token may have reached Vault
    slow: bool = False
    moments: Moments = Moments()
    entry: int = 0  # number and hash of the newest entry that tells of this ceremony
    head: str = ""
    touched: int = 0  # number of the newest entry that changed what we think Vault has

    @property
    def is_open(self) -> bool:
        """Whether the ceremony still goes on."""
        return self.phase is not Phase.ENDED

    @property
    def owes_vault(self) -> bool:
        """Whether it goes on, or left an attempt or a token behind that has to be ended."""
        return self.is_open or self.attempt is AttemptState.OPEN or not self.token.is_over

    @property
    def round(self) -> Round | None:
        """The newest round, or None before the first attempt opened."""
        return self.rounds[-1] if self.rounds else None

    @property
    def progress(self) -> int:
        """Shares that Vault holds in the open round."""
        return self.rounds[-1].progress if self.rounds else 0

    @property
    def missing(self) -> int:
        """Shares still required."""
        return max(0, self.required - self.progress)

    @property
    def lost_rounds(self) -> tuple[Round, ...]:
        """Rounds whose shares Vault threw away."""
        return tuple(r for r in self.rounds if r.lost is not None)

    @property
    def frozen(self) -> bool:
        """Whether somebody froze the ceremony and it is not thawed."""
        return bool(self.frozen_by)

    @property
    def takes_shares(self) -> bool:
        """Whether a holder's share would be handed to Vault now."""
        return self.phase is Phase.COLLECTING and not self.frozen

    @property
    def waiting_for(self) -> tuple[str, ...]:
        """Holders who were asked and have neither given in this round nor declined."""
        now = self.rounds[-1] if self.rounds else None
        return tuple(
            holder
            for holder in self.holders
            if holder not in self.declined and not (now and now.gave(holder))
        )
