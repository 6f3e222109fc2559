"""What the configuration says of a shift: when, where, who, and in whose hands its token lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import StrEnum


class Custody(StrEnum):
    """In whose hands the batch token of a shift lies."""

    LEAD = "lead"
    BOT = "bot"
    BOTH = "both"


class Weekday(StrEnum):
    """A day of the week, in the order in which `date.weekday()` counts them."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRules:
    """One of `[[shifts]]`, checked.

    With a `lead` it is on from `start` to `end` (the next morning, where that is not after the
    start) on each of `days`, by the clocks of `zone`. With a `calendar` that says who is on and
    when; `days` then are empty, or narrow the calendar to these hours. A `people` key is compared
    as `ceremonies.rota.calendar` says; its value is a Slack id.
    """

    name: str
    zone: str = "UTC"
    custody: Custody = Custody.LEAD
    overlap: timedelta = timedelta(minutes=30)
    lead: str = ""
    days: frozenset[Weekday] = frozenset()
    start: time = time(0)
    end: time = time(0)
    calendar: str = field(default="", repr=False)  # its address is what opens it
    people: Mapping[str, str] = field(default_factory=dict)
