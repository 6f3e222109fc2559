"""`conclave policy` and `conclave doctor` as an operator runs them, on real parts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ceremonies import policies
from lab.enterprise import ReplicationRange, practice_range
from lab.stage import ROLES, Stage
from tests.e2e.conftest import SetStage

NAMES = [policies.policy_name(place) for place in policies.places()]
SHIFT = """
[[shifts]]
name = "day"
replication_set = "payments"
lead = "U0SAM"
zone = "UTC"
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
start = "06:00"
end = "22:00"
overlap = "30m"
"""


@pytest.fixture
def stage(set_stage: SetStage, tmp_path: Path) -> Iterator[Stage]:
    """A stage without a bot, on clusters of its own: their policies change."""
    with practice_range(tmp_path / "vaults") as vaults:
        roles = {**ROLES, "Sam": ("incident_commander", "shift_lead")}
        yield set_stage(bots=0, vaults=vaults, roles=roles, options=SHIFT)


def operators(stage: Stage) -> ReplicationRange:
    """Give the operator's token to whatever command runs next."""
    stage.environment["VAULT_TOKEN"] = stage.vaults["a"].bao.root_token
    return stage.vaults


def policy(stage: Stage, name: str) -> str:
    """Return a policy as the primary has it; empty: there is none."""
    reply = stage.vaults["a"].bao.request("GET", f"sys/policies/acl/{name}")
    return reply.json()["data"]["policy"] if reply.ok else ""


def test_laid_once_and_then_left_alone(stage: Stage) -> None:
    """Everything is written, told line by line; the second time nothing is to be done."""
    operators(stage)
    first = stage.runs("policy", "--apply")
    assert first.returncode == 0, first.stderr
    for name in NAMES:
        assert f"policy {name} written" in first.stdout
        assert f"token role {name} written" in first.stdout
        assert policy(stage, name) == policies.shift_policy()
    again = stage.runs("policy", "--apply")
    assert "everything is as it has to be" in again.stdout
    assert "written" not in again.stdout
    for said in (first, again):
        assert stage.environment["VAULT_TOKEN"] not in said.stdout + said.stderr


def test_a_place_that_was_put_out_of_force_is_not_laid_again_by_the_way(stage: Stage) -> None:
    """Its tokens would be in force again: the operator has to name it."""
    operators(stage)
    stage.runs("policy", "--apply")
    stage.vaults["a"].bao.call("DELETE", f"sys/policies/acl/{NAMES[2]}")
    left = stage.runs("policy", "--apply")
    assert f"policy {NAMES[2]} is missing, and LEFT OUT" in left.stdout
    assert policy(stage, NAMES[2]) == ""
    named = stage.runs("policy", "--apply", "--refill", "3")
    assert f"policy {NAMES[2]} written" in named.stdout
    assert policy(stage, NAMES[2]) == policies.shift_policy()


def test_a_ring_without_any_policy_is_no_new_one(stage: Stage) -> None:
    """Its roles say that it was laid: all eight may have been put out of force."""
    operators(stage)
    stage.runs("policy", "--apply")
    for name in NAMES:
        stage.vaults["a"].bao.call("DELETE", f"sys/policies/acl/{name}")
    left = stage.runs("policy", "--apply")
    for name in NAMES:
        assert f"policy {name} is missing, and LEFT OUT" in left.stdout
        assert policy(stage, name) == ""
    assert f"policy {NAMES[4]} written" in stage.runs("policy", "--apply", "--refill", "5").stdout
    assert [policy(stage, name) for name in NAMES].count("") == len(NAMES) - 1


def test_what_differs_is_put_right_and_told(stage: Stage) -> None:
    """A policy that says something else, a role that makes other tokens."""
    operators(stage)
    stage.runs("policy", "--apply")
    bao = stage.vaults["a"].bao
    bao.call("PUT", f"sys/policies/acl/{NAMES[0]}", {"policy": 'path "kv/*" { capabilities = [] }'})
    bao.call("POST", f"auth/token/roles/{NAMES[1]}", {"token_type": "service", "orphan": False})
    said = stage.runs("doctor")
    assert said.returncode == 1
    assert f"The policy {NAMES[0]} is another than it has to be" in said.stdout
    assert f"The token role {NAMES[1]} makes no batch tokens" in said.stdout
    mended = stage.runs("policy", "--apply").stdout
    assert f"policy {NAMES[0]} replaced" in mended
    assert f"token role {NAMES[1]} written" in mended
    assert "8 ring places are ready" in stage.runs("doctor").stdout


def test_without_a_token_nothing_is_laid(stage: Stage) -> None:
    """The bot's own login is never taken for it."""
    said = stage.runs("policy", "--apply")
    assert said.returncode == 2
    assert "VAULT_TOKEN" in said.stderr
    wrong = stage.directory / "token"
    wrong.write_text("hvs.nobody")
    said = stage.runs("policy", "--apply", "--token-file", str(wrong))
    assert said.returncode == 1
    assert "denied" in said.stderr
    assert "hvs.nobody" not in said.stderr
    assert policy(stage, NAMES[0]) == ""


def test_printed_it_can_be_pasted(stage: Stage) -> None:
    """Without --apply nothing is asked of anybody; each policy and role is there."""
    said = stage.runs("policy")
    assert said.returncode == 0
    for name in (policies.BOT, *NAMES):
        assert f"vault policy write {name} - <<'EOF'" in said.stdout
    assert said.stdout.count("token_type=batch") == policies.RING
    assert "kv/conclave-canary" not in said.stdout or stage.set_options


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("sys/policies/acl/*", "sys/policies/acl/*"),
        ("sys/policies/acl/+", "sys/policies/acl/root-by-another-name"),
        ("sys/policies/acl/team-*", "sys/policies/acl/team-*"),
        ("auth/token/roles/deployers", "auth/token/roles/deployers"),
        ("auth/approle/role/web", "auth/approle/role/web"),
        ("auth/+/role/*", "auth/approle/role/root-by-another-name"),
        ("identity/group/name/+", "identity/group/name/root-by-another-name"),
    ],
)
def test_a_login_that_may_write_policies_is_an_error(stage: Stage, path: str, told: str) -> None:
    """Whoever may write a policy or a role, whatever its name, is root: nothing is ready then."""
    operators(stage)
    stage.runs("policy", "--apply")
    bao = stage.vaults["a"].bao
    more = f'path "{path}" {{ capabilities = ["create", "update"] }}'
    text = policies.bot_policy() + more
    bao.call("PUT", f"sys/policies/acl/{policies.BOT}", {"policy": text})
    said = stage.runs("doctor")
    assert said.returncode == 1
    assert f"Conclave's own login may write at {told}" in said.stdout


def test_the_doctor_on_a_pair_that_is_well(stage: Stage) -> None:
    """Each check is told; nothing of it is a secret, and nothing was changed."""
    operators(stage)
    stage.runs("policy", "--apply")
    before = len(stage.vaults.record.find())
    said = stage.runs("doctor")
    assert said.returncode == 0, said.stdout + said.stderr
    for words in ("settings", "Redis", "Slack", "payments/a: primary", "payments/b: secondary"):
        assert words in said.stdout
    asked = stage.vaults.record.find()[before:]
    writes = {c.path for c in asked if c.method not in ("GET", "LIST")}
    assert writes <= {"auth/approle/login", "sys/capabilities-self"}
    for secret in (stage.chat.bot_token, stage.vaults.bot_login.secret_id):
        assert secret not in said.stdout + said.stderr


def test_the_doctor_where_much_is_wrong(stage: Stage) -> None:
    """Each thing has its mend; the first one does not hide the second."""
    stage.vaults["b"].kill()
    said = stage.runs("doctor")
    assert said.returncode == 1
    assert "payments/b: no node tells its role" in said.stdout
    assert "Lay it with conclave policy --apply" in said.stdout
    stage.environment["CONCLAVE_REDIS_URL"] = "redis://127.0.0.1:1/0"
    assert "mend    Redis" in stage.runs("doctor").stdout


def test_probe_asks_the_clusters_alone(stage: Stage) -> None:
    """It needs neither Redis nor Slack nor keys."""
    stage.environment |= {"CONCLAVE_REDIS_URL": "", "SLACK_BOT_TOKEN": "", "SLACK_APP_TOKEN": ""}
    said = stage.runs("doctor", "--probe", "payments")
    assert "payments/a: primary" in said.stdout
    assert "Redis" not in said.stdout
    wrong = stage.runs("doctor", "--probe", "nowhere")
    assert wrong.returncode == 2
    assert "no such replication set" in wrong.stderr
