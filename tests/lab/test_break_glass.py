"""Vault 2.x without a token: the break-glass, set by somebody on each node."""

from __future__ import annotations

from lab.enterprise import VaultLine
from lab.operator import Operator


def refused(person: Operator) -> bool:
    """Return whether the status without a token is refused."""
    return person.call("GET", "generate-operation-token/attempt").status_code == 403


def test_opened_and_closed(operator: Operator) -> None:
    """Written and read again it lets a whole ceremony in; taken back it lets nobody in."""
    operator.clusters["b"].behaviour.line = VaultLine.TWO
    assert refused(operator)
    operator.open_attempts()
    operator.start()
    token = operator.gather()
    operator.close_attempts()
    assert refused(operator)
    assert operator.promote(token).status_code == 200


def test_a_file_that_nobody_read(operator: Operator) -> None:
    """The setting counts once the node got SIGHUP; so does its end."""
    operator.clusters["b"].behaviour.line = VaultLine.TWO
    operator.open_attempts(reload=False)
    assert refused(operator)
    operator.open_attempts()
    assert not refused(operator)
    operator.close_attempts(reload=False)
    assert not refused(operator)
    operator.close_attempts()
    assert refused(operator)


def test_a_server_started_anew_reads_its_file(operator: Operator) -> None:
    """A setting left behind in the file comes into force with the next start, for the reset too."""
    cluster = operator.clusters["b"]
    operator.open_attempts(reload=False)
    cluster.kill()
    cluster.revive()
    cluster.behaviour.line = VaultLine.TWO
    assert not refused(operator)
    operator.clusters.reset()
    cluster.behaviour.line = VaultLine.TWO
    assert refused(operator)


def test_open_on_1_x(operator: Operator) -> None:
    """There it is open to everybody, whatever is set."""
    operator.close_attempts()
    assert not refused(operator)
