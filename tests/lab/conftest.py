"""Somebody with curl, for the tests of the range."""

from __future__ import annotations

import pytest

from lab.enterprise import ReplicationRange
from lab.operator import Operator


@pytest.fixture
def operator(dr: ReplicationRange) -> Operator:
    """Somebody with curl at cluster `b`, before an attempt."""
    return Operator(clusters=dr)


@pytest.fixture
def attempt(operator: Operator) -> Operator:
    """Somebody with curl who has started an attempt."""
    operator.start()
    return operator
