"""Two replicas on one world, and what people, outsiders and fate do to them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from ceremonies.ceremony import Ceremony, Phase
from ceremonies.commands import Approve, Command, Reject, RequestPromotion, Restart, Start
from ceremonies.conductor import shares
from ceremonies.errors import VaultError
from ceremonies.events import Purpose, from_plain
from ceremonies.fold import fold
from ceremonies.owed import Owed
from ceremonies.state import SetState
from tests.ceremonies.cast import HOLDERS, KIM, SAM
from tests.ceremonies.desk import HOUR, MINUTE
from tests.ceremonies.model.fate import Died, Fate
from tests.ceremonies.model.replica import Replica
from tests.ceremonies.model.vault import bad, good
from tests.ceremonies.model.watching import Watcher
from tests.ceremonies.model.world import ModelWorld


@dataclass(frozen=True)
class Plan:
    """How a ceremony begins: `far` steps of the usual course, the last of them under `fate`."""

    purpose: Purpose
    far: int
    asks: str
    agrees: bool
    pause: float  # seconds before the last step
    fate: Fate | None


class Stage:
    """The set payments with its one secondary `b`."""

    def __init__(self, world: ModelWorld) -> None:
        self.world = world
        self.watcher = Watcher(world)
        world.on_entry = self.watcher.reads
        world.on_promote = self.watcher.promotes
        self.replicas = [Replica(world, "r0"), Replica(world, "r1")]
        self.found: list[list[Owed]] = [[], []]
        self.born = 2
        self.clicks = 0

    @property
    def ceremony(self) -> Ceremony | None:
        """The open ceremony on `b`."""
        return self.watcher.state.open_ceremony("b")

    @property
    def is_broken(self) -> bool:
        """Whether something stands in the bot's way for long."""
        vault = self.world.vault
        return vault.away or vault.catching_up or self.world.other is not None

    # -- replicas ------------------------------------------------------------------------------

    def step(self, which: int, does: Callable[[Replica], object], fate: Fate | None = None) -> None:
        """Let a replica take a step under this fate; one that dies is replaced by a new one."""
        replica = self.replicas[which]
        replica.fate = fate or Fate()
        replica.fate.meanwhile = lambda: self._goes_on(1 - which, replica.fate)
        try:
            does(replica)
        except Died:
            self.replicas[which] = Replica(self.world, f"r{self.born}")
            self.born += 1
        else:
            replica.fate = Fate()

    def _goes_on(self, which: int, fate: Fate) -> None:
        self.world.clock.passes(fate.hangs)
        everything_owed(self.replicas[which])
        if fate.restarted:
            self.restarts(which, agrees=True, chosen=False)
            everything_owed(self.replicas[which])

    # -- people --------------------------------------------------------------------------------

    def wishes(self, which: int, wish: Command, by: str) -> None:
        """Somebody's click reaches one of the replicas."""
        self.step(which, lambda replica: replica.decides(wish, by=by))

    def starts(self, which: int, purpose: Purpose) -> None:
        """Sam starts a ceremony."""
        evidence = self.replicas[which].station.look("b")
        wish = Start(by=SAM, cluster="b", purpose=purpose, reason="fire", evidence=evidence)
        self.wishes(which, wish, SAM)

    def gives(self, which: int, x: int, *, right: bool = True, fate: Fate | None = None) -> None:
        """A holder pastes a share, which may be another cluster's."""
        c = self.ceremony
        if c is None:
            return
        given = (good(x) if right else bad(x)).hex()
        self.clicks += 1
        cause = f"view-{self.clicks}"

        def offer(replica: Replica) -> None:
            shares.offer(replica.station, c.id, holder=HOLDERS[x - 1], text=given, cause=cause)

        self.step(which, offer, fate)

    def asks_to_promote(self, which: int, by: str) -> None:
        """Somebody asks, and is shown what the nodes say."""
        c = self.ceremony
        if c is not None:
            evidence = self.replicas[which].station.look("b")
            wish = RequestPromotion(ceremony=c.id, by=by, reason="gone", evidence=evidence)
            self.wishes(which, wish, by)

    def answers(self, which: int, kind: type[Approve | Reject], by: str) -> None:
        """Somebody says yes or no to the request that the card shows."""
        c = self.ceremony
        if c is not None:
            asked_at = c.request.at if c.request else 0
            self.wishes(which, kind(ceremony=c.id, by=by, request=asked_at), by)

    def two_agree(self, which: int) -> None:
        """Sam asks and Kim approves."""
        self.asks_to_promote(which, SAM)
        self.answers(which, Approve, KIM)

    def restarts(self, which: int, *, agrees: bool, chosen: bool) -> None:
        """Sam wants a new attempt, and may agree to end the one on the card."""
        c = self.ceremony
        if c is None:
            return
        nonce = c.foreign.nonce if c.foreign and agrees else ""
        evidence = self.replicas[which].station.look("b")
        holders = HOLDERS[:4] if chosen else ()
        wish = Restart(
            ceremony=c.id, by=SAM, evidence=evidence, cancel_nonce=nonce, holders=holders
        )
        self.wishes(which, wish, SAM)

    def usual(self, plan: Plan) -> None:
        """Let happen what usually does, and the last of it under a fate."""
        course: list[Callable[[Fate | None], None]] = [
            lambda _: self.starts(0, plan.purpose),
            lambda fate: self.step(0, everything_owed, fate),
            lambda fate: self.gives(1, 1, fate=fate),
            lambda fate: self.gives(0, 2, fate=fate),
            lambda _: self._ask(plan),
            lambda fate: self.gives(1, 3, fate=fate),
            lambda fate: self.step(1, everything_owed, fate),
        ]
        for number, happens in enumerate(course[: plan.far], start=1):
            if number == plan.far:
                self.world.clock.passes(plan.pause)
                happens(plan.fate)
            else:
                happens(None)

    def _ask(self, plan: Plan) -> None:
        self.asks_to_promote(0, plan.asks)
        if plan.agrees:
            self.answers(1, Approve, KIM)

    # -- outsiders and the world ---------------------------------------------------------------

    def meddles(self, what: str, x: int) -> None:
        """Somebody outside does this to the attempt; or Vault's leader changes.

        Nobody outside completes an attempt: its token would be nobody's here.
        """
        vault = self.world.vault
        self.watcher.meddled |= {vault.nonce} if what in ("right", "wrong") else set()
        with suppress(VaultError):
            match what:
                case "start":
                    vault.start()
                case "cancel":
                    vault.cancel(vault.nonce)
                case "leader":
                    self.watcher.closed.discard(vault.nonce)  # it may come back as a ghost
                    vault.changes_leader()
                case "wrong":
                    vault.offer(bad(x), vault.nonce)
                case _ if len(vault.given) < 2:
                    vault.offer(good(x), vault.nonce)

    def breaks(self, what: str) -> None:
        """The network, replication, the old primary, Redis."""
        match what:
            case "away":
                self.world.vault.away = True
            case "catching up":
                self.world.vault.catching_up = True
            case "a wakes":
                self.world.other = "primary"
            case "a is a secondary":
                self.world.other = "secondary"
            case _:
                for name in [name for name in self.world.secrets if name[0] == "otp"]:
                    del self.world.secrets[name]

    def is_mended(self) -> None:
        """Somebody looked after it."""
        self.world.vault.away = self.world.vault.catching_up = False
        self.world.other = None

    # -- the end -------------------------------------------------------------------------------

    def comes_to_rest(self) -> None:
        """Nobody clicks any more and Vault answers: in bounded steps nothing is left open."""
        vault = self.world.vault
        vault.away = vault.catching_up = False
        newcomer = Replica(self.world, "last")
        for _ in range(80):
            vault.comes_back()
            everything_owed(newcomer)
            if not self.watcher.unfinished and vault.mode is not None:
                break
            self.world.clock.time = self._next_moment()
        assert not self.watcher.unfinished, self.watcher.unfinished
        assert vault.nonce not in self.watcher.closed, "an attempt of ours is still open"
        kept = {
            secret.decode() for name, secret in self.world.secrets.items() if name[0] == "token"
        }
        assert vault.mode == "primary" or vault.token not in kept, "a token of ours still works"

    def _next_moment(self) -> int:
        """Return when something could become due."""
        now, state = self.world.clock.now(), self.watcher.state
        moments = [intent.until for intent in state.intents.values()]
        for c in state.ceremonies:
            moments += [c.deadline, c.deadline + MINUTE, c.max_at, c.max_at + MINUTE, c.retry_at]
            moments += [c.moments.completed + 10 * MINUTE, c.moments.accepted + HOUR]
            moments += [a.at + 15 * MINUTE for a in c.approvals]
            moments += [g.at + 15 * MINUTE for r in c.rounds[-1:] for g in r.given]
        return min((moment for moment in moments if moment > now), default=now + MINUTE)

    def folded_anew(self) -> SetState:
        """Return what the log amounts to for a replica that starts now."""
        state = SetState(name="payments")
        for entry in self.world.entries:
            events = [from_plain(plain) for plain in entry.events]
            state = fold(
                state, n=entry.n, head=entry.hash, at=entry.at, cause=entry.cause, events=events
            )
        return state


def everything_owed(replica: Replica) -> None:
    """Do all that is owed, and what follows from that."""
    for _ in range(4):
        replica.follows()
        for due in replica.due:
            replica.does(due)
        replica.clears_up()


def is_collecting(stage: Stage) -> bool:
    """Return whether shares are taken."""
    return stage.ceremony is not None and stage.ceremony.phase is Phase.COLLECTING
