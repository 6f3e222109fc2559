"""The channel in which cards of runbooks stand."""

from __future__ import annotations

import pytest

from tests.bot.conftest import Bot
from tests.bot.listeners.boards import Board, Cast
from tests.bot.scripted import ScriptedConductor


@pytest.fixture
def board(bot: Bot, conductor: ScriptedConductor, cast: Cast) -> Board:
    """The channel."""
    return Board(bot, conductor, cast)
