"""Every operation with its reply cut off: done, once, and the client cannot tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
import requests

from lab.enterprise import CutAfter, Fault
from lab.operator import Operator


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An operation, and what is true of the cluster `on` once it was accepted."""

    path: str
    act: Callable[[Operator, str], object]
    on: str
    then: Callable[[Operator], bool]


def says(**wanted: object) -> Callable[[Operator], bool]:
    """Return whether the cluster comes to say this."""
    return lambda person: bool(person.wait_until_it_says(**wanted))  # type: ignore[arg-type]


def follow_again(person: Operator, token: str) -> object:
    """Let `b` leave `a` and follow it again."""
    home = person.at("a")
    home.order("revoke-secondary", {"id": "b"})
    return person.update_primary(token, home.activation_token("b"))


def enable_again(person: Operator, token: str) -> object:
    """Let `b` leave, and become a secondary anew."""
    home = person.at("a")
    person.disable_secondary(token)
    home.order("revoke-secondary", {"id": "b"})
    activation = home.activation_token("b")
    person.wait_until_it_says(mode="disabled")
    return person.enable_secondary(activation)


def enable_primary_again(person: Operator, token: str) -> object:
    """Let `a` end replication, and begin it again."""
    del token
    home = person.at("a")
    home.order("disable")
    home.wait_until_it_says(mode="disabled")
    return home.order("enable")


CASES = {
    "promote": Case(
        path="promote", act=Operator.promote, on="b", then=says(mode="primary", state="running")
    ),
    "demote": Case(
        path="demote",
        act=lambda person, _: person.at("a").demote(),
        on="a",
        then=says(mode="secondary", state="idle"),
    ),
    "disable the primary": Case(
        path="primary/disable",
        act=lambda person, _: person.at("a").order("disable"),
        on="a",
        then=says(mode="disabled"),
    ),
    "disable the secondary": Case(
        path="secondary/disable", act=Operator.disable_secondary, on="b", then=says(mode="disabled")
    ),
    "enable the primary": Case(
        path="primary/enable", act=enable_primary_again, on="a", then=says(mode="primary")
    ),
    "enable the secondary": Case(
        path="secondary/enable",
        act=enable_again,
        on="b",
        then=says(mode="secondary", state="stream-wals"),
    ),
    "activation token": Case(
        path="secondary-token",
        act=lambda person, _: person.at("a").activation_token("c"),
        on="a",
        then=says(known_secondaries=["b", "c"]),
    ),
    "revoke the secondary": Case(
        path="revoke-secondary",
        act=lambda person, _: person.at("a").order("revoke-secondary", {"id": "b"}),
        on="a",
        then=says(known_secondaries=[]),
    ),
    "update-primary": Case(
        path="update-primary", act=follow_again, on="b", then=says(state="stream-wals")
    ),
}


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES.items()])
def test_the_reply_is_lost(operator: Operator, case: Case) -> None:
    """The connection is cut after Vault accepted: the record has it once, and it is done."""
    token = operator.clusters["a"].batch_token()
    fault = operator.clusters.inject(Fault(effect=CutAfter(), method="POST", path=f"{case.path}$"))
    with pytest.raises(requests.ConnectionError):
        case.act(operator, token)
    assert fault.fired == 1
    assert case.then(operator.at(case.on))
    (seen,) = operator.clusters.record.accepted(path=f"{case.path}$", cluster=case.on)
    assert (seen.vault_status in {200, 204}, seen.status) == (True, None)


def test_a_lost_deletion(attempt: Operator) -> None:
    """The operation token is gone though nobody was told."""
    token = attempt.gather()
    attempt.clusters.inject(Fault(effect=CutAfter(), path="operation-token/delete"))
    with pytest.raises(requests.ConnectionError):
        attempt.delete(token)
    assert attempt.promote(token).status_code == 403
