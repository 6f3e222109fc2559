"""The practice range: clusters in DR replication, real OpenBao behind, faults on demand."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TypeVar

import aiohttp
import requests

from lab.enterprise.balancer import Balancer
from lab.enterprise.cluster import LabCluster
from lab.enterprise.faults import Fault
from lab.enterprise.front import Front
from lab.enterprise.furnish import BotLogin, furnish, replace_canary
from lab.enterprise.loop import BackgroundLoop
from lab.enterprise.record import Record
from lab.enterprise.replicate import current_wal, replicate
from lab.enterprise.routes import Endpoint, respond
from lab.enterprise.site import Site
from lab.enterprise.state import Behaviour, ClusterState, ReplicationState, Role
from lab.enterprise.tokens import revoke_operation_tokens
from lab.enterprise.upkeep import keep_replicating, keep_tending, listen_to_hearts, tend
from lab.enterprise.upstream import Upstream
from lab.openbao import BaoCluster
from lab.openbao_node import OPENBAO, Flavour
from lab.openbao_plan import new_seal_key, plan_cluster, start_clusters
from lab.process import CannotStart, free_port, wait_until

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class ReplicationRange:
    """Clusters by name: the first is the primary, the others are its secondaries.

    `start()` (or `with`) leaves them all serving and in step; `stop()` leaves nothing behind.
    All methods are for ordinary threads; the fronts live in a loop of their own.
    """

    directory: Path
    names: Sequence[str] = ("a", "b")
    nodes: Mapping[str, int] = field(default_factory=dict)  # one each, unless said otherwise
    shares: int = 5
    threshold: int = 3
    auto_unseal: bool = False
    balancers: bool = False
    replicate_every: float | None = None  # seconds; None: only when `replicate` is called
    clusters: dict[str, LabCluster] = field(default_factory=dict)
    record: Record = field(default_factory=Record)
    _flavour: Flavour = OPENBAO
    _endpoint: Endpoint = respond
    _attempt: str = "sys/generate-root/attempt"  # where the OpenBao behind has it
    _baos: Sequence[BaoCluster] = ()
    _login: BotLogin | None = None
    _faults: list[Fault] = field(default_factory=list)
    _everybody: ReplicationState = field(default_factory=ReplicationState)
    _background: BackgroundLoop | None = field(default=None, repr=False)
    _session: aiohttp.ClientSession | None = field(default=None, repr=False)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __getitem__(self, name: str) -> LabCluster:
        return self.clusters[name]

    def start(self) -> Self:
        """Start every cluster at the same time, replicate, open the fronts."""
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Close the fronts and end every process."""
        if self._background is None:
            return
        self._background.run(self._close())
        self._background.close()
        self._background = None
        for bao in self._baos:
            bao.kill()

    @property
    def primary(self) -> LabCluster:
        """The first cluster that is a primary now."""
        return next(c for c in self.clusters.values() if c.role is Role.PRIMARY)

    @property
    def bot_login(self) -> BotLogin:
        """With what a bot logs in on whichever cluster is the primary."""
        if self._login is None:
            raise CannotStart("the range was not started")
        return self._login

    def request(
        self,
        cluster: str,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str = "",
        node: str | None = None,
        seconds: float = 15,
    ) -> requests.Response:
        """Send a request as any client would (`path` without /v1), through the front."""
        target = self[cluster]
        address = target.address_of(node) if node else target.address
        with requests.Session() as session:
            session.trust_env = False
            return session.request(
                method,
                f"{address}/v1/{path}",
                json=body,
                headers={"X-Vault-Token": token} if token else {},
                allow_redirects=False,
                timeout=(3, seconds),
            )

    def replicate(self, name: str = "b") -> None:
        """Let this secondary hold what its primary holds now; ReplicationHeld if it cannot."""
        self._run(replicate(self._everybody, self[name].state), seconds=60)

    def inject(self, fault: Fault) -> Fault:
        """Let the fault meet requests from now on; its `fired` tells how many it met."""
        self._faults.append(fault)
        return fault

    def clear_faults(self) -> None:
        """No fault from now on; what hangs is cut."""
        self._faults.clear()
        self._run(self._release())

    def reset(self) -> None:
        """Be as after `start`: roles, switches, no attempt, no fault, nothing recorded, all up.

        What the clusters hold is not copied anew (`replicate` does that); the WAL counters say
        "in step" nevertheless.
        """
        self.clear_faults()
        for cluster in self.clusters.values():
            cluster.state.epoch += 1
        for cluster in self.clusters.values():
            wait_until(cluster.state.in_step, seconds=30, what="the sync has ended")
            cluster.close_attempts()
            cluster.revive()
            cluster.cancel_attempt()
            cluster.lay_ghosts()
            site = cluster.fronts[0].site
            self._run(revoke_operation_tokens(site))
            replace_canary(cluster.bao)
        self._assign_roles()
        self.record.clear()

    def _start(self) -> None:
        self._background = BackgroundLoop("lab-fronts")
        self._baos = self._plan()
        start_clusters(*self._baos)
        first, *others = self._baos
        self._login = furnish(first)
        self._pair(first, others)
        self._background.run(self._build())
        self._assign_roles()
        self._settle()

    def _pair(self, first: BaoCluster, others: Sequence[BaoCluster]) -> None:
        """Let the others hold what the first holds."""
        with ThreadPoolExecutor(max(1, len(others))) as pool:
            list(pool.map(lambda other: other.restore_from(first), others))

    def _plan(self) -> list[BaoCluster]:
        seal_key = new_seal_key() if self.auto_unseal else None
        return [
            plan_cluster(
                name,
                self.directory,
                nodes=self.nodes.get(name, 1),
                shares=self.shares,
                threshold=self.threshold,
                static_seal_key=seal_key,
                flavour=self._flavour,
                api_addresses=[
                    f"http://127.0.0.1:{free_port()}" for _ in range(self.nodes.get(name, 1))
                ],
            )
            for name in self.names
        ]

    async def _build(self) -> None:
        self._session = aiohttp.ClientSession(
            auto_decompress=False, timeout=aiohttp.ClientTimeout(total=120)
        )
        for bao in self._baos:
            state = ClusterState(bao=bao, role=Role.SECONDARY)
            self._everybody.clusters[bao.name] = state
            fronts = [
                Front(
                    site=Site(
                        everybody=self._everybody,
                        state=state,
                        node=node,
                        upstream=Upstream(address=node.address, session=self._session),
                    ),
                    record=self.record,
                    faults=lambda: self._faults,
                    respond=self._endpoint,
                )
                for node in bao.nodes
            ]
            balancer = Balancer(fronts=fronts, session=self._session) if self.balancers else None
            if balancer:
                await balancer.open()
            self.clusters[bao.name] = LabCluster(
                state=state,
                fronts=fronts,
                balancer=balancer,
                _attempt=self._attempt,
                _settle=self._settle,
            )
            state.does(self._keep_replicating(state))
        state.does(keep_tending(self._everybody, tuple(self._all_fronts())))

    def _assign_roles(self) -> None:
        primary, *secondaries = [self[name].state for name in self.names]
        wal = current_wal(primary)
        for state in (primary, *secondaries):
            state.behaviour = Behaviour()
            state.role, state.primary = Role.SECONDARY, primary.name
            state.secondaries, state.secondary_id = {}, state.name
            state.remote_wal, state.away_until = wal, 0.0
            state.sealed, state.heard = False, datetime.now(tz=UTC)
        primary.role, primary.primary, primary.secondary_id = Role.PRIMARY, None, ""
        primary.secondaries = {state.name: state.name for state in secondaries}

    def _run(self, work: Coroutine[Any, Any, T], *, seconds: float = 30) -> T:
        if self._background is None:
            raise CannotStart("the range was not started")
        return self._background.run(work, seconds=seconds)

    def _settle(self) -> None:
        fronts = tuple(self._all_fronts())
        self._run(tend(fronts))
        self._run(listen_to_hearts(self._everybody, fronts))

    async def _keep_replicating(self, state: ClusterState) -> None:
        if self.replicate_every is not None:
            await keep_replicating(self._everybody, state, every=self.replicate_every)

    async def _release(self) -> None:
        for front in self._all_fronts():
            front.release()

    async def _close(self) -> None:
        # Whoever tends the fronts would open again what is closed here.
        tasks = [task for cluster in self.clusters.values() for task in cluster.state.tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for cluster in self.clusters.values():
            for front in cluster.fronts:
                await front.close()
            if cluster.balancer:
                await cluster.balancer.close()
        if self._session:
            await self._session.close()

    def _all_fronts(self) -> Iterator[Front]:
        for cluster in self.clusters.values():
            yield from cluster.fronts
