"""What people want, as values; and what a refusal is.

Whoever builds a command has checked who it is; the rules check whether it is time. Ids come from
outside (`Fresh`): a decision draws no random number and reads no clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ceremonies.events import PlannedStep, Play, Purpose
from ceremonies.evidence import Evidence


class Reason(StrEnum):
    """Why a command was refused: for tests and metrics; people read `Refusal.words`."""

    NO_CEREMONY = "no-ceremony"
    NO_RUNBOOK = "no-runbook"
    ALREADY_OPEN = "already-open"
    NOT_NOW = "not-now"
    NOT_NEEDED = "not-needed"
    NOT_ASKED = "not-asked"
    FROZEN = "frozen"
    GIVEN_THIS_ROUND = "given-this-round"
    CONFLICT = "conflict"
    BUSY = "busy"
    OWN_REQUEST = "own-request"
    NO_REQUEST = "no-request"
    GATE = "gate"
    MALFORMED = "malformed"
    VAULT = "vault"
    SECRET = "secret"  # noqa: S105
    STORE = "store"
    AMBIGUOUS = "ambiguous"
    COMES_LATER = "comes-later"
    STALE = "stale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Nothing happened, and why, in words for who asked; `choices`: clusters that would fit."""

    reason: Reason
    words: str
    evidence: Evidence | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """What a decision needs from chance and from its process."""

    ceremony: str
    effect: str
    replica: str
    until: int
    runbook: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Call the key holders together for `purpose` on `cluster`.

    `plan` is the runbook that is begun with it where none is open that waits for this token.
    `use_duty`: where a token is on duty, that is used and nobody is called.
    """

    by: str
    cluster: str
    purpose: Purpose
    reason: str
    evidence: Evidence
    plan: StartRunbook | None = None
    use_duty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRunbook:
    """Begin `play` on `target`; `source` is the cluster that is primary now, or was."""

    by: str
    play: Play
    target: str
    source: str
    reason: str
    steps: tuple[PlannedStep, ...]
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class ContinueStep:
    """Do this step now, or once more. `evidence` is needed where a ceremony starts."""

    runbook: str
    step: str
    by: str
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestStep:
    """Ask for a step that another must approve; the cluster's name was typed by the person."""

    runbook: str
    step: str
    by: str
    reason: str
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveStep:
    """Agree to the step as it was requested at `asked_at`."""

    runbook: str
    step: str
    by: str
    asked_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectStep:
    """Say no to the step as it was requested at `asked_at`."""

    runbook: str
    step: str
    by: str
    asked_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishStep:
    """People did this step, and say so."""

    runbook: str
    step: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipStep:
    """Leave an optional step out."""

    runbook: str
    step: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AbortRunbook:
    """Stop here; what is done stays done."""

    runbook: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferShare:
    """Hand in a share, of which only `x` and its keyed `mark` are told here."""

    ceremony: str
    holder: str
    round: int
    x: int
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline:
    """A key holder cannot take part."""

    ceremony: str
    holder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Nudge:
    """Remind those who have not answered; `by` is empty when the clock does it."""

    ceremony: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend:
    """Give the ceremony another full deadline from now."""

    ceremony: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """This looks wrong: hold everything."""

    ceremony: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Thaw:
    """As far as I am concerned it may go on."""

    ceremony: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """Call the ceremony off."""

    ceremony: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """Start a new attempt in the same ceremony.

    `cancel_nonce` is the attempt that the commander agreed to end, as their card showed it;
    `holders` narrows who is asked (empty: everybody who was).
    """

    ceremony: str
    by: str
    evidence: Evidence
    cancel_nonce: str = ""
    holders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPromotion:
    """Ask for the promotion; the cluster's name was typed by the person.

    `overrides` names checks whose blocks they want lifted.
    """

    ceremony: str
    by: str
    reason: str
    evidence: Evidence
    overrides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve:
    """Agree to the promotion that was requested at `request` (ms), as the card showed it."""

    ceremony: str
    by: str
    request: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """Say no to the promotion that was requested at `request` (ms), as the card showed it."""

    ceremony: str
    by: str
    request: int


Command = (
    Start
    | OfferShare
    | Decline
    | Nudge
    | Extend
    | Freeze
    | Thaw
    | Cancel
    | Restart
    | RequestPromotion
    | Approve
    | Reject
)
RunbookCommand = (
    StartRunbook
    | ContinueStep
    | RequestStep
    | ApproveStep
    | RejectStep
    | FinishStep
    | SkipStep
    | AbortRunbook
)
