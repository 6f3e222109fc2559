"""Every button: its id and value (docs: the contract), and what its dialog says is lost."""

from __future__ import annotations

from slack_sdk.models.blocks import ButtonElement

from bot.cards.kit import Json, button, confirmation
from bot.cards.phrases import of_threshold, place, shares
from ceremonies.ceremony import AttemptState, Ceremony, Phase, TokenState

SHARE_OPEN = "share.open"
SHARE_DECLINE = "share.decline"
FREEZE = "ceremony.freeze"
THAW = "ceremony.thaw"
EXTEND = "ceremony.extend"
CANCEL = "ceremony.cancel"
NUDGE = "ceremony.nudge"
RESTART = "ceremony.restart"
CHOOSE = "ceremony.choose"
START = "ceremony.start"
PROMOTION_OPEN = "promotion.open"
APPROVE = "promotion.approve"
REJECT = "promotion.reject"
STATUS = "status.show"

_NONCE = 200  # Vault's have 36 characters; what is longer is none and matches none


def value_of(set_name: str, c: Ceremony) -> Json:
    """Return what a button carries: the set's name and the ceremony's id."""
    return {"set": set_name, "ceremony": c.id}


def loss(c: Ceremony) -> str:
    """Return what is lost if the attempt ends now, in a sentence that names the number."""
    if c.duty:
        return "Nothing is lost: the token on duty stays on duty."
    if c.token in (TokenState.HELD, TokenState.UNKNOWN):
        return "The DR operation token is deleted and the shares given for it are spent."
    if not c.progress:
        return "No share is lost: none was given in this round."
    verb = "is" if c.progress == 1 else "are"
    return f"{of_threshold(c)} {verb} lost: who gave must give again next time."


def share_open(set_name: str, c: Ceremony, *, label: str) -> ButtonElement:
    """Open the modal that takes a share."""
    return button(SHARE_OPEN, label, value_of(set_name, c), style="primary")


def share_decline(set_name: str, c: Ceremony) -> ButtonElement:
    """Say that this holder cannot take part."""
    asks = confirmation(
        "You cannot take part?",
        f"The commander sees that you cannot give your share ({of_threshold(c)} so far), and you "
        "are not reminded any more. Nothing is lost: you may still give it later.",
        "I cannot take part",
    )
    return button(SHARE_DECLINE, "I cannot take part", value_of(set_name, c), asks=asks)


def freeze(set_name: str, c: Ceremony) -> ButtonElement:
    """Hold everything."""
    stay = "" if c.duty else f"{of_threshold(c)} stay at Vault; "
    lost = f"{stay}nothing is lost unless it runs out of time."
    asks = confirmation(
        "Freeze this ceremony?",
        "Nothing goes to Vault any more until an incident commander and another person thaw it. "
        f"{lost[0].upper()}{lost[1:]}",
        "Freeze it",
        danger=True,
    )
    return button(
        FREEZE, "This looks wrong: freeze", value_of(set_name, c), style="danger", asks=asks
    )


def thaw(set_name: str, c: Ceremony) -> ButtonElement:
    """Agree that it goes on."""
    asks = confirmation(
        "Let it go on?",
        "Two people must agree, one of them an incident commander. Agree only if you know why it "
        "was frozen and that the reason is gone.",
        "I agree",
    )
    return button(THAW, "I agree to thaw", value_of(set_name, c), style="primary", asks=asks)


def extend(set_name: str, c: Ceremony, *, near: bool) -> ButtonElement:
    """Give more time."""
    return button(EXTEND, "Extend", value_of(set_name, c), style="primary" if near else None)


def nudge(set_name: str, c: Ceremony) -> ButtonElement:
    """Remind those who have not answered."""
    return button(NUDGE, "Remind them", value_of(set_name, c))


def cancel(set_name: str, c: Ceremony) -> ButtonElement:
    """Call it off."""
    held = c.token in (TokenState.HELD, TokenState.UNKNOWN)
    follows = "" if held or c.attempt is not AttemptState.OPEN else " at Vault too"
    asks = confirmation(
        f"Cancel the ceremony on {place(set_name, c.cluster)}?",
        f"The ceremony ends{follows}. {loss(c)}",
        "Cancel it",
        danger=True,
    )
    return button(CANCEL, "Cancel ceremony", value_of(set_name, c), style="danger", asks=asks)


def restart(set_name: str, c: Ceremony) -> ButtonElement:
    """Start anew; the value names the attempt that the click agrees to end, if one is open."""
    value = value_of(set_name, c)
    ending = ends_attempt(c)
    if ending:
        value["nonce"] = ending[:_NONCE]
    asks = confirmation("Start anew?", _restarting(c), "Start anew", danger=bool(ending))
    return button(RESTART, _label(c), value, style="primary", asks=asks)


def ends_attempt(c: Ceremony) -> str:
    """Return the nonce of the attempt that a restart would cancel, or an empty string."""
    if c.phase is Phase.BLOCKED:
        return c.foreign.nonce if c.foreign else ""
    return c.nonce if c.is_open and c.attempt is AttemptState.OPEN else ""


def _label(c: Ceremony) -> str:
    if c.phase is Phase.BLOCKED:
        return "End it and start ours"
    if c.phase is Phase.COLLECTING:
        return "Start a new round"
    return "Start again" if c.phase is Phase.ENDED else "Start a new attempt"


def _restarting(c: Ceremony) -> str:
    if c.phase is Phase.ENDED and c.duty:
        return (
            "The same starts anew, with the token on duty. If that is not valid any more, every "
            "key holder is asked for their share."
        )
    if c.phase is Phase.ENDED:
        return "A new ceremony for the same purpose starts, and every key holder is asked again."
    if c.phase is Phase.BLOCKED and c.foreign:
        whose = "probably ours" if c.foreign.probably_ours else "not ours"
        given = f"{c.foreign.progress} of {shares(c.foreign.required)}"
        return (
            f"The attempt open at Vault ({whose}) is cancelled: {given} given to it are lost. Do "
            "this only if nobody needs it."
        )
    if ends_attempt(c):
        return f"The open attempt is cancelled at Vault and a new one starts. {loss(c)}"
    return "A new attempt starts at Vault, and every key holder is asked again."


def choose(set_name: str, c: Ceremony) -> ButtonElement:
    """Open the modal that chooses whom to go on with."""
    return button(CHOOSE, "Go on with chosen holders", value_of(set_name, c))


def promotion_open(set_name: str, c: Ceremony) -> ButtonElement:
    """Open the modal that asks for the promotion."""
    style = "primary" if c.phase is Phase.TOKEN_HELD else None
    return button(PROMOTION_OPEN, "Ask for promotion", value_of(set_name, c), style=style)


def approve(set_name: str, c: Ceremony, *, demotes: str = "") -> ButtonElement:
    """Agree to the promotion; `demotes` is the primary that is demoted first, if there is one."""
    where = place(set_name, c.cluster)
    first = place(set_name, demotes)
    agree = "as soon as enough people agree"
    agree += "" if c.duty else " and the token is there"
    leads = "the shift lead is shown the command that promotes"
    if demotes:
        then = f"then {leads} {where}" if c.by_hand else f"then {where} promoted"
        words = (
            f"{first} is demoted and {then}, {agree}. Going back then takes a DR operation token "
            f"of {first}."
        )
    else:
        does = (
            f"{leads[0].upper()}{leads[1:]} {where}"
            if c.by_hand
            else (f"{where} becomes the primary")
        )
        words = (
            f"{does} {agree}. Check on the call that the old primary is really gone: two primaries "
            "lose data."
        )
    asks = confirmation(f"Approve promoting {where}?", words, "Approve")
    return button(APPROVE, "Approve", _about_request(set_name, c), style="primary", asks=asks)


def reject(set_name: str, c: Ceremony) -> ButtonElement:
    """Say no to the promotion."""
    stays = "" if c.duty else f" The shares stay: {of_threshold(c)}."
    asks = confirmation(
        "Reject this promotion?",
        f"The request and every approval are lost; it must be asked for again.{stays}",
        "Reject",
        danger=True,
    )
    return button(REJECT, "Reject", _about_request(set_name, c), style="danger", asks=asks)


def _about_request(set_name: str, c: Ceremony) -> Json:
    """Return a value that names the request too: a click on an old card is about that one."""
    asked = {"request": str(c.request.at)} if c.request else {}
    return {**value_of(set_name, c), **asked}


def start(set_name: str, label: str, **known: str) -> ButtonElement:
    """Start a ceremony; what is not `known` yet (purpose, cluster, reason) is asked next."""
    value = {"set": set_name, **{name: word for name, word in known.items() if word}}
    return button(START, label, value)


def status(set_name: str) -> ButtonElement:
    """Show a set's status."""
    return button(STATUS, "Status", {"set": set_name})
