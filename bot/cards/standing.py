"""Where one key holder stands in one round: which words and buttons their message has."""

from __future__ import annotations

from enum import StrEnum

from ceremonies.ceremony import Ceremony, Phase, Round
from ceremonies.events import ShareConflicted
from ceremonies.topology import ReplicationSet


class Standing(StrEnum):
    """What a holder's message says."""

    ASKED = "asked"
    COUNTED = "counted"
    COUNTED_MORE = "counted-more"  # one of several shares that this holder keeps
    REFUSED = "refused"
    CONFLICT = "conflict"  # this holder's share was not sent: it contradicts another's
    CONTRADICTED = "contradicted"  # Vault has this holder's share, and another one contradicts it
    DECLINED = "declined"
    FROZEN = "frozen"
    ENOUGH = "enough"  # the threshold is reached
    NOT_ASKED = "not-asked"  # the commander went on with others
    ROUND_OVER = "round-over"  # lost; a newer message may follow
    ENDED = "ended"


def standing(c: Ceremony, holder: str, number: int, rules: ReplicationSet) -> Standing:
    """Return where `holder` stands in round `number`."""
    this = c.rounds[number - 1]
    if number < len(c.rounds):
        return Standing.ROUND_OVER
    if c.phase is Phase.ENDED:
        return Standing.ENDED
    if holder not in c.holders:
        return Standing.NOT_ASKED
    if c.phase in (Phase.TOKEN_HELD, Phase.PROMOTING):
        return Standing.FROZEN if c.frozen else Standing.ENOUGH
    if this.lost or c.phase is not Phase.COLLECTING:
        return Standing.ROUND_OVER
    if c.frozen:
        return Standing.FROZEN
    return _collecting(c, this, holder, rules)


def _collecting(c: Ceremony, this: Round, holder: str, rules: ReplicationSet) -> Standing:
    found = open_conflict(this, holder)
    if found is not None and holder == found.other:
        return Standing.CONTRADICTED
    if found is not None:
        return Standing.CONFLICT
    if this.refusal_of(holder):
        return Standing.REFUSED
    if this.gave(holder):
        more = shares_given(this, holder) < shares_kept(rules, holder)
        return Standing.COUNTED_MORE if more and c.missing else Standing.COUNTED
    return Standing.DECLINED if holder in c.declined else Standing.ASKED


def open_conflict(this: Round, holder: str = "") -> ShareConflicted | None:
    """Return the newest contradiction that still stands in this round, or None.

    With a `holder`, the newest one that this holder is part of.

    Once its holder gave another share that Vault counted, the contradicting one was mistyped.
    """
    if this.lost:
        return None
    for found in reversed(this.conflicts):
        concerned = not holder or holder in (found.holder, found.other)
        if concerned and not _is_mended(this, found):
            return found
    return None


def _is_mended(this: Round, found: ShareConflicted) -> bool:
    return found.holder != found.other and this.gave(found.holder)


def shares_given(this: Round, holder: str) -> int:
    """Return how many of this holder's shares the round has."""
    return sum(given.holder == holder for given in this.given)


def shares_kept(rules: ReplicationSet, holder: str) -> int:
    """Return how many shares this holder keeps."""
    return next((k.shares for k in rules.key_holders if k.slack == holder), 1)


def may_give(where: Standing) -> bool:
    """Return whether the message offers to give a share."""
    return where in (
        Standing.ASKED,
        Standing.COUNTED_MORE,
        Standing.REFUSED,
        Standing.CONFLICT,
        Standing.DECLINED,
    )
