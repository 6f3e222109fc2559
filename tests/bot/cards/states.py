"""States built by hand for the cards: one ceremony on payments/b, at every point of its course."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ceremonies.ceremony import (
    Approval,
    AttemptState,
    Ceremony,
    Ending,
    Given,
    Moments,
    Phase,
    Request,
    Round,
    TokenState,
)
from ceremonies.events import Purpose, RoundLoss, ShareConflicted
from ceremonies.evidence import Evidence, Finding, Level, NodeSeen
from ceremonies.roster import KeyHolder, Person, Role, Roster
from ceremonies.state import MessageRef, SetState
from ceremonies.topology import Cluster, ReplicationSet

T0 = 1_780_000_000_000  # 2026-05-28 20:26:40 UTC
MINUTE = 60_000
NOW = T0 + 10 * MINUTE
CEREMONY = "5f1e0c2b9a4d7788"
NONCE = "479bcb2d-4c1e-6f5a-9d2e-0b8a7c6d5e4f"
ADA, BEN, CAT, DAN, EVE, SAM, KIM = (
    f"U0{name}" for name in ("ADA", "BEN", "CAT", "DAN", "EVE", "SAM", "KIM")
)
HOLDERS = (ADA, BEN, CAT, DAN, EVE)

RULES = ReplicationSet(
    name="payments",
    clusters=tuple(
        Cluster(
            name=name,
            address=f"https://vault-{name}.example:8200",
            nodes=(f"https://vault-{name}1.example:8200",),
        )
        for name in "ab"
    ),
    key_holders=tuple(KeyHolder(slack=holder) for holder in HOLDERS),
    incident_channel="C0INCIDENT",
    client_checklist=("DNS vault.example to b", "load balancer pool"),
)

ROSTER = Roster(
    people=(
        Person(slack=SAM, name="Sam", roles=frozenset({Role.INCIDENT_COMMANDER})),
        Person(slack=KIM, name="Kim", roles=frozenset({Role.APPROVER})),
        *(
            Person(slack=slack, name=slack[2:].title(), roles=frozenset({Role.KEY_HOLDER}))
            for slack in HOLDERS
        ),
    )
)


def node(
    cluster: str, number: int = 1, *, mode: str = "secondary", answers: bool = True
) -> NodeSeen:
    """Return what one node said."""
    return NodeSeen(
        cluster=cluster,
        node=f"https://vault-{cluster}{number}.example:8200",
        answers=answers,
        mode=mode if answers else "unknown",
        cluster_id="c0ffee00-1111-2222-3333-444455556666" if answers else None,
        active=True if answers else None,
        sealed=False if answers else None,
        answer=mode if answers else "Nothing listens there.",
    )


EVIDENCE = Evidence(
    at=T0,
    target="b",
    target_mode="secondary",
    target_cluster_id="c0ffee00-1111-2222-3333-444455556666",
    nodes=(node("a", answers=False), node("b")),
    findings=(
        Finding(check="target is a secondary", level=Level.PASS, words="b answers as secondary."),
        Finding(
            check="no other primary",
            level=Level.WARN,
            words="Not reachable from here: a https://vault-a1.example:8200.",
        ),
    ),
)
BLOCKING = replace(
    EVIDENCE,
    nodes=(node("a", mode="primary"), node("b")),
    findings=(
        Finding(
            check="no other primary",
            level=Level.BLOCK,
            words="a answers as primary at https://vault-a1.example:8200.",
        ),
    ),
)
AFTERWARDS = replace(
    EVIDENCE,
    at=T0 + 6 * MINUTE,
    target_mode="primary",
    nodes=(node("a", answers=False), node("b", mode="primary")),
    findings=(
        Finding(check="target is a secondary", level=Level.BLOCK, words="b answers as primary."),
    ),
)


def ceremony(**changes: Any) -> Ceremony:  # noqa: ANN401 — any field of a ceremony
    """Return a ceremony whose attempt is not open yet, with these changes."""
    fresh = Ceremony(
        entry=41,
        head="0123456789abcdef" * 4,
        id=CEREMONY,
        cluster="b",
        purpose=Purpose.PROMOTE,
        reason="a's data centre has no power",
        started_by=SAM,
        started_at=T0,
        holders=HOLDERS,
        roster_hash="0" * 64,
        evidence=EVIDENCE,
        deadline=T0 + 30 * MINUTE,
        max_at=T0 + 240 * MINUTE,
    )
    return replace(fresh, **changes)


def given(*holders: str, at: int = T0 + 2 * MINUTE) -> tuple[Given, ...]:
    """Return a share of each of these, one second after the other."""
    return tuple(
        Given(holder=holder, x=number, mark="00" * 8, at=at + number * 1000)
        for number, holder in enumerate(holders, start=1)
    )


def a_round(number: int = 1, *holders: str, **changes: Any) -> Round:  # noqa: ANN401 — as above
    """Return a round in which these holders gave."""
    fresh = Round(number=number, nonce=NONCE, opened_at=T0 + MINUTE, given=given(*holders))
    return replace(fresh, **changes)


def lost_round(number: int, *holders: str) -> Round:
    """Return a round whose shares did not fit together."""
    words = "The shares given do not fit together."
    return a_round(number, *holders, lost=RoundLoss.SHARE_DID_NOT_FIT, lost_words=words)


def collecting(*holders: str, **changes: Any) -> Ceremony:  # noqa: ANN401 — as above
    """Return a ceremony that collects shares, of which these holders gave theirs."""
    attempt: dict[str, Any] = {
        "phase": Phase.COLLECTING,
        "attempt": AttemptState.OPEN,
        "nonce": NONCE,
        "node": "https://vault-b1.example:8200",
        "required": 3,
        "rounds": (a_round(1, *holders),),
    }
    return ceremony(**{**attempt, **changes})


def conflicting(holder: str = BEN, other: str = ADA) -> Ceremony:
    """Return a ceremony in which two shares contradict each other."""
    found = ShareConflicted(ceremony=CEREMONY, holder=holder, round=1, other=other, x=1)
    return collecting(ADA, rounds=(a_round(1, ADA, conflicts=(found,)),))


def token_held(**changes: Any) -> Ceremony:  # noqa: ANN401 — as above
    """Return a ceremony whose token is decoded and sealed."""
    done: dict[str, Any] = {
        "phase": Phase.TOKEN_HELD,
        "attempt": AttemptState.COMPLETE,
        "token": TokenState.HELD,
        "moments": Moments(first_share=T0 + 2 * MINUTE, completed=T0 + 5 * MINUTE),
    }
    return collecting(ADA, BEN, CAT, **{**done, **changes})


def asked(c: Ceremony, *, by: str = SAM, reason: str = "a is gone") -> Ceremony:
    """Return the ceremony with a promotion asked for."""
    request = Request(by=by, at=T0 + 3 * MINUTE, reason=reason, evidence=EVIDENCE)
    return replace(c, request=request)


def ended(ending: Ending, c: Ceremony | None = None, **changes: Any) -> Ceremony:  # noqa: ANN401 — as above
    """Return the ceremony after its end."""
    before = c or collecting(ADA, BEN)
    moments = replace(before.moments, ended=T0 + 12 * MINUTE)
    over: dict[str, Any] = {"phase": Phase.ENDED, "ending": ending, "moments": moments}
    return replace(before, **{**over, **changes})


def promoted() -> Ceremony:
    """Return a ceremony that promoted payments/b."""
    moments = Moments(
        first_share=T0 + 2 * MINUTE,
        completed=T0 + 5 * MINUTE,
        requested=T0 + 3 * MINUTE,
        promotion_sent=T0 + 5 * MINUTE + 2000,
        accepted=T0 + 5 * MINUTE + 3000,
        promoted=T0 + 6 * MINUTE,
        token_over=T0 + 6 * MINUTE + 1000,
        ended=T0 + 6 * MINUTE,
    )
    before = asked(token_held(approvals=(Approval(by=KIM, at=T0 + 4 * MINUTE),)))
    over = ended(Ending.PROMOTED, before, token=TokenState.NOT_DELETABLE, evidence=AFTERWARDS)
    return replace(over, moments=moments)


def state(*ceremonies: Ceremony, **changes: Any) -> SetState:  # noqa: ANN401 — as above
    """Return the set payments with these ceremonies."""
    head = "0123456789abcdef" * 4
    return replace(
        SetState(name="payments", n=41, head=head, at=NOW, ceremonies=ceremonies), **changes
    )


def posted(c: Ceremony) -> dict[str, MessageRef]:
    """Return where the cards of a ceremony stand when everything was posted."""
    keys = [f"channel:{c.id}"]
    keys += [f"dm:{c.id}:{holder}:{r.number}" for r in c.rounds for holder in HOLDERS]
    return {key: MessageRef(channel="C0INCIDENT", ts="1.1") for key in keys}
