"""A ceremony without Slack: a conductor at a table with a real Redis and real Vaults."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from ceremonies import store
from ceremonies.ceremony import Ceremony, Phase
from ceremonies.clock import Clock
from ceremonies.conductor import Answer, Conductor, Done, People
from ceremonies.conductor.opening import open_conductor
from ceremonies.conductor.spans import Spans, Watch
from ceremonies.errors import SecretUnreadable
from ceremonies.events import Purpose
from ceremonies.identity import Identity, generate_pem
from ceremonies.keychain import Keychain
from ceremonies.roster import KeyHolder, Person, Role, Roster
from ceremonies.rota.rules import ShiftRules
from ceremonies.topology import AppRole, ApprovalRules, CeremonyRules, Cluster, ReplicationSet
from ceremonies.vault import ClusterClient
from lab.enterprise import ReplicationRange
from lab.process import wait_until

HOLDERS = ("U0ADA", "U0BEN", "U0CAT", "U0DAN", "U0EVE")
SAM, KIM = "U0SAM", "U0KIM"
SET = "payments"


class SetClock(Clock):
    """Redis's clock, put forward by hand."""

    def __init__(self, real: Clock) -> None:
        self._real = real
        self._ahead = 0

    def measure(self) -> None:
        """Leave the offset as it is."""

    def now(self) -> int:
        """Return the real time, put forward."""
        return self._real.now() + self._ahead

    def forward(self, *, minutes: float) -> None:
        """Let this much time have passed."""
        self._ahead += int(minutes * 60_000)

    def put_to(self, moment: int) -> None:
        """Let it be this time (ms since the epoch), and go on from there."""
        self._ahead += moment - self.now()


@dataclass
class Table:
    """Sam commands, Kim approves, five people hold shares."""

    vaults: ReplicationRange
    redis_url: str
    rules: CeremonyRules = field(default_factory=CeremonyRules)
    approval: ApprovalRules = field(default_factory=ApprovalRules)
    master_key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    watch: Watch = field(default_factory=Watch)
    identity: Identity = field(default_factory=lambda: Identity.from_pem(generate_pem()))
    auth: AppRole | None = None  # the bot's own login on every cluster
    snapshots: Path | None = None
    left_out: tuple[str, ...] = ()  # clusters that the file does not name
    hands: tuple[str, ...] = ()  # steps that people do
    shifts: tuple[ShiftRules, ...] = ()
    intent_s: float = 30.0
    skew_s: float = Spans().skew_s
    conductors: list[Conductor] = field(default_factory=list)
    clock: SetClock | None = None
    tokens: dict[str, str] = field(default_factory=dict)  # cluster → what 2.x wants
    stores: list[store.Redis] = field(default_factory=list)
    _causes: int = 0

    @property
    def shares(self) -> tuple[bytes, ...]:
        """The shares that open the secondary: the primary's."""
        return self.vaults["b"].bao.shares

    def people(self) -> People:
        """The roster and the one set."""
        roles = {
            **dict.fromkeys(HOLDERS, frozenset({Role.KEY_HOLDER})),
            SAM: frozenset({Role.INCIDENT_COMMANDER, Role.SHIFT_LEAD}),
            KIM: frozenset({Role.INCIDENT_COMMANDER, Role.APPROVER, Role.SHIFT_LEAD}),
        }
        roster = Roster(
            people=tuple(Person(slack=s, name=s[2:].title(), roles=r) for s, r in roles.items())
        )
        served = ReplicationSet(
            name=SET,
            clusters=tuple(
                Cluster(name=name, address=cluster.address, nodes=cluster.nodes, auth=self.auth)
                for name, cluster in self.vaults.clusters.items()
                if name not in self.left_out
            ),
            key_holders=tuple(KeyHolder(slack=slack) for slack in HOLDERS),
            incident_channel="C0INCIDENT",
            home_primary="a",
            canary_path="kv/conclave-canary" if self.auth else None,
            snapshots=self.snapshots,
            hands=self.hands,
            shifts=self.shifts,
            ceremony=self.rules,
            approval=self.approval,
        )
        return People(roster=roster, sets={SET: served})

    @property
    def spans(self) -> Spans:
        """How long effects may take here."""
        return Spans(intent_s=self.intent_s, watch=self.watch, skew_s=self.skew_s)

    def redis_client(self) -> store.Redis:
        """Return one more client of Redis, which ends with the table."""
        opened = store.connect(self.redis_url)
        self.stores.append(opened)
        return opened

    def clock_of_redis(self) -> SetClock:
        """Return the clock of every replica here."""
        if self.clock is None:
            redis = self.redis_client()
            self.clock = SetClock(Clock(lambda: store.now(redis)))
        return self.clock

    def sealed(self, kind: str, cluster: str, name: str) -> dict[str, str]:
        """Return what is sealed under this name: who has the store and its key can read it."""
        keychain = Keychain(self.redis_client(), (self.master_key,), SET)
        opened: dict[str, str] = json.loads(keychain.open(kind, cluster, name))
        return opened

    def is_sealed(self, kind: str, cluster: str, name: str) -> bool:
        """Return whether something is sealed under this name."""
        keychain = Keychain(self.redis_client(), (self.master_key,), SET)
        try:
            keychain.open(kind, cluster, name)
        except SecretUnreadable:
            return False
        return True

    def seat(self) -> Conductor:
        """Open one more replica."""
        redis = self.redis_client()
        clock = self.clock_of_redis()
        people = self.people()
        conductor = open_conductor(
            redis,
            workspace="T0CONCLAVE",
            people=lambda: people,
            identity=self.identity,
            master_keys=(self.master_key,),
            replica=f"r{len(self.conductors) + 1}",
            client=lambda served, name: ClusterClient(
                _cluster(served, name),
                token=lambda: self.tokens.get(name),
                limits=self.spans.limits,
            ),
            clock=clock,
            spans=self.spans,
        )
        conductor.run()
        self.conductors.append(conductor)
        return conductor

    @property
    def conductor(self) -> Conductor:
        """The first replica, seated when first asked for."""
        return self.conductors[0] if self.conductors else self.seat()

    @property
    def ceremony(self) -> Ceremony:
        """The newest ceremony on `b`."""
        newest = self.conductor.state(SET).newest("b")
        assert newest is not None, "no ceremony was started"
        return newest

    def cause(self) -> str:
        """Return a cause that was not used before."""
        self._causes += 1
        return f"view:{self._causes}"

    def starts(self, purpose: Purpose = Purpose.PROMOTE) -> Ceremony:
        """Sam starts a ceremony on `b`; returns when shares are collected."""
        answer = self.conductor.start(
            SET, by=SAM, cluster="b", purpose=purpose, reason="a is on fire", cause=self.cause()
        )
        assert isinstance(answer, Done), answer
        self.waits_for(Phase.COLLECTING)
        return self.ceremony

    def gives(self, holder: str, share: bytes, *, by: Conductor | None = None) -> Answer:
        """Let a holder hand in a share, as hex."""
        return (by or self.conductor).offer_share(
            SET, self.ceremony.id, holder=holder, text=share.hex(), cause=self.cause()
        )

    def asks_for_promotion(self) -> Answer:
        """Sam types the cluster's name and asks."""
        return self.conductor.request_promotion(
            SET, self.ceremony.id, by=SAM, typed="payments/b", reason="fire", cause=self.cause()
        )

    def approves(self, by: str = KIM) -> Answer:
        """Kim agrees to the promotion that is asked for."""
        request = self.ceremony.request
        return self.conductor.approve(
            SET,
            self.ceremony.id,
            by=by,
            request=request.at if request else 0,
            cause=self.cause(),
        )

    def waits_for(self, phase: Phase, *, seconds: float = 20) -> None:
        """Return once the ceremony is in this phase."""
        wait_until(
            lambda: self.ceremony.phase is phase,
            seconds=seconds,
            what=f"{phase}; it is {self.ceremony.phase}: {self.ceremony.trouble}",
        )

    def waits(self, condition: str, *, seconds: float = 20) -> None:
        """Return once this attribute of the ceremony is true."""
        wait_until(
            lambda: bool(getattr(self.ceremony, condition)),
            seconds=seconds,
            what=f"the ceremony's {condition}",
        )

    def waits_for_token_over(self, *, seconds: float = 20) -> None:
        """Return once nothing is left to be done about the token."""
        wait_until(
            lambda: self.ceremony.token.is_over, seconds=seconds, what="the token is dealt with"
        )

    def rises(self) -> None:
        """Close every replica, and what it had open."""
        for conductor in self.conductors:
            conductor.close(5)
        for opened in self.stores:
            opened.close()
        self.conductors.clear()
        self.stores.clear()
        self.clock = None


def _cluster(served: ReplicationSet, name: str) -> Cluster:
    found = served.cluster(name)
    assert found is not None
    return found
