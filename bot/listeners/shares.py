"""The doors of a key holder: open the modal, hand in a share, say that one cannot.

A share goes from the payload straight into the work that hands it in, and is taken out of both:
neither Bolt's request nor a finished future has it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from slack_bolt import Ack, App

from bot.cards import buttons, modals, phrases, replies
from bot.listeners.house import House
from bot.listeners.modals import Errors, Outcome, Shut, Told, answer
from bot.listeners.visit import Body, Visit, of_click, of_submission, taken
from bot.people import Door
from bot.reply import Taken, ask
from ceremonies.ceremony import Ceremony
from ceremonies.commands import Reason, Refusal
from ceremonies.conductor import Done
from ceremonies.decide.shares import NOT_NEEDED, not_wanted
from ceremonies.roster import Role

_HOLDER = frozenset({Role.KEY_HOLDER})
OPEN = Door(name=buttons.SHARE_OPEN, roles=_HOLDER, effects=False)
SUBMIT = Door(name=modals.SHARE_SUBMIT, roles=_HOLDER)
DECLINE = Door(name=buttons.SHARE_DECLINE, roles=_HOLDER)

# Wrong with what was typed, or worth another press of the same button.
_IN_THE_MODAL = frozenset(
    {
        Reason.MALFORMED,
        Reason.CONFLICT,
        Reason.GIVEN_THIS_ROUND,
        Reason.VAULT,
        Reason.BUSY,
        Reason.STORE,
    }
)
# The holder's message says it too, drawn from the log.
_ON_THE_CARD = frozenset({Reason.VAULT, Reason.CONFLICT, Reason.SECRET})


@dataclass(slots=True)
class _Hand:
    """Holds a share until it is taken, once."""

    _text: str = field(repr=False)

    def take(self) -> str:
        """Return the share; from now on it is not here."""
        text, self._text = self._text, ""
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareDoors:
    """`share.open`, `share.submit`, `share.decline`."""

    house: House

    def listen(self, app: App) -> None:
        """Hang the doors."""
        app.action(OPEN.name)(self.open)
        app.view(SUBMIT.name)(self.submit)
        app.action(DECLINE.name)(self.decline)

    def open(self, ack: Ack, body: Body) -> None:
        """Open the modal: the first call, since its trigger lives for three seconds."""
        ack()
        visit = of_click(body)
        refused = self.house.refusal(visit, OPEN)
        if refused is not None:
            self.house.tell_later(OPEN.name, visit, refused)
            return
        found = self.house.found(visit)
        why = _not_wanted(found[1] if found else None, visit.user)
        if found is None or why:
            self.house.tell_later(OPEN.name, visit, replies.forbidden(why))
            return
        self.house.open_modal(OPEN.name, visit, modals.share_modal(*found))

    def submit(self, ack: Ack, body: Body) -> None:
        """Hand the share in, and say in the modal what came of it, or that it is being checked."""
        hand = _Hand(taken(body, modals.SHARE))
        visit = of_submission(body)
        work = self.house.shares.submit(self._give, visit, hand)
        found = self.house.found(visit)
        meanwhile = (
            modals.received_view(*found)
            if found
            else modals.notice_view("Checking", "Your share was received and is being checked.")
        )
        answer(ack, visit, work, meanwhile=meanwhile, later=lambda late: self._tell(visit, late))

    def _give(self, visit: Visit, hand: _Hand) -> Outcome:
        try:
            return self._outcome(visit, hand)
        except Exception as error:  # noqa: BLE001 — the outermost frame of this door's work
            card = self.house.went_wrong(SUBMIT.name, error)
            return Told(view=modals.notice_view("Not done", card.text), card=card)

    def _outcome(self, visit: Visit, hand: _Hand) -> Outcome:
        refused = self.house.refusal(visit, SUBMIT)
        if refused is not None:
            return Told(view=modals.notice_view("Not for you", refused.text), card=refused)
        if self.house.found(visit) is None:
            return _told(NOT_NEEDED.words)
        given = self.house.conductor.offer_share(
            visit.set_name,
            visit.ceremony,
            holder=visit.user,
            text=hand.take(),
            cause=visit.cause,
        )
        if not isinstance(given, Refusal):
            self._count(visit, "taken")
            return (
                Shut(words=_thanks(given.ceremony)) if given.settled else _unsettled(visit, given)
            )
        self._count(visit, given.reason.value)
        if given.reason in _IN_THE_MODAL:
            on_card = given.reason in _ON_THE_CARD
            return Errors(errors={modals.SHARE: given.words}, on_card=on_card)
        return _told(given.words)

    def _tell(self, visit: Visit, late: Outcome) -> None:
        """Tell what came after the modal said "being checked"; cards tell what is in the log."""
        match late:
            case Shut(words=words):
                view = modals.notice_view("Given", words or "Your share was taken. Thank you.")
                ask(self.house.slack.quick.views_update, view_id=visit.view, view=view)
            case Errors(errors=errors, on_card=on_card):
                told = _told(errors[modals.SHARE])
                shown = ask(self.house.slack.quick.views_update, view_id=visit.view, view=told.view)
                if not isinstance(shown, Taken) and not on_card:
                    self.house.private.tell(visit, told.card)
            case Told(view=view, card=card):
                self.house.private.show(visit, view, card)

    def _count(self, visit: Visit, outcome: str) -> None:
        self.house.metrics.shares.labels(set=visit.set_name, outcome=outcome).inc()

    def decline(self, ack: Ack, body: Body) -> None:
        """Note that this holder cannot take part."""
        ack()
        visit = of_click(body)
        self.house.begin(DECLINE.name, visit, lambda: self._decline(visit))

    def _decline(self, visit: Visit) -> None:
        conductor = self.house.conductor
        self.house.act(
            DECLINE,
            visit,
            lambda: conductor.decline(
                visit.set_name, visit.ceremony, holder=visit.user, cause=visit.cause
            ),
        )


def _told(words: str) -> Told:
    return Told(view=modals.notice_view("Not sent", words), card=replies.forbidden(words))


def _not_wanted(c: Ceremony | None, holder: str) -> str:
    """Return why no modal is opened for a share, or nothing where one is."""
    refused = NOT_NEEDED if c is None else not_wanted(c, holder)
    return refused.words if refused else ""


def _thanks(c: Ceremony | None) -> str:
    if c is None or not c.is_open or c.round is None or c.round.lost or not c.progress:
        return "Your message here says what came of your share. Thank you."
    return f"Vault has your share: {phrases.of_threshold(c)}. Thank you."


def _unsettled(visit: Visit, given: Done) -> Outcome:
    told = replies.noted("Your share was sent; your message here says what came of it.")
    if given.ceremony is None:
        return Shut(words=told.text)
    return Told(view=modals.received_view(visit.set_name, given.ceremony), card=told)
