"""The slash command, and the buttons that stand in its private answers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeVar, assert_never

from slack_bolt import Ack, App

from bot.cards import buttons, overview, replies
from bot.cards.health import health_card
from bot.cards.kit import Card
from bot.cards.limits import MESSAGE_BLOCKS
from bot.listeners.house import House
from bot.listeners.looks import Looks, in_time
from bot.listeners.operations import CANCEL, NUDGE
from bot.listeners.orders import Order, Verb, parse
from bot.listeners.promotions import PromotionDoors
from bot.listeners.runbooks import RUN, RUN_OFFER, RunbookDoors, Wish
from bot.listeners.shifts import SHIFT, ShiftDoors
from bot.listeners.visit import Body, Visit, of_click, of_command
from bot.people import Door
from ceremonies.ceremony import Ceremony
from ceremonies.commands import Reason, Refusal
from ceremonies.conductor import Answer
from ceremonies.events import Purpose
from ceremonies.evidence import Evidence, could_start
from ceremonies.roster import Role

T = TypeVar("T")

_COMMANDER = frozenset({Role.INCIDENT_COMMANDER})
READ = Door(name="command.read", effects=False)
STATUS = Door(name=buttons.STATUS, effects=False)
START = Door(name=buttons.START, roles=_COMMANDER)
OFFER = Door(name="command.start", roles=_COMMANDER, effects=False)
PROMOTE = Door(name="command.promote", roles=_COMMANDER, effects=False)

_STATUS_WITHIN_S = 1.2  # of the three seconds in which Slack wants an answer
_LONGEST = 500  # names and reasons from a button are as long as those that are typed


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandDoors:
    """The slash command, `status.show` and `ceremony.start`."""

    house: House
    looks: Looks = field(repr=False)
    promotions: PromotionDoors
    runbooks: RunbookDoors
    shifts: ShiftDoors

    def listen(self, app: App) -> None:
        """Hang the doors."""
        app.command(self.house.command)(self.typed)
        app.action(buttons.STATUS)(self.status)
        app.action(buttons.START)(self.start)

    def typed(self, ack: Ack, body: Body) -> None:
        """Do what was typed, or say what fits. What takes its time is answered afterwards."""
        visit = of_command(body)
        refused = self.house.refusal(visit, READ)
        if refused is not None:
            _say(ack, refused)
            return
        house = self.house
        order = parse(str(body.get("text") or ""), house.conductor.sets, command=house.command)
        if isinstance(order, Refusal):
            house.count("command", order.reason.value)
            _say(ack, self._not_understood(order))
            return
        house.count("command", order.verb.value)
        self._do(ack, visit, order)

    def _not_understood(self, order: Refusal) -> Card:
        if order.reason is Reason.COMES_LATER:
            return replies.refusal(order)
        return replies.not_understood(order.words, command=self.house.command)

    def _do(self, ack: Ack, visit: Visit, order: Order) -> None:
        match order.verb:
            case Verb.HELP:
                _say(ack, self._help(visit))
            case Verb.STATUS:
                _say(ack, self._status(visit, order.set_name))
            case Verb.HEALTH:
                ack(text="Every node is being asked; one moment.")
                self.house.begin(READ.name, visit, lambda: self._health(visit, order.set_name))
            case Verb.START:
                self._start_typed(ack, visit, order)
            case Verb.PROMOTE:
                self._promote(ack, visit, order)
            case Verb.CANCEL | Verb.NUDGE:
                self._with_ceremony(ack, visit, order)
            case Verb.SHIFT:
                ack()
                self.house.begin(SHIFT.name, visit, lambda: self.shifts.typed(visit, order))
            case Verb.RUN:
                self._run(ack, visit, order)
            case _:
                assert_never(order.verb)

    def _run(self, ack: Ack, visit: Visit, order: Order) -> None:
        wish = Wish(play=order.play, cluster=order.cluster, reason=order.reason)
        if order.play is None:
            refused = self.house.refusal(visit, RUN_OFFER)
            _say(ack, refused or self.runbooks.offer(order.set_name, wish))
            return
        ack(text=f"Every node of {order.set_name} is being asked what it is; one moment.")
        self.house.begin(
            RUN.name, visit, lambda: self.runbooks.begin(RUN, visit, order.set_name, wish)
        )

    def _help(self, visit: Visit) -> Card:
        house = self.house
        sets = {name: house.conductor.state(name) for name in house.conductor.sets}
        return overview.help_card(house.conductor.roster, visit.user, sets, command=house.command)

    # Status

    def status(self, ack: Ack, body: Body) -> None:
        """Show how one set stands."""
        ack()
        visit = of_click(body)
        self.house.begin(STATUS.name, visit, lambda: self._show_status(visit))

    def _show_status(self, visit: Visit) -> None:
        card = self.house.refusal(visit, STATUS) or self._status(visit, visit.set_name)
        self.house.private.tell(visit, card, keep=True)

    def _status(self, visit: Visit, set_name: str) -> Card:
        """Return how one set stands, or all; with what can be found out in time."""
        sets = self.house.conductor.sets
        names = [set_name] if set_name in sets else list(sets)
        looks = {name: self.looks.ask(name, sets[name].clusters[0].name) for name in names}
        links = {name: self.looks.pool.submit(self._links, name) for name in names}
        until = visit.arrived + _STATUS_WITHIN_S
        cards = [
            self._status_of(name, in_time(looks[name], until), in_time(links[name], until))
            for name in names
        ]
        text = " ".join(card.text for card in cards)
        blocks = [block for card in cards for block in card.blocks]
        return Card(text=text, blocks=blocks[:MESSAGE_BLOCKS])

    def _status_of(
        self, name: str, evidence: Evidence | None, links: dict[str, str] | None
    ) -> Card:
        conductor = self.house.conductor
        rules = conductor.sets[name]
        known = evidence or self.looks.newest(name, rules.clusters[0].name)
        state = conductor.state(name)
        return overview.status_card(
            state, rules, evidence=known, permalinks=links, now=conductor.now()
        )

    def _health(self, visit: Visit, set_name: str) -> None:
        """Tell how replication stands, a message for each set: the clusters are asked anew."""
        conductor = self.house.conductor
        for name in [set_name] if set_name else list(conductor.sets):
            told = health_card(name, conductor.health(name), conductor.state(name))
            self.house.private.tell(visit, told, keep=True)

    def _links(self, name: str) -> dict[str, str]:
        """Return the addresses of the cards of what is open, by id."""
        opened = self.house.conductor.state(name).open_ceremonies
        return {c.id: self.house.permalink(name, c) for c in opened} | self.runbooks.links(name)

    # Start

    def _start_typed(self, ack: Ack, visit: Visit, order: Order) -> None:
        refused = self.house.refusal(visit, OFFER)
        if refused is not None or order.purpose is None:
            _say(ack, refused or self._purposes(order))
            return
        ack(text=f"Every node of {order.set_name} is being asked what it is; one moment.")
        self.house.begin(START.name, visit, lambda: self._start(visit, order))

    def start(self, ack: Ack, body: Body) -> None:
        """Go on where a private answer asked for purpose or cluster."""
        ack()
        visit = of_click(body)
        self.house.begin(START.name, visit, lambda: self._start(visit, _of_button(visit)))

    def _start(self, visit: Visit, order: Order, *, use_duty: bool = False) -> None:
        house = self.house
        refused = house.refusal(visit, START)
        if refused is not None:
            house.private.tell(visit, refused)
            return
        if order.set_name not in house.conductor.sets:
            house.private.tell(visit, replies.forbidden("That set is not served any more."))
            return
        if order.purpose is None:
            house.private.tell(visit, self._purposes(order))
            return
        everybody = {h.slack for h in house.conductor.sets[order.set_name].key_holders}
        house.gate.warm(everybody)
        answer = house.conductor.start(
            order.set_name,
            by=visit.user,
            cluster=order.cluster or None,
            purpose=order.purpose,
            reason=order.reason,
            cause=visit.cause,
            use_duty=use_duty,
        )
        told = self._started(order, order.purpose, answer)
        if told is not None:
            house.private.tell(visit, told)

    def _purposes(self, order: Order) -> Card:
        return replies.purposes(
            order.set_name,
            cluster=order.cluster,
            reason=order.reason,
            command=self.house.command,
        )

    def _started(self, order: Order, purpose: Purpose, answer: Answer) -> Card | None:
        if not isinstance(answer, Refusal):
            self.house.count(START.name, "repeated" if answer.repeated else "done")
            return None if answer.repeated else self.house.started(answer)
        self.house.count(START.name, answer.reason.value)
        if answer.reason is Reason.AMBIGUOUS and answer.evidence is not None:
            return replies.clusters(
                order.set_name,
                could_start(answer.evidence),
                purpose=purpose,
                evidence=answer.evidence,
                reason=order.reason,
                command=self.house.command,
            )
        return self.house.refused(order.set_name, answer, cluster=order.cluster)

    # What is about an open ceremony

    def _promote(self, ack: Ack, visit: Visit, order: Order) -> None:
        refused = self.house.refusal(visit, PROMOTE)
        if refused is not None:
            _say(ack, refused)
            return
        fitting = self._fitting(order)
        if not fitting:
            # Nothing is open: the failover runbook begins at its first step, the token.
            ack(text=f"Every node of {order.set_name} is being asked what it is; one moment.")
            begun = replace(order, verb=Verb.START, purpose=Purpose.PROMOTE)
            self.house.begin(START.name, visit, lambda: self._start(visit, begun, use_duty=True))
            return
        if len(fitting) != 1:
            _say(ack, replies.ceremonies(order.set_name, fitting, action_id=buttons.PROMOTION_OPEN))
            return
        ack()
        self.promotions.show(visit, order.set_name, fitting[0], reason=order.reason)

    def _with_ceremony(self, ack: Ack, visit: Visit, order: Order) -> None:
        cancels = order.verb is Verb.CANCEL
        door = CANCEL if cancels else NUDGE
        fitting = self._fitting(order)
        if len(fitting) != 1:
            # The gate has let them in to read; the button asks it again.
            _say(ack, replies.ceremonies(order.set_name, fitting, action_id=door.name))
            return
        ack()
        about = visit.about(order.set_name, fitting[0].id)
        self.house.begin(door.name, visit, lambda: self._act(door, about))

    def _act(self, door: Door, visit: Visit) -> None:
        conductor = self.house.conductor
        act = conductor.cancel if door is CANCEL else conductor.nudge
        words = "The ceremony is cancelled." if door is CANCEL else "They are being reminded."
        self.house.act(
            door,
            visit,
            lambda: act(visit.set_name, visit.ceremony, by=visit.user, cause=visit.cause),
            done=lambda _: replies.noted(words),
        )

    def _fitting(self, order: Order) -> list[Ceremony]:
        opened = self.house.conductor.state(order.set_name).open_ceremonies
        return [c for c in opened if order.cluster in ("", c.cluster)]


def _say(ack: Ack, card: Card) -> None:
    ack(text=card.text, blocks=card.blocks, response_type="ephemeral")


def _of_button(visit: Visit) -> Order:
    """Return the order that a button of a private answer carries."""
    purpose = visit.asked.get("purpose", "")
    return Order(
        verb=Verb.START,
        set_name=visit.set_name,
        cluster=visit.asked.get("cluster", ""),
        purpose=Purpose(purpose) if purpose in set(Purpose) else None,
        reason=visit.asked.get("reason", "")[:_LONGEST],
    )
