"""The gates before a promotion (docs/facts/vault.md 5.3): a survey in, findings out. Pure."""

from __future__ import annotations

from ceremonies.evidence import Evidence
from ceremonies.gates import arrangements, likeness, loss, others, primary
from ceremonies.gates import target as aim
from ceremonies.gates.case import Case
from ceremonies.gates.survey import (
    Autopilot,
    Context,
    Survey,
    TokenLife,
    Vantage,
    agreed_id,
    nodes_seen,
)

__all__ = [
    "Autopilot",
    "Context",
    "Survey",
    "TokenLife",
    "Vantage",
    "agreed_id",
    "judge",
    "nodes_seen",
]

_UNPLANNED = Context()

GATES = (
    primary.no_other_primary,
    aim.target_is_secondary,
    aim.cluster_id,
    aim.quorum,
    aim.replication_state,
    loss.data_loss,
    loss.merkle_tree,
    likeness.versions,
    likeness.vault_seal,
    primary.only_one_promotion,
    others.other_secondaries,
    arrangements.clocks,
    likeness.licence,
    others.performance,
    arrangements.fencing,
    arrangements.token,
    arrangements.confirmation,
)


def judge(
    survey: Survey, *, target: str, known_cluster_id: str, context: Context = _UNPLANNED
) -> Evidence:
    """Return what every node of the set said, judged for a promotion of `target`.

    One finding a check, whatever was told. What is not told is UNKNOWN or worse, never a pass; in
    a planned failover much of it blocks. Which blocks an override lifts: docs/decisions/gates.md.
    """
    case = Case(survey=survey, target=target, known_cluster_id=known_cluster_id, context=context)
    return Evidence(
        at=survey.at,
        target=target,
        target_mode=aim.mode_of(case),
        target_cluster_id=aim.cluster_id_of(case),
        nodes=nodes_seen(survey.views),
        findings=tuple(gate(case) for gate in GATES),
    )
