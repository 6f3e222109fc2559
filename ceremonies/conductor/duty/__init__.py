"""Tokens on duty: minted, followed, proven and put out of force by whichever replica is first."""

from __future__ import annotations

from ceremonies.conductor.duty.doors import Duty, DutyAnswer, DutyDone, ToCollect
from ceremonies.conductor.duty.killing import kill, settle_kill
from ceremonies.conductor.duty.minting import mint, settle_mint
from ceremonies.conductor.duty.spreading import SpreadWatcher
from ceremonies.conductor.duty.watch import DutyWatcher

__all__ = [
    "Duty",
    "DutyAnswer",
    "DutyDone",
    "DutyWatcher",
    "SpreadWatcher",
    "ToCollect",
    "kill",
    "mint",
    "settle_kill",
    "settle_mint",
]
