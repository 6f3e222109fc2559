"""How far the shares are: the bar, who gave, who is waited for, and the rounds that were lost."""

from __future__ import annotations

from collections.abc import Iterator

from slack_sdk.models.blocks import Block

from bot.cards.kit import fields, section
from bot.cards.phrases import mention, of_threshold, ours, people, shares
from bot.cards.standing import open_conflict
from ceremonies.ceremony import Ceremony, Phase, Round
from ceremonies.events import RoundLoss

_CELLS = 20
_ROUNDS = 4
_IN_A_ROUND = 8
SECOND = 2
_TROUBLE = 600

_LOST = {
    RoundLoss.SHARE_DID_NOT_FIT: "the shares did not fit together",
    RoundLoss.RESET_OUTSIDE: "somebody outside Conclave reset it",
    RoundLoss.GIVEN_UP: "its attempt ended",
}


def bar(progress: int, required: int) -> str:
    """Return progress as at most 20 cells, full ones for shares that Vault has."""
    cells = min(required, _CELLS) or 1
    full = min(cells, progress * cells // required) if required else 0
    return "▰" * full + "▱" * (cells - full)


def progress(c: Ceremony) -> Block:
    """Return the bar and the number of shares that Vault holds."""
    return section(f"{bar(c.progress, c.required)}  *{of_threshold(c)}*")


def standing(c: Ceremony) -> Block | None:
    """Return who gave, who is waited for, who declined; None before a round is open."""
    now = c.round
    if now is None:
        return None
    texts = []
    gave = givers(now)
    if gave or not now.lost:
        label = "Had given (spent)" if now.lost else "Gave"
        texts.append(f"*{label}*\n{people(gave) or 'nobody yet'}")
    if now.outside:
        texts.append(f"*Given outside Conclave*\n{shares(now.outside)}; by whom is not known")
    if c.phase is Phase.COLLECTING:
        texts += _awaited(c, now)
    return fields(*texts) if texts else None


def givers(this: Round) -> list[str]:
    """Return the holders whose shares a round has, each once."""
    return list(dict.fromkeys(given.holder for given in this.given))


def _awaited(c: Ceremony, now: Round) -> Iterator[str]:
    yield f"*Waiting for*\n{people(c.waiting_for) or 'nobody'}"
    if c.declined:
        yield f"*Cannot take part*\n{people(c.declined)}"
    if now.refused:
        who = [holder for holder, _ in now.refused]
        yield f"*Vault did not count*\n{people(who)}: their message says why"


def suspect_rounds(c: Ceremony) -> tuple[Round, ...]:
    """Return the lost rounds in which some share may have been wrong."""
    return tuple(r for r in c.lost_rounds if r.lost is not RoundLoss.GIVEN_UP or r.conflict)


def may_choose(c: Ceremony) -> bool:
    """Return whether the commander is offered to go on with chosen holders."""
    now = c.phase in (Phase.COLLECTING, Phase.STRANDED) and not c.frozen
    return now and len(suspect_rounds(c)) >= SECOND


def lost_rounds(c: Ceremony) -> Block | None:
    """Return what became of lost rounds; after the second, who was in each."""
    lost = suspect_rounds(c)
    if not lost:
        return None
    outside = all(r.lost is RoundLoss.RESET_OUTSIDE for r in lost)
    if len(lost) < SECOND:
        which = "no share given here did it" if outside else "Vault does not say which share it was"
        return section(
            f":arrows_counterclockwise: *Round {lost[0].number} was lost:* {_why(lost[0])}. Nobody "
            f"is to blame: {which}. Everybody may give again."
        )
    if outside:
        return section(
            f":arrows_counterclockwise: *{len(lost)} rounds were lost,* each because "
            f"{_LOST[RoundLoss.RESET_OUTSIDE]}. No share given here did it: whoever can reach "
            "Vault can, where it asks for no token. Look at the network and Vault's audit log."
        )
    lines = [_in_round(r) for r in lost[-_ROUNDS:]]
    earlier = len(lost) - len(lines)
    if earlier:
        lines.insert(0, f"• and {earlier} earlier")
    return section(
        f":arrows_counterclockwise: *{len(lost)} rounds were lost.* Nobody is to blame: Vault does "
        "not say which share it was, and the last to give need not be the one.\n"
        + "\n".join(lines)
        + "\nWas there a rekey? Is it another cluster's share? Compare on the call who was in "
        "which round; you may go on with chosen holders."
    )


def _why(lost: Round) -> str:
    if lost.conflict is not None:
        return "two shares contradicted each other"
    return _LOST[lost.lost or RoundLoss.GIVEN_UP]


def _in_round(lost: Round) -> str:
    # Whoever gave the share at which Vault threw all away was in the round too.
    took_part = dict.fromkeys([*givers(lost), lost.last])
    who = people([name for name in took_part if name], _IN_A_ROUND) or "nobody known"
    outside = f", {lost.outside} given outside" if lost.outside else ""
    return f"• round {lost.number} ({_why(lost)}): {who}{outside}"


def has_conflict(c: Ceremony) -> bool:
    """Return whether two shares of the open round contradict each other."""
    now = c.round
    return c.phase is Phase.COLLECTING and now is not None and open_conflict(now) is not None


def is_disturbed(c: Ceremony) -> bool:
    """Return whether somebody outside gave shares to the open round, or reset the one before it."""
    now = c.round
    if c.phase is not Phase.COLLECTING or now is None:
        return False
    before = c.rounds[-2].lost if len(c.rounds) > 1 else None
    return bool(now.outside) or before is RoundLoss.RESET_OUTSIDE


def conflict(c: Ceremony) -> Block | None:
    """Return what a contradiction means and what to do, or None where there is none."""
    found = open_conflict(c.rounds[-1]) if has_conflict(c) else None
    if found is None:
        return None
    if found.holder == found.other:
        who = f"{mention(found.holder)} gave two versions of one share"
    else:
        who = f"the shares of {mention(found.other)} and {mention(found.holder)}"
    return section(
        f":warning: *Two shares contradict each other:* {who}. One of the two is wrong; nobody "
        "can tell which, and nobody is blamed. The second was *not* sent. The first is at Vault "
        "and cannot be taken back: if it is the wrong one, the round is lost at its last share. "
        "*Start a new round*, unless the second was mistyped."
    )


def trouble(c: Ceremony) -> Block | None:
    """Return what went wrong last, in the words of whoever saw it."""
    return section(f":warning: {ours(c.trouble, _TROUBLE)}") if c.trouble else None
