"""Who takes part in payments, and under which rules."""

from __future__ import annotations

from ceremonies.roster import KeyHolder, Person, Role, Roster
from ceremonies.topology import ApprovalRules, CeremonyRules, Cluster, ReplicationSet

ADA, BEN, CAT, DAN, EVE = HOLDERS = ("U0ADA", "U0BEN", "U0CAT", "U0DAN", "U0EVE")
SAM, KIM, MALLORY = "U0SAM", "U0KIM", "U0MALLORY"
KEY_HOLDERS = tuple(KeyHolder(slack=slack) for slack in HOLDERS)
THRESHOLD = 3

_ROLES = {
    **dict.fromkeys(HOLDERS, frozenset({Role.KEY_HOLDER})),
    SAM: frozenset({Role.INCIDENT_COMMANDER}),
    KIM: frozenset({Role.APPROVER}),
}
ROSTER = Roster(
    people=tuple(Person(slack=s, name=s[2:].title(), roles=r) for s, r in _ROLES.items())
)


def rules(
    *,
    times: CeremonyRules | None = None,
    approval: ApprovalRules | None = None,
    holders: tuple[KeyHolder, ...] = KEY_HOLDERS,
) -> ReplicationSet:
    """Return the set payments under these rules: 30 min, 4 h, one approver if not said."""
    return ReplicationSet(
        name="payments",
        clusters=tuple(Cluster(name=n, address=f"https://{n}.example", nodes=()) for n in "ab"),
        key_holders=holders,
        incident_channel="C0INCIDENT",
        ceremony=times or CeremonyRules(),
        approval=approval or ApprovalRules(),
    )
