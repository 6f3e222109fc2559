"""Real OpenBao clusters: Raft storage, real Shamir shares, one or three nodes on 127.0.0.1."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import requests

from lab.openbao_node import Node, Unanswered
from lab.process import NotInTime, wait_until


class Refused(Exception):
    """A request that OpenBao answered with an error; the text has status and the server's words."""


@dataclass(slots=True, kw_only=True)
class BaoCluster:
    """One cluster: `start()` leaves it initialised, unsealed, and with an active node.

    `shares` are what opens it now (33 bytes each; with auto-unseal they are recovery keys and
    unseal nothing); after `restore` they are those of the cluster that the snapshot came from.
    """

    name: str
    nodes: tuple[Node, ...]
    share_count: int = 5
    threshold: int = 3
    auto_unseal: bool = False
    shares: tuple[bytes, ...] = field(default=(), repr=False)
    root_token: str = field(default="", repr=False)

    def start(self) -> None:
        """Start every node; initialise the first; let the others join; unseal all."""
        for node in self.nodes:
            node.start()
        self._each(Node.wait_listening)
        self._initialise()
        self.unseal()
        self._agree()

    def stop(self) -> None:
        """End all nodes in order, at the same time; about 2 s. `kill` is quicker."""
        self._each(Node.stop)

    def active(self, *, seconds: float = 30) -> Node:
        """Return the active node; waits for one up to `seconds`, else raises NotInTime."""
        found: list[Node] = []

        def one_is_active() -> bool:
            found[:] = [node for node in self.nodes if node.is_active()]
            return bool(found)

        wait_until(one_is_active, seconds=seconds, what=f"{self.name} has an active node")
        return found[0]

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = None,
        node: Node | None = None,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> requests.Response:
        """Send a request straight to OpenBao (`path` without /v1), as root unless `token` is given.

        It goes to the active node unless `node` is given. Returns whatever is answered; raises
        Unanswered if nothing is.
        """
        return (node or self.active()).request(
            method,
            path,
            body,
            content=content,
            headers={
                "X-Vault-Token": self.root_token if token is None else token,
                **(headers or {}),
            },
        )

    def call(
        self, method: str, path: str, body: object = None, *, token: str | None = None
    ) -> dict[str, Any]:
        """Like `request`, and return the reply's JSON ({} if empty); raise Refused on an error."""
        reply = self.request(method, path, body, token=token)
        _refuse_errors(reply, f"{method} {path}")
        return dict(reply.json()) if reply.content else {}

    def unseal(self, node: Node | None = None) -> None:
        """Unseal all nodes, or one, with the shares held here; what is down is left alone."""
        for each in (node,) if node else self.nodes:
            if each.running:
                each.unseal([] if self.auto_unseal else self.shares[: self.threshold])

    def seal(self, node: Node | None = None) -> None:
        """Seal the active node (or the given one); returns when it says so."""
        target = node or self.active()
        self.request("PUT", "sys/seal", node=target)
        wait_until(lambda: target.sealed() is True, seconds=10, what=f"{target.name} is sealed")

    def kill(self, node: Node | None = None) -> None:
        """SIGKILL one node, or all."""
        for each in (node,) if node else self.nodes:
            each.kill()

    def revive(self, node: Node | None = None) -> None:
        """Start what is down and resume what is paused, unseal, and wait for an active node."""
        wanted = (node,) if node else self.nodes
        for each in wanted:
            each.resume()
        stopped = [each for each in wanted if not each.running]
        for each in stopped:
            each.start()
        for each in stopped:
            each.wait_listening()
        self.unseal(node)
        self._agree()

    def step_down(self) -> Node:
        """Make the active node give up leadership; returns the node that is active afterwards.

        With three nodes this is another one, and an attempt in the old one's memory is out of
        sight (facts/vault 1.4).
        """
        before = self.active()
        self.request("PUT", "sys/step-down", node=before)
        return self.active()

    def lead(self, node: Node) -> None:
        """Make this node active; what it remembers of an attempt is there again then.

        Raft hands over to whom it likes, hence the others are paused meanwhile, and are behind.
        Who stepped down does not lead again for 10 s, but on a busy machine it may all the same
        be chosen then: it is asked again.
        """
        if (before := self.active()) is node:
            return
        others = [each for each in self.nodes if each not in (before, node) and each.answers]
        for each in others:
            each.pause()
        self.request("POST", "cubbyhole/lab", {"some": "thing"}, node=before)

        def leads() -> bool:
            if before.is_active():
                self.request("PUT", "sys/step-down", node=before)
            return node.is_active()

        wait_until(leads, seconds=90, every=0.2, what=f"{node.name} is active")
        for each in others:
            each.resume()
        self._agree()

    def snapshot(self) -> bytes:
        """Return a Raft snapshot: everything the cluster holds, still encrypted by its barrier."""
        reply = self.request("GET", "sys/storage/raft/snapshot")
        _refuse_errors(reply, f"snapshot of {self.name}")
        return reply.content

    def restore_from(self, other: BaoCluster) -> None:
        """Hold afterwards what `other` holds now: secrets, tokens, cluster id, keys; about 1 s.

        OpenBao answers snapshot-force at once, installs the snapshot half a second later and
        then waits 5 s before it seals itself over keys it does not know; a node that was ended
        before the installation has lost it. So its log is watched for the installation, after
        which ending it at once is safe: the files are complete, and a start with the other's
        keys finds them (measured on OpenBao 2.7.2).
        """
        snapshot = other.snapshot()
        leader = self.active()
        marks = {node: node.log_size() for node in self.nodes}
        reply = self.request(
            "PUT", "sys/storage/raft/snapshot-force", content=snapshot, node=leader
        )
        _refuse_errors(reply, f"snapshot-force on {self.name}")
        for node, mark in marks.items():
            text = "restored user snapshot" if node is leader else "Installed remote snapshot"
            node.wait_said(text, since=mark, seconds=20)
        self.kill()
        self.shares, self.root_token = other.shares, other.root_token
        self.threshold, self.share_count = other.threshold, other.share_count
        self.revive()

    def _agree(self) -> None:
        """Wait until every node that runs knows the same leader."""
        active = self.active()
        wait_until(
            lambda: all(node.leader() == active.api_address for node in self.nodes if node.answers),
            seconds=30,
            what=f"the nodes of {self.name} agree on their leader",
        )

    def _initialise(self) -> None:
        kind = "recovery" if self.auto_unseal else "secret"
        first, *others = self.nodes
        reply = first.request(
            "PUT",
            "sys/init",
            {f"{kind}_shares": self.share_count, f"{kind}_threshold": self.threshold},
        )
        _refuse_errors(reply, f"init of {self.name}")
        born = reply.json()
        encoded = born["recovery_keys_base64" if self.auto_unseal else "keys_base64"]
        self.shares = tuple(base64.b64decode(share) for share in encoded)
        self.root_token = born["root_token"]
        self.unseal(first)
        self.active()
        if others:
            self._grow(first, others)

    def _grow(self, first: Node, others: Sequence[Node]) -> None:
        # A node counts as a voter only after it was stable for a while (10 s as shipped).
        hasty = {"server_stabilization_time": "100ms"}
        self.call("POST", "sys/storage/raft/autopilot/configuration", hasty)
        for node in others:
            node.join(first, shares=[] if self.auto_unseal else self.shares[: self.threshold])
        wait_until(self._all_vote, seconds=30, what=f"every node of {self.name} is a voter")

    def _all_vote(self) -> bool:
        members = self.call("GET", "sys/storage/raft/configuration")["data"]["config"]["servers"]
        return [member["voter"] for member in members] == [True] * len(self.nodes)

    def _each(self, act: Callable[[Node], None]) -> None:
        with ThreadPoolExecutor(len(self.nodes)) as pool:
            list(pool.map(act, self.nodes))


def _refuse_errors(reply: requests.Response, what: str) -> None:
    if not reply.ok:
        raise Refused(f"{what}: {reply.status_code} {reply.text.strip()}")


__all__ = [
    "BaoCluster",
    "Node",
    "NotInTime",
    "Refused",
    "Unanswered",
]
