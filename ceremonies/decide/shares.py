"""Whether a share may go to Vault now."""

from __future__ import annotations

from ceremonies.ceremony import Ceremony, Phase
from ceremonies.commands import Fresh, OfferShare, Reason, Refusal
from ceremonies.decide.terms import Terms
from ceremonies.events import Event, Intended, Kind, ShareConflicted
from ceremonies.state import SetState

NOT_NEEDED = Refusal(
    reason=Reason.NOT_NEEDED, words="Not needed any more, thank you. Your share was not sent."
)


def offer(
    state: SetState, c: Ceremony, command: OfferShare, *, terms: Terms, fresh: Fresh
) -> list[Event] | Refusal:
    """Intend to hand the share to Vault; refuse it where that would help nobody.

    A share whose x this round already has under another mark contradicts it: Vault would throw
    the whole round away at its threshold. It is noted and not sent. Nobody gives more shares than
    they keep: one person who has several people's shares is still one person.
    """
    refused = not_taken(state, c, command)
    if refused is not None:
        return refused
    now = c.rounds[-1]
    same_x = next((given for given in now.given if given.x == command.x), None)
    if same_x is None:
        kept = terms.shares_of(command.holder)
        if sum(given.holder == command.holder for given in now.given) >= kept:
            words = "You gave your share in this round already; anybody else's only they can give."
            return Refusal(reason=Reason.GIVEN_THIS_ROUND, words=words)
        intended = Intended(
            effect=fresh.effect,
            kind=Kind.SHARE,
            lane=c.cluster,
            replica=fresh.replica,
            until=fresh.until,
            ceremony=c.id,
            holder=command.holder,
            round=now.number,
            x=command.x,
            mark=command.mark,
            nonce=c.nonce,
        )
        return [intended]
    if same_x.mark == command.mark:
        words = "Vault has this very share in this round already; it counts once. Thank you."
        return Refusal(reason=Reason.GIVEN_THIS_ROUND, words=words)
    if any((known.holder, known.x) == (command.holder, command.x) for known in now.conflicts):
        words = "This share still contradicts another one of this round; it was not sent."
        return Refusal(reason=Reason.CONFLICT, words=words)
    conflict = ShareConflicted(
        ceremony=c.id,
        holder=command.holder,
        round=now.number,
        other=same_x.holder,
        x=command.x,
    )
    return [conflict]


def not_taken(state: SetState, c: Ceremony, command: OfferShare) -> Refusal | None:
    """Return why no share of this holder is taken now, or None."""
    refused = not_wanted(c, command.holder)
    if refused is not None:
        return refused
    if c.cluster in state.intents:
        words = "Another share is on its way to Vault; wait a moment and try again."
        return Refusal(reason=Reason.BUSY, words=words)
    if command.round != c.rounds[-1].number:
        words = "A new round has begun since you opened this; use the newest DM. Nothing was sent."
        return Refusal(reason=Reason.STALE, words=words)
    return None


def not_wanted(c: Ceremony, holder: str) -> Refusal | None:
    """Return why the ceremony as it stands asks this holder for nothing, or None."""
    if not c.is_open or c.phase in (Phase.TOKEN_HELD, Phase.PROMOTING):
        return NOT_NEEDED
    if holder not in c.holders:
        words = "You are not asked for a share in this round; nothing was sent."
        return Refusal(reason=Reason.NOT_ASKED, words=words)
    if c.frozen:
        words = "The ceremony is frozen: no share goes to Vault until it is thawed."
        return Refusal(reason=Reason.FROZEN, words=words)
    if not c.takes_shares or not c.rounds:
        words = "No attempt takes shares just now; your DM says when one does. Nothing was sent."
        return Refusal(reason=Reason.NOT_NOW, words=words)
    return None
