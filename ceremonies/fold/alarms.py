"""Which events wake people, and in which words: no nonce, no secret, no holder blamed."""

from __future__ import annotations

from ceremonies.ceremony import Ceremony
from ceremonies.events import (
    AccessReminded,
    AccessSeen,
    AttemptLost,
    AttemptRefused,
    BreakGlassNeeded,
    CeremonyExpired,
    CeremonyFrozen,
    CeremonyStarted,
    CoverageChanged,
    DeadlineNear,
    Event,
    ForceRequested,
    ForeignAttemptFound,
    ForeignAttemptSeen,
    HandoverLate,
    HoldersReminded,
    KillAsked,
    Lost,
    MintLate,
    MintRefused,
    NodesSealed,
    PolicyDeleted,
    Promoted,
    PromotionBlocked,
    PromotionRefused,
    PromotionSlow,
    Proof,
    ProofChanged,
    RingChecked,
    RosterChanged,
    RoundLost,
    RulesChanged,
    RunbookAborted,
    SecondPrimaryGone,
    SecondPrimarySeen,
    ShareConflicted,
    StepRefused,
    StepRequested,
    StepSlow,
    TailLost,
    TokenDeletionUnknown,
    WrapLoss,
    WrapLost,
)
from ceremonies.state import SetState


def alarm_of(state: SetState, event: Event) -> str:
    """Return what people outside Slack are told of this event, or an empty string."""
    named = state.find(getattr(event, "ceremony", ""))
    cluster = named.cluster if named else _cluster(event)
    where = f"{state.name}/{cluster}" if cluster else state.name
    words = (
        _words(event)
        or _watched(event)
        or _of_step(event)
        or _without_primary(state, event)
        or _given_up(named, event)
        or _on_duty(state, event)
    )
    return f"{where}: {words}" if words else ""


def _cluster(event: Event) -> str:
    """Return the cluster that an event without a ceremony is about, if any."""
    watched = SecondPrimarySeen | SecondPrimaryGone | NodesSealed | ForeignAttemptSeen
    return event.cluster if isinstance(event, watched | AccessReminded | AccessSeen) else ""


def _watched(event: Event) -> str:
    """Return what wakes people of what is seen while they do nothing."""
    match event:
        case SecondPrimarySeen(known=False, primary=primary):
            return f"TWO PRIMARIES: this cluster and {primary}. Keep clients off the wrong one now."
        case SecondPrimarySeen():
            return "TWO PRIMARIES: this cluster answers as primary too. Keep clients off it now."
        case SecondPrimaryGone():
            return "only one cluster answers as primary again."
        case NodesSealed(nodes=nodes) if nodes:
            return "nodes are sealed after a change of roles; the card in Slack says what to do."
        case ForeignAttemptSeen(ours=True):
            return "an earlier attempt of ours came back at Vault; nobody needs it."
        case ForeignAttemptSeen():
            return "an attempt that Conclave did not start is open at Vault: find out who did."
        case BreakGlassNeeded():
            return "Vault wants a token for the attempt and has none; the card in Slack says more."
        case AccessSeen(admits=True):
            return "attempts are let in without a token now; close that again afterwards."
        case AccessSeen(ceremony=""):
            return "attempts are let in without a token, and no ceremony asked for it."
        case AccessReminded():
            return "attempts are still let in without a token: take the setting away again."
        case _:
            return ""


def _without_primary(state: SetState, event: Event) -> str:
    if not isinstance(event, RunbookAborted) or state.without_primary is None:
        return ""
    return "NO PRIMARY: a runbook was stopped after its demotion. Promote one of the two now."


def _on_duty(state: SetState, event: Event) -> str:
    """Return what wakes people of shifts: what keeps a token from being there when it is needed."""
    match event:
        case MintRefused(shift=shift, part=part) if state.duties.mint(shift, part).tries <= 1:
            return "Vault gave no token for a shift as it was asked to; the channel says why."
        case MintLate():
            return "a shift has no token of its own yet; the channel says why."
        case WrapLost(cause=WrapLoss.EXPIRED):
            return "a shift's token was not collected in time."
        case WrapLost(cause=WrapLoss.UNSEEN):
            return "a shift's token may be in other hands: nobody could look at its wrap's end."
        case WrapLost():
            return "a shift's token is in other hands: put it out of force, in Slack."
        case ProofChanged(answer=Proof.REFUSED):
            return "a cluster refuses the token on duty or its like; a quorum would be needed."
        case CoverageChanged(covered=False, planned=False):
            return "no token is on duty, though a shift is on; a quorum would be needed."
        case HandoverLate():
            return "a hand-over of a shift is not confirmed by everybody."
        case KillAsked():
            return "a token on duty shall be put out of force; another person must agree in Slack."
        case PolicyDeleted():
            return "tokens of a ring place were put out of force."
        case RingChecked(ready=()):
            return "no token can be minted for shifts; the channel says what to mend."
        case _:
            return ""


def _of_step(event: Event) -> str:
    """Return what wakes people of a runbook: what it waits for, and what did not work."""
    match event:
        case StepRequested():
            return "a runbook's step is asked for; another person must approve it in Slack."
        case StepRefused(again=False):
            return "a runbook's step did not work; its card in Slack says why."
        case StepSlow():
            return "a runbook's step was accepted but is not done after two minutes."
        case _:
            return ""


def _given_up(c: Ceremony | None, event: Event) -> str:
    """A refusal is told once nothing is asked again, be it the first or the last of many."""
    if not isinstance(event, PromotionRefused) or (c is not None and c.request is not None):
        return ""
    return "Vault did not promote; the card in Slack says why."


def _words(event: Event) -> str:
    match event:
        case CeremonyStarted(purpose=purpose):
            return f"a ceremony for {purpose} has started; key holders are needed in Slack."
        case HoldersReminded():
            return "key holders are still needed in Slack."
        case DeadlineNear():
            return "the ceremony ends within five minutes: extend it or let it stop."
        case ForeignAttemptFound():
            return "an attempt that is not ours is open at Vault; a commander must decide."
        case AttemptRefused():
            return "Vault opened no attempt; the card in Slack says why."
        case RoundLost():
            return "Vault threw the round's shares away; everybody may give again."
        case ShareConflicted():
            return "two shares contradict each other; a new round is offered."
        case AttemptLost(cause=Lost.RESET_BY_OTHERS):
            return "somebody outside keeps resetting the rounds; a commander must decide."
        case AttemptLost():
            return "the attempt is lost; a commander may start a new one."
        case CeremonyFrozen():
            return "the ceremony was frozen: somebody says that it looks wrong."
        case CeremonyExpired():
            return "the ceremony's time ran out."
        case PromotionBlocked():
            return "the promotion is blocked; the card in Slack shows the evidence."
        case ForceRequested():
            return "somebody asks to force the promotion; two other people must agree in Slack."
        case PromotionSlow():
            return "the promotion was accepted but is not done after two minutes."
        case Promoted():
            return "promoted: this cluster is the primary now."
        case TokenDeletionUnknown():
            return "it is not known whether the DR operation token was deleted."
        case RosterChanged():
            return "the people or key holders were configured anew in mid-ceremony."
        case RulesChanged():
            return "the rules for approvals or times were configured anew in mid-ceremony."
        case TailLost():
            return "Redis lost entries of the log; see the card in Slack."
        case _:
            return ""
