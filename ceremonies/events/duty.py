"""Tokens on duty: minted for a shift, collected, proven, handed over."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from ceremonies.events.kills import KillEvent


class Part(StrEnum):
    """Whose hands a minted token is for; custody `both` mints one for each."""

    LEAD = "lead"
    BOT = "bot"


class WrapLoss(StrEnum):
    """How a wrapped token came to be out of the lead's reach."""

    EXPIRED = "expired"  # nobody opened it in time
    UNSEEN = "unseen"  # its end came while nobody could look: somebody may have opened it
    OPENED = "opened"  # somebody opened it who was not shown it
    FOREIGN = "foreign"  # it wraps something else than what was minted
    DISOWNED = "disowned"  # it was opened, and the lead says that it was not them


class Proof(StrEnum):
    """Whether a cluster takes a token on duty. `UNKNOWN`: it cannot be told from here."""

    GOOD = "good"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class MintAsked:
    """A person wants a token for this shift, though one was lost or refused before."""

    type: Literal["mint_asked"] = "mint_asked"
    shift: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenMinted:
    """A batch token is in the keychain: `until` is its end, `wrapped_until` that of its wrap.

    Its id is that of the effect. `place` is the ring place whose policy it has.
    """

    type: Literal["token_minted"] = "token_minted"
    effect: str
    shift: str
    name: str
    part: Part
    place: int
    cluster: str
    lead: str
    starts: int
    ends: int
    until: int
    wrapped_until: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MintRefused:
    """No token came of it: Vault's refusal, or a grant that was not as asked.

    `until`: then there is a token that nobody holds, so long; 0: there is none.
    """

    type: Literal["mint_refused"] = "mint_refused"
    effect: str
    shift: str
    part: Part
    place: int
    problem: str
    words: str
    until: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MintLost:
    """The reply was lost: perhaps there is a token until `until`; nobody holds it."""

    type: Literal["mint_lost"] = "mint_lost"
    effect: str
    shift: str
    part: Part
    place: int
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MintLate:
    """A shift is about to begin without a token of its own; `until`: the old one's end, or 0."""

    type: Literal["mint_late"] = "mint_late"
    shift: str
    until: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapShown:
    """The lead was shown how to collect the token."""

    type: Literal["wrap_shown"] = "wrap_shown"
    duty: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapCollected:
    """The wrap was opened after the lead had been shown it."""

    type: Literal["wrap_collected"] = "wrap_collected"
    duty: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapLost:
    """The lead does not have this token; `by` says so where a person did."""

    type: Literal["wrap_lost"] = "wrap_lost"
    duty: str
    cause: WrapLoss
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofChanged:
    """A cluster's answer to the question whether it takes this token is another than before."""

    type: Literal["proof_changed"] = "proof_changed"
    duty: str
    cluster: str
    answer: Proof
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageChanged:
    """Whether a token is on duty now; without one, `until` is the next shift's start, or 0.

    `planned`: no shift is on either, so that nobody has to be woken.
    """

    type: Literal["coverage_changed"] = "coverage_changed"
    covered: bool
    planned: bool = False
    until: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverAsked:
    """A shift has opened: whoever goes and whoever comes are asked to confirm its hand-over.

    Once more when one of them is another. `outgoing` is empty where nobody hands it over;
    `collects`: the incoming lead has a token to collect first. They have `grace` (ms) from the
    start, or from now on; then the commanders are told of who has not confirmed.
    """

    type: Literal["handover_asked"] = "handover_asked"
    shift: str
    name: str
    outgoing: str
    incoming: str
    collects: bool
    starts: int
    ends: int
    grace: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverConfirmed:
    """A lead says that the shift is handed over: `incoming`, that they have it."""

    type: Literal["handover_confirmed"] = "handover_confirmed"
    shift: str
    by: str
    incoming: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverLate:
    """The shift has begun and these leads have not confirmed its hand-over."""

    type: Literal["handover_late"] = "handover_late"
    shift: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RingChecked:
    """What the primary has of policies and roles is another than before.

    `ready`: the places from which a token may be minted. `laid`: those that have a policy, whose
    tokens are in force. `gone`: those without, whose tokens do nothing. `changed`: those with
    another policy than it has to be, whose tokens may do less. `problems`: what an operator has to
    mend.
    """

    type: Literal["ring_checked"] = "ring_checked"
    cluster: str
    ready: tuple[int, ...]
    laid: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RotaChecked:
    """What is odd about the plan of shifts is another than before: a calendar that is away, say.

    Told once it has stood for a while; empty: nothing is odd any more.
    """

    type: Literal["rota_checked"] = "rota_checked"
    problems: tuple[str, ...] = ()


DutyEvent = (
    MintAsked
    | TokenMinted
    | MintRefused
    | MintLost
    | MintLate
    | WrapShown
    | WrapCollected
    | WrapLost
    | ProofChanged
    | CoverageChanged
    | HandoverAsked
    | HandoverConfirmed
    | HandoverLate
    | KillEvent
    | RingChecked
    | RotaChecked
)
