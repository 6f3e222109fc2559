"""The doors of runbooks: begin one, go on, ask, agree, say that it is done, leave out, stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from slack_bolt import Ack, App

from bot.cards import modals, offers, replies, runbook, runbook_buttons, two_primaries
from bot.cards.keys import runbook_key
from bot.cards.kit import Card
from bot.listeners.house import House
from bot.listeners.modals import Errors, Outcome, Shut, Told, answer
from bot.listeners.visit import Body, Visit, of_click, of_submission, typed
from bot.people import Door
from ceremonies import share
from ceremonies.commands import Reason, Refusal
from ceremonies.conductor import Conductor, RunbookAnswer
from ceremonies.events import Play
from ceremonies.roster import Role
from ceremonies.runbook import Runbook

_COMMANDER = frozenset({Role.INCIDENT_COMMANDER})
_AGREES = frozenset({Role.APPROVER, Role.INCIDENT_COMMANDER})

RUN = Door(name="command.run", roles=_COMMANDER)
RUN_OFFER = Door(name="command.run", roles=_COMMANDER, effects=False)
BEGIN = Door(name=offers.BEGIN, roles=_COMMANDER)
CONTINUE = Door(name=runbook_buttons.CONTINUE, roles=_COMMANDER)
DONE = Door(name=runbook_buttons.DONE, roles=_COMMANDER)
ABORT = Door(name=runbook_buttons.ABORT, roles=_COMMANDER)
SKIP = Door(name=runbook_buttons.SKIP, roles=_COMMANDER)
BACK = Door(name=runbook_buttons.BACK, roles=_COMMANDER)
APPROVE = Door(name=runbook_buttons.APPROVE, roles=_AGREES)
REJECT = Door(name=runbook_buttons.REJECT, roles=_AGREES)
REQUEST_OPEN = Door(name=runbook_buttons.REQUEST_OPEN, roles=_COMMANDER, effects=False)
REQUEST = Door(name=runbook.REQUEST, roles=_COMMANDER)
REJOIN = Door(name=two_primaries.REJOIN, roles=_COMMANDER)

_BEGUN = "The runbook has begun. Read its plan; nothing is done before you press *Go on* there."
_REASON = "two primaries"
LONG_OVER = "That runbook is over; nothing was done."
ONE_PRIMARY = "Two primaries do not stand against each other there any more; nothing was done."
_LONGEST = 500  # a reason from a button is as long as one that is typed
Act = Callable[[Conductor, Visit], RunbookAnswer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which runbook somebody wants to begin, where, and why; what they did not say is empty."""

    play: Play | None
    cluster: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunbookDoors:
    """The buttons of a runbook's card, its modal, `/dr run`, and the alarm of two primaries."""

    house: House

    def listen(self, app: App) -> None:
        """Hang the doors."""
        for door, act in _ACTS.items():
            app.action(door.name)(self._button(door, act))
        app.action(BEGIN.name)(self.begun)
        app.action(REJOIN.name)(self.rejoin)
        app.action(REQUEST_OPEN.name)(self.open)
        app.view(REQUEST.name)(self.request)

    def begin(self, door: Door, visit: Visit, set_name: str, wish: Wish) -> None:
        """Begin a runbook after every node was asked; tell privately what came of it."""
        refused = self.house.refusal(visit, door)
        if refused is None and set_name not in self.house.conductor.sets:
            refused = replies.forbidden("That set is not served any more.")
        if refused is not None or wish.play is None:
            self.house.private.tell(visit, refused or self.offer(set_name, wish))
            return
        self._begin(door, visit, set_name, wish)

    def links(self, set_name: str) -> dict[str, str]:
        """Return the address of the open runbook's card, by its id."""
        r = self.house.conductor.state(set_name).runbook
        return {r.id: self._permalink(set_name, r)} if r else {}

    def offer(self, set_name: str, wish: Wish) -> Card:
        """Return every runbook as a button; nothing begins."""
        command = self.house.command
        return offers.runbooks(set_name, cluster=wish.cluster, reason=wish.reason, command=command)

    def begun(self, ack: Ack, body: Body) -> None:
        """Begin what a private answer's button names."""
        ack()
        visit = of_click(body)
        self.house.begin(
            BEGIN.name, visit, lambda: self.begin(BEGIN, visit, visit.set_name, _wish(visit))
        )

    def rejoin(self, ack: Ack, body: Body) -> None:
        """Begin the runbook that lets the second primary follow the first, from its alarm."""
        ack()
        visit = of_click(body)
        self.house.begin(REJOIN.name, visit, lambda: self._rejoin(visit))

    def _rejoin(self, visit: Visit) -> None:
        refused = self.house.refusal(visit, REJOIN)
        cluster = visit.asked.get("cluster", "")
        if refused is None and not self._is_second(visit.set_name, cluster):
            refused = replies.forbidden(ONE_PRIMARY)
        if refused is not None:
            self.house.private.tell(visit, refused)
            return
        wish = Wish(play=Play.REJOIN, cluster=cluster, reason=_REASON)
        self._begin(REJOIN, visit, visit.set_name, wish)

    def _is_second(self, set_name: str, cluster: str) -> bool:
        conductor = self.house.conductor
        seen = conductor.state(set_name).second_primary if set_name in conductor.sets else None
        return seen is not None and cluster in two_primaries.may_rejoin(seen)

    def _begin(self, door: Door, visit: Visit, set_name: str, wish: Wish) -> None:
        if wish.play is None:
            return
        given = self.house.conductor.runbooks.run(
            set_name,
            wish.play,
            by=visit.user,
            cluster=wish.cluster or None,
            reason=wish.reason,
            cause=visit.cause,
        )
        if isinstance(given, Refusal) and given.choices:
            self.house.count(door.name, given.reason.value)
            self.house.private.tell(visit, self._places(set_name, wish.play, wish.reason, given))
            return
        self._tell(door, visit, set_name, given, words=_BEGUN)

    def _places(self, set_name: str, play: Play, reason: str, given: Refusal) -> Card:
        return offers.places(
            set_name,
            given.choices,
            play=play,
            reason=reason,
            words=given.words,
            command=self.house.command,
        )

    def _button(self, door: Door, act: Act) -> Callable[[Ack, Body], None]:
        def press(ack: Ack, body: Body) -> None:
            ack()
            visit = of_click(body)
            self.house.begin(door.name, visit, lambda: self._act(door, visit, act))

        return press

    def _act(self, door: Door, visit: Visit, act: Act) -> None:
        refused = self.house.refusal(visit, door)
        if refused is None and self._found(visit) is None:
            refused = replies.forbidden(LONG_OVER)
        if refused is not None:
            self.house.private.tell(visit, refused)
            return
        self._tell(door, visit, visit.set_name, act(self.house.conductor, visit))

    def _tell(
        self, door: Door, visit: Visit, set_name: str, given: RunbookAnswer, *, words: str = ""
    ) -> None:
        """Tell a refusal; what was done is on the card, so only `words` are told of it."""
        if isinstance(given, Refusal):
            self.house.count(door.name, given.reason.value)
            self.house.private.tell(visit, self._refused(set_name, given))
            return
        self.house.count(door.name, "repeated" if given.repeated else "done")
        if words and not given.repeated and given.runbook is not None:
            link = self._permalink(set_name, given.runbook)
            told = f"{words} <{link}|Its card>" if link else f"{words} Its card is being posted."
            self.house.private.tell(visit, replies.noted(told))

    def _refused(self, set_name: str, given: Refusal) -> Card:
        standing = self.house.conductor.state(set_name).runbook
        known = given.reason is Reason.ALREADY_OPEN and standing is not None
        link = self._permalink(set_name, standing) if known and standing else ""
        return replies.refusal(given, permalink=link)

    def _permalink(self, set_name: str, r: Runbook) -> str:
        where = self.house.conductor.state(set_name).messages.get(runbook_key(r))
        return self.house.private.permalink(where.channel, where.ts) if where else ""

    def _found(self, visit: Visit) -> Runbook | None:
        if visit.set_name not in self.house.conductor.sets:
            return None
        return self.house.conductor.state(visit.set_name).find_runbook(visit.runbook)

    # -- a step that is typed ----------------------------------------------------------------------

    def open(self, ack: Ack, body: Body) -> None:
        """Open the modal in which the cluster's name is typed."""
        ack()
        visit = of_click(body)
        refused = self.house.refusal(visit, REQUEST_OPEN)
        r = self._found(visit)
        step = r.step(visit.step) if r else None
        if refused is not None or r is None or step is None:
            self.house.tell_later(REQUEST_OPEN.name, visit, refused or replies.forbidden(LONG_OVER))
            return
        view = runbook.request_modal(self.house.conductor.state(visit.set_name), r, step)
        self.house.open_modal(REQUEST_OPEN.name, visit, view)

    def request(self, ack: Ack, body: Body) -> None:
        """Ask for the step; what is typed wrongly is told in the modal."""
        visit = of_submission(body)
        name, reason = typed(body, runbook.CLUSTER), typed(body, runbook.REASON)
        work = self.house.answered(
            REQUEST, visit, lambda: self._ask(visit, name, reason), found=self._found
        )
        meanwhile = modals.notice_view(
            "Asking every node", "Every node is being asked; you may close this: the card tells."
        )
        answer(
            ack,
            visit,
            work,
            meanwhile=meanwhile,
            later=lambda late: self.house.tell_outcome(visit, late),
        )

    def _ask(self, visit: Visit, name: str, reason: str) -> Outcome:
        if share.is_shown_in(reason):
            return Errors(errors={runbook.REASON: share.SHOWN_WORDS})
        given = self.house.conductor.runbooks.request(
            visit.set_name,
            visit.runbook,
            visit.step,
            by=visit.user,
            typed=name,
            reason=reason,
            cause=visit.cause,
        )
        if not isinstance(given, Refusal):
            self.house.count(REQUEST.name, "done")
            return Shut(words="Asked for. The card shows who must approve.")
        self.house.count(REQUEST.name, given.reason.value)
        if given.reason is Reason.MALFORMED:
            return Errors(errors={runbook.CLUSTER: given.words})
        told = self._refused(visit.set_name, given)
        return Told(view=modals.notice_view("Not asked for", given.words), card=told)


def _wish(visit: Visit) -> Wish:
    """Return what a button of a private answer carries."""
    play = visit.asked.get("play", "")
    return Wish(
        play=Play(play) if play in set(Play) else None,
        cluster=visit.asked.get("cluster", ""),
        reason=visit.asked.get("reason", "")[:_LONGEST],
    )


_ACTS: dict[Door, Act] = {
    CONTINUE: lambda to, v: to.runbooks.go_on(
        v.set_name, v.runbook, v.step, by=v.user, cause=v.cause
    ),
    DONE: lambda to, v: to.runbooks.finish(v.set_name, v.runbook, v.step, by=v.user, cause=v.cause),
    SKIP: lambda to, v: to.runbooks.skip(v.set_name, v.runbook, v.step, by=v.user, cause=v.cause),
    ABORT: lambda to, v: to.runbooks.abort(v.set_name, v.runbook, by=v.user, cause=v.cause),
    APPROVE: lambda to, v: to.runbooks.approve(
        v.set_name, v.runbook, v.step, by=v.user, asked_at=v.request, cause=v.cause
    ),
    REJECT: lambda to, v: to.runbooks.reject(
        v.set_name, v.runbook, v.step, by=v.user, asked_at=v.request, cause=v.cause
    ),
    BACK: lambda to, v: to.runbooks.go_back(v.set_name, v.runbook, by=v.user, cause=v.cause),
}
