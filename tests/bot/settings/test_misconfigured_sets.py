"""People, holders and clusters that do not fit together are refused at start."""

from __future__ import annotations

import pytest

from tests.bot.settings.conftest import Draft
from tests.bot.settings.mistakes import (
    SET,
    Mistake,
    again,
    approle,
    in_b,
    in_person,
    in_set,
    without,
)

PEOPLE: dict[str, Mistake] = {
    "a person named twice": Mistake(
        again("people", name="Ada again"),
        "people[U0ADA].slack",
        "named twice",
        "one [[people]] table for each person",
    ),
    "two people of one name": Mistake(
        again("people", slack="U0ADA2", name="ada"),
        "people[Ada].name",
        "two people have this name",
        "a name of their own",
    ),
    "nobody who could start": Mistake(
        in_person(2, roles=["shift_lead"]),
        "people",
        "nobody has the role incident_commander",
        'Add "incident_commander"',
    ),
    "a set's name in capitals": Mistake(
        in_set(name="Payments"),
        "replication_sets[Payments].name",
        "no name",
        "lower-case",
    ),
    "a set's name that is too long": Mistake(
        in_set(name="p" * 33),
        f"replication_sets[{'p' * 33}].name",
        "no name",
        "at most 32",
    ),
    "a set named twice": Mistake(
        again("replication_sets"), f"{SET}.name", "two sets", "of its own"
    ),
    "a holder who is nobody": Mistake(
        in_set(key_holders=["U0ADA", "U0EVE"]),
        f"{SET}.key_holders[U0EVE]",
        "nobody in [[people]]",
        "Add a [[people]] table",
    ),
    "a holder without the role": Mistake(
        in_set(key_holders=["U0ADA", "U0SAM"]),
        f"{SET}.key_holders[U0SAM]",
        "lacks the role",
        'Add "key_holder"',
    ),
    "a holder named twice": Mistake(
        in_set(key_holders=["U0ADA", "U0ADA"]),
        f"{SET}.key_holders[U0ADA]",
        "named twice",
        "shares = 2",
    ),
    "a holder of no share": Mistake(
        in_set(key_holders=[{"slack": "U0ADA", "shares": 0}]),
        f"{SET}.key_holders[U0ADA].shares",
        "greater than or equal to 1",
        "1 or more",
    ),
    "no holder": Mistake(
        in_set(key_holders=[]), f"{SET}.key_holders", "at least 1", "List the key"
    ),
}


CLUSTERS: dict[str, Mistake] = {
    "no channel anywhere": Mistake(
        without("slack", "incident_channel"),
        f"{SET}.incident_channel",
        "no incident channel",
        "here or in [slack]",
    ),
    "a home that is no cluster": Mistake(
        in_set(home_primary="c"),
        f"{SET}.home_primary",
        "none of the set's clusters",
        "a, b",
    ),
    "one cluster alone": Mistake(
        lambda draft: draft.served["clusters"].pop(),
        f"{SET}.clusters",
        "at least 2",
        "still serves as primary",
    ),
    "two clusters of one name": Mistake(
        in_b(name="a"),
        f"{SET}.clusters[a].name",
        "two clusters have this name",
        "of its own",
    ),
    "no nodes outside the lab": Mistake(
        in_b(nodes=[]),
        f"{SET}.clusters[b].nodes",
        "missing: a load balancer drops",
        "List every node",
    ),
    "a node of another cluster": Mistake(
        in_b(nodes=["https://vault-a1.example:8200"]),
        f"{SET}.clusters[b].nodes",
        "belongs to payments/a already",
        "once",
    ),
    "a node with a path": Mistake(
        in_b(nodes=["https://vault-b1.example:8200/v1"]),
        f"{SET}.clusters[b].nodes[#1]",
        "more than scheme, host and port",
        "https://HOST:PORT",
    ),
    "an address without a scheme": Mistake(
        in_b(address="vault-b.example:8200"),
        f"{SET}.clusters[b].address",
        "no address of a Vault node",
        "https://HOST:PORT",
    ),
    "a node in plain text": Mistake(
        in_b(nodes=["http://vault-b1.example:8200"]),
        f"{SET}.clusters[b].nodes",
        "show shares and tokens to the network",
        "https://",
    ),
    "a CA file that is not there": Mistake(
        in_b(ca_file="no-such-ca.pem"),
        f"{SET}.clusters[b].ca_file",
        "no such file",
        "no-such-ca.pem",
    ),
    "a client certificate without its key": Mistake(
        in_b(client_cert_file="conclave.toml"),
        f"{SET}.clusters[b].client_cert_file",
        "go together",
        "or neither",
    ),
    "a login without its role": Mistake(
        in_b(auth={"method": "approle", "secret_id_file": "s"}),
        f"{SET}.clusters[b].auth.role_id",
        'missing for method "approle"',
        "role_id",
    ),
    "a login with another's key": Mistake(
        in_b(auth=approle(token_file="t")),
        f"{SET}.clusters[b].auth.token_file",
        'method "approle" has no such key',
        "Take it out",
    ),
    "a token with a mount": Mistake(
        in_b(auth={"method": "token", "token_file": "t", "mount": "token"}),
        f"{SET}.clusters[b].auth.mount",
        'method "token" has no such key',
        "this method has token_file",
    ),
    "a login by no method": Mistake(
        in_b(auth={"method": "password"}),
        f"{SET}.clusters[b].auth.method",
        "none of",
        "approle, token or kubernetes",
    ),
    "a login with an empty role": Mistake(
        in_b(auth={"method": "kubernetes", "role": " "}),
        f"{SET}.clusters[b].auth.role",
        "empty",
        "one line",
    ),
    "hands for what is no step of theirs": Mistake(
        in_set(hands=["demote", "promote"]),
        f"{SET}.hands[#2]",
        "none of",
        "demote, disable",
    ),
    "snapshots nowhere": Mistake(
        in_set(snapshots="no-such-directory"),
        f"{SET}.snapshots",
        "no such directory",
        "no-such-directory",
    ),
    "snapshots in a file": Mistake(
        in_set(snapshots="conclave.toml"),
        f"{SET}.snapshots",
        "no such directory",
        "mode 0700",
    ),
}

MISTAKES = PEOPLE | CLUSTERS


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES.keys())
def test_it_is_refused(mistake: Mistake, draft: Draft) -> None:
    """Somebody or something is missing, stands twice, or could not serve on the day."""
    refused = mistake.refused(draft)
    assert str(refused).startswith(mistake.place(draft))
    assert mistake.problem in str(refused)
    assert mistake.mend in refused.advice
