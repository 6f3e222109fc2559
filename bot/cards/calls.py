"""Short messages that call people: Slack notifies nobody of a card that has only changed.

Each is posted once and says who must act on which card; none has buttons of its own, but the
alarm of two primaries. The channel calls commanders and approvers; a key holder is reminded in the
direct messages.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.cards import break_glass, ending, force, notices, sharing
from bot.cards.approvals import missing
from bot.cards.keys import call_key, log_key
from bot.cards.kit import Card, card, section
from bot.cards.phrases import (
    entries,
    mention,
    more_people,
    of_threshold,
    people,
    place,
    shares,
    title,
    when,
)
from bot.cards.tokens import lead_of
from bot.cards.two_primaries import about_two_primaries
from bot.cards.watch import watched
from ceremonies.ceremony import Ceremony, Ending, Phase
from ceremonies.roster import Role, Roster
from ceremonies.state import SetState
from ceremonies.topology import ReplicationSet
from ceremonies.watchwords import watchwords

_CALLED = 10
_SEE = "See the card above."


def calls(
    state: SetState, c: Ceremony, rules: ReplicationSet, roster: Roster, *, now: int
) -> Iterator[tuple[str, Card]]:
    """Yield by key what the channel should be told aloud now, once for each occasion."""
    commanders = _role(roster, Role.INCIDENT_COMMANDER)
    for what, which, agrees, words in break_glass.calls(state, c):
        others = _role(roster, Role.APPROVER, besides=c.started_by)
        yield call_key(c, what, which), _said(others if agrees else commanders, words)
    if not c.is_open:
        yield call_key(c, "ended", 0), _said(mention(c.started_by), _over(state.name, c))
        return
    name = place(state.name, c.cluster)
    for what, which, words in _decisions(name, c):
        yield call_key(c, what, which), _said(commanders, words)
    if c.voided_at and c.request is None and c.phase is not Phase.PROMOTING:
        yield call_key(c, "void", c.voided_at), _said(commanders, _void(state, c))
    left = missing(c, rules, now=now)
    if c.request is not None and left and not c.frozen and c.phase is not Phase.PROMOTING:
        asks = f"{mention(c.request.by)} asks to promote {name}: {more_people(left)} must agree."
        words = f"{asks} Read the card above, then approve or reject there."
        approvers = _role(roster, Role.APPROVER, besides=c.request.by)
        yield call_key(c, "approve", c.request.at), _said(approvers, words)
    if c.by_hand and c.phase is Phase.PROMOTING:
        words = f"The promotion of {name} is approved, and yours to run: the card above has the"
        said = _said(lead_of(state, c), f"{words} command.")
        yield call_key(c, "hand", c.moments.accepted), said
    forced = force.call(state.name, c, now=now)
    if forced is not None:
        asked_at, words = forced
        approvers = _role(roster, Role.APPROVER, besides=c.force.by if c.force else "")
        yield call_key(c, "force", asked_at), _said(approvers, f"{words} {_SEE}")


def about_log(state: SetState, roster: Roster) -> Iterator[tuple[str, Card]]:
    """Yield what commanders are told of the log: a lost ceremony has no card that could say it."""
    found = state.tail_lost
    if found is None:
        return
    words = (
        f"Redis lost {entries(len(found.lost))} of the log of {state.name}, after entry "
        f"{found.after}. What Vault did stands; Conclave asked it and goes on from there. A card "
        "that does not change any more, or whose buttons find nothing, is of a ceremony that was "
        "lost: look at Vault, then start anew. Keep the Redis data as evidence."
    )
    key = log_key("tail-lost", f"{found.after}-{found.lost[0][:8] if found.lost else ''}")
    yield key, _said(_role(roster, Role.INCIDENT_COMMANDER), words)


def about_watch(state: SetState, roster: Roster) -> Iterator[tuple[str, Card]]:
    """Yield what commanders are told of what is seen while nobody does anything."""
    commanders = _role(roster, Role.INCIDENT_COMMANDER)
    yield from about_two_primaries(state, commanders)
    for key, words in watched(state):
        yield key, _said(commanders, words)


def reminders(state: SetState, c: Ceremony) -> Iterator[tuple[str, str, Card]]:
    """Yield key, holder and card of each reminder that is due: of the newest, in its round only."""
    if c.phase is not Phase.COLLECTING or c.frozen or c.reminded_round != len(c.rounds):
        return
    one, two = watchwords(ceremony=c.id, nonce=c.nonce)
    words = (
        f"{title(state.name, c)} still needs your key share: {of_threshold(c)} so far, until "
        f"{when(c.deadline)}. Open the message above, compare the watchwords ({one} {two}), press "
        "*Give my share* or *I cannot take part*."
    )
    for holder in c.reminded:
        if holder in c.waiting_for:
            yield call_key(c, "reminder", f"{holder}:{c.reminders}"), holder, _said("", words)


def _decisions(name: str, c: Ceremony) -> Iterator[tuple[str, int, str]]:
    """Yield what a commander must decide now: kind, which of its kind, words."""
    if c.frozen:
        words = f"{mention(c.frozen_by)} froze the ceremony on {name}: it looks wrong to them."
        yield "frozen", c.frozen_at, f"{words} {_SEE}"
        return
    if notices.is_near(c):
        at_most = c.deadline >= c.max_at
        way = "It cannot be extended any more." if at_most else "Extend it, or cancel it now."
        words = f"The ceremony on {name} ends {when(c.deadline)}. {way}"
        yield "deadline", c.deadline, f"{words} {_SEE}"
    if c.phase is Phase.BLOCKED:
        words = f"Another attempt is open at Vault on {name}; only you can decide to end it."
        yield "blocked", len(c.rounds), f"{words} {_SEE}"
    if c.phase is Phase.STRANDED:
        words = f"The attempt on {name} is lost; you can start a new one."
        yield "stranded", len(c.rounds), f"{words} {_SEE}"
    now = c.round
    if sharing.is_disturbed(c) and now is not None and now.outside:
        given = f"{shares(now.outside)} given for {name} outside Conclave; by whom is not known."
        yield "outside", now.number, f"{given} Go on, start a new round, or freeze it. {_SEE}"
    if sharing.has_conflict(c):
        words = f"Two shares on {name} contradict each other; you can start a new round."
        yield "conflict", len(c.rounds), f"{words} {_SEE}"
    elif c.phase is Phase.COLLECTING and sharing.may_choose(c):
        words = f"{len(sharing.suspect_rounds(c))} rounds on {name} were lost; nobody is blamed."
        yield "choose", len(c.rounds), f"{words} You can go on with chosen holders. {_SEE}"


def _void(state: SetState, c: Ceremony) -> str:
    """Return that what was agreed to is void: nobody clicked, and it is up to people again."""
    blocks = c.blocked is not None and bool(c.blocked.blocks)
    why = "the gate blocks it now" if blocks else "what the nodes say got worse"
    r = state.find_runbook(c.runbook) if c.runbook else None
    without = r is not None and bool(r.without_primary_since)
    meanwhile = f" *{state.name} has no primary meanwhile.*" if without else ""
    return (
        f"The promotion of {place(state.name, c.cluster)} was not sent, and what was agreed to "
        f"is void: {why}.{meanwhile} The card above says what was seen. If it is still right, ask "
        "anew."
    )


def _over(set_name: str, c: Ceremony) -> str:
    name = place(set_name, c.cluster)
    match c.ending:
        case Ending.PROMOTED:
            how = f"Done: {name} serves as primary."
        case Ending.DRILLED:
            how = f"{title(set_name, c)}: done."
        case Ending.USED:
            how = f"The token of {name} has done its work; the runbook goes on."
        case _:
            again = " You can start anew." if c.ending in ending.RESTARTABLE else ""
            how = f"The ceremony on {name} has ended without its purpose.{again}"
    return f"{how} {_SEE}"


def _role(roster: Roster, role: Role, *, besides: str = "") -> str:
    ids = [person.slack for person in roster.with_role(role) if person.slack != besides]
    return people(ids, _CALLED)


def _said(who: str, words: str) -> Card:
    line = f"{who}: {words}" if who else words
    return card(line, [section(line)])
