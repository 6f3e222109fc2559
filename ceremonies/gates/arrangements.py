"""Gates 7 to 10: clocks, fencing, the token, and what people confirm."""

from __future__ import annotations

from ceremonies.evidence import Check, Finding
from ceremonies.gates.case import Case, lasting, listed
from ceremonies.gates.survey import TokenLife
from ceremonies.vault.views import Peer

SKEW_MS = 5000  # a batch token ends by the clock of whoever checks it; so much is no accident


def clocks(case: Case) -> Finding:
    """Return whether the clocks of both clusters agree, as replication measures it."""
    found = [peer.clock_skew_ms for peer in _peers(case)]
    worst = max((abs(skew) for skew in found if skew is not None), default=None)
    if worst is not None and worst > SKEW_MS:
        words = (
            f"The clocks are {lasting(worst)} apart. A batch token ends by the clock of "
            f"{case.target}; mend NTP."
        )
        return case.warns(Check.CLOCKS, words)
    if worst is None or None in found:
        return case.unknown(Check.CLOCKS, "How far the clocks are apart is not told.")
    return case.passes(Check.CLOCKS, f"At most {SKEW_MS // 1000} s apart.")


def _peers(case: Case) -> tuple[Peer, ...]:
    """The link between source and target, as each end sees it."""
    here = case.ours.dr
    there = case.source_view.dr if case.source_view else None
    ours = here.secondary_id if here else None
    seen_there = [p for p in there.secondaries if p.node_id == ours] if there and ours else []
    return (*(here.primaries if here else ()), *seen_there)


def fencing(case: Case) -> Finding:
    """Return what keeps the old primary from being written to when it comes back."""
    clients = (
        f" Point at {case.target}: {listed(case.context.clients)}." if case.context.clients else ""
    )
    if case.context.planned:
        words = f"{case.source or 'The primary'} is demoted, so it takes no writes.{clients}"
        return case.passes(Check.FENCE, words)
    words = (
        f"{case.source or 'The old primary'} will come back believing that it is primary. Cut it "
        f"off now: load balancer, DNS, firewall.{clients}"
    )
    return case.warns(Check.FENCE, words)


def token(case: Case) -> Finding:
    """Return whether there is a token that works and lasts."""
    life = case.context.token
    if life is None or not life.held:
        return case.unknown(Check.TOKEN, "There is none yet; its ceremony makes it.")
    if life.accepted is False:
        words = f"{case.target} refuses the token that we hold. A new one is needed."
        return case.blocks(Check.TOKEN, words, cause="refused")
    if life.ends_at is None and not life.endless:
        return case.unknown(Check.TOKEN, "We hold one; when it ends is not known.")
    ending = _ending(case, life)
    if ending is not None:
        return ending
    if life.accepted is None:
        return case.unknown(
            Check.TOKEN, f"We hold one; whether {case.target} takes it is not told."
        )
    left = "" if life.ends_at is None else f" for another {lasting(life.ends_at - case.survey.at)}"
    return case.passes(Check.TOKEN, f"We hold one, and {case.target} takes it{left}.")


def _ending(case: Case, life: TokenLife) -> Finding | None:
    """Return that the token is over or ends too soon, or None."""
    if life.ends_at is None:
        return None
    left = life.ends_at - case.survey.at
    if left <= 0:
        return case.blocks(Check.TOKEN, "The token has ended. Another one is needed.", cause="over")
    if left < case.context.needs_ms:
        words = (
            f"The token ends in {lasting(left)}; this may take {lasting(case.context.needs_ms)}. "
            "Have another one at hand."
        )
        return case.hinders(Check.TOKEN, words, cause="short")
    return None


def confirmation(case: Case) -> Finding:
    """Return what people are about to confirm, in words; they type it, so it always stands."""
    if case.context.planned:
        what = f"Planned: {case.source or 'the primary'} is demoted, then {case.target} promoted."
    else:
        what = f"Unplanned: {case.target} is promoted without its primary's word."
    words = f"{what} Who asks types its name; somebody else approves what stands here."
    return case.passes(Check.CONFIRMATION, words)
