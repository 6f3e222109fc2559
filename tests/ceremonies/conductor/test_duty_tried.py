"""A lead tries the token that they collected, by the commands of their message, in a shell."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cards.shift import lead_card
from ceremonies.policies import policy_name
from lab.process import wait_until
from lab.terminal import Terminal
from tests.bot.cards.reading import words
from tests.ceremonies.conductor.test_duty_proven import NOW, RULE, Shift
from tests.ring import seated_on_duty
from tests.table import SET


@pytest.fixture
def shift(redis_url: str, tmp_path: Path) -> Iterator[Shift]:
    """A table in mid-shift whose lead has to collect a token."""
    at = int(NOW.timestamp() * 1000)
    with seated_on_duty(tmp_path, redis_url, RULE, at=at) as table:
        yield Shift(table=table)


def commands(shift: Shift) -> list[str]:
    """Return the commands of the lead's message, as they are copied."""
    table = shift.table
    state, rules = table.conductor.state(SET), table.people().sets[SET]
    now = table.clock_of_redis().now()
    card = lead_card(state, state.duties.tokens[0], rules, command="/dr", now=now)
    return [html.unescape(each) for each in re.findall(r"```(.+?)```", words(card))]


def test_the_commands_tell_a_good_token_from_one_that_is_not(shift: Shift, tmp_path: Path) -> None:
    """The seconds that are left and what it may; the table of autopilot, or that it is denied.

    The token is in no argument, and no output has it.
    """
    wait_until(lambda: bool(shift.duties.tokens), seconds=40, what="a token waits")
    assert commands(shift) == []
    token = shift.lead_collects()
    on_a, on_b = commands(shift)
    assert token not in on_a + on_b
    sam = Terminal(home=tmp_path / "sam")

    primary, secondary = sam.types(on_a, token), sam.types(on_b, token)

    assert primary.returncode == secondary.returncode == 0
    left, may = primary.stdout.split()
    assert 12 * 3600 < int(left) < 13 * 3600
    assert may == "update"
    assert "healthy" in secondary.stdout
    outputs = (primary.stdout, primary.stderr, secondary.stdout, secondary.stderr)
    assert token not in "".join(outputs)
    assert not (tmp_path / "sam" / ".vault-token").exists()

    name = policy_name(shift.duties.tokens[0].place)
    for cluster in ("a", "b"):
        shift.table.vaults[cluster].bao.call("DELETE", f"sys/policies/acl/{name}")
    assert sam.types(on_a, token).stdout.split()[1] == "deny"
    denied = sam.types(on_b, token)
    assert denied.returncode != 0
    assert "permission denied" in denied.stderr
