"""What a valid configuration amounts to, and what a running Conclave takes over from a new one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot import settings
from bot.settings import Custody, Listen, Settings
from ceremonies.errors import Misconfigured
from ceremonies.roster import KeyHolder, Role
from ceremonies.topology import (
    AppRole,
    ApprovalRules,
    Auth,
    CeremonyRules,
    Kubernetes,
    TokenFile,
)
from tests.bot.settings.conftest import SHIFT, Draft


def test_what_is_left_out_has_the_contracts_defaults(draft: Draft) -> None:
    """The shortest file that is served leaves everything else as the contract says."""
    told = settings.load(draft.write())

    [served] = told.sets.values()
    assert told.slack.command == "/dr"
    assert told.listen is None
    assert told.notify_urls == ()
    assert told.custody == Custody()
    assert served.ceremony == CeremonyRules()
    assert served.approval == ApprovalRules()
    assert served.home_primary is None


def test_everything_in_the_file_arrives(draft: Draft) -> None:
    """Each key of the contract becomes a value of the house, with its unit."""
    (draft.directory / "ca.pem").write_text("a certificate")
    draft.file |= {
        "http": {"listen": "127.0.0.1:9"},
        "notify": {"urls": ["json://127.0.0.1"]},
        "approval": {"promote_approvers": 2, "holders_count": False},
        "ceremony": {
            "deadline": "45m",
            "max": "1h30m",
            "remind_every": "90s",
            "approval_lapses": "10m",
            "token_unused": "1d",
        },
    }
    draft.table("slack")["command"] = "/recover"
    draft.file["people"][2]["roles"] = ["incident_commander", "approver"]
    draft.file["people"][0]["roles"] = ["key_holder", "approver"]
    draft.served.update(
        incident_channel="C0PAYMENTS",
        home_primary="a",
        canary_path="kv/conclave-canary",
        client_checklist=["DNS vault.example → b"],
        hands=["demote", "disable", "demote"],
        snapshots="snapshots",
        performance_secondary=True,
    )
    (draft.directory / "snapshots").mkdir()
    draft.cluster.update(
        ca_file="ca.pem",
        tls_server_name="vault.example",
        ceremony_token_file="/run/secrets/ceremony",
        auth={"method": "kubernetes", "role": "conclave"},
    )

    told = settings.load(draft.write())

    served = told.sets["payments"]
    assert told.listen == Listen(host="127.0.0.1", port=9)
    assert told.notify_urls == ("json://127.0.0.1",)
    assert told.slack.command == "/recover"
    assert served.approval == ApprovalRules(promote_approvers=2, holders_count=False)
    assert served.ceremony == CeremonyRules(
        deadline=timedelta(minutes=45),
        max=timedelta(minutes=90),
        remind_every=timedelta(seconds=90),
        approval_lapses=timedelta(minutes=10),
        token_unused=timedelta(days=1),
    )
    assert served.incident_channel == "C0PAYMENTS"
    assert served.key_holders == (KeyHolder(slack="U0ADA"), KeyHolder(slack="U0BEN", shares=2))
    b = served.cluster("b")
    assert b is not None
    assert b.nodes == ("https://vault-b1.example:8200",)
    assert b.ca_file == draft.directory / "ca.pem", "relative to the file that names it"
    assert b.ceremony_token_file == Path("/run/secrets/ceremony")
    assert told.roster.has("U0SAM", Role.INCIDENT_COMMANDER)
    assert b.auth == Kubernetes(role="conclave")
    assert served.hands == ("demote", "disable")
    assert served.snapshots == draft.directory / "snapshots"
    assert served.performance_secondary
    assert served.canary_path == "kv/conclave-canary"
    assert "payments: a has no auth" in " ".join(told.warnings)


LOGINS = {
    "an AppRole": (
        {"method": "approle", "role_id": "r", "secret_id_file": "secret-id"},
        lambda at: AppRole(role_id="r", secret_id_file=at / "secret-id"),
    ),
    "an AppRole elsewhere": (
        {
            "method": "approle",
            "role_id": "r",
            "secret_id_file": "/run/secret-id",
            "mount": "machines",
            "namespace": "ops/",
        },
        lambda _: AppRole(
            role_id="r",
            secret_id_file=Path("/run/secret-id"),
            mount="machines",
            namespace="ops",
        ),
    ),
    "a token": (
        {"method": "token", "token_file": "token"},
        lambda at: TokenFile(token_file=at / "token"),
    ),
    "Kubernetes elsewhere": (
        {"method": "kubernetes", "role": "conclave", "mount": "k8s-eu"},
        lambda _: Kubernetes(role="conclave", mount="k8s-eu"),
    ),
}


@pytest.mark.parametrize(("table", "auth"), LOGINS.values(), ids=LOGINS.keys())
def test_a_login_is_what_its_method_needs(
    draft: Draft, table: dict[str, str], auth: Callable[[Path], Auth]
) -> None:
    """Each method with its own keys; a mount that is left out has the method's name."""
    for cluster in draft.served["clusters"]:
        cluster["auth"] = table

    told = settings.load(draft.write())

    b = told.sets["payments"].cluster("b")
    assert b is not None
    assert b.auth == auth(draft.directory)
    assert "has no auth" not in " ".join(told.warnings)


def test_the_lab_may_do_what_others_may_not(draft: Draft) -> None:
    """CONCLAVE_LAB=1 allows 0 approvers, clusters without nodes, and plain text."""
    draft.environment["CONCLAVE_LAB"] = "1"
    draft.environment["SLACK_API_URL"] = "http://chat.example/api"
    draft.table("approval")["promote_approvers"] = 0
    draft.cluster.update(address="http://vault-b.example:8200", nodes=[])

    told = settings.load(draft.write())

    b = told.sets["payments"].cluster("b")
    assert b is not None
    assert b.nodes == (b.address,)
    assert told.slack_api_url == "http://chat.example/api/"


def test_shifts_are_served_with_their_set(draft: Draft) -> None:
    """Each belongs to the set that it names."""
    draft.file["shifts"] = [SHIFT]

    told = settings.load(draft.write())

    assert [shift.name for shift in told.sets["payments"].shifts] == [SHIFT["name"]]
    assert not any("shifts" in warning for warning in told.warnings)


def test_for_the_manifest_no_secret_is_needed(draft: Draft) -> None:
    """`conclave manifest` runs where there are no tokens yet, also for what comes later."""
    draft.environment.clear()
    draft.table("custody")["raw_shares"] = "dm"

    configuration = settings.load_configuration(draft.write())

    assert configuration.custody.raw_shares is settings.RawShares.DM


def loaded(draft: Draft) -> Settings:
    """Return what a running Conclave was told."""
    return settings.load(draft.write())


def test_a_reload_takes_over_people_and_key_holders(draft: Draft) -> None:
    """Eve joins, Ben's shares go to her: both are known without a restart."""
    running = loaded(draft)
    draft.file["people"].append({"slack": "U0EVE", "name": "Eve", "roles": ["key_holder"]})
    draft.served["key_holders"] = ["U0ADA", "U0EVE"]
    draft.write()

    taken = settings.reload(running)

    assert isinstance(taken, Settings)
    assert taken.roster.name_of("U0EVE") == "Eve"
    assert [h.slack for h in taken.sets["payments"].key_holders] == ["U0ADA", "U0EVE"]
    assert taken.secrets is running.secrets
    assert taken.warnings == ()


def test_a_reload_leaves_everything_else_and_says_so(draft: Draft) -> None:
    """Other addresses and times wait for a restart."""
    running = loaded(draft)
    draft.cluster["nodes"] = ["https://vault-b9.example:8200"]
    draft.table("slack")["command"] = "/other"
    draft.write()

    taken = settings.reload(running)

    assert isinstance(taken, Settings)
    assert taken.sets == running.sets
    assert taken.slack == running.slack
    assert set(taken.warnings) == {
        "slack was changed in the file: restart to use it",
        "replication_sets[payments] was changed in the file: restart to use it",
    }


def test_an_invalid_file_changes_nothing(draft: Draft) -> None:
    """The error is told; what was loaded stays what it was."""
    running = loaded(draft)
    draft.file["people"].pop(0)
    draft.write()

    refused = settings.reload(running)

    assert isinstance(refused, Misconfigured)
    assert "key_holders[U0ADA]: this holder is nobody" in str(refused)


def test_a_set_that_is_gone_wants_a_restart(draft: Draft) -> None:
    """Its ceremonies may be open: a reload does not drop them."""
    running = loaded(draft)
    draft.served["name"] = "billing"
    draft.write()

    refused = settings.reload(running)

    assert isinstance(refused, Misconfigured)
    assert "payments is no longer there" in str(refused)
    assert "restart" in refused.advice


def test_values_are_frozen(draft: Draft) -> None:
    """Nobody changes what was told while others read it."""
    told = loaded(draft)

    with pytest.raises(AttributeError):
        told.log_level = "DEBUG"  # type: ignore[misc]
