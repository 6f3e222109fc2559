"""Carries what happens to the app: one envelope to one connection, and again if need be."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from lab.chat.connections import Connection, Connections
from lab.chat.deliveries import Attempt, Delivery, EnvelopeKind, Outcome
from lab.chat.records import Json
from lab.chat.world import World

OnAck = Callable[[Delivery, Json | None], None]


@dataclass(slots=True, kw_only=True)
class _Twice:
    kind: EnvelopeKind | None
    times: int
    spread: bool


class Courier:
    """Knows what became of every delivery."""

    def __init__(self, world: World, connections: Connections) -> None:
        self._habits = world.habits
        self._pulse = world.workspace.pulse
        self._connections = connections
        self._deliveries: dict[str, Delivery] = {}
        self._on_ack: dict[str, OnAck] = {}
        self._heard: dict[str, asyncio.Event] = {}
        self._twice: list[_Twice] = []
        connections.on_frame = self._take

    # From any thread

    def deliveries(self, kind: EnvelopeKind | None = None) -> tuple[Delivery, ...]:
        """Return everything that was sent to the app, oldest first."""
        with self._pulse:
            return tuple(d for d in self._deliveries.values() if kind in (None, d.kind))

    def deliver(
        self,
        kind: EnvelopeKind,
        payload: Json,
        *,
        accepts_response: bool = False,
        on_ack: OnAck | None = None,
    ) -> Delivery:
        """Send this to the app. `on_ack` runs once, with the pulse held, if the ack is in time."""
        delivery = Delivery(kind=kind, payload=payload, accepts_response=accepts_response)
        with self._pulse:
            self._deliveries[delivery.envelope_id] = delivery
            if on_ack:
                self._on_ack[delivery.envelope_id] = on_ack
            self._pulse.beat()
        self._connections.spawn(self._carry(delivery))
        return delivery

    def resend(self, delivery: Delivery, *, to: int | None = None) -> None:
        """Send an envelope once more, as it was, on this connection (by number) or on any."""

        async def again() -> None:
            await self._put(delivery, self._connections.pick(number=to), 0)

        self._connections.wait(again())

    def duplicate(
        self, kind: EnvelopeKind | None = None, *, times: int = 1, spread: bool = False
    ) -> None:
        """Send each of the next envelopes (of a kind) twice; `spread`: on two connections."""
        with self._pulse:
            self._twice.append(_Twice(kind=kind, times=times, spread=spread))

    # In the event loop

    async def _carry(self, delivery: Delivery) -> None:
        """Send and wait for the ack; an event is sent again and again, a click is given up."""
        event = delivery.kind is EnvelopeKind.EVENT
        heard = self._heard[delivery.envelope_id] = asyncio.Event()
        waits = self._habits.event_retries if event else ()
        if not event and self._habits.redeliver_interactions:
            waits = (0.0,)
        for retry, pause in enumerate((0.0, *waits)):
            await asyncio.sleep(pause)
            sent = await self._send(delivery, retry)
            if sent and await self._in_time(heard):
                break
            if retry == len(waits) or not event:
                self._give_up(delivery, Outcome.TIMED_OUT if sent else Outcome.UNDELIVERED)
        del self._heard[delivery.envelope_id]

    async def _in_time(self, heard: asyncio.Event) -> bool:
        try:
            await asyncio.wait_for(heard.wait(), self._habits.ack_within)
        except TimeoutError:
            return False
        return True

    def _give_up(self, delivery: Delivery, outcome: Outcome) -> None:
        with self._pulse:
            if delivery.outcome is Outcome.WAITING:
                delivery.outcome = outcome
                self._on_ack.pop(delivery.envelope_id, None)
                self._pulse.beat()

    async def _send(self, delivery: Delivery, retry: int) -> bool:
        connection = self._connections.pick()
        if not await self._put(delivery, connection, retry):
            return False
        rule = next((t for t in self._twice if t.kind in (None, delivery.kind) and t.times), None)
        if rule and connection:
            rule.times -= 1
            other = self._connections.pick(but=connection.number) if rule.spread else None
            await self._put(delivery, other or connection, retry)
        return True

    async def _put(self, delivery: Delivery, connection: Connection | None, retry: int) -> bool:
        if connection is None:
            return False
        attempt = Attempt(at=time.monotonic(), connection=connection.number, retry=retry)
        with self._pulse:
            delivery.attempts.append(attempt)
        return await connection.put(delivery.envelope(retry=retry))

    def _take(self, connection: Connection, text: str) -> None:
        """Note an acknowledgement. The first in time counts; what comes later is only counted."""
        at = time.monotonic()
        try:
            frame = json.loads(text)
        except ValueError:
            return
        with self._pulse:
            delivery = self._deliveries.get(frame.get("envelope_id", ""))
            if delivery is None or not self._counts(delivery, connection):
                return
            delivery.acks += 1
            if delivery.outcome is Outcome.WAITING:
                delivery.acked_at = at
                delivery.acked_on = connection.number
                delivery.answer = frame.get("payload")
                on_ack = self._on_ack.pop(delivery.envelope_id, None)
                if on_ack:
                    on_ack(delivery, delivery.answer)
                delivery.outcome = Outcome.ACKED
            elif delivery.outcome is not Outcome.ACKED:
                delivery.late_acks += 1
            if delivery.envelope_id in self._heard:
                self._heard[delivery.envelope_id].set()
            self._pulse.beat()

    def _counts(self, delivery: Delivery, connection: Connection) -> bool:
        went_to = {attempt.connection for attempt in delivery.attempts}
        return self._habits.acks_on_any_connection or connection.number in went_to
