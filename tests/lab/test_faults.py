"""Faults of the wire, and the record that tells what Vault did in spite of them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import requests

from lab.enterprise import (
    Answer,
    CutAfter,
    CutBefore,
    Delay,
    Fault,
    Hang,
    KillAfter,
    KillBefore,
    ReplicationRange,
)
from lab.operator import Operator
from lab.process import Child, start, wait_until


def victim(directory: Path) -> Child:
    """Start a process that does nothing for a while."""
    sleeper = "import time; time.sleep(60)"
    return start([sys.executable, "-c", sleeper], name="victim", directory=directory)


def test_a_reply_cut_off_after_acceptance(attempt: Operator) -> None:
    """The client gets nothing, Vault has the share, and the record knows both."""
    clusters = attempt.clusters
    fault = clusters.inject(Fault(effect=CutAfter(), method="PUT", path="update$", nth=2))
    assert attempt.offer(attempt.shares[0]).status_code == 200
    with pytest.raises(requests.ConnectionError):
        attempt.offer(attempt.shares[1])
    assert attempt.status()["progress"] == 2
    assert fault.fired == 1
    seen = clusters.record.accepted(path="update$", cluster="b")
    assert [(one.vault_status, one.status) for one in seen] == [(200, 200), (200, None)]
    assert seen[0].fields == {"key", "nonce"}
    assert not any(share.hex() in repr(clusters.record) for share in attempt.shares)


def test_a_request_cut_off_before_vault(attempt: Operator) -> None:
    """Vault has nothing."""
    attempt.clusters.inject(Fault(effect=CutBefore(), path="update$"))
    with pytest.raises(requests.ConnectionError):
        attempt.offer(attempt.shares[0])
    assert attempt.status()["progress"] == 0
    assert attempt.clusters.record.accepted(path="update$") == []


def test_the_last_reply_lost(attempt: Operator) -> None:
    """The token is minted, nobody has it, and the status keeps no trace."""
    attempt.clusters.inject(Fault(effect=CutAfter(), path="update$", nth=3))
    with pytest.raises(requests.ConnectionError):
        attempt.gather()
    assert attempt.status()["started"] is False


def test_an_answer_of_the_faults_own(dr: ReplicationRange) -> None:
    """A page from a proxy in the way, as often as was said."""
    dr.inject(Fault(effect=Answer(502, "<html>Bad Gateway</html>"), cluster="b", times=2))
    statuses = [dr.request("b", "GET", "sys/health").status_code for _ in range(3)]
    assert statuses == [502, 502, 472]
    assert dr.request("a", "GET", "sys/health").status_code == 200


def test_a_hanging_request_is_let_go(dr: ReplicationRange) -> None:
    """It is accepted and not answered."""
    dr.inject(Fault(effect=Hang(), path="health"))
    with pytest.raises(requests.ReadTimeout):
        dr.request("b", "GET", "sys/health", seconds=0.3)


def test_a_delayed_request(dr: ReplicationRange) -> None:
    """It is answered, later."""
    dr.inject(Fault(effect=Delay(0.3), path="health"))
    assert dr.request("b", "GET", "sys/health").elapsed.total_seconds() >= 0.3


def test_a_kill_after_vault_accepted(attempt: Operator, tmp_path: Path) -> None:
    """The named process is dead, and Vault has the share."""
    child = victim(tmp_path)
    attempt.clusters.inject(Fault(effect=KillAfter(child.pid), path="update$"))
    with pytest.raises(requests.ConnectionError):
        attempt.offer(attempt.shares[0])
    assert child.wait(5) == -9
    assert attempt.status()["progress"] == 1


def test_a_kill_before_vault_was_asked(attempt: Operator, tmp_path: Path) -> None:
    """The named process is dead, and Vault was not asked."""
    child = victim(tmp_path)
    attempt.clusters.inject(Fault(effect=KillBefore(child.pid), path="update$"))
    with pytest.raises(requests.ConnectionError):
        attempt.offer(attempt.shares[0])
    assert child.wait(5) == -9
    assert attempt.status()["progress"] == 0


ASKS = """
import http.client, sys
while True:
    asking = http.client.HTTPConnection(sys.argv[1])
    asking.request("GET", "/v1/sys/health")
    asking.getresponse().read()
"""


def test_the_sender_is_killed(dr: ReplicationRange, tmp_path: Path) -> None:
    """Of two processes the one dies that sent the request."""
    bystander = victim(tmp_path)
    host = dr["b"].address.removeprefix("http://")
    asking = start([sys.executable, "-c", ASKS, host], name="asking", directory=tmp_path)
    dr.inject(Fault(effect=KillAfter((bystander.pid, asking.pid)), path="health", cluster="b"))
    assert asking.wait(10) == -9
    assert bystander.running
    bystander.kill()


def test_a_node_that_died_by_itself(dr: ReplicationRange) -> None:
    """Nobody told the front, and yet connections are refused soon; `reset` brings it back."""

    def refused() -> bool:
        try:
            dr.request("b", "GET", "sys/health", seconds=1)
        except requests.ConnectionError:
            return True
        except requests.Timeout:
            return False  # it came in while the front was closing
        return False

    dr["b"].bao.kill()
    wait_until(refused, seconds=10, what="connections to b are refused")
    dr.reset()
    assert dr.request("b", "GET", "sys/health").status_code == 472
