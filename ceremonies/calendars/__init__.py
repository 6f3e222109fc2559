"""On-call calendars over https: asked in the background, their last good answer kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from ceremonies.calendars.asking import CalendarWatch, wall, weeks
from ceremonies.calendars.fetching import fetch, tls_context
from ceremonies.calendars.shelf import Shelf
from ceremonies.observations import Observations
from ceremonies.rota.calendar import read
from ceremonies.rota.entries import Answer
from ceremonies.rota.rules import ShiftRules

__all__ = ["CalendarWatch", "Shelf", "asked", "fetch", "open_calendars", "tls_context"]


def open_calendars(
    rules: Mapping[str, Sequence[ShiftRules]],
    *,
    observations: Observations,
    key: bytes,
    ca_file: Path | None = None,
    now: Callable[[], int] = wall,
) -> CalendarWatch:
    """Return the calendars of these rules, for `Rota`; they are asked once `start` was called.

    `key` is what all replicas share. Without `ca_file` the system's store (or what SSL_CERT_FILE
    names) says whom to trust. Raises Misconfigured for a file that cannot be used.
    """
    tls = tls_context(ca_file)
    shelf = Shelf(observations, key=key)
    return CalendarWatch(rules, shelf=shelf, fetch=partial(fetch, tls=tls), now=now)


def asked(rule: ShiftRules, *, now: int) -> Answer:
    """Return what this rule's calendar says just now, for the weeks around `now` (ms).

    Raises CalendarUnusable and Misconfigured.
    """
    after, before = weeks(now)
    text = fetch(rule.calendar, tls=tls_context())
    return read(text, zone=rule.zone, at=now, after=after, before=before)
