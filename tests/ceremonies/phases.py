"""A desk with a ceremony in any phase, brought there by what usually happens."""

from __future__ import annotations

from ceremonies.ceremony import Ceremony, Phase
from ceremonies.decide import Terms
from ceremonies.events import CeremonyExpired, Event, ForeignAttemptFound, Purpose
from ceremonies.topology import ApprovalRules, CeremonyRules
from tests.ceremonies.cast import ADA, BEN, CAT, ROSTER, rules
from tests.ceremonies.desk import Desk


def desk(
    phase: Phase | None = None,
    *,
    purpose: Purpose = Purpose.PROMOTE,
    holders_count: bool = False,
    approvers: int = 1,
    times: CeremonyRules | None = None,
) -> Desk:
    """Return a desk with a ceremony in this phase, brought there by what usually happens."""
    approval = ApprovalRules(promote_approvers=approvers, holders_count=holders_count)
    fresh = Desk(terms=Terms(rules=rules(times=times, approval=approval), roster=ROSTER))
    if phase is not None:
        fresh.starts(purpose)
        _goes_on(fresh, phase)
    return fresh


def approved() -> Desk:
    """Return a desk with a promotion that is approved and owed."""
    table = desk(Phase.TOKEN_HELD)
    table.requests()
    table.approves()
    return table


def _goes_on(started: Desk, phase: Phase) -> None:
    match phase:
        case Phase.STARTING:
            pass
        case Phase.BLOCKED:
            started.happens(foreign(started.ceremony, "theirs"))
        case Phase.COLLECTING:
            started.opens()
        case Phase.STRANDED:
            started.opens()
            started.loses_attempt()
        case Phase.TOKEN_HELD:
            started.opens()
            started.completes(ADA, BEN, CAT)
        case Phase.PROMOTING:
            _goes_on(started, Phase.TOKEN_HELD)
            started.requests()
            started.approves()
            started.promotes()
        case Phase.ENDED:
            started.opens()
            started.gives(ADA)
            started.happens(expired(started.ceremony))
    assert started.ceremony.phase is phase


def foreign(c: Ceremony, nonce: str) -> ForeignAttemptFound:
    """Return that an attempt whose OTP we do not hold is open."""
    return ForeignAttemptFound(
        ceremony=c.id, effect="", nonce=nonce, progress=1, required=3, probably_ours=False
    )


def expired(c: Ceremony) -> Event:
    """Return that the ceremony's deadline passed."""
    return CeremonyExpired(ceremony=c.id, cause="deadline")
