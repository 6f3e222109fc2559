"""Wishes about tokens on duty: issue, collect, hand over, put out of force."""

from __future__ import annotations

from ceremonies import share
from ceremonies.commands import Reason, Refusal
from ceremonies.commands.duty import (
    AgreeKill,
    AskKill,
    ConfirmHandover,
    DisownWrap,
    DutyCommand,
    IssueToken,
    RejectKill,
    ShowWrap,
)
from ceremonies.decide.handover import before
from ceremonies.decide.terms import Terms
from ceremonies.duty import RING, Duties, Kill, Wrap
from ceremonies.events import (
    Event,
    HandoverConfirmed,
    KillAgreed,
    KillAsked,
    KillRejected,
    Kind,
    MintAsked,
    Part,
    WrapLoss,
    WrapLost,
    WrapShown,
)
from ceremonies.rotation import next_after, on_now, parts_of, place_for
from ceremonies.state import SetState

_MOST_STRAY = 3  # of 8 ring places: who disowns one token after another leaves the next shift some


def decide_duty(
    state: SetState, command: DutyCommand, *, now: int, terms: Terms
) -> list[Event] | Refusal:
    """Return the events of one entry that answer `command` at `now` (ms), or a Refusal."""
    duties = state.duties
    match command:
        case IssueToken():
            return _issue(duties, command, now=now, terms=terms)
        case ShowWrap():
            return _show(duties, command, now=now, terms=terms)
        case DisownWrap():
            return _disown(duties, command, now=now)
        case ConfirmHandover():
            return _hand_over(duties, command, now=now, terms=terms)
        case AskKill():
            return _ask_kill(duties, command, now=now, terms=terms)
        case AgreeKill():
            return _agree_kill(duties, command)
        case RejectKill():
            return _reject_kill(state, command)


def _issue(duties: Duties, command: IssueToken, *, now: int, terms: Terms) -> list[Event] | Refusal:
    shift = on_now(terms.shifts, now=now)
    if shift is None:
        following = next_after(terms.shifts, now=now)
        when = "None is planned." if following is None else "Its token is minted by itself before."
        return _not_now(f"No shift is on now, so there is nothing to issue a token for. {when}")
    tokens = [duties.of_shift(shift.id, part, lead=shift.lead) for part in parts_of(shift)]
    if all(t is not None and t.is_live(now) and t.takes(t.cluster) for t in tokens):
        words = "This shift has its token. To replace one that is lost, put it out of force first."
        return Refusal(reason=Reason.ALREADY_OPEN, words=words)
    stray = [t for t in duties.tokens if t.is_out_of_reach and not t.killed_at and now < t.until]
    if len(stray) >= _MOST_STRAY:
        places = ", ".join(str(token.place) for token in stray)
        words = f"Put out of force first what may be in other hands: ring places {places}."
        return _not_now(words)
    if duties.ring is not None and not duties.ring.ready:
        problems = " ".join(duties.ring.problems)
        return _not_now(f"No token can be minted: an operator has to mend this first. {problems}")
    if duties.ring is not None and not place_for(duties, shift, now=now):
        return _not_now("All ring places are in use. Put one out of force that nobody needs.")
    return [MintAsked(shift=shift.id, by=command.by)]


def _show(duties: Duties, command: ShowWrap, *, now: int, terms: Terms) -> list[Event] | Refusal:
    token = duties.find(command.duty)
    if token is None or token.part is not Part.LEAD or token.lead != command.by:
        words = "This token was minted for somebody else."
        return Refusal(reason=Reason.NOT_ASKED, words=words)
    shift = next((s for s in terms.shifts if s.id == token.shift), None)
    if shift is not None and shift.lead != command.by:
        words = f"<@{shift.lead}> leads this shift now, and has a token of their own."
        return Refusal(reason=Reason.NOT_ASKED, words=words)
    if token.wrap is Wrap.COLLECTED:
        words = "It is collected already. If that was not you, say so at once in the message above."
        return Refusal(reason=Reason.NOT_NEEDED, words=words)
    if token.wrap is Wrap.LOST or now >= token.wrapped_until:
        words = "It cannot be collected any more. Have another one issued."
        return Refusal(reason=Reason.NOT_NEEDED, words=words)
    if token.killed_at:
        return _not_now("It was put out of force; there is nothing to collect.")
    if token.wrap is Wrap.SHOWN:
        return []  # it is shown once more; the log has the first time
    return [WrapShown(duty=token.id, by=command.by)]


def _disown(duties: Duties, command: DisownWrap, *, now: int) -> list[Event] | Refusal:
    token = duties.find(command.duty)
    if token is None or token.lead != command.by:
        words = "This token was minted for somebody else."
        return Refusal(reason=Reason.NOT_ASKED, words=words)
    if token.wrap is not Wrap.COLLECTED:
        return _not_now("Nobody has collected it, as far as Vault says; nothing is lost.")
    if now >= token.until:
        return _not_now("It has ended; whoever has it can do nothing with it any more.")
    return [WrapLost(duty=token.id, cause=WrapLoss.DISOWNED, by=command.by)]


def _hand_over(
    duties: Duties, command: ConfirmHandover, *, now: int, terms: Terms
) -> list[Event] | Refusal:
    shift = on_now(terms.shifts, now=now)
    if shift is None:
        return _not_now("No shift is on or about to begin, so there is nothing to hand over.")
    going = before(terms.shifts, shift)
    done = duties.handovers.get(shift.id)
    said: list[Event] = []
    if going is not None and going.lead == command.by and not (done and done.outgoing):
        said.append(HandoverConfirmed(shift=shift.id, by=command.by, incoming=False))
    if shift.lead == command.by and not (done and done.incoming == command.by):
        token = duties.of_shift(shift.id, Part.LEAD, lead=shift.lead)
        wanted = Part.LEAD in parts_of(shift)
        if wanted and (token is None or token.wrap is not Wrap.COLLECTED):
            words = "Collect your token first; then say that you have taken over."
            return said or _not_now(words)
        said.append(HandoverConfirmed(shift=shift.id, by=command.by, incoming=True))
    if said:
        return said
    leads = {shift.lead, going.lead if going else ""}
    if command.by in leads:
        return _not_now("You have confirmed it already.")
    names = " and ".join(f"<@{lead}>" for lead in sorted(leads - {""}))
    words = f"Only {names} can confirm this hand-over."
    return Refusal(reason=Reason.NOT_ASKED, words=words)


def _ask_kill(duties: Duties, command: AskKill, *, now: int, terms: Terms) -> list[Event] | Refusal:
    if share.is_shown_in(command.reason):
        return Refusal(reason=Reason.MALFORMED, words=share.SHOWN_WORDS)
    if duties.kill is not None:
        words = f"<@{duties.kill.by}> has asked for this already, for place {duties.kill.place}."
        return Refusal(reason=Reason.ALREADY_OPEN, words=words)
    place = command.place or _place_on_duty(duties, now=now, terms=terms)
    if not place:
        return _not_now("No token is in force, so there is none to put out of force.")
    if not 1 <= place <= RING:
        words = f"The ring has the places 1 to {RING}."
        return Refusal(reason=Reason.MALFORMED, words=words)
    if place in duties.killed:
        return _not_now(f"The policy of place {place} is deleted already.")
    return [KillAsked(place=place, by=command.by, reason=command.reason)]


def _place_on_duty(duties: Duties, *, now: int, terms: Terms) -> int:
    """Return the place of what is out of reach, else of the shift that is on, else of any."""
    alive = [t for t in duties.tokens if now < t.until and not t.killed_at]
    shift = on_now(terms.shifts, now=now)
    stray = [t.place for t in alive if t.is_out_of_reach]
    own = [t.place for t in alive if shift is not None and t.shift == shift.id]
    return next(iter([*stray, *own, *(t.place for t in reversed(alive))]), 0)


def _agree_kill(duties: Duties, command: AgreeKill) -> list[Event] | Refusal:
    kill = _standing(duties, command.asked_at)
    if isinstance(kill, Refusal):
        return kill
    if kill.agreed_by:
        return _not_now(f"<@{kill.agreed_by}> has agreed already.")
    if command.by == kill.by:
        words = "You asked for this; another person must agree."
        return Refusal(reason=Reason.OWN_REQUEST, words=words)
    return [KillAgreed(place=kill.place, by=command.by)]


def _reject_kill(state: SetState, command: RejectKill) -> list[Event] | Refusal:
    kill = _standing(state.duties, command.asked_at)
    if isinstance(kill, Refusal):
        return kill
    if kill.agreed_by:
        asked = any(intent.kind is Kind.KILL for intent in state.intents.values())
        if asked or not kill.tries:
            return _not_now("Two people agreed; Vault is being told.")
        if command.by not in (kill.by, kill.agreed_by):
            words = f"Only <@{kill.by}> and <@{kill.agreed_by}> can take it back now."
            return Refusal(reason=Reason.NOT_ASKED, words=words)
    return [KillRejected(place=kill.place, by=command.by)]


def _standing(duties: Duties, asked_at: int) -> Kill | Refusal:
    kill = duties.kill
    if kill is None:
        words = "Nobody asks for this any more, so there is nothing to agree to."
        return Refusal(reason=Reason.NO_REQUEST, words=words)
    if kill.at != asked_at:
        words = "The request changed since this card was drawn; look at the card again."
        return Refusal(reason=Reason.STALE, words=words)
    return kill


def _not_now(words: str) -> Refusal:
    return Refusal(reason=Reason.NOT_NOW, words=words)
