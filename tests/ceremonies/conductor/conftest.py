"""The table of the tour."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.enterprise import ReplicationRange
from tests.table import Table


@pytest.fixture
def table(dr: ReplicationRange, redis_url: str) -> Iterator[Table]:
    """A table without Slack, cleared afterwards."""
    laid = Table(vaults=dr, redis_url=redis_url)
    yield laid
    laid.rises()
