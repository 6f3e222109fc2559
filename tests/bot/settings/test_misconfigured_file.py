"""Everything that can be wrong in the file: it is refused, with the file, the key and the mend."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from bot import settings
from ceremonies.errors import Misconfigured
from tests.bot.settings.conftest import SHIFT, Change, Draft

SET = "replication_sets[payments]"


def put(table: str, **keys: Any) -> Change:  # noqa: ANN401 — any value of a TOML file
    """Return the change that puts keys into a table of the file."""
    return lambda draft: draft.table(table).update(keys)


def in_set(**keys: Any) -> Change:  # noqa: ANN401
    """Return the change that puts keys into the set."""
    return lambda draft: draft.served.update(keys)


def in_b(**keys: Any) -> Change:  # noqa: ANN401
    """Return the change that puts keys into cluster `b`."""
    return lambda draft: draft.cluster.update(keys)


def in_person(number: int, **keys: Any) -> Change:  # noqa: ANN401
    """Return the change that puts keys into a person."""
    return lambda draft: draft.file["people"][number].update(keys)


def without(*place: str | int) -> Change:
    """Return the change that takes a key out of the file."""

    def change(draft: Draft) -> None:
        table: Any = draft.file
        for part in place[:-1]:
            table = table[part]
        del table[place[-1]]

    return change


def shift(**keys: Any) -> Change:  # noqa: ANN401
    """Return the change that adds a shift, with these keys instead of its own."""
    wanted = {k: v for k, v in {**copy.deepcopy(SHIFT), **keys}.items() if v is not None}
    return lambda draft: draft.file.setdefault("shifts", []).append(wanted)


def again(table: str, **keys: Any) -> Change:  # noqa: ANN401
    """Return the change that repeats the first entry of a list of tables, with these keys."""
    return lambda draft: draft.file[table].append({**copy.deepcopy(draft.file[table][0]), **keys})


def approle(**keys: str) -> dict[str, str]:
    """Return a login by AppRole, with these keys besides."""
    return {"method": "approle", "role_id": "r", "secret_id_file": "s", **keys}


# what is wrong → the change, the key as people find it, a part of the problem, a part of the mend
ROWS: dict[str, tuple[Change, str, str, str]] = {
    "an unknown table": (put("cerimony", max="4h"), "cerimony", "unknown key", "mean ceremony?"),
    "an unknown key": (put("approval", approvers=1), "approval.approvers", "unknown", "Known here"),
    "an unknown key of a person": (
        in_person(0, role="auditor"),
        "people[Ada].role",
        "unknown key",
        "mean roles?",
    ),
    "an unknown key of a cluster": (
        in_b(ca_path="ca.pem"),
        f"{SET}.clusters[b].ca_path",
        "unknown key",
        "ca_file",
    ),
    "a number as text": (
        put("approval", promote_approvers="1"),
        "approval.promote_approvers",
        "wrong type: this wants a whole number",
        "promote_approvers = 1",
    ),
    "a truth as a number": (
        put("approval", holders_count=1),
        "approval.holders_count",
        "wrong type",
        "true or false",
    ),
    "a text as a list": (in_b(name=["b"]), f"{SET}.clusters[#2].name", "wrong type", 'name = "a"'),
    "people in single brackets": (
        lambda draft: draft.file.update(people={"slack": "U0ADA"}),
        "people",
        "wrong type: this wants a list",
        "[[people]] table, in two brackets",
    ),
    "no [slack]": (without("slack"), "slack", "missing", "[slack]"),
    "no workspace": (without("slack", "workspace"), "slack.workspace", "missing", "workspace ="),
    "no people": (without("people"), "people", "missing", "[[people]]"),
    "no set": (without("replication_sets"), "replication_sets", "missing", "[[replication_sets]]"),
    "a workspace by its name": (
        put("slack", workspace="conclave"),
        "slack.workspace",
        "no workspace id",
        "T in front",
    ),
    "a channel by its name": (
        put("slack", incident_channel="#incident"),
        "slack.incident_channel",
        "no channel id",
        "C…",
    ),
    "a person by their name": (
        in_person(0, slack="@ada"),
        "people[Ada].slack",
        "no Slack user id",
        "Copy member ID",
    ),
    "a command without its slash": (
        put("slack", command="dr"),
        "slack.command",
        "no slash command",
        "Write a slash",
    ),
    "an unknown mode": (put("slack", mode="rtm"), "slack.mode", "'socket' or 'http'", "socket"),
    "an unknown role": (
        in_person(0, roles=["boss"]),
        "people[Ada].roles[boss]",
        "none of",
        "incident_commander",
    ),
    "nobody's role": (in_person(0, roles=[]), "people[Ada].roles", "at least 1", "List some of"),
    "a name of spaces": (in_person(0, name="  "), "people[#1].name", "empty", "one line"),
    "a person named twice": (
        again("people", name="Ada again"),
        "people[U0ADA].slack",
        "named twice",
        "one [[people]] table for each person",
    ),
    "two people of one name": (
        again("people", slack="U0ADA2", name="ada"),
        "people[Ada].name",
        "two people have this name",
        "a name of their own",
    ),
    "nobody who could start": (
        in_person(2, roles=["shift_lead"]),
        "people",
        "nobody has the role incident_commander",
        'Add "incident_commander"',
    ),
    "a set's name in capitals": (
        in_set(name="Payments"),
        "replication_sets[Payments].name",
        "no name",
        "lower-case",
    ),
    "a set's name that is too long": (
        in_set(name="p" * 33),
        f"replication_sets[{'p' * 33}].name",
        "no name",
        "at most 32",
    ),
    "a set named twice": (again("replication_sets"), f"{SET}.name", "two sets", "of its own"),
    "a holder who is nobody": (
        in_set(key_holders=["U0ADA", "U0EVE"]),
        f"{SET}.key_holders[U0EVE]",
        "nobody in [[people]]",
        "Add a [[people]] table",
    ),
    "a holder without the role": (
        in_set(key_holders=["U0ADA", "U0SAM"]),
        f"{SET}.key_holders[U0SAM]",
        "lacks the role",
        'Add "key_holder"',
    ),
    "a holder named twice": (
        in_set(key_holders=["U0ADA", "U0ADA"]),
        f"{SET}.key_holders[U0ADA]",
        "named twice",
        "shares = 2",
    ),
    "a holder of no share": (
        in_set(key_holders=[{"slack": "U0ADA", "shares": 0}]),
        f"{SET}.key_holders[U0ADA].shares",
        "greater than or equal to 1",
        "1 or more",
    ),
    "no holder": (in_set(key_holders=[]), f"{SET}.key_holders", "at least 1", "List the key"),
    "no channel anywhere": (
        without("slack", "incident_channel"),
        f"{SET}.incident_channel",
        "no incident channel",
        "here or in [slack]",
    ),
    "a home that is no cluster": (
        in_set(home_primary="c"),
        f"{SET}.home_primary",
        "none of the set's clusters",
        "a, b",
    ),
    "one cluster alone": (
        lambda draft: draft.served["clusters"].pop(),
        f"{SET}.clusters",
        "at least 2",
        "still serves as primary",
    ),
    "two clusters of one name": (
        in_b(name="a"),
        f"{SET}.clusters[a].name",
        "two clusters have this name",
        "of its own",
    ),
    "no nodes outside the lab": (
        in_b(nodes=[]),
        f"{SET}.clusters[b].nodes",
        "missing: a load balancer drops",
        "List every node",
    ),
    "a node of another cluster": (
        in_b(nodes=["https://vault-a1.example:8200"]),
        f"{SET}.clusters[b].nodes",
        "belongs to payments/a already",
        "once",
    ),
    "a node with a path": (
        in_b(nodes=["https://vault-b1.example:8200/v1"]),
        f"{SET}.clusters[b].nodes[#1]",
        "more than scheme, host and port",
        "https://HOST:PORT",
    ),
    "an address without a scheme": (
        in_b(address="vault-b.example:8200"),
        f"{SET}.clusters[b].address",
        "no address of a Vault node",
        "https://HOST:PORT",
    ),
    "a node in plain text": (
        in_b(nodes=["http://vault-b1.example:8200"]),
        f"{SET}.clusters[b].nodes",
        "show shares and tokens to the network",
        "https://",
    ),
    "a CA file that is not there": (
        in_b(ca_file="no-such-ca.pem"),
        f"{SET}.clusters[b].ca_file",
        "no such file",
        "no-such-ca.pem",
    ),
    "a client certificate without its key": (
        in_b(client_cert_file="conclave.toml"),
        f"{SET}.clusters[b].client_cert_file",
        "go together",
        "or neither",
    ),
    "a login without its role": (
        in_b(auth={"method": "approle", "secret_id_file": "s"}),
        f"{SET}.clusters[b].auth.role_id",
        'missing for method "approle"',
        "role_id",
    ),
    "a login with another's key": (
        in_b(auth=approle(token_file="t")),
        f"{SET}.clusters[b].auth.token_file",
        'method "approle" has no such key',
        "Take it out",
    ),
    "a duration without a unit": (
        put("ceremony", deadline="30"),
        "ceremony.deadline",
        "no duration",
        '"30m"',
    ),
    "a duration as a number": (
        put("ceremony", max=4),
        "ceremony.max",
        "wrong type: this wants a duration",
        '"30m"',
    ),
    "no time at all": (
        put("ceremony", token_unused="0s"),
        "ceremony.token_unused",
        "zero",
        '"90s"',
    ),
    "a deadline past the end": (
        put("ceremony", deadline="5h"),
        "ceremony.max",
        "shorter than the deadline",
        "at least as long",
    ),
    "nobody to agree": (
        put("approval", promote_approvers=0),
        "approval.promote_approvers",
        "for the lab only",
        "1 or more",
    ),
    "more approvers than people": (
        put("approval", promote_approvers=4),
        "approval.promote_approvers",
        "for payments at most 3 people could agree",
        "smaller number",
    ),
    "a page without a port": (put("http", listen="0.0.0.0"), "http.listen", "no address", "8080"),
    "a pager that nobody knows": (
        put("notify", urls=["json://127.0.0.1", "smoke-signal://hill"]),
        "notify.urls[#2]",
        "Apprise does not know",
        "not repeated here",
    ),
    "HTTP mode": (put("slack", mode="http"), "slack.mode", "comes later", 'mode = "socket"'),
    "sealed shares only": (
        put("custody", raw_shares="refuse"),
        "custody.raw_shares",
        '"refuse" comes later',
        'raw_shares = "modal"',
    ),
    "shares in messages": (
        put("custody", raw_shares="dm"),
        "custody.raw_shares",
        '"dm" comes later',
        'raw_shares = "modal"',
    ),
    "shares given directly": (
        put("custody", raw_shares="direct"),
        "custody.raw_shares",
        '"direct" comes later',
        'raw_shares = "modal"',
    ),
    "enrolment": (
        put("custody", enrolment="required"),
        "custody.enrolment",
        '"required" comes later',
        'enrolment = "optional"',
    ),
    "codes": (
        put("approval", step_up="totp"),
        "approval.step_up",
        '"totp" comes later',
        'step_up = "none"',
    ),
    "a shift for no set": (
        shift(replication_set="billing"),
        "shifts[night].replication_set",
        "a shift for no set",
        "payments",
    ),
    "a shift without a lead": (
        shift(lead=None),
        "shifts[night].lead",
        "either a lead or a calendar",
        "calendar =",
    ),
    "a shift led by a holder": (
        shift(lead="U0ADA"),
        "shifts[night].lead",
        "has the role shift_lead",
        'Add "shift_lead"',
    ),
    "a shift in no zone": (
        shift(zone="Europe/Atlantis"),
        "shifts[night].zone",
        "not known here",
        "Europe/Berlin",
    ),
    "a shift at no time": (
        shift(start="25:00"),
        "shifts[night].start",
        "no time of day",
        "22:00",
    ),
    "a shift of no length": (
        shift(end="22:00"),
        "shifts[night].end",
        "no length",
        "next morning",
    ),
    "a shift on no day": (
        shift(days=["sun", "moon"]),
        "shifts[night].days[moon]",
        "none of",
        "mon",
    ),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
def test_it_is_refused(row: tuple[Change, str, str, str], draft: Draft) -> None:
    """The text names the file, the key and what is wrong; the advice says how to mend it."""
    change, key, problem, mend = row
    change(draft)

    with pytest.raises(Misconfigured) as refused:
        settings.load(draft.write())

    assert str(refused.value).startswith(f"{draft.path}: {key}: ")
    assert problem in str(refused.value)
    assert mend in refused.value.advice


def test_everything_that_is_wrong_is_told_at_once(draft: Draft) -> None:
    """Somebody who writes a configuration does not mend it one start at a time."""
    in_b(nodes=[])(draft)
    in_set(home_primary="c")(draft)

    with pytest.raises(Misconfigured) as refused:
        settings.load(draft.write())

    lines = str(refused.value).splitlines()
    assert len(lines) == 2
    assert all(line.startswith(f"{draft.path}: {SET}.") for line in lines)
    assert "List every node" in str(refused.value)
    assert refused.value.advice == "Mend all 2, then start again."


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(b"[slack\n", "this is no TOML", id="no TOML"),
        pytest.param(b"\xff\xfe", "not UTF-8", id="no text"),
        pytest.param(b'slack = 1\nslack = "T"', "this is no TOML", id="a key twice"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(content: bytes, problem: str, draft: Draft) -> None:
    """The file is named."""
    environment = draft.write()
    draft.path.write_bytes(content)

    with pytest.raises(Misconfigured) as refused:
        settings.load(environment)

    assert str(refused.value).startswith(f"{draft.path}: ")
    assert problem in str(refused.value)


def test_a_file_that_is_not_there_is_refused(draft: Draft) -> None:
    """The mend names the variable that names the file."""
    environment = draft.write()
    draft.path.unlink()

    with pytest.raises(Misconfigured, match=r"conclave\.toml: No such file") as refused:
        settings.load(environment)

    assert "CONCLAVE_CONFIG" in refused.value.advice


def test_what_is_refused_does_not_repeat_secrets(draft: Draft) -> None:
    """An Apprise URL holds a key of somebody's pager: it stands in no error."""
    secret = "4f7a9d0e2b6c"
    put("notify", urls=[f"nosuchway://{secret}@pager", 7])(draft)
    with pytest.raises(Misconfigured) as wrong_type:
        settings.load(draft.write())
    draft.table("notify")["urls"].pop()
    with pytest.raises(Misconfigured) as unknown:
        settings.load(draft.write())

    for error in (wrong_type.value, unknown.value):
        assert secret not in str(error) + error.advice + repr(error)
        assert error.__cause__ is None
        assert error.__suppress_context__ or error.__context__ is None


def test_as_a_process_it_ends_with_2(draft: Draft) -> None:
    """`conclave run` says the file, the key and the mend on stderr, and nothing on stdout."""
    in_set(key_holders=["U0ADA", "U0EVE"])(draft)

    done = draft.conclave("run")

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        f"conclave: {draft.path}: {SET}.key_holders[U0EVE]: this holder is nobody in [[people]]\n"
        "  Add a [[people]] table with this id, or correct the id.\n"
    )
