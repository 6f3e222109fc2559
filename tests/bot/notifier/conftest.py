"""The real notifier before the stand-in for Slack, over states that a test writes down."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self

import pytest

from bot.logs import ContextExecutor
from bot.metrics import Metrics
from bot.notifier import Alarms, Desk, Drawing, Drawn, Notifier, Pace
from bot.slack_clients import SlackClients
from ceremonies import store
from ceremonies.lease import Lease
from ceremonies.observations import Observations
from lab.chat import Chat
from lab.people import Person
from tests.bot.scripted import ScriptedConductor


@dataclass
class Drawer:
    """One replica's notifier. `steps` are taken by hand, or by its thread once started."""

    conductor: ScriptedConductor
    drawing: Drawing
    notifier: Notifier
    pools: list[ContextExecutor] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.conductor.on_change(self.notifier.changed)
        self.notifier.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.notifier.close(5)
        for pool in self.pools:
            pool.shutdown(wait=True, cancel_futures=True)


Opens = Callable[..., Drawer]


@pytest.fixture
def drawer(
    chat: Chat,
    cast: dict[str, Person],
    conductor: ScriptedConductor,
    clients: SlackClients,
    redis_url: str,
) -> Iterator[Opens]:
    """How to make a notifier; each call is another replica."""
    redis = store.connect(redis_url)
    seen = Observations(redis)
    made: list[Drawer] = []
    assert len(cast) > 0

    def make(
        *,
        pace: Pace | None = None,
        wake: Callable[[str, str], Sequence[str]] | None = None,
        by: ScriptedConductor | None = None,
    ) -> Drawer:
        pools = [ContextExecutor(4, "post"), ContextExecutor(1, "waking")]
        told = by or conductor
        desk = Desk(
            set_name="payments",
            conductor=told,
            slack=clients,
            turn=Lease(redis, "payments", holder=f"r{len(made)}", seconds=3),
            drawn=Drawn(seen, "payments"),
            seen=seen,
            pace=pace or Pace(each=0.05),
            posts=pools[0],
            metrics=Metrics(),
            command="/dr",
        )
        alarms = wake and Alarms(
            set_name="payments", conductor=told, seen=seen, wake=wake, pool=pools[1]
        )
        drawing = Drawing(desk, alarms)
        made.append(
            Drawer(
                conductor=told,
                drawing=drawing,
                notifier=Notifier({"payments": drawing}),
                pools=pools,
            )
        )
        return made[-1]

    yield make
    for one in made:
        for pool in one.pools:
            pool.shutdown(wait=True, cancel_futures=True)
    chat.faults.clear()
