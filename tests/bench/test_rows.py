"""What a row of the bench says, and that the bare app takes shares as the bench claims."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from lab.enterprise import ReplicationRange
from lab.operator import Operator
from lab.people import Person
from tests.bench.__main__ import rows_of
from tests.bench.bare import STREAM
from tests.bench.beside import BareApp
from tests.bench.rows import Row, keep, table
from tests.bench.run import CEREMONIES, Measured, Pair
from tests.bench.traffic import Traffic


def test_a_row_in_json_has_every_field_and_null_where_none_applies(tmp_path: Path) -> None:
    """The contract's seven fields stand in each row, in this order; nothing else does."""
    path = tmp_path / "build" / "bench.json"
    rows = [
        Row(name="a share", value=0.03, unit="s", floor=0.02, goal=3),
        Row(name="memory", value=81.234567, unit="MiB"),
    ]
    keep(rows, path)
    assert json.loads(path.read_text()) == [
        {
            "name": "a share",
            "value": 0.03,
            "unit": "s",
            "floor": 0.02,
            "ratio": 1.5,
            "goal": 3,
            "met": True,
        },
        {
            "name": "memory",
            "value": 81.2,
            "unit": "MiB",
            "floor": None,
            "ratio": None,
            "goal": None,
            "met": None,
        },
    ]
    assert list(json.loads(path.read_text())[0]) == list(rows[0].fields())


@pytest.mark.parametrize(
    ("row", "met"),
    [
        pytest.param(Row(name="", value=8, unit="s", floor=2, goal=3), False, id="ratio above"),
        pytest.param(Row(name="", value=6, unit="s", floor=2, goal=3), True, id="ratio at goal"),
        pytest.param(Row(name="", value=61, unit="", goal=60), False, id="value above, no floor"),
        pytest.param(Row(name="", value=60, unit="", goal=60), True, id="value at goal, no floor"),
        pytest.param(Row(name="", value=6, unit="s", floor=2), None, id="no goal"),
        pytest.param(Row(name="", value=6, unit="s", floor=0, goal=3), None, id="floor of nothing"),
    ],
)
def test_a_goal_is_the_most_that_ratio_or_value_may_be(row: Row, met: bool | None) -> None:  # noqa: FBT001 — a table's column
    """Where a floor was measured the ratio counts, else the value."""
    assert row.met is met


def test_the_table_has_a_line_for_each_row_and_dashes_for_what_does_not_apply() -> None:
    """Columns are aligned, so that the table can be read on a terminal and in a mail."""
    lines = table([Row(name="memory", value=81, unit="MiB")]).splitlines()
    assert len(lines) == 2
    assert len(lines[0]) == len(lines[1])
    assert lines[1].split() == ["memory", "81", "MiB", "–", "–", "–", "–"]  # noqa: RUF001


def test_what_redis_hears_at_rest_is_not_laid_at_the_ceremonies_door() -> None:
    """Rest is taken off for as long as the ceremonies took, however long it was watched."""
    found = Measured(
        starts=Pair(ours=[1.0], bare=[0.5]),
        commands=Pair(ours=[0.02, 0.03, 0.9], bare=[0.01, 0.01, 0.01]),
        answers=[0.04],
        asked=Pair(ours=[0.2], bare=[0.1]),
        shares=Pair(ours=[0.06], bare=[0.02]),
        memory=Pair(ours=[80], bare=[40]),
        ceremonies=Traffic(seconds=20, requests=540, entries=20 * CEREMONIES),
        rest=Traffic(seconds=10, requests=30, entries=0),
    )
    rows = {row.name: row for row in rows_of(found)}
    assert len(rows) == len(rows_of(found))
    assert rows["Redis round trips at rest"].value == 3
    assert rows["Redis round trips for each entry"].value == (540 - 60) / (20 * CEREMONIES)
    assert rows["log entries a ceremony"].value == 20
    assert rows["slash command: typed to acknowledged"].ratio == 3


@pytest.fixture
def bare(dr: ReplicationRange, redis_url: str, tmp_path: Path) -> Iterator[BareApp]:
    """The bare app, connected, and three people whom it asks."""
    names = ("Ada", "Ben", "Cat")
    app = BareApp(
        directory=tmp_path,
        redis_url=redis_url,
        vault=dr["b"].address,
        names=names,
        holders=names,
    )
    with app:
        app.starts()
        yield app


def _submits(person: Person, share: str) -> str:
    """Open the modal of the newest DM, submit this; return the modal's error, if any."""
    ask = person.waits_for(direct=True, button="share.open")
    person.clicks("share.open", ask)
    person.waits_for_modal(callback_id="share.submit")
    person.fills("share", "value", share)
    assert person.submits().acknowledged
    modal = person.modal
    return modal.errors.get("share", "") if modal else ""


def test_the_bare_app_hands_shares_to_vault_and_writes_twice_each(
    bare: BareApp, dr: ReplicationRange, redis_url: str
) -> None:
    """Its work is what the floor is said to be: one call to Vault, two XADDs, then the ack."""
    bare.people["Ada"].types("/bare start", "C0INCIDENT")
    for name, share in zip(("Ada", "Ben"), dr["b"].bao.shares, strict=False):
        assert _submits(bare.people[name], share.hex()) == ""
    assert Operator(clusters=dr).status()["progress"] == 2
    assert len(dr.record.find(path="generate-operation-token/update")) == 2
    with redis.Redis.from_url(redis_url) as client:
        written = client.xrange(STREAM)
    assert len(written) == 4
    assert not any(share.hex() in repr(written) for share in dr["b"].bao.shares)


def test_the_bare_app_says_when_vault_refused(bare: BareApp) -> None:
    """A share that Vault refuses leaves the modal open: the bench cannot take it for a success."""
    bare.people["Ada"].types("/bare start", "C0INCIDENT")
    assert _submits(bare.people["Ada"], "00") == "Vault did not take it."
