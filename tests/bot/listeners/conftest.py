"""Where cards of runbooks and of shifts stand."""

from __future__ import annotations

import pytest

from tests.bot.conftest import Bot
from tests.bot.listeners.boards import Board, Cast
from tests.bot.listeners.leads import Shift
from tests.bot.scripted import ScriptedConductor


@pytest.fixture
def board(bot: Bot, conductor: ScriptedConductor, cast: Cast) -> Board:
    """The channel."""
    return Board(bot, conductor, cast)


@pytest.fixture
def shift(bot: Bot, conductor: ScriptedConductor, cast: Cast) -> Shift:
    """The lead's message, and the channel."""
    return Shift(bot, conductor, cast)
