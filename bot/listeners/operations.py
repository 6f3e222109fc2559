"""The doors of a ceremony's card: freeze, thaw, extend, cancel, remind, start anew, decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from slack_bolt import Ack, App

from bot.cards import break_glass, buttons, modals, replies
from bot.listeners.house import LONG_OVER, House
from bot.listeners.modals import Outcome, Shut, Told, answer
from bot.listeners.visit import Body, Visit, chosen, of_click, of_submission
from bot.people import Door
from ceremonies.commands import Refusal
from ceremonies.conductor import Answer, Conductor
from ceremonies.roster import Role

_COMMANDER = frozenset({Role.INCIDENT_COMMANDER})
_HOLDS_UP = frozenset({Role.KEY_HOLDER, Role.INCIDENT_COMMANDER})
_APPROVES = frozenset({Role.APPROVER})

FREEZE = Door(name=buttons.FREEZE, roles=_HOLDS_UP)
THAW = Door(name=buttons.THAW, roles=_HOLDS_UP | _APPROVES)
EXTEND = Door(name=buttons.EXTEND, roles=_COMMANDER)
CANCEL = Door(name=buttons.CANCEL, roles=_COMMANDER)
NUDGE = Door(name=buttons.NUDGE, roles=_COMMANDER)
RESTART = Door(name=buttons.RESTART, roles=_COMMANDER)
APPROVE = Door(name=buttons.APPROVE, roles=_APPROVES)
REJECT = Door(name=buttons.REJECT, roles=_APPROVES | _COMMANDER)
AGREE = Door(name=break_glass.APPROVE, roles=_APPROVES | _COMMANDER)
CLOSED = Door(name=break_glass.CLOSED, roles=_COMMANDER)
CHOOSE = Door(name=buttons.CHOOSE, roles=_COMMANDER, effects=False)
CHOSEN = Door(name=modals.CHOOSE, roles=_COMMANDER)

Act = Callable[[Conductor, Visit], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardDoors:
    """The buttons of a ceremony's card, and the modal that chooses holders."""

    house: House

    def listen(self, app: App) -> None:
        """Hang the doors."""
        for door, act in _ACTS.items():
            app.action(door.name)(self._button(door, act))
        app.action(CHOOSE.name)(self.choose)
        app.view(CHOSEN.name)(self.chosen)

    def _button(self, door: Door, act: Act) -> Callable[[Ack, Body], None]:
        def press(ack: Ack, body: Body) -> None:
            ack()
            visit = of_click(body)
            self.house.begin(door.name, visit, lambda: self._act(door, visit, act))

        return press

    def _act(self, door: Door, visit: Visit, act: Act) -> None:
        done = self.house.started if door is RESTART else None
        self.house.act(door, visit, lambda: act(self.house.conductor, visit), done=done)

    def choose(self, ack: Ack, body: Body) -> None:
        """Open the modal in which a commander chooses whom to go on with."""
        ack()
        visit = of_click(body)
        refused = self.house.refusal(visit, CHOOSE)
        found = self.house.found(visit)
        if refused is not None or found is None:
            told = refused or replies.forbidden(LONG_OVER)
            self.house.tell_later(CHOOSE.name, visit, told)
            return
        view = modals.choose_holders_modal(*found, self.house.conductor.roster)
        self.house.open_modal(CHOOSE.name, visit, view)

    def chosen(self, ack: Ack, body: Body) -> None:
        """Start a new attempt with the chosen holders."""
        visit = of_submission(body)
        holders = chosen(body, modals.HOLDERS)
        work = self.house.answered(CHOSEN, visit, lambda: self._with(visit, holders))
        meanwhile = modals.notice_view("New attempt", "Every node is being asked; one moment.")
        answer(
            ack,
            visit,
            work,
            meanwhile=meanwhile,
            later=lambda late: self.house.tell_outcome(visit, late),
        )

    def _with(self, visit: Visit, holders: tuple[str, ...]) -> Outcome:
        given = self.house.conductor.restart(
            visit.set_name, visit.ceremony, by=visit.user, cause=visit.cause, holders=holders
        )
        if isinstance(given, Refusal):
            told = self.house.refused(visit.set_name, given)
            return Told(view=modals.notice_view("Not started", given.words), card=told)
        return Shut(words="A new attempt starts with the holders you chose.")


_ACTS: dict[Door, Act] = {
    AGREE: lambda to, v: to.glass.approve(v.set_name, v.ceremony, by=v.user, cause=v.cause),
    CLOSED: lambda to, v: to.glass.closed(v.set_name, v.ceremony, by=v.user, cause=v.cause),
    FREEZE: lambda to, v: to.freeze(v.set_name, v.ceremony, by=v.user, cause=v.cause),
    THAW: lambda to, v: to.thaw(v.set_name, v.ceremony, by=v.user, cause=v.cause),
    EXTEND: lambda to, v: to.extend(v.set_name, v.ceremony, by=v.user, cause=v.cause),
    CANCEL: lambda to, v: to.cancel(v.set_name, v.ceremony, by=v.user, cause=v.cause),
    NUDGE: lambda to, v: to.nudge(v.set_name, v.ceremony, by=v.user, cause=v.cause),
    APPROVE: lambda to, v: to.approve(
        v.set_name, v.ceremony, by=v.user, request=v.request, cause=v.cause
    ),
    REJECT: lambda to, v: to.reject(
        v.set_name, v.ceremony, by=v.user, request=v.request, cause=v.cause
    ),
    RESTART: lambda to, v: to.restart(
        v.set_name,
        v.ceremony,
        by=v.user,
        cause=v.cause,
        cancel_nonce=v.asked.get("nonce", ""),
    ),
}
