"""What a holder's message says when its round or the ceremony is over: how, and what remains."""

from __future__ import annotations

from bot.cards.ending import unused
from bot.cards.phrases import mention, ours, place
from bot.cards.standing import Standing
from ceremonies.ceremony import Ceremony, Ending, Phase, Round
from ceremonies.events import RoundLoss

_EXPOSED = "It was typed into Slack, so it counts as exposed: expect a rekey after the incident."
_SPENT = (
    "Your share is spent: it counted for an attempt that is over and counts for no other. You "
    f"still keep it, and a new ceremony asks for it anew. {_EXPOSED}"
)
_NOTHING = "Your share was not needed; nothing to do. Thank you."


def closing(
    set_name: str, c: Ceremony, where: Standing, *, holder: str, number: int
) -> tuple[str, str]:
    """Return headline and words of a message whose buttons are gone."""
    name = place(set_name, c.cluster)
    this = c.rounds[number - 1]
    match where:
        case Standing.NOT_ASKED:
            return (
                f"{name}: you are not needed now",
                "The commander goes on with other key holders. Thank you; nothing to do.",
            )
        case Standing.ROUND_OVER:
            return f"{name}: round {number} is over", _round_over(c, this, holder)
        case _:
            return f"{name}: {_ended_head(c)}", _ended(name, c, gave=this.gave(holder))


def _round_over(c: Ceremony, this: Round, holder: str) -> str:
    return f"{_why(c, this, gave=this.gave(holder))} {_next(c, this, holder)}"


def _why(c: Ceremony, this: Round, *, gave: bool) -> str:
    spent = " Your share is spent." if gave else ""
    match this.lost:
        case RoundLoss.SHARE_DID_NOT_FIT:
            return (
                "*The shares given did not fit together, and Vault threw all of them away.* Nobody "
                "is blamed: Vault does not say which one it was."
            )
        case RoundLoss.RESET_OUTSIDE:
            return (
                "*Somebody outside Conclave reset the round, and Vault threw its shares away.* "
                "Nothing is wrong with yours."
            )
        case _ if this.conflict is not None:
            return f"*Two shares contradicted each other, so the round was given up.*{spent}"
        case _ if c.phase is Phase.STRANDED and this.number == len(c.rounds) and c.trouble:
            return f"*The attempt at Vault is lost.* {ours(c.trouble)}"
        case _:
            return f"*The attempt at Vault ended.*{spent}"


def _next(c: Ceremony, this: Round, holder: str) -> str:
    if not c.is_open:
        return f"The ceremony is over too. {_EXPOSED if this.gave(holder) else 'Nothing to do.'}"
    if holder not in c.holders:
        return "The commander goes on with other key holders. Thank you; nothing to do."
    if this.number < len(c.rounds):
        return "Everybody may give again: *use the newer message*, not this one."
    if c.phase is Phase.STARTING:
        return "A new attempt is being opened; a new message asks you again."
    return "Wait: if the commander starts a new attempt, a new message asks you again."


def _ended_head(c: Ceremony) -> str:
    match c.ending:
        case Ending.PROMOTED:
            return "it is the primary now"
        case Ending.DRILLED:
            return "the drill passed"
        case Ending.CANCELLED:
            return "cancelled"
        case Ending.EXPIRED:
            return "out of time"
        case Ending.TOKEN_UNUSED:
            return "the token was not used"
        case Ending.USED:
            return "done"
        case Ending.TOKEN_REFUSED:
            return "Vault did not take the token on duty"
        case Ending.NOT_STARTED | None:
            return "not started"


def _ended(name: str, c: Ceremony, *, gave: bool) -> str:
    match c.ending:
        case Ending.PROMOTED:
            how = f"*{name} was promoted.*"
        case Ending.DRILLED:
            how = f"*The drill on {name} passed.* Nothing was promoted."
        case Ending.CANCELLED:
            how = f"*{mention(c.ended_by)} cancelled the ceremony.*"
        case Ending.EXPIRED:
            accepted = " The promotion was taken on; the card says more." * bool(c.moments.accepted)
            how = f"*The ceremony's time ran out.*{accepted}"
        case Ending.USED:
            how = f"*Done: {name}'s token was used for the step it was made for.*"
        case Ending.TOKEN_UNUSED:
            how = f"*{unused(c)},* so the token is not kept."
        case Ending.TOKEN_REFUSED:
            how = "*Vault did not take the token on duty;* a quorum is needed instead."
        case Ending.NOT_STARTED | None:
            how = "*Vault opened no attempt.*"
    if not gave:
        return f"{how} {_NOTHING}"
    if c.ending in (Ending.PROMOTED, Ending.DRILLED, Ending.USED):
        return f"{how} Your share was among those that did it: thank you. {_EXPOSED}"
    return f"{how} {_SPENT}"
