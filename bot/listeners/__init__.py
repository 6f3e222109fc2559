"""Every door of the house: where what people do in Slack comes in.

| door | file |
| --- | --- |
| the slash command, `status.show`, `ceremony.start` | `commands` |
| `share.open`, `share.submit`, `share.decline` | `shares` |
| `ceremony.*`, `promotion.approve`, `promotion.reject` | `operations` |
| `promotion.open`, `promotion.request` | `promotions` |
| `force.*` | `forcing` |
| `/dr shift`, `shift.collect`, `shift.disown`, `kill.*` | `shifts` |
| `/dr run`, `runbook.*`, `step.request` | `runbooks` |
| whatever else comes, and what breaks | `errors` |
"""

from __future__ import annotations

from slack_bolt import App

from bot.listeners.commands import CommandDoors
from bot.listeners.errors import ErrorDoors
from bot.listeners.forcing import ForceDoors
from bot.listeners.house import House
from bot.listeners.looks import Looks
from bot.listeners.operations import CardDoors
from bot.listeners.private import Private
from bot.listeners.promotions import PromotionDoors
from bot.listeners.runbooks import RunbookDoors
from bot.listeners.shares import ShareDoors
from bot.listeners.shifts import ShiftDoors

__all__ = ["House", "Looks", "Private", "listen"]


def listen(app: App, house: House, looks: Looks) -> None:
    """Hang every door of this house into a Bolt app."""
    promotions = PromotionDoors(house=house, looks=looks)
    runbooks = RunbookDoors(house=house)
    shifts = ShiftDoors(house=house)
    for doors in (
        CommandDoors(
            house=house, looks=looks, promotions=promotions, runbooks=runbooks, shifts=shifts
        ),
        runbooks,
        shifts,
        ShareDoors(house=house),
        CardDoors(house=house),
        promotions,
        ForceDoors(house=house, looks=looks),
        ErrorDoors(house=house),
    ):
        doors.listen(app)
