"""One replication set's station: everything that its effects need, in one value."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Protocol

import structlog

from ceremonies.ceremony import Ceremony
from ceremonies.clock import Clock
from ceremonies.commands import Fresh, Refusal
from ceremonies.conductor.configuration import configured_anew
from ceremonies.conductor.ledger import Ledger
from ceremonies.conductor.spans import Spans
from ceremonies.conductor.vantages import Vantages
from ceremonies.decide.terms import Terms
from ceremonies.duty import ATTEMPT_MS
from ceremonies.errors import ConclaveError, SecretUnreadable, StoreUnreachable
from ceremonies.events import ClusterIdSeen, Event, Intended, Kind, Part
from ceremonies.evidence import Evidence, NodeSeen
from ceremonies.gates import Autopilot, Context, Survey, agreed_id, judge, nodes_seen
from ceremonies.keychain import Keychain
from ceremonies.samples import Sample, Samples, sample_of
from ceremonies.state import SetState
from ceremonies.vault import ClusterClient, ClusterView, Mode
from ceremonies.vault.errors import PermissionDenied

log = structlog.get_logger()

TOKEN_KEPT_S = 7 * 24 * 3600
OTP_MARGIN_S = 3600  # an OTP outlives the latest possible deadline by an hour

BOT = "conclave"
DUTY = "duty"  # the kind under which the keychain has a token on duty, or its wrap


class Login(Protocol):
    """The bot's own login on one cluster while that is primary or has no replication."""

    def token(self, node: str) -> str:
        """Return a token that works now; raises VaultError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A set's ledger, clusters, secrets and rules, as this replica holds them."""

    ledger: Ledger
    clients: Mapping[str, ClusterClient]
    keychain: Keychain
    clock: Clock
    terms: Callable[[], Terms]
    replica: str
    spans: Spans = field(default_factory=Spans)
    views: dict[str, ClusterView] = field(default_factory=dict)
    samples: Samples | None = None
    vantages: Vantages | None = None
    logins: Mapping[str, Login] = field(default_factory=dict)
    rota_problems: Callable[[], tuple[str, ...]] = tuple

    @property
    def name(self) -> str:
        """The set's name."""
        return self.ledger.name

    def fresh(self) -> Fresh:
        """Return new ids and a new time limit for one decision."""
        return Fresh(
            ceremony=secrets.token_hex(8),
            effect=secrets.token_hex(8),
            replica=self.replica,
            until=self.clock.now() + self.spans.intent_ms,
            runbook=secrets.token_hex(8),
        )

    def look(self, target: str, context: Context | None = None) -> Evidence:
        """Ask every node of every cluster of the set, and judge a promotion of `target`.

        Without a `context` it is judged as an unplanned one. A healthy set is sampled by the way.
        """
        at = self.clock.now()
        seen, sample = self._asked(at)
        context, autopilot = self._tried(seen[target], context or Context())
        survey = Survey(
            at=at,
            views=tuple(seen.values()),
            sample=sample,
            vantages=self.vantages.others(at=at) if self.vantages else (),
            autopilot=autopilot,
        )
        known = self._known_id(nodes_seen(tuple(seen.values())))
        return judge(survey, target=target, known_cluster_id=known, context=context)

    def _tried(self, view: ClusterView, context: Context) -> tuple[Context, Autopilot | None]:
        """Try the token that is held where it is for, by a read that changes nothing.

        A secondary serves Raft's autopilot to whoever may promote it (facts/vault 6.3). Whatever
        is neither yes nor no leaves open whether it takes the token.
        """
        life, c = context.token, self.ledger.state.open_ceremony(view.name)
        node = view.active if view.mode is Mode.SECONDARY else None
        if life is None or not life.held or c is None or node is None:
            return context, None
        accepted: bool | None = None
        healthy = None
        try:
            token = self.keychain.open("token", c.cluster, c.nonce).decode()
            told = self.clients[view.name].operations.autopilot(node, token)
            accepted, healthy = True, told.healthy
        except PermissionDenied:
            accepted = False
        except ConclaveError as error:
            log.debug("token.not_tried", set=self.name, problem=type(error).__name__)
        tried = replace(context, token=replace(life, accepted=accepted))
        return tried, Autopilot(healthy=healthy) if accepted else None

    def ask_all(self) -> dict[str, ClusterView]:
        """Return what every node of every cluster says now; a healthy set is sampled by the way."""
        return self._asked(self.clock.now())[0]

    def _asked(self, at: int) -> tuple[dict[str, ClusterView], Sample | None]:
        with ThreadPoolExecutor(len(self.clients), "look") as pool:
            looks = {n: pool.submit(c.look, at / 1000) for n, c in self.clients.items()}
        # Judged is what this look saw: another one may put older views beside ours meanwhile.
        views = {name: seen.result() for name, seen in looks.items()}
        self.views.update(views)
        if self.vantages is not None:
            self.vantages.put(views.values(), at=at)
        return views, self._sampled(tuple(views.values()), at=at)

    def _sampled(self, views: Sequence[ClusterView], *, at: int) -> Sample | None:
        """Keep what a healthy set teaches; return that, or else the last good sample."""
        sample = sample_of(views, at=at)
        if self.samples is None or sample is None:
            return sample or (self.samples.newest() if self.samples else None)
        try:
            self.samples.put(sample)
        except StoreUnreachable:
            log.debug("sample.not_kept", set=self.name)
        return sample

    def _known_id(self, nodes: tuple[NodeSeen, ...]) -> str:
        """Return the set's cluster id; where a healthy pair tells another, note that first."""
        seen = agreed_id(nodes)
        if seen and seen != self.ledger.state.cluster_id:
            self.conclude(
                ClusterIdSeen(cluster_id=seen), unless=lambda state: state.cluster_id == seen
            )
        return self.ledger.state.cluster_id

    def uses_recovery_keys(self, cluster: str) -> bool:
        """Return whether this cluster's holders have recovery keys, since it unseals itself."""
        if cluster not in self.views:
            self.views[cluster] = self.clients[cluster].look(self.clock.now() / 1000)
        return bool(self.views[cluster].recovery_keys)

    def may_send(self, intent: Intended) -> bool:
        """Return whether a call sent now ends before another replica may adopt the intent."""
        return self.clock.now() + self.spans.call_ms <= intent.until

    def intend(
        self,
        kind: Kind,
        ceremony: str,
        *,
        still: Callable[[SetState, Ceremony, int], bool],
        evidence: Evidence | None = None,
        nonce: str = "",
        force: bool = False,
    ) -> Intended | None:
        """Append the intent to do `kind` if it is `still` owed; None if it is not ours to do."""
        fresh = self.fresh()

        def build(state: SetState, now: int) -> Sequence[Event]:
            c = state.find(ceremony)
            if c is None or c.cluster in state.intents or not still(state, c, now):
                return ()
            intent = Intended(
                effect=fresh.effect,
                kind=kind,
                lane=c.cluster,
                replica=fresh.replica,
                until=fresh.until,
                ceremony=ceremony,
                nonce=nonce,
                force=force,
                evidence=evidence,
            )
            return (intent,)

        outcome = self.ledger.append(build, who=BOT, confirm=True)
        if isinstance(outcome, Refusal):
            raise RuntimeError("an intent was refused")  # noqa: TRY004 — a programmer's mistake
        return self.mine(fresh.effect)

    def mine(self, effect: str) -> Intended | None:
        """Return the open intent with this id, or None."""
        intents = self.ledger.state.intents.values()
        return next((intent for intent in intents if intent.effect == effect), None)

    def conclude(self, *events: Event, unless: Callable[[SetState], bool] | None = None) -> None:
        """Append these outcomes, whatever it takes, unless the newest state forbids it."""

        def build(state: SetState, now: int) -> Sequence[Event]:
            del now
            return () if unless is not None and unless(state) else events

        self.ledger.record(build, who=BOT)

    def close_intent(self, effect: str, *events: Event) -> None:
        """Append the outcome of an effect, unless somebody who adopted it did so before."""
        self.conclude(
            *events,
            unless=lambda state: all(i.effect != effect for i in state.intents.values()),
        )

    def note_configuration(self) -> None:
        """Append once in every open ceremony that its people or rules are others now, if so."""
        self.ledger.record(lambda state, _: configured_anew(state, self.terms()), who=BOT)

    def keep(self, kind: str, c: Ceremony, nonce: str, secret: str, *, expires_in: int) -> None:
        """Seal a secret of this attempt in the keychain, whatever it takes, before any event."""
        self.keep_named(kind, c.cluster, nonce, secret, expires_in=expires_in)

    def keep_named(
        self, kind: str, cluster: str, name: str, secret: str, *, expires_in: int
    ) -> None:
        """Seal a secret of a step in the keychain, whatever it takes, before any event."""
        while True:
            try:
                self.keychain.put(kind, cluster, name, secret.encode(), expires_in=expires_in)
            except StoreUnreachable:
                if self.ledger.closing.wait(0.5):
                    raise
                continue
            return

    def token_of(self, c: Ceremony) -> str:
        """Return the token that this ceremony holds: its own, or the one on duty.

        Raises SecretUnreadable and StoreUnreachable.
        """
        if not c.duty:
            return self.keychain.open("token", c.cluster, c.nonce).decode()
        token = self.ledger.state.duties.find(c.duty)
        return self.duty_secret(token.cluster if token else c.cluster, c.duty)

    def duty_secret(self, cluster: str, duty: str) -> str:
        """Return a token on duty, or what it is wrapped in. Raises as `token_of`."""
        return str(json.loads(self.keychain.open(DUTY, cluster, duty))["secret"])

    def token_for_attempts(self, cluster: str) -> str | None:
        """Return the token on duty in our hands, which Vault 2.x lets in; None: there is none.

        One that is too short for a promotion is as good: each request is asked anew.
        """
        duties, now = self.ledger.state.duties, self.clock.now()
        token = duties.usable(cluster, now=now, needed=ATTEMPT_MS)
        if token is None or token.part is not Part.BOT:
            return None
        try:
            return self.duty_secret(token.cluster, token.id)
        except (SecretUnreadable, StoreUnreachable):
            return None

    def keep_token(self, c: Ceremony, token: str) -> None:
        """Seal the decoded token until Vault confirmed its deletion, 7 days at most."""
        self.keep("token", c, c.nonce, token, expires_in=TOKEN_KEPT_S)
