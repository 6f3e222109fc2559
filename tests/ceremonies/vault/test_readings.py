"""What is read around an operation: performance replication, autopilot, rights, the canary."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest

from ceremonies.vault import Autopilot, ClusterClient, PerformanceStatus, errors
from lab.scripted_node import Answer, Node, refuses, says

OWN = f"hvs.{secrets.token_hex(12)}"
SECRET = secrets.token_hex(12)
PERFORMANCE = "sys/replication/performance/status"
AUTOPILOT = "sys/storage/raft/autopilot/state"
CAPABILITIES = "sys/capabilities-self"

SHAPES: dict[str, Callable[[dict[str, Any]], Answer]] = {
    "under data": lambda fields: says({"request_id": "r", "data": fields}),
    "bare": says,
    "with data null": lambda fields: says({**fields, "data": None}),
}
shapes = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())

PRIMARY = {
    "mode": "primary",
    "known_secondaries": ["perf-1", "perf-2"],
    "secondaries": [
        {"node_id": "perf-1", "connection_status": "connected"},
        {"node_id": None},
        "nonsense",
    ],
}
STATES = {
    "a primary": (
        PRIMARY,
        PerformanceStatus(
            mode="primary", known_secondaries=("perf-1", "perf-2"), secondaries=("perf-1",)
        ),
    ),
    "lists null": (
        {"mode": "primary", "known_secondaries": None, "secondaries": None},
        PerformanceStatus(mode="primary"),
    ),
    "disabled": ({"mode": "disabled"}, PerformanceStatus(mode="disabled")),
}


@shapes
@pytest.mark.parametrize(("fields", "status"), STATES.values(), ids=STATES.keys())
def test_performance_replication_is_read_without_a_token(
    client: ClusterClient,
    node: Node,
    shape: Callable[[dict[str, Any]], Answer],
    fields: dict[str, Any],
    status: PerformanceStatus,
) -> None:
    """Mode and secondaries, in every shape."""
    node.tell("GET", PERFORMANCE, shape(fields))
    assert client.operations.performance_status(node.address) == status
    assert "x-vault-token" not in node.arrived[0].headers


@shapes
def test_autopilot_tells_how_raft_stands(
    client: ClusterClient, node: Node, shape: Callable[[dict[str, Any]], Answer]
) -> None:
    """Health, failures that are tolerated, voters."""
    told = {
        "healthy": True,
        "failure_tolerance": 1,
        "leader": "b1",
        "voters": ["b1", "b2", "b3"],
        "servers": {"b1": {}, "b2": {}, "b3": {}},
    }
    node.tell("GET", AUTOPILOT, shape(told))
    assert client.operations.autopilot(node.address, OWN) == Autopilot(
        healthy=True,
        failure_tolerance=1,
        leader="b1",
        voters=("b1", "b2", "b3"),
        servers=3,
    )
    assert node.arrived[0].headers["x-vault-token"] == OWN
    node.tell("GET", AUTOPILOT, shape({"healthy": False}))
    assert client.operations.autopilot(node.address, OWN) == Autopilot(healthy=False)


@shapes
def test_rights_are_read_path_by_path(
    client: ClusterClient, node: Node, shape: Callable[[dict[str, Any]], Answer]
) -> None:
    """What is not told of a path that was asked about is no answer."""
    paths = ["sys/replication/dr/primary/demote", "kv/x"]
    told = {paths[0]: ["update", "sudo"], paths[1]: ["deny"], "capabilities": ["deny"]}
    node.tell("POST", CAPABILITIES, shape(told))
    assert client.operations.capabilities(node.address, OWN, paths) == {
        paths[0]: {"update", "sudo"},
        paths[1]: {"deny"},
    }
    assert node.bodies("POST") == [{"paths": paths}]
    with pytest.raises(errors.UnexpectedReply):
        client.operations.capabilities(node.address, OWN, ["kv/y"])


READS = {
    PERFORMANCE: lambda client, at: client.operations.performance_status(at),
    AUTOPILOT: lambda client, at: client.operations.autopilot(at, OWN),
}


@pytest.mark.parametrize(("path", "read"), READS.items(), ids=READS.keys())
@pytest.mark.parametrize("body", [{}, [], "text", {"data": {}}, {"ok": True}], ids=str)
def test_other_json_is_no_answer(
    client: ClusterClient,
    node: Node,
    path: str,
    read: Callable[[ClusterClient, str], object],
    body: object,
) -> None:
    """What tells nothing must not be read as good news."""
    node.tell("GET", path, says(body))
    with pytest.raises(errors.UnexpectedReply):
        read(client, node.address)


@pytest.mark.parametrize(("path", "read"), READS.items(), ids=READS.keys())
def test_a_denied_read_is_a_denial(
    client: ClusterClient,
    node: Node,
    path: str,
    read: Callable[[ClusterClient, str], object],
) -> None:
    """On a secondary this is how a token shows that it is not good any more."""
    node.tell("GET", path, refuses("permission denied", status=403))
    with pytest.raises(errors.PermissionDenied):
        read(client, node.address)


MOUNTS = "sys/internal/ui/mounts"


def mounted(path: str, version: str | None) -> Answer:
    """Return what Vault says of the mount of a KV path."""
    options = {"version": version} if version else None
    return says({"data": {"path": path, "type": "kv", "options": options}})


ONE = {"data": {"v": SECRET}}
TWO = {"data": {"data": {"v": SECRET}, "metadata": {"version": 1}}}
CANARIES: dict[str, tuple[str, Answer, str, Answer, bool]] = {
    "version 1": ("kv/canary", mounted("kv/", "1"), "kv/canary", says(ONE), True),
    "no version told": ("kv/canary", mounted("kv/", None), "kv/canary", says(ONE), True),
    "version 2": ("kv/canary", mounted("kv/", "2"), "kv/data/canary", says(TWO), True),
    "version 2 in full": ("kv/data/canary", mounted("kv/", "2"), "kv/data/canary", says(TWO), True),
    "deep": ("ops/kv/a/b", mounted("ops/kv/", "2"), "ops/kv/data/a/b", says(TWO), True),
    "with slashes": ("/kv/canary/", mounted("kv/", "1"), "kv/canary", says(ONE), True),
    "with a space": ("kv/my canary", mounted("kv/", "1"), "kv/my%20canary", says(ONE), True),
    "mount denied": (
        "kv/canary",
        refuses("permission denied", status=403),
        "kv/canary",
        says(ONE),
        True,
    ),
    "mount not told": ("kv/canary", says({"data": {}}), "kv/canary", says(ONE), True),
    "nothing there": (
        "kv/canary",
        mounted("kv/", "1"),
        "kv/canary",
        says({"errors": []}, status=404),
        False,
    ),
    "deleted": (
        "kv/canary",
        mounted("kv/", "2"),
        "kv/data/canary",
        says({"data": {"data": None, "metadata": {"deletion_time": "now"}}}, status=404),
        False,
    ),
    "data null": ("kv/canary", mounted("kv/", "1"), "kv/canary", says({"data": None}), False),
}


@pytest.mark.parametrize("row", CANARIES.values(), ids=CANARIES.keys())
def test_the_canary_is_read_and_not_told(
    client: ClusterClient, node: Node, row: tuple[str, Answer, str, Answer, bool]
) -> None:
    """Whether it is there, in either version of KV, by the path that people write."""
    path, mount, place, answer, there = row
    asked = path.strip("/").replace(" ", "%20")
    node.tell("GET", f"{MOUNTS}/{asked}", mount)
    node.tell("GET", place, answer)
    assert client.operations.canary(node.address, OWN, path) is there
    assert node.arrived[-1].path == place
    assert {came.headers.get("x-vault-token") for came in node.arrived} == {OWN}


UNREAD = {
    "no right": (refuses("permission denied", status=403), errors.RightMissing),
    "a secondary": (
        refuses("path disabled in replication DR secondary mode"),
        errors.PathDisabled,
    ),
    "sealed": (refuses("Vault is sealed", status=503), errors.Sealed),
    "a page": (says("<html>", kind="text/html"), errors.UnexpectedReply),
    "a page that is not found": (says("<html>", status=404), errors.UnexpectedReply),
    "other JSON": (says({"ok": True}), errors.UnexpectedReply),
}


@pytest.mark.parametrize(("answer", "error"), UNREAD.values(), ids=UNREAD.keys())
def test_a_canary_that_cannot_be_read_is_not_absent(
    client: ClusterClient, node: Node, answer: Answer, error: type[errors.VaultError]
) -> None:
    """What keeps it from being read is told as that."""
    node.tell("GET", f"{MOUNTS}/kv/canary", mounted("kv/", "1"))
    node.tell("GET", "kv/canary", answer)
    with pytest.raises(error):
        client.operations.canary(node.address, OWN, "kv/canary")
