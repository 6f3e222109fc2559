"""Where the log stood when a ceremony changed last, for its final card."""

from __future__ import annotations

from ceremonies.events import (
    CeremonyCancelled,
    CeremonyStarted,
    PeopleWoken,
    PromotionApproved,
    PromotionRequested,
    Purpose,
    TailLost,
)
from ceremonies.evidence import Evidence
from ceremonies.fold import fold
from ceremonies.state import SetState


def started() -> CeremonyStarted:
    """Return the start of a ceremony on `b`."""
    seen = Evidence(
        at=1, target="b", target_mode="secondary", target_cluster_id="x", nodes=(), findings=()
    )
    return CeremonyStarted(
        ceremony="c1",
        cluster="b",
        purpose=Purpose.DRILL,
        reason="",
        by="U0SAM",
        holders=("U0ADA",),
        roster_hash="",
        evidence=seen,
        deadline=10,
        max_at=20,
    )


def test_a_ceremonys_head_moves_with_its_own_entries_only() -> None:
    """The final card names an entry and its hash; later entries of the set do not redraw it."""
    state = SetState(name="payments")
    for n, event in enumerate(
        (started(), CeremonyCancelled(ceremony="c1", by="U0SAM"), PeopleWoken(upto=2)), 1
    ):
        state = fold(state, n=n, head=f"hash{n}", at=n, cause=None, events=[event])

    assert (state.n, state.head) == (3, "hash3")
    assert [(c.entry, c.head) for c in state.ceremonies] == [(2, "hash2")]


def test_a_lost_tail_voids_what_was_agreed() -> None:
    """A freeze or a rejection may have been lost with the tail: the promotion is asked for anew."""
    asked = PromotionRequested(ceremony="c1", by="U0SAM", reason="", evidence=started().evidence)
    agreed = PromotionApproved(ceremony="c1", by="U0KIM", cluster_id="x")
    state = SetState(name="payments")
    for n, event in enumerate((started(), asked, agreed, TailLost(after=3, lost=("h4",))), 1):
        state = fold(state, n=n, head=f"hash{n}", at=n, cause=None, events=[event])

    (ceremony,) = state.ceremonies
    assert ceremony.request is None
    assert ceremony.approvals == ()
    assert ceremony.approvals_since == 4
