"""The doors of a forced promotion: each of three people opens a modal and types what it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from slack_bolt import Ack, App

from bot.cards import force, modals, replies
from bot.cards.kit import Json
from bot.listeners.house import LONG_OVER, House
from bot.listeners.looks import Looks
from bot.listeners.modals import Errors, Outcome, Shut, Told, answer
from bot.listeners.visit import Body, Visit, of_click, of_submission, typed
from bot.people import Door
from bot.reply import ask
from ceremonies import share
from ceremonies.ceremony import Ceremony
from ceremonies.commands import Reason, Refusal
from ceremonies.conductor import Answer
from ceremonies.roster import Role

_COMMANDER = frozenset({Role.INCIDENT_COMMANDER})
_AGREES = frozenset({Role.APPROVER, Role.INCIDENT_COMMANDER, Role.KEY_HOLDER})
OPEN = Door(name=force.OPEN, roles=_COMMANDER, effects=False)
REQUEST = Door(name=force.REQUEST, roles=_COMMANDER)
AGREE = Door(name=force.AGREE, roles=_AGREES, effects=False)
CONFIRM = Door(name=force.CONFIRM, roles=_AGREES)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForceDoors:
    """`force.open`, `force.request`, `force.agree`, `force.confirm`."""

    house: House
    looks: Looks = field(repr=False)

    def listen(self, app: App) -> None:
        """Hang the doors."""
        app.action(OPEN.name)(self.open)
        app.view(REQUEST.name)(self.request)
        app.action(AGREE.name)(self.agree)
        app.view(CONFIRM.name)(self.confirm)

    def open(self, ack: Ack, body: Body) -> None:
        """Open the commander's modal, and put the newest evidence into it when it comes."""
        ack()
        visit = of_click(body)

        def view(set_name: str, c: Ceremony) -> Json:
            known = self.looks.newest(set_name, c.cluster)
            return force.request_modal(set_name, c, evidence=known)

        opened = self._opened(OPEN, visit, view)
        if opened:
            self.house.begin(OPEN.name, visit, lambda: self._renew(opened, visit))

    def agree(self, ack: Ack, body: Body) -> None:
        """Open the modal of another person."""
        ack()
        self._opened(AGREE, of_click(body), force.confirm_modal)

    def request(self, ack: Ack, body: Body) -> None:
        """Ask to force it."""
        visit = of_submission(body)
        words, reason = typed(body, modals.CLUSTER), typed(body, modals.REASON)

        def act() -> Answer:
            return self.house.conductor.force.request(
                visit.set_name,
                visit.ceremony,
                by=visit.user,
                typed=words,
                reason=reason,
                cause=visit.cause,
            )

        is_wrong = not reason.strip() or share.is_shown_in(reason)
        block = modals.REASON if is_wrong else modals.CLUSTER
        self._submitted(ack, visit, REQUEST, lambda: self._outcome(visit, act, block=block))

    def confirm(self, ack: Ack, body: Body) -> None:
        """Agree to force it."""
        visit = of_submission(body)
        words = typed(body, modals.CLUSTER)

        def act() -> Answer:
            return self.house.conductor.force.agree(
                visit.set_name,
                visit.ceremony,
                by=visit.user,
                typed=words,
                asked_at=visit.request,
                cause=visit.cause,
            )

        self._submitted(
            ack, visit, CONFIRM, lambda: self._outcome(visit, act, block=modals.CLUSTER)
        )

    def _opened(self, door: Door, visit: Visit, view: Callable[[str, Ceremony], Json]) -> str:
        refused = self.house.refusal(visit, door)
        found = self.house.found(visit)
        if refused is not None or found is None:
            self.house.tell_later(door.name, visit, refused or replies.forbidden(LONG_OVER))
            return ""
        return self.house.open_modal(door.name, visit, view(*found))

    def _renew(self, view_id: str, visit: Visit) -> None:
        found = self.house.found(visit)
        if found is None:
            return
        set_name, c = found
        evidence = self.looks.ask(set_name, c.cluster).result()
        view = force.request_modal(set_name, c, evidence=evidence)
        # Whoever submitted or closed it meanwhile needs it no more: then Slack says not_found.
        ask(self.house.slack.quick.views_update, view_id=view_id, view=view)

    def _submitted(self, ack: Ack, visit: Visit, door: Door, work: Callable[[], Outcome]) -> None:
        meanwhile = modals.notice_view(
            "Asking every node",
            "Every node of the set is being asked. You may close this: the card in the channel "
            "shows what came of it.",
        )
        answer(
            ack,
            visit,
            self.house.answered(door, visit, work),
            meanwhile=meanwhile,
            later=lambda late: self.house.tell_outcome(visit, late),
        )

    def _outcome(self, visit: Visit, act: Callable[[], Answer], *, block: str) -> Outcome:
        given = act()
        if not isinstance(given, Refusal):
            return Shut(words="Noted; the card shows who agrees to force it.")
        if given.reason is Reason.MALFORMED:
            return Errors(errors={block: given.words})
        told = self.house.refused(visit.set_name, given)
        return Told(view=modals.notice_view("Not done", given.words), card=told)
