"""A primary with two secondaries: every runbook played by hand, and each write accounted for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.enterprise import ReplicationRange
from lab.operator import Operator

HOME, AWAY, OTHER = "a", "b", "c"
ALL = (HOME, AWAY, OTHER)


@pytest.fixture(scope="module")
def three_range(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReplicationRange]:
    """`a` the primary, `b` and `c` its secondaries."""
    with ReplicationRange(directory=tmp_path_factory.mktemp("three"), names=ALL) as clusters:
        yield clusters


@pytest.fixture
def three(three_range: ReplicationRange) -> ReplicationRange:
    """The same, everything back."""
    three_range.reset()
    return three_range


def write(clusters: ReplicationRange, cluster: str, name: str) -> None:
    """Let a client write on a cluster."""
    clusters[cluster].bao.call("POST", f"kv/{name}", {"written": f"on {cluster}"})


def held(clusters: ReplicationRange, cluster: str, *names: str) -> set[str]:
    """Return which of these the cluster holds, by reading them where the cluster keeps them."""
    bao = clusters[cluster].bao
    return {name for name in names if bao.request("GET", f"kv/{name}").status_code == 200}


def follow(person: Operator, *, primary: str, token: str) -> None:
    """Let a cluster follow another, and wait until it streams from that one."""
    activation = person.at(primary).activation_token(person.cluster)
    assert person.update_primary(token, activation).status_code == 200
    addresses = [node.cluster_address for node in person.clusters[primary].bao.nodes]
    person.wait_until_it_says(state="stream-wals", known_primary_cluster_addrs=addresses)


def hand_over(clusters: ReplicationRange, *, old: str, new: str, token: str) -> None:
    """Demote one, promote another, let all others follow that."""
    person = Operator(clusters=clusters)
    assert person.at(old).demote().status_code == 200
    person.at(old).wait_until_it_says(mode="secondary", state="idle")
    assert person.at(new).promote(token).status_code == 200
    person.at(new).wait_until_it_says(mode="primary", state="running")
    for each in ALL:
        if each != new:
            follow(person.at(each), primary=new, token=token)


def test_away_and_home_again(three: ReplicationRange) -> None:
    """Planned failover to `b`, writes there, failback to `a`: nobody lost anything."""
    token = three[HOME].batch_token()
    write(three, HOME, "before")
    three.replicate(AWAY)
    hand_over(three, old=HOME, new=AWAY, token=token)
    write(three, AWAY, "meanwhile")
    three.replicate(HOME)
    three.replicate(OTHER)
    for name in (HOME, OTHER):
        assert held(three, name, "before", "meanwhile") == {"before", "meanwhile"}
    hand_over(three, old=AWAY, new=HOME, token=token)
    write(three, HOME, "after")
    three.replicate(AWAY)
    three.replicate(OTHER)
    everything = {"before", "meanwhile", "after"}
    assert [held(three, name, *everything) for name in ALL] == [everything] * 3
    modes = [Operator(clusters=three, cluster=name).replication()["mode"] for name in ALL]
    assert modes == ["primary", "secondary", "secondary"]


def test_a_disaster_and_what_it_cost(three: ReplicationRange) -> None:
    """What `a` had not streamed, and what it took in as second primary, is lost, and no more."""
    person = Operator(clusters=three)
    token = three[HOME].batch_token()
    write(three, HOME, "streamed")
    three.replicate(AWAY)
    three.replicate(OTHER)
    write(three, HOME, "unstreamed")
    three[HOME].kill()
    assert person.at(AWAY).promote(token).status_code == 200
    person.at(AWAY).wait_until_it_says(mode="primary")
    follow(person.at(OTHER), primary=AWAY, token=token)
    write(three, AWAY, "taken-over")

    three[HOME].revive()
    assert person.at(HOME).replication()["mode"] == "primary"
    write(three, HOME, "stray")
    root = three[HOME].bao.root_token
    saved = three.request(HOME, "GET", "sys/storage/raft/snapshot", token=root)
    assert saved.content[:2] == b"\x1f\x8b"
    assert person.at(HOME).demote().status_code == 200
    person.at(HOME).wait_until_it_says(mode="secondary", state="idle")
    follow(person.at(HOME), primary=AWAY, token=token)
    three.replicate(OTHER)
    names = ("streamed", "unstreamed", "taken-over", "stray")
    for name in ALL:
        assert held(three, name, *names) == {"streamed", "taken-over"}


def test_each_cluster_has_operation_tokens_of_its_own(three: ReplicationRange) -> None:
    """One made on `c` promotes no `b`; it outlives the sync that it was made for; both end."""
    on_b, on_c = Operator(clusters=three), Operator(clusters=three, cluster=OTHER)
    for person in (on_b, on_c):
        person.start()
    token_b, token_c = on_b.gather(), on_c.gather()
    assert on_b.promote(token_c).status_code == 403
    three[HOME].kill()
    assert on_b.promote(token_b).status_code == 200
    on_b.wait_until_it_says(mode="primary")
    assert on_b.delete(token_b).status_code == 204
    follow(on_c, primary=AWAY, token=token_c)
    assert on_c.delete(token_c).status_code == 204
    assert on_c.promote(token_c).status_code == 403


def test_retired(three: ReplicationRange) -> None:
    """The old primary, disabled, serves on by itself; nobody follows it, nobody hears of it."""
    person = Operator(clusters=three)
    token = three[HOME].batch_token()
    three[HOME].kill()
    assert person.at(AWAY).promote(token).status_code == 200
    person.at(AWAY).wait_until_it_says(mode="primary")
    three[HOME].revive()
    assert person.at(HOME).order("disable").status_code == 200
    person.at(HOME).wait_until_it_says(mode="disabled")
    assert person.at(AWAY).replication()["secondaries"] == []


def test_set_up_from_nothing(three: ReplicationRange) -> None:
    """Enable a primary, enable a secondary with its activation token: that one holds its data."""
    person = Operator(clusters=three)
    token = three[HOME].batch_token()
    for name in (AWAY, OTHER):
        assert person.at(name).disable_secondary(token).status_code == 200
    assert person.at(HOME).order("disable").status_code == 200
    for name in ALL:
        person.at(name).wait_until_it_says(mode="disabled")
    write(three, AWAY, "own")
    write(three, HOME, "first")
    assert person.at(HOME).order("enable").status_code == 200
    person.at(HOME).wait_until_it_says(mode="primary", state="running")
    activation = person.at(HOME).activation_token("b-anew")
    assert person.at(AWAY).enable_secondary(activation).status_code == 200
    person.at(AWAY).wait_until_it_says(state="stream-wals", secondary_id="b-anew")
    assert held(three, AWAY, "own", "first") == {"first"}


def test_a_secondary_that_was_revoked(three: ReplicationRange) -> None:
    """It is connected no more, and a token of its id may be made again."""
    person = Operator(clusters=three)
    assert person.at(HOME).order("revoke-secondary", {"id": OTHER}).status_code == 204
    said = person.at(OTHER).replication()
    assert (said["state"], said["connection_state"]) == ("idle", "transient_failure")
    assert person.at(HOME).replication()["known_secondaries"] == [AWAY]
    follow(person.at(OTHER), primary=HOME, token=three[HOME].batch_token())


def test_a_token_for_one_id_twice(three: ReplicationRange) -> None:
    """Vault refuses an id that it knows, used or not, until it is revoked."""
    person = Operator(clusters=three, cluster=HOME)
    person.activation_token("d")
    again = person.order("secondary-token", {"id": "d"})
    assert (again.status_code, again.json()["errors"]) == (
        400,
        ["secondary with that ID already exists"],
    )
    assert person.replication()["known_secondaries"] == [AWAY, OTHER, "d"]
    assert [peer["node_id"] for peer in person.replication()["secondaries"]] == [AWAY, OTHER]


def test_no_sync_into_an_open_attempt(three: ReplicationRange) -> None:
    """Who is to follow another while an attempt is open catches up when that is over."""
    person, token = Operator(clusters=three, cluster=OTHER), three[HOME].batch_token()
    person.start()
    person.offer(person.shares[0])
    hand = Operator(clusters=three, cluster=HOME)
    hand.order("revoke-secondary", {"id": OTHER})
    assert person.update_primary(token, hand.activation_token(OTHER)).status_code == 200
    assert person.replication()["state"] == "merkle-sync"
    assert person.promote(token).status_code == 503
    assert person.status()["progress"] == 1
    person.cancel()
    person.wait_until_it_says(state="stream-wals")


def test_nothing_lags_for_what_an_operator_does(three: ReplicationRange) -> None:
    """A login and an activation token are streamed at once; a client's write is not."""
    person = Operator(clusters=three, cluster=HOME)
    login = three.bot_login
    body = {"role_id": login.role_id, "secret_id": login.secret_id}
    assert three.request(HOME, "POST", "auth/approle/login", body).status_code == 200
    person.activation_token("d")

    def lags() -> list[bool]:
        ahead = person.replication()["last_dr_wal"]
        return [person.at(n).replication()["last_remote_wal"] < ahead for n in (AWAY, OTHER)]

    assert lags() == [False, False]
    write(three, HOME, "lagging")
    assert lags() == [True, True]
    three.replicate(OTHER)
    assert lags() == [True, False]
