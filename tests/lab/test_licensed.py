"""Where a real Vault Enterprise is named, the range runs on that and plays nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.enterprise import practice_range
from lab.enterprise.licensed import LicensedRange
from lab.openbao_node import find_bao
from lab.process import CannotStart


def test_nothing_named(tmp_path: Path) -> None:
    """The range is the one with OpenBao behind."""
    assert not isinstance(practice_range(tmp_path, environment={}), LicensedRange)


def test_a_binary_that_is_no_enterprise(tmp_path: Path) -> None:
    """A server without replication is told apart at the first step, and stopped again."""
    clusters = practice_range(tmp_path, environment={"CONCLAVE_LAB_VAULT": str(find_bao())})
    assert isinstance(clusters, LicensedRange)
    with pytest.raises(CannotStart, match="does not name a Vault Enterprise"):
        clusters.start()


def test_a_binary_that_is_not_there(tmp_path: Path) -> None:
    """It is named in the error."""
    environment = {"CONCLAVE_LAB_VAULT": str(tmp_path / "vault")}
    clusters = practice_range(tmp_path, environment=environment)
    with pytest.raises(CannotStart, match="vault"):
        clusters.start()
