"""Promoting by force: what Vault itself advises against is asked for and agreed to by typing it.

`force` promotes a secondary that has not applied all that it received: those writes are lost. It
is never sent on Conclave's own account (facts/vault 5.2).
"""

from __future__ import annotations

from ceremonies import share
from ceremonies.approval import FORCE_OTHERS, is_approved, may_force, standing_force
from ceremonies.ceremony import Ceremony
from ceremonies.commands import Reason, Refusal
from ceremonies.decide.promotion import blocked
from ceremonies.decide.terms import Terms, ms
from ceremonies.events import Event, ForceAgreed, ForceRequested, Kind
from ceremonies.evidence import Evidence, standing_blocks
from ceremonies.state import SetState


def wants_typed(set_name: str, c: Ceremony, typed: str) -> Refusal | None:
    """Return why what was typed is not enough; None where it names the cluster and the word."""
    wanted = confirmation(set_name, c)
    if " ".join(typed.split()).casefold() == wanted:
        return None
    words = f"Type {wanted} to confirm: the cluster's name, a space, and the word."
    return Refusal(reason=Reason.MALFORMED, words=words)


def confirmation(set_name: str, c: Ceremony) -> str:
    """Return what everybody types, as in `payments/b force`."""
    return f"{set_name}/{c.cluster} force"


def request(
    state: SetState,
    c: Ceremony,
    *,
    by: str,
    reason: str,
    evidence: Evidence,
    now: int,
    terms: Terms,
) -> list[Event] | Refusal:
    """A commander asks to force a promotion that is approved and that Vault keeps putting off."""
    if share.is_shown_in(reason):
        return Refusal(reason=Reason.MALFORMED, words=share.SHOWN_WORDS)
    if not reason.strip():
        words = "Say why it cannot wait: the reason stands in the log."
        return Refusal(reason=Reason.MALFORMED, words=words)
    no = _not_now(state, c, now=now, terms=terms)
    if no is not None:
        return no
    standing = standing_force(c, now=now)
    if standing is not None:
        words = f"<@{standing.by}> has asked to force it already."
        return Refusal(reason=Reason.ALREADY_OPEN, words=words)
    if standing_blocks(evidence, c.request.overrides if c.request else ()):
        return blocked(evidence)
    until = now + ms(terms.rules.ceremony.approval_lapses)
    return [ForceRequested(ceremony=c.id, by=by, reason=reason, evidence=evidence, until=until)]


def agree(
    state: SetState, c: Ceremony, *, by: str, asked_at: int, now: int, terms: Terms
) -> list[Event] | Refusal:
    """Another person agrees to what was asked for at `asked_at`, having typed the same."""
    no = _not_now(state, c, now=now, terms=terms)
    if no is not None:
        return no
    standing = standing_force(c, now=now)
    if standing is None:
        words = "Nobody asks to force it, or it was asked too long ago."
        return Refusal(reason=Reason.NO_REQUEST, words=words)
    if asked_at != standing.at:
        words = "The request changed since this card was drawn; look at the card again."
        return Refusal(reason=Reason.STALE, words=words)
    if by == standing.by:
        words = f"You asked to force it; {FORCE_OTHERS} other people must agree."
        return Refusal(reason=Reason.OWN_REQUEST, words=words)
    if by in standing.agreed:
        return Refusal(reason=Reason.NOT_NOW, words="You have agreed to force it already.")
    return [ForceAgreed(ceremony=c.id, by=by)]


def _not_now(state: SetState, c: Ceremony, *, now: int, terms: Terms) -> Refusal | None:
    if not c.is_open:
        return Refusal(reason=Reason.NOT_NEEDED, words="The ceremony is over; nothing is needed.")
    if c.frozen:
        return Refusal(reason=Reason.FROZEN, words="The ceremony is frozen; thaw it first.")
    sending = state.intents.get(c.cluster)
    if sending is not None and sending.kind is Kind.PROMOTE and sending.force:
        return Refusal(reason=Reason.NOT_NOW, words="It is on its way to Vault by force already.")
    approved = is_approved(c, terms.rules, now=now, roster=terms.roster)
    if not may_force(c) or not approved:
        words = (
            "It can be forced only where the promotion is approved and Vault has said several "
            "times, one after the other, that replication is still catching up."
        )
        return Refusal(reason=Reason.NOT_NOW, words=words)
    return None
