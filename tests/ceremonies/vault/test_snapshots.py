"""A Raft snapshot has its name only when it is whole and on disk; else nothing is left of it."""

from __future__ import annotations

import gzip
import io
import secrets
import socket
import stat
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ceremonies.vault import ClusterClient, Limits, errors
from ceremonies.vault.snapshots import Part
from lab.scripted_node import (
    Answer,
    Exchange,
    Node,
    Nodes,
    cut,
    drips_body,
    moved,
    refuses,
    says,
    silent,
)

PATH = "sys/storage/raft/snapshot"
OWN = f"hvs.{secrets.token_hex(12)}"
BRIEF = Limits(connect=0.5, call=1.5, snapshot=1.5, silence=0.5)


def archive(*names: str, size: int = 200_000) -> bytes:
    """Return a gzipped tar, as Raft makes it, of these files."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as tar:
        for name in names:
            content = secrets.token_bytes(size)
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return whole.getvalue()


WHOLE = archive("meta.json", "state.bin", "SHA256SUMS", "SHA256SUMS.sealed")


def sends(raw: bytes, *, announced: int | None = None) -> Answer:
    """Answer with these bytes; with fewer than announced it hangs up in the middle."""

    def answer(exchange: Exchange) -> None:
        exchange.send_response(200)
        exchange.send_header("Content-Type", "application/gzip")
        exchange.send_header("Content-Length", str(announced or len(raw)))
        exchange.end_headers()
        exchange.wfile.write(raw)
        exchange.wfile.flush()
        if announced:
            exchange.connection.shutdown(socket.SHUT_RDWR)

    return answer


def test_it_is_kept_whole_and_for_us_alone(
    client: ClusterClient, node: Node, tmp_path: Path
) -> None:
    """The file is what Vault sent, mode 0600, and the only one there."""
    to = tmp_path / "payments-a.snap"
    node.tell("GET", PATH, sends(WHOLE))
    assert client.operations.snapshot(node.address, OWN, to) == len(WHOLE)
    assert to.read_bytes() == WHOLE
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [to]
    assert node.arrived[0].headers["x-vault-token"] == OWN


def test_a_standby_may_point_to_a_listed_leader(
    client_of: Callable[..., ClusterClient], nodes: Nodes, tmp_path: Path
) -> None:
    """What the redirect itself says is not taken for a snapshot."""
    standby, leader = nodes.start(), nodes.start()
    standby.tell("GET", PATH, moved(f"{leader.address}/v1/{PATH}"))
    leader.tell("GET", PATH, sends(WHOLE))
    to = tmp_path / "a.snap"
    assert client_of(standby, leader).operations.snapshot(standby.address, OWN, to) == len(WHOLE)
    assert to.read_bytes() == WHOLE


NOT_WHOLE: dict[str, Answer] = {
    "cut before a word": cut,
    "cut in the middle": sends(WHOLE[: len(WHOLE) // 2], announced=len(WHOLE)),
    "short, though it seems whole": sends(WHOLE[: len(WHOLE) // 2]),
    "without its sums": sends(archive("meta.json", "state.bin")),
    "without its sealed sums": sends(archive("meta.json", "state.bin", "SHA256SUMS")),
    "an empty archive": sends(archive()),
    "gzip of something": sends(gzip.compress(secrets.token_bytes(5000))),
    "a page": says("<html>It works</html>"),
    "nothing": says(status=204),
    "silence": silent,
    "a drip": drips_body,
}


@pytest.mark.parametrize("answer", NOT_WHOLE.values(), ids=NOT_WHOLE.keys())
def test_what_is_not_whole_is_not_kept(
    client_of: Callable[..., ClusterClient], node: Node, tmp_path: Path, answer: Answer
) -> None:
    """No file remains, under no name, and it takes no longer than its limits."""
    node.tell("GET", PATH, answer)
    began = time.monotonic()
    with pytest.raises(errors.SnapshotIncomplete) as raised:
        client_of(node, limits=BRIEF).operations.snapshot(node.address, OWN, tmp_path / "a.snap")
    assert time.monotonic() - began < 3
    assert list(tmp_path.iterdir()) == []
    assert OWN not in f"{raised.value!r} {raised.value.__context__!r}"


def test_a_snapshot_has_more_time_than_a_call(
    client_of: Callable[..., ClusterClient], node: Node, tmp_path: Path
) -> None:
    """It may take longer than any call, as long as something comes."""

    def slowly(exchange: Exchange) -> None:
        exchange.send_response(200)
        exchange.send_header("Content-Length", str(len(WHOLE)))
        exchange.end_headers()
        step = len(WHOLE) // 8 + 1
        for begin in range(0, len(WHOLE), step):
            exchange.wfile.write(WHOLE[begin : begin + step])
            exchange.wfile.flush()
            exchange.server.over.wait(0.1)

    node.tell("GET", PATH, slowly)
    limits = Limits(connect=0.5, call=0.3, snapshot=5, silence=2)
    client = client_of(node, limits=limits)
    size = client.operations.snapshot(node.address, OWN, tmp_path / "a.snap")
    assert size == len(WHOLE)


REFUSED = {
    "no right": (refuses("permission denied", status=403), errors.RightMissing),
    "sealed": (refuses("Vault is sealed", status=503), errors.Sealed),
    "a secondary": (
        refuses("path disabled in replication DR secondary mode"),
        errors.PathDisabled,
    ),
    "other storage": (refuses("raft storage is not in use", status=400), errors.UnexpectedReply),
    "a redirect elsewhere": (moved("http://192.0.2.1/v1/x"), errors.RedirectRefused),
}


@pytest.mark.parametrize(("answer", "error"), REFUSED.values(), ids=REFUSED.keys())
def test_a_refusal_leaves_no_file(
    client: ClusterClient,
    node: Node,
    tmp_path: Path,
    answer: Answer,
    error: type[errors.VaultError],
) -> None:
    """What Vault says instead is no snapshot."""
    node.tell("GET", PATH, answer)
    with pytest.raises(error):
        client.operations.snapshot(node.address, OWN, tmp_path / "a.snap")
    assert list(tmp_path.iterdir()) == []


def test_without_a_place_nothing_is_asked(
    client: ClusterClient, node: Node, tmp_path: Path
) -> None:
    """A directory that is gone is told before Vault is asked for anything."""
    with pytest.raises(errors.SnapshotNotKept, match="No such file") as raised:
        client.operations.snapshot(node.address, OWN, tmp_path / "gone" / "a.snap")
    assert "snapshots" in raised.value.advice
    assert node.arrived == []


def test_a_place_that_is_taken_keeps_what_it_has(
    client: ClusterClient, node: Node, tmp_path: Path
) -> None:
    """Where a directory has the name, nothing is lost and nothing is left."""
    to = tmp_path / "a.snap"
    to.mkdir()
    node.tell("GET", PATH, sends(WHOLE))
    with pytest.raises(errors.SnapshotNotKept):
        client.operations.snapshot(node.address, OWN, to)
    assert list(tmp_path.iterdir()) == [to]


def test_a_stream_without_an_end_ends(tmp_path: Path) -> None:
    """Whatever answers cannot fill the disk beyond the most that a snapshot may have."""
    part = Part(tmp_path / "a.snap", node="n", most=10)
    part.write(b"12345")
    with pytest.raises(errors.SnapshotIncomplete):
        part.write(b"678901")
    part.close()
    assert list(tmp_path.iterdir()) == []
