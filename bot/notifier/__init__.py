"""The notifier: draws each set's newest state; the only caller of `chat.*` but private answers."""

from __future__ import annotations

from bot.notifier.desk import Desk
from bot.notifier.drawing import Drawing
from bot.notifier.drawn import Drawn
from bot.notifier.notifier import Notifier
from bot.notifier.opening import open_drawing
from bot.notifier.pace import Pace
from bot.notifier.waking import Alarms

__all__ = ["Alarms", "Desk", "Drawing", "Drawn", "Notifier", "Pace", "open_drawing"]
