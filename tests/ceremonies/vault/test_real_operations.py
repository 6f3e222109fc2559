"""Every operation on real clusters, with the login that the operator's manual describes."""

from __future__ import annotations

import secrets
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ceremonies.topology import AppRole, Cluster
from ceremonies.vault import ClusterClient, ClusterView, Mode, errors
from lab.enterprise import CutAfter, Fault, ReplicationRange
from tests.docs.pages import page

POLICY = "conclave-login"
PATIENCE = 30.0
PRIMARY = "sys/replication/dr/primary"


@dataclass(frozen=True, kw_only=True)
class Ours:
    """The range, a client of each cluster with the bot's login, and a batch token."""

    dr: ReplicationRange
    clients: dict[str, ClusterClient]
    batch: str = field(repr=False)

    def node(self, name: str) -> str:
        """Return the cluster's active node."""
        return self.clients[name].active_node()

    def token(self, name: str) -> str:
        """Return the bot's own token there."""
        return self.clients[name].login.token(self.node(name))

    def wait(self, name: str, holds: Callable[[ClusterView], bool]) -> ClusterView:
        """Look again and again until it holds, and return that look."""
        give_up = time.monotonic() + PATIENCE
        while not holds(view := self.clients[name].look(time.time())) or view.active is None:
            assert time.monotonic() < give_up, view
        return view

    def wait_mode(self, name: str, mode: Mode) -> ClusterView:
        """Wait until the cluster's active node says that it has this mode."""
        return self.wait(name, lambda view: view.dr is not None and view.dr.mode is mode)


def policy() -> str:
    """Return the policy of the bot's login, as the operator's manual has it."""
    (found,) = [b for b in page("docs/operator.md").blocks("hcl") if f"# {POLICY}.hcl" in b]
    return found


@pytest.fixture
def ours(dr: ReplicationRange, tmp_path: Path) -> Ours:
    """Policy, method and role are made on the primary, as the manual says, and replicated."""
    bao, mount = dr["a"].bao, f"approle-{secrets.token_hex(3)}"
    bao.call("PUT", f"sys/policies/acl/{POLICY}", {"policy": policy()})
    bao.call("POST", f"sys/auth/{mount}", {"type": "approle"})
    bao.call("POST", f"auth/{mount}/role/conclave", {"token_policies": POLICY, "token_ttl": "15m"})
    secret = bao.call("POST", f"auth/{mount}/role/conclave/secret-id")["data"]["secret_id"]
    role = bao.call("GET", f"auth/{mount}/role/conclave/role-id")["data"]["role_id"]
    bao.call("POST", "kv/conclave-canary", {"v": secrets.token_hex(4)})
    path = tmp_path / "secret-id"
    path.write_text(f"{secret}\n")
    auth = AppRole(role_id=role, secret_id_file=path, mount=mount)
    dr.replicate()
    clients = {
        name: ClusterClient(
            Cluster(name=name, address=dr[name].address, nodes=dr[name].nodes, auth=auth)
        )
        for name in ("a", "b")
    }
    return Ours(dr=dr, clients=clients, batch=dr["a"].batch_token())


def test_it_logs_in_on_the_primary_alone(ours: Ours) -> None:
    """One token for many uses; a revoked one is replaced; nothing is tried on the secondary."""
    token = ours.token("a")
    assert ours.token("a") == token
    ours.dr["a"].bao.call("POST", "auth/token/revoke", {"token": token})
    assert ours.token("a") != token
    ours.dr.record.clear()
    with pytest.raises(errors.NoLoginHere):
        ours.token("b")
    assert {seen.path for seen in ours.dr.record.find()} == {
        "sys/leader",
        "sys/replication/dr/status",
    }


def test_a_wrong_secret_is_refused(ours: Ours, tmp_path: Path) -> None:
    """OpenBao's own words for it are one error of ours."""
    (tmp_path / "secret-id").write_text(secrets.token_hex(16))
    with pytest.raises(errors.LoginRefused):
        ours.token("a")


def test_an_activation_token_is_made_once_and_revoked(ours: Ours) -> None:
    """Its end and address are right; an id twice is refused until it was revoked."""
    ops, node, token = ours.clients["a"].operations, ours.node("a"), ours.token("a")
    made = ops.activation_token(node, token, "c-1")
    assert made.address in ours.dr["a"].nodes
    assert 1700 < made.expires_at / 1000 - time.time() <= 1800
    with pytest.raises(errors.SecondaryIdTaken):
        ops.activation_token(node, token, "c-1")
    ops.revoke_secondary(node, token, "c-1")
    ops.revoke_secondary(node, token, "c-1")
    assert ops.activation_token(node, token, "c-1").token != made.token


def test_a_lost_activation_token_is_known_to_the_primary_alone(ours: Ours) -> None:
    """Its reply is cut: the id is there, nobody has the token, and revoking it mends that."""
    ops, node, token = ours.clients["a"].operations, ours.node("a"), ours.token("a")
    lost = Fault(effect=CutAfter(), path="primary/secondary-token")
    ours.dr.inject(lost)
    with pytest.raises(errors.NoReply):
        ops.activation_token(node, token, "c-2")
    assert lost.fired == 1
    known = ours.clients["a"].look(time.time()).dr
    assert known is not None
    assert "c-2" in known.known_secondaries
    ops.revoke_secondary(node, token, "c-2")
    known = ours.clients["a"].look(time.time()).dr
    assert known is not None
    assert "c-2" not in known.known_secondaries


def test_what_the_bot_may_read(ours: Ours, tmp_path: Path) -> None:
    """The canary in both versions of KV, autopilot, its rights, and a whole snapshot."""
    ops, node, token = ours.clients["a"].operations, ours.node("a"), ours.token("a")
    assert ops.canary(node, token, "kv/conclave-canary") is True
    ours.dr["a"].bao.call("DELETE", "kv/conclave-canary")
    assert ops.canary(node, token, "kv/conclave-canary") is False
    with pytest.raises(errors.RightMissing):
        ops.canary(node, token, "kv/another")

    stand = ops.autopilot(node, token)
    assert (stand.healthy, stand.failure_tolerance, stand.servers) == (True, 0, 1)

    demote, promote = f"{PRIMARY}/demote", "sys/replication/dr/secondary/promote"
    held = ops.capabilities(node, token, [demote, promote])
    assert "update" in held[demote]
    assert held[promote] == {"deny"}

    to = tmp_path / "a.snap"
    assert ops.snapshot(node, token, to) == to.stat().st_size > 1000
    assert stat.S_IMODE(to.stat().st_mode) == 0o600


def test_a_canary_of_version_two(ours: Ours) -> None:
    """The path is as people write it for the CLI; a deleted version is none."""
    bao, mount = ours.dr["a"].bao, f"kv2-{secrets.token_hex(3)}"
    bao.call("POST", f"sys/mounts/{mount}", {"type": "kv", "options": {"version": "2"}})
    ours.wait("a", lambda view: view.answers)
    written = f"{mount}/data/conclave-canary"
    give_up = time.monotonic() + PATIENCE
    while bao.request("POST", written, {"data": {"v": "1"}}).status_code >= 400:
        assert time.monotonic() < give_up, "the mount is upgraded within seconds"
    ops, node = ours.clients["a"].operations, ours.node("a")
    root = bao.root_token
    assert ops.canary(node, root, f"{mount}/conclave-canary") is True
    assert ops.canary(node, root, written) is True
    bao.call("DELETE", written)
    assert ops.canary(node, root, f"{mount}/conclave-canary") is False


def test_a_batch_token_is_probed_on_the_secondary(ours: Ours) -> None:
    """Autopilot tells there whether the token is good, without using it."""
    ops, node = ours.clients["b"].operations, ours.node("b")
    assert ops.autopilot(node, ours.batch).healthy is True
    with pytest.raises(errors.PermissionDenied):
        ops.autopilot(node, "hvb.of-nobody")
    with pytest.raises(errors.PathDisabled):
        ops.canary(node, ours.batch, "kv/conclave-canary")


def test_roles_change_and_come_back(ours: Ours) -> None:
    """Demote, promote, follow; then disable, enable and wipe: each is taken, and then done."""
    a, b = ours.clients["a"].operations, ours.clients["b"].operations
    own = ours.token("a")
    assert "being demoted" in a.demote(ours.node("a"), own).warnings[0]
    ours.wait_mode("a", Mode.SECONDARY)
    with pytest.raises(errors.NoLoginHere):
        ours.token("a")
    with pytest.raises(errors.PathDisabled):
        a.demote(ours.node("a"), own)

    assert ours.clients["b"].promote(ours.node("b"), ours.batch).warnings
    ours.wait_mode("b", Mode.PRIMARY)
    with pytest.raises(errors.NotASecondary):
        b.update_primary(ours.node("b"), ours.batch, "x.y.z")
    first = b.activation_token(ours.node("b"), ours.token("b"), "a-1")
    assert "found" in a.update_primary(ours.node("a"), ours.batch, first.token).warnings[0]
    ours.wait("a", lambda view: view.dr is not None and view.dr.state == "stream-wals")
    with pytest.raises(errors.ActivationRefused):
        a.update_primary(ours.node("a"), ours.batch, first.token)

    a.disable_secondary(ours.node("a"), ours.batch)
    ours.wait_mode("a", Mode.DISABLED)
    with pytest.raises(errors.NotAPrimary):
        a.demote(ours.node("a"), ours.token("a"))
    second = b.activation_token(ours.node("b"), ours.token("b"), "a-2")
    a.enable_secondary(ours.node("a"), ours.token("a"), second.token)
    view = ours.wait("a", lambda view: view.dr is not None and view.dr.state == "stream-wals")
    assert view.dr is not None
    assert view.dr.secondary_id == "a-2"

    b.disable_primary(ours.node("b"), ours.token("b"))
    ours.wait_mode("b", Mode.DISABLED)
    b.enable_primary(ours.node("b"), ours.token("b"))
    ours.wait_mode("b", Mode.PRIMARY)


def test_a_right_that_is_missing_is_told(ours: Ours) -> None:
    """The policy is taken away: every order under the login says so, and nothing is done."""
    ops, node, token = ours.clients["a"].operations, ours.node("a"), ours.token("a")
    ours.dr["a"].bao.call("DELETE", f"sys/policies/acl/{POLICY}")
    with pytest.raises(errors.RightMissing):
        ops.demote(node, token)
    with pytest.raises(errors.RightMissing):
        ops.activation_token(node, token, "c-3")
    with pytest.raises(errors.OperationTokenDenied):
        ours.clients["b"].operations.disable_secondary(ours.node("b"), "hvb.of-nobody")
    assert ours.clients["a"].look(time.time()).mode is Mode.PRIMARY


def test_an_order_whose_reply_is_lost_may_have_been_taken(ours: Ours) -> None:
    """The demotion is done although nobody was told: what the cluster says is the truth."""
    ours.dr.inject(Fault(effect=CutAfter(), path="primary/demote"))
    with pytest.raises(errors.TruthUnknown):
        ours.clients["a"].operations.demote(ours.node("a"), ours.token("a"))
    ours.wait_mode("a", Mode.SECONDARY)


def test_nodes_tell_how_they_unseal_and_who_leads(ours: Ours) -> None:
    """Real nodes tell their Vault seal and their leader's addresses."""
    view = ours.clients["a"].look(time.time())
    assert [node.seal_type for node in view.nodes] == ["shamir"]
    assert view.nodes[0].leader_address == view.active
    assert (view.leader_cluster_address or "").startswith("https://127.0.0.1:")
    assert view.nodes[0].performance_mode == "disabled"
    assert ours.clients["a"].operations.performance_status(ours.node("a")).mode == "disabled"
