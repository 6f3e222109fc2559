"""How far a ceremony is and what is to be done now: headline, first paragraph, notification."""

from __future__ import annotations

from bot.cards import break_glass, ending, notices
from bot.cards.approvals import missing
from bot.cards.phrases import (
    mention,
    more_people,
    names,
    of_threshold,
    ours,
    place,
    shares,
    title,
    when,
)
from bot.cards.tokens import lead_of
from ceremonies.ceremony import AttemptState, Ceremony, Phase
from ceremonies.decide.terms import ms
from ceremonies.events import Kind, Purpose
from ceremonies.state import SetState
from ceremonies.topology import ReplicationSet


def headline(set_name: str, c: Ceremony) -> str:
    """Return what it is for and how far it is."""
    what = title(set_name, c)
    if c.frozen and c.is_open:
        return f"{what}: frozen"
    match c.phase:
        case Phase.STARTING:
            return f"{what}: starting"
        case Phase.BLOCKED:
            return f"{what}: another attempt is in the way"
        case Phase.COLLECTING:
            return f"{what}: {of_threshold(c)}"
        case Phase.STRANDED:
            return f"{what}: the attempt is lost"
        case Phase.TOKEN_HELD if c.duty:
            return f"{what}: by the token on duty"
        case Phase.TOKEN_HELD:
            return f"{what}: the token is there"
        case Phase.PROMOTING if c.by_hand:
            return f"{what}: approved, the shift lead promotes"
        case Phase.PROMOTING:
            return f"{what}: promoting"
        case Phase.ENDED:
            return ending.headline(set_name, c)


def is_sending(state: SetState, c: Ceremony) -> bool:
    """Return whether the promotion is on its way to Vault, so that it cannot be held up."""
    intent = state.intents.get(c.cluster)
    return intent is not None and intent.kind is Kind.PROMOTE


def todo(state: SetState, c: Ceremony, rules: ReplicationSet, *, now: int) -> str:
    """Return what is to be done now, and by whom; empty where the frozen banner says it all."""
    match c.phase:
        case Phase.STARTING if state.waits_for_access(c):
            return "" if c.frozen else break_glass.todo(state, c)
        case Phase.STARTING if _follows_an_open_attempt(state, c):
            return (
                "Conclave still ends the attempt of the ceremony before this one at Vault; then it "
                "opens a new one. If this stays so, Vault does not let it: look at its nodes."
            )
        case Phase.STARTING if c.cancel_agreed or c.rounds:
            return "Ending the old attempt at Vault and opening a new one. Nothing to do yet."
        case Phase.STARTING:
            return "Opening an attempt at Vault. Nothing to do yet."
        case Phase.BLOCKED:
            return notices.blocked(c)
        case Phase.COLLECTING:
            return "" if c.frozen else _collecting(c)
        case Phase.STRANDED:
            why = ours(c.trouble) or "The attempt at Vault is lost."
            return f":warning: {why}\n*An incident commander can start a new attempt.*"
        case Phase.TOKEN_HELD:
            return "" if c.frozen else _token_held(state, c, rules, now=now)
        case Phase.PROMOTING:
            return _by_hand(state, c) if c.by_hand else _promoting(state.name, c)
        case Phase.ENDED:
            return ending.outcome(state, c, rules)


def demoted_first(state: SetState, c: Ceremony) -> str:
    """Return the primary that is demoted before this ceremony's promotion; empty where none is."""
    r = state.find_runbook(c.runbook) if c.runbook else None
    promotes = c.purpose is Purpose.PROMOTE and r is not None and r.is_open
    return r.demotes_first if promotes and r is not None else ""


def demotion(set_name: str, c: Ceremony, first: str) -> str:
    """Return what agreeing to this promotion means where the primary is demoted first."""
    source, target = place(set_name, first), place(set_name, c.cluster)
    return (
        f"{source} is demoted first: from then until {target} is promoted the set has no primary. "
        f"To go back then takes a DR operation token of {source}: another ceremony, there."
    )


def _follows_an_open_attempt(state: SetState, c: Ceremony) -> bool:
    return any(
        before.cluster == c.cluster and before.id != c.id and before.attempt is AttemptState.OPEN
        for before in state.ceremonies
        if not before.is_open
    )


def _collecting(c: Ceremony) -> str:
    needed = f"{c.missing} more" if c.progress else shares(c.missing)
    if c.waiting_for:
        return (
            f"*Needed: {needed}.* Key holders: open the message that Conclave sent you, compare "
            "the watchwords, press *Give my share*."
        )
    return (
        f"*Needed: {needed}, and everybody asked has answered.* Whoever declined may still give: "
        "open the message that Conclave sent you."
    )


def _token_held(state: SetState, c: Ceremony, rules: ReplicationSet, *, now: int) -> str:
    where = place(state.name, c.cluster)
    there = "*No key holder is needed.*" if c.duty else "*All shares are there.*"
    if c.purpose is not Purpose.PROMOTE:
        return f"{there} The step that the token is for follows: see its runbook."
    if c.request is None:
        return f"{there} An incident commander can now ask to promote {where}."
    left = missing(c, rules, now=now)
    if left:
        return f"{there} {more_people(left)} must approve promoting {where}."
    if is_sending(state, c):
        return f"*Approved.* Conclave is asking Vault to promote {where}."
    if c.promotion_tries and c.retry_at:
        times = "once" if c.promotion_tries == 1 else f"{c.promotion_tries} times"
        return (
            f"*Approved.* Vault was asked {times} and has not promoted yet; Conclave asks again "
            f"{when(c.retry_at)}. It never forces a promotion by itself."
        )
    first = demoted_first(state, c)
    demotes = f"demotes {place(state.name, first)}, " if first else ""
    looks = f"*Approved.* Conclave looks at every node once more, {demotes}then "
    if c.by_hand:
        return f"{looks}shows {lead_of(state, c)} the command that promotes {where}."
    return f"{looks}promotes {where}."


def _by_hand(state: SetState, c: Ceremony) -> str:
    where = place(state.name, c.cluster)
    return (
        f"*Approved. {lead_of(state, c)} promotes {where} now,* by the command below: nobody else "
        "has their token. Nothing was sent to Vault by Conclave; this card tells when it is done."
    )


def _promoting(set_name: str, c: Ceremony) -> str:
    where = place(set_name, c.cluster)
    if c.slow:
        needs = "its seal to answer" if c.recovery_keys else "the primary's unseal keys"
        return (
            f":warning: *Vault took the promotion on over two minutes ago and {where} is not "
            f"primary yet.* Look at its nodes: one that is sealed needs {needs}. "
            "Nothing is repeated; this card tells when it is done."
        )
    return (
        f"*Vault took the promotion on.* {where} is away for a moment while it restarts as "
        "primary. Nothing to do; this card tells when it is done."
    )


def notification(state: SetState, c: Ceremony, rules: ReplicationSet, *, now: int) -> str:
    """Return the one line that a lock screen shows: how it stands and who must act."""
    head = headline(state.name, c)
    if not c.is_open:
        again = " One click starts anew." if c.ending in ending.RESTARTABLE else ""
        return f"{head}.{again} The card says who, when and how long."
    if c.frozen:
        return f"{head} by {mention(c.frozen_by)}. Nothing goes on until two people thaw it."
    match c.phase:
        case Phase.STARTING if state.waits_for_access(c):
            return f"{head}. Vault wants a token for the attempt: open the card."
        case Phase.COLLECTING:
            return f"{head}. {_waiting(c)}"
        case Phase.BLOCKED:
            return f"{head}. An incident commander must decide: open the card."
        case Phase.STRANDED:
            return f"{head}. An incident commander can start a new attempt: open the card."
        case Phase.TOKEN_HELD:
            unused = c.moments.completed + ms(rules.ceremony.token_unused)
            over = "this is over" if c.duty else "it is deleted"
            return f"{head}. {_who_acts(c, rules, now=now)} Unused, {over} {when(unused)}."
        case Phase.PROMOTING if c.by_hand:
            return f"{head}. For {lead_of(state, c)}: open the card, it has the command."
        case _:
            return f"{head}. Nothing to do yet."


def _waiting(c: Ceremony) -> str:
    if notices.is_near(c):
        return f"It ends {when(c.deadline)}: an incident commander extends or cancels it."
    waiting = f"Waiting for {names(c.waiting_for)}. " if c.waiting_for else ""
    return f"{waiting}Deadline {when(c.deadline)}. Open the card to act."


def _who_acts(c: Ceremony, rules: ReplicationSet, *, now: int) -> str:
    if c.purpose is not Purpose.PROMOTE:
        return "The step that its token is for follows: see its runbook."
    if c.request is None:
        return "An incident commander can ask for the promotion."
    left = missing(c, rules, now=now)
    return f"{more_people(left)} must approve." if left else "Approved."
