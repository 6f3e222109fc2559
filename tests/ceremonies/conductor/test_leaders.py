"""Three nodes: one seals itself after a promotion, leaders change, attempts come back as ghosts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ceremonies.ceremony import AttemptState, Phase
from ceremonies.conductor import Done
from ceremonies.conductor.spans import Watch
from ceremonies.events import Purpose
from ceremonies.state import Glass
from lab.enterprise import ReplicationRange, VaultLine
from lab.process import wait_until
from tests.table import HOLDERS, KIM, SAM, SET, Table

SOON = Watch(often_s=0.3, rest_s=0.3, sealed_s=1.0, restart_s=20.0, access_s=0.3)


@pytest.fixture(scope="module")
def wide_range(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReplicationRange]:
    """A primary of one node, a secondary of three."""
    with ReplicationRange(directory=tmp_path_factory.mktemp("led"), nodes={"b": 3}) as clusters:
        yield clusters


@pytest.fixture
def table(wide_range: ReplicationRange, redis_url: str) -> Iterator[Table]:
    """A table at which the set is looked at three times a second."""
    wide_range.reset()
    laid = Table(vaults=wide_range, redis_url=redis_url, watch=SOON)
    yield laid
    laid.rises()


def leads_again(table: Table, name: str) -> None:
    """Let this node of `b` have the leadership back."""
    table.vaults["b"].lead(name)


def restarts(table: Table) -> None:
    """Sam starts a new attempt with one click, agreeing to end nobody's."""
    answer = table.conductor.restart(SET, table.ceremony.id, by=SAM, cause=table.cause())
    assert isinstance(answer, Done), answer
    table.waits_for(Phase.COLLECTING)


def told(table: Table, words: str) -> int:
    """Return how many of the set's alarms say this."""
    return sum(words in alarm.words for alarm in table.conductor.state(SET).alarms)


def test_a_standby_seals_itself_after_the_promotion(table: Table) -> None:
    """By itself, as Vault's do: told once with its address, until people have unsealed it."""
    table.vaults["b"].behaviour.standbys_seal = 1
    table.vaults["a"].kill()
    table.starts()
    table.asks_for_promotion()
    for holder, share in zip(HOLDERS[:3], table.shares, strict=False):
        table.gives(holder, share)
    table.approves()
    table.waits_for(Phase.ENDED)
    cluster = table.vaults["b"]

    def sealed() -> tuple[str, ...]:
        return table.conductor.state(SET).sealed.get("b", ())

    wait_until(lambda: bool(sealed()), seconds=30, what="it is told")
    leader = cluster.bao.active().name
    standbys = {cluster.address_of(n.name): n.name for n in cluster.bao.nodes if n.name != leader}
    (address,) = sealed()
    standby = standbys[address]
    assert told(table, "nodes are sealed after a change of roles") == 1

    cluster.unseal(standby)
    wait_until(lambda: not sealed(), seconds=20, what="it is unsealed")
    assert told(table, "nodes are sealed after a change of roles") == 1


def test_a_leader_change_is_told_as_one(table: Table) -> None:
    """Within one poll the attempt is known to be lost, with the node that leads now."""
    table.starts()
    table.gives(HOLDERS[0], table.shares[0])
    before = table.ceremony.node

    new = table.vaults["b"].step_down()

    table.waits_for(Phase.STRANDED)
    where = table.vaults["b"].address_of(new)
    assert f"{where} leads now; ours was in the memory of {before}" in table.ceremony.trouble
    assert "nobody here did anything wrong" in table.ceremony.trouble
    restarts(table)


def test_a_cancel_by_somebody_is_no_election(table: Table) -> None:
    """The node on which it was opened still leads: that is the evidence."""
    table.starts()
    table.vaults["b"].cancel_attempt()
    table.waits_for(Phase.STRANDED)
    assert "still leads, so this was no election" in table.ceremony.trouble


def test_a_ghost_of_ours_beside_a_stranded_ceremony(table: Table) -> None:
    """It is known as ours; one click ends it and opens a new one, without anybody's word for it."""
    table.starts()
    table.gives(HOLDERS[0], table.shares[0])
    ghost, first = table.ceremony.nonce, table.vaults["b"].bao.active().name
    table.vaults["b"].step_down()
    table.waits_for(Phase.STRANDED)
    leads_again(table, first)

    def seen() -> bool:
        found = table.conductor.state(SET).foreign.get("b")
        return found is not None and found.nonce == ghost and found.ours

    wait_until(seen, seconds=20, what="the ghost is seen")
    assert told(table, "an earlier attempt of ours came back") == 1

    restarts(table)
    assert table.ceremony.nonce != ghost
    assert (table.ceremony.progress, table.ceremony.trouble) == (0, "")
    wait_until(
        lambda: not table.conductor.state(SET).foreign["b"].nonce, seconds=20, what="it is gone"
    )


def test_a_ghost_of_ours_takes_the_place_of_the_newest(table: Table) -> None:
    """Leadership goes back in mid-ceremony: nobody outside is suspected, and it goes on."""
    table.starts()
    ghost, first = table.ceremony.nonce, table.vaults["b"].bao.active().name
    table.vaults["b"].step_down()
    table.waits_for(Phase.STRANDED)
    restarts(table)
    second = table.ceremony.nonce
    leads_again(table, first)

    table.waits_for(Phase.STRANDED)
    assert "An earlier attempt of ours stands at Vault again" in table.ceremony.trouble
    assert "nobody did anything wrong" in table.ceremony.trouble
    assert table.ceremony.attempt is AttemptState.GONE

    restarts(table)
    assert table.ceremony.nonce not in (ghost, second)
    for holder, share in zip(HOLDERS[:3], table.shares, strict=False):
        table.gives(holder, share)
    table.waits_for(Phase.TOKEN_HELD)


def test_a_ghost_of_somebody_else(table: Table) -> None:
    """Mallory's attempt comes back with its leader: it is not ours, and only told."""
    table.seat()
    attempt = "sys/replication/dr/secondary/generate-operation-token/attempt"
    theirs = table.vaults.request("b", "PUT", attempt, {}).json()["nonce"]
    first = table.vaults["b"].bao.active().name

    def foreign() -> str:
        found = table.conductor.state(SET).foreign.get("b")
        return found.nonce if found and not found.ours else ""

    wait_until(lambda: foreign() == theirs, seconds=20, what="it is seen")
    table.vaults["b"].step_down()
    wait_until(lambda: not foreign(), seconds=30, what="it is out of sight")
    leads_again(table, first)
    wait_until(lambda: foreign() == theirs, seconds=20, what="it is seen again")


def test_the_glass_of_three_nodes(table: Table) -> None:
    """The active one lets us in; a standby that is forgotten is found when it leads."""
    cluster = table.vaults["b"]
    cluster.behaviour.line = VaultLine.TWO
    leader = cluster.bao.active().name
    standby = next(node.name for node in cluster.bao.nodes if node.name != leader)
    table.conductor.start(
        SET, by=SAM, cluster="b", purpose=Purpose.PROMOTE, reason="fire", cause=table.cause()
    )

    def glass() -> Glass | None:
        return table.conductor.state(SET).glass.get("b")

    def nodes() -> set[str]:
        found = glass()
        return set(found.nodes) if found else set()

    wait_until(lambda: glass() is not None, seconds=20, what="a refusal is told")
    table.conductor.glass.approve(SET, table.ceremony.id, by=KIM, cause=table.cause())
    cluster.open_attempts(leader)
    table.waits_for(Phase.COLLECTING)
    assert nodes() == {cluster.address_of(leader)}
    cluster.open_attempts(standby)
    table.conductor.cancel(SET, table.ceremony.id, by=SAM, cause=table.cause())
    both = {cluster.address_of(leader), cluster.address_of(standby)}
    wait_until(lambda: nodes() == both, seconds=20, what="both are seen open")

    cluster.close_attempts(leader)
    wait_until(lambda: glass() is None, seconds=20, what="every node refuses")
    leads_again(table, standby)
    wait_until(
        lambda: nodes() == {cluster.address_of(standby)}, seconds=20, what="it was forgotten"
    )
    assert told(table, "and no ceremony asked for it") == 1
    cluster.close_attempts(standby)
    wait_until(lambda: glass() is None, seconds=20, what="every node refuses for good")
