"""Doing without a token where Vault wants one: who agrees to it, and who says that it is over."""

from __future__ import annotations

from ceremonies.ceremony import Ceremony
from ceremonies.commands import Reason, Refusal
from ceremonies.events import AccessClosed, BreakGlassApproved, Event
from ceremonies.state import SetState


def approve(state: SetState, c: Ceremony, *, by: str) -> list[Event] | Refusal:
    """A second person agrees that the cluster is opened; whoever called the ceremony is the first.

    It is offered only after Vault refused (403): a token is the better way.
    """
    glass = state.glass_of(c)
    if glass is None or not glass.waits or not c.is_open:
        return _not_now("Vault wants no token that is missing; nothing needs to be opened.")
    if c.frozen:
        return _not_now("The ceremony is frozen. Thaw it first.")
    if by == c.started_by:
        words = "You called this ceremony; opening the cluster takes another person's word."
        return Refusal(reason=Reason.OWN_REQUEST, words=words)
    if glass.approved_by:
        words = "Somebody has agreed already; the card shows what is to be done."
        return Refusal(reason=Reason.NOT_NEEDED, words=words)
    return [BreakGlassApproved(ceremony=c.id, cluster=c.cluster, by=by)]


def confirm_closed(
    state: SetState, cluster: str, *, by: str, let_in: tuple[str, ...]
) -> list[Event] | Refusal:
    """A commander says that the cluster is closed again, where its nodes cannot be asked.

    `let_in`: the nodes that let anybody in just now. No word stands against what they say.
    """
    if state.left_open(cluster) is None:
        words = "Nothing is left open on this cluster, or a ceremony still needs it."
        return Refusal(reason=Reason.NOT_NEEDED, words=words)
    if let_in:
        named = ", ".join(let_in)
        return _not_now(f"Attempts are still let in without a token by {named}.")
    return [AccessClosed(cluster=cluster, by=by)]


def _not_now(words: str) -> Refusal:
    return Refusal(reason=Reason.NOT_NOW, words=words)
