"""The doors of shifts: status, issue, hand over, collect, disown, put out of force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from slack_bolt import Ack, App

from bot.cards import kill, modals, replies, shift
from bot.cards.kit import Card
from bot.cards.shift_status import shift_card
from bot.listeners.house import House
from bot.listeners.orders import Order, ShiftWish
from bot.listeners.visit import Body, Visit, of_click
from bot.people import Door
from bot.reply import ask
from ceremonies.commands import Refusal
from ceremonies.conductor.duty import DutyAnswer
from ceremonies.roster import Role

_LEAD = frozenset({Role.SHIFT_LEAD})
_AGREES = frozenset({Role.SHIFT_LEAD, Role.APPROVER, Role.INCIDENT_COMMANDER})

SHIFT = Door(name="command.shift", roles=_LEAD)
OPEN = Door(name=shift.COLLECT, roles=_LEAD, effects=False)
COLLECT = Door(name="shift.show", roles=_LEAD)
DISOWN = Door(name=shift.DISOWN, roles=_LEAD)
AGREE = Door(name=kill.AGREE, roles=_AGREES)
REJECT = Door(name=kill.REJECT, roles=_AGREES)

_GONE = "That set is not served any more."
_DONE = {
    ShiftWish.ISSUE: "A token is being minted for the shift; its lead gets a direct message.",
    ShiftWish.HANDOVER: "Confirmed. It stands in the log.",
    ShiftWish.KILL: "Asked for. Another person must agree on the card in the channel.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftDoors:
    """`/dr shift`, the lead's buttons, and the two answers to a request to put out of force."""

    house: House

    def listen(self, app: App) -> None:
        """Hang the doors."""
        app.action(OPEN.name)(self.collect)
        app.action(DISOWN.name)(self._button(DISOWN, self._disown))
        app.action(AGREE.name)(self._button(AGREE, self._agree))
        app.action(REJECT.name)(self._button(REJECT, self._reject))

    def typed(self, visit: Visit, order: Order) -> None:
        """Do what was typed after `shift`, and tell privately what came of it."""
        house = self.house
        refused = house.refusal(visit, SHIFT)
        if refused is not None:
            house.private.tell(visit, refused)
            return
        if order.shift is ShiftWish.STATUS:
            house.private.tell(visit, self._status(order.set_name), keep=True)
            return
        duty, name = house.conductor.duty, order.set_name
        match order.shift:
            case ShiftWish.ISSUE:
                answer = duty.issue(name, by=visit.user, cause=visit.cause)
            case ShiftWish.HANDOVER:
                answer = duty.hand_over(name, by=visit.user, cause=visit.cause)
            case ShiftWish.KILL:
                answer = duty.ask_kill(
                    name,
                    by=visit.user,
                    reason=order.reason,
                    place=order.place,
                    cause=visit.cause,
                )
        self._tell(SHIFT, visit, answer, words=_DONE[order.shift])

    def _status(self, set_name: str) -> Card:
        conductor = self.house.conductor
        return shift_card(
            conductor.state(set_name),
            conductor.duty.planned(set_name),
            now=conductor.now(),
            problems=conductor.duty.problems(set_name),
            command=self.house.command,
        )

    def collect(self, ack: Ack, body: Body) -> None:
        """Open a window at once, then show in it how the token is collected.

        The log says who was shown it: where no window opens, nobody is.
        """
        ack()
        visit, house = of_click(body), self.house
        refused = house.refusal(visit, OPEN) or self._gone(visit)
        if refused is not None:
            house.tell_later(OPEN.name, visit, refused)
            return
        view_id = house.open_modal(OPEN.name, visit, shift.waiting_modal())
        if view_id:
            house.begin(COLLECT.name, visit, lambda: self._collect(visit, view_id))

    def _collect(self, visit: Visit, view_id: str) -> None:
        """Show the command to whoever the token is for; it is shown nowhere but in their window."""
        house = self.house
        refused = house.refusal(visit, COLLECT) or self._gone(visit)
        if refused is not None:
            view = modals.notice_view("Not for you", refused.text)
            house.private.show_in(visit, view_id, view, refused)
            return
        answer = house.conductor.duty.collect(
            visit.set_name, visit.duty, by=visit.user, cause=visit.cause
        )
        if isinstance(answer, Refusal):
            house.count(COLLECT.name, answer.reason.value)
            view = modals.notice_view("Not now", answer.words)
            house.private.show_in(visit, view_id, view, replies.refusal(answer))
            return
        view = shift.collect_modal(
            address=answer.address,
            wrapping=answer.wrapping,
            until=answer.until,
            now=house.conductor.now(),
        )
        ask(house.private.slack.quick.views_update, view_id=view_id, view=view)

    def _gone(self, visit: Visit) -> Card | None:
        """Return that the button's set is not served; None where it is."""
        return None if visit.set_name in self.house.conductor.sets else replies.forbidden(_GONE)

    def _button(
        self, door: Door, act: Callable[[Visit], DutyAnswer]
    ) -> Callable[[Ack, Body], None]:
        def press(ack: Ack, body: Body) -> None:
            ack()
            visit = of_click(body)
            self.house.begin(door.name, visit, lambda: self._act(door, visit, act))

        return press

    def _act(self, door: Door, visit: Visit, act: Callable[[Visit], DutyAnswer]) -> None:
        refused = self.house.refusal(visit, door) or self._gone(visit)
        if refused is not None:
            self.house.private.tell(visit, refused)
            return
        self._tell(door, visit, act(visit), words="")

    def _tell(self, door: Door, visit: Visit, answer: DutyAnswer, *, words: str) -> None:
        """Tell a refusal, or `words`; what was done stands on a card."""
        if isinstance(answer, Refusal):
            self.house.count(door.name, answer.reason.value)
            self.house.private.tell(visit, replies.refusal(answer))
            return
        self.house.count(door.name, "repeated" if answer.repeated else "done")
        if words and not answer.repeated:
            self.house.private.tell(visit, replies.noted(words))

    def _disown(self, visit: Visit) -> DutyAnswer:
        duty = self.house.conductor.duty
        return duty.disown(visit.set_name, visit.duty, by=visit.user, cause=visit.cause)

    def _agree(self, visit: Visit) -> DutyAnswer:
        duty = self.house.conductor.duty
        return duty.agree_kill(
            visit.set_name, by=visit.user, asked_at=visit.request, cause=visit.cause
        )

    def _reject(self, visit: Visit) -> DutyAnswer:
        duty = self.house.conductor.duty
        return duty.reject_kill(
            visit.set_name, by=visit.user, asked_at=visit.request, cause=visit.cause
        )
