"""Somebody outside every bot: on 1.x anybody may cancel, start and spoil (facts/vault 4)."""

from __future__ import annotations

from lab.operator import Operator


def test_an_attempt_cancelled(attempt: Operator) -> None:
    """Without a nonce, without a token."""
    Operator(clusters=attempt.clusters).cancel()
    assert attempt.status()["started"] is False
    refused = attempt.offer(attempt.shares[0])
    assert refused.json()["errors"] == ["no root generation in progress"]


def test_an_attempt_taken_over(attempt: Operator) -> None:
    """Another nonce stands there; the old one is refused, and told the new one."""
    outsider = Operator(clusters=attempt.clusters)
    outsider.take_over()
    assert attempt.status()["nonce"] == outsider.nonce != attempt.nonce
    refused = attempt.offer(attempt.shares[0])
    assert outsider.nonce in refused.json()["errors"][0]


def test_an_attempt_spoilt(attempt: Operator) -> None:
    """Made-up shares throw away what was given; nonce and attempt stay."""
    attempt.offer(attempt.shares[0])
    Operator(clusters=attempt.clusters).spoil()
    said = attempt.status()
    assert (said["started"], said["nonce"], said["progress"]) == (True, attempt.nonce, 0)
    assert attempt.gather()


def test_an_attempt_spoilt_from_nothing(attempt: Operator) -> None:
    """So it goes where nobody has given yet."""
    Operator(clusters=attempt.clusters).spoil()
    assert attempt.status()["progress"] == 0
    assert attempt.clusters.record.accepted(path="update$")
