"""A replica stops in the middle of an effect: another one adopts it, asks Vault, and goes on."""

from __future__ import annotations

import pytest

from ceremonies.ceremony import Ending, Phase, TokenState
from ceremonies.conductor import Conductor, Done
from ceremonies.events import Kind, Purpose
from lab.enterprise import CutAfter, Fault, Hang
from lab.process import wait_until
from tests.table import HOLDERS, SAM, SET, Table

UPDATE = "generate-operation-token/update"
ATTEMPT = "generate-operation-token/attempt"


def stop_in_mid_effect(table: Table, kind: Kind) -> Conductor:
    """Stop the first replica while an intent of this kind is open; return the second."""
    first = table.conductor
    wait_until(
        lambda: any(i.kind is kind for i in first.state(SET).intents.values()),
        seconds=20,
        what=f"an intent to {kind}",
    )
    first.close(0)
    table.vaults.clear_faults()
    second = table.seat()
    table.conductors.reverse()
    assert table.clock is not None
    table.clock.forward(minutes=0.6)
    return second


def test_a_promotion_is_settled_by_another_replica(table: Table) -> None:
    """Vault took it on, the replica stopped: the other one sees the primary and never sends."""
    table.vaults["a"].kill()
    table.starts()
    table.asks_for_promotion()
    table.vaults.inject(Fault(effect=CutAfter(), path="secondary/promote"))
    table.vaults.inject(Fault(effect=Hang(), path="sys/health", cluster="b", nth=2, times=None))
    for holder, share in zip(HOLDERS[:3], table.shares, strict=False):
        table.gives(holder, share)

    stop_in_mid_effect(table, Kind.PROMOTE)

    table.waits_for(Phase.ENDED, seconds=40)
    assert table.ceremony.ending is Ending.PROMOTED
    assert len(table.vaults.record.accepted(path="secondary/promote")) == 1


@pytest.mark.parametrize("reached", [True, False], ids=["Vault counted it", "Vault never saw it"])
def test_a_share_is_settled_by_another_replica(table: Table, *, reached: bool) -> None:
    """Progress tells whether it was counted; it is never sent by the one who adopts it."""
    table.starts()
    table.gives(HOLDERS[0], table.shares[0])
    state = table.conductor.state(SET)
    station = table.conductor._stations[SET]  # noqa: SLF001 — the replica stops between two steps
    intended(table, holder=HOLDERS[1], share=table.shares[1])
    del state
    if reached:
        body = {"key": table.shares[1].hex(), "nonce": table.ceremony.nonce}
        table.vaults.request(
            "b", "PUT", f"sys/replication/dr/secondary/{UPDATE}", body
        ).raise_for_status()
    assert station.ledger.state.intents

    stop_in_mid_effect(table, Kind.SHARE)

    wait_until(lambda: not table.conductor.state(SET).intents, seconds=40, what="it is settled")
    assert table.ceremony.round is not None
    assert table.ceremony.round.gave(HOLDERS[1]) is reached
    assert bool(table.ceremony.round.refusal_of(HOLDERS[1])) is not reached
    if not reached:
        assert isinstance(table.gives(HOLDERS[1], table.shares[1]), Done)


def intended(table: Table, *, holder: str, share: bytes) -> None:
    """Append the intent to send a share, and stop there."""
    from ceremonies.conductor import shares  # noqa: PLC0415

    station = table.conductor._stations[SET]  # noqa: SLF001
    shares._intend(  # noqa: SLF001
        station, table.ceremony.id, holder=holder, given=share, cause=table.cause()
    )


def test_a_start_is_settled_by_another_replica(table: Table) -> None:
    """The OTP was sealed before the event: the attempt is ours, and goes on."""
    table.vaults.inject(Fault(effect=Hang(), path=ATTEMPT, method="PUT"))
    table.conductor.start(
        SET, by=SAM, cluster="b", purpose=Purpose.DRILL, reason="", cause=table.cause()
    )

    stop_in_mid_effect(table, Kind.START)

    table.waits_for(Phase.COLLECTING, seconds=40)
    assert len(table.vaults.record.accepted(path=ATTEMPT, method="PUT")) == 1
    assert isinstance(table.gives(HOLDERS[0], table.shares[0]), Done)


def test_a_deletion_is_repeated_by_another_replica(table: Table) -> None:
    """To delete a token twice is harmless; it is done until Vault says so."""
    table.starts(Purpose.DRILL)
    table.vaults.inject(Fault(effect=Hang(), path="operation-token/delete"))
    for holder, share in zip(HOLDERS[:3], table.shares, strict=False):
        table.gives(holder, share)

    stop_in_mid_effect(table, Kind.DELETE_TOKEN)

    assert table.clock is not None
    wait_until(
        lambda: table.ceremony.token is not TokenState.HELD, seconds=40, what="it is settled"
    )
    table.clock.forward(minutes=1)
    table.waits_for_token_over(seconds=40)
