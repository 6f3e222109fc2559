"""Putting one set's drawing together: its cards, and whom its alarms wake."""

from __future__ import annotations

from concurrent.futures import Executor

from bot import waking
from bot.metrics import Metrics
from bot.notifier.desk import Desk
from bot.notifier.drawing import Drawing
from bot.notifier.waking import Alarms


def open_drawing(desk: Desk, *, urls: tuple[str, ...], pool: Executor) -> Drawing:
    """Return what draws at this desk, and wakes people through these Apprise URLs, if any."""
    if not urls:
        return Drawing(desk, None)
    alarms = Alarms(
        set_name=desk.set_name,
        conductor=desk.conductor,
        seen=desk.seen,
        wake=_Waking(urls, desk.metrics),
        pool=pool,
    )
    return Drawing(desk, alarms)


class _Waking:
    """Wakes people through every way, and counts each."""

    def __init__(self, urls: tuple[str, ...], metrics: Metrics) -> None:
        self._urls = urls
        self._metrics = metrics

    def __call__(self, title: str, body: str) -> list[str]:
        """Tell everybody; return the names of the ways that failed."""
        failed = waking.wake(self._urls, title, body)
        for way in waking.labels(self._urls):
            self._metrics.wakings.labels(way, "failed" if way in failed else "sent").inc()
        return failed
