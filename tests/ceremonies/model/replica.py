"""One process: the conductor's own code, on borders that every replica shares."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import cast

from ceremonies.ceremony import AttemptState, Phase
from ceremonies.commands import Command, Refusal
from ceremonies.conductor import ticking
from ceremonies.conductor.adoption import adopt
from ceremonies.conductor.attempts import follow_attempt
from ceremonies.conductor.ledger import Ledger
from ceremonies.conductor.station import Station
from ceremonies.decide import decide
from ceremonies.errors import ConclaveError
from ceremonies.identity import Identity, generate_pem
from ceremonies.keychain import Keychain
from ceremonies.log import SetLog
from ceremonies.owed import Debt, Note, Overdue, Owed, owed
from ceremonies.state import SetState
from ceremonies.vault import ClusterClient
from tests.ceremonies.model.clients import ModelClient, OtherClient
from tests.ceremonies.model.fate import Fate
from tests.ceremonies.model.stores import ModelKeychain, ModelLog
from tests.ceremonies.model.world import ModelClock, ModelWorld

IDENTITY = Identity.from_pem(generate_pem())


class _Closing(threading.Event):
    """An event that never comes, for which waiting takes model time."""

    def __init__(self, clock: ModelClock) -> None:
        super().__init__()
        self._clock = clock

    def wait(self, timeout: float | None = None) -> bool:
        """Let the time pass that was to be waited."""
        self._clock.passes(timeout or 1.0)
        return False


class _PatientLedger(Ledger):
    """A ledger that another replica made wait waits in model time."""

    def wait(self, seconds: float) -> None:
        """Let the time pass that was to be waited."""
        self.closing.wait(seconds)


class Replica:
    """One process: a station with its own folded state, on borders that everybody shares."""

    def __init__(self, world: ModelWorld, name: str) -> None:
        self.fate = Fate()
        ledger = _PatientLedger(
            cast("SetLog", ModelLog(world, self)),
            name="payments",
            clock=world.clock,
            identity=IDENTITY,
            changed=lambda _: None,
            closing=_Closing(world.clock),
        )
        clients = {"a": OtherClient(world), "b": ModelClient(world, self)}
        self.station = Station(
            ledger=ledger,
            clients=cast("Mapping[str, ClusterClient]", clients),
            keychain=cast("Keychain", ModelKeychain(world, self)),
            clock=world.clock,
            terms=lambda: world.terms,
            replica=name,
        )
        self.loop = ticking.Ticking({"payments": self.station}, sweep=lambda: None)
        ledger.load()

    @property
    def state(self) -> SetState:
        """What this replica knows after reading what is new."""
        return self.station.ledger.refresh()

    def decides(self, wish: Command, *, by: str) -> tuple[SetState, bool] | Refusal:
        """Append what follows from somebody's wish."""
        fresh = self.station.fresh()
        terms = self.station.terms()
        return self.station.ledger.append(
            lambda state, now: decide(state, wish, now=now, terms=terms, fresh=fresh), who=by
        )

    @property
    def due(self) -> list[Owed]:
        """What is owed now, as far as this replica knows."""
        return owed(self.state, self.station.terms(), now=self.station.clock.now())

    def does(self, due: Owed) -> None:
        """Do one thing that is owed, as the ticking loop does it."""
        with suppress(ConclaveError):
            match due:
                case Note():
                    ticking._note(self.station, due)  # noqa: SLF001 — the loop's own step
                case Overdue(intent=intent):
                    adopt(self.station, intent)
                case Debt():
                    ticking._work(self.station, due)  # noqa: SLF001
        self.clears_up()

    def clears_up(self) -> None:
        """Delete secrets that nobody needs any more, as the ticking loop does at each tick."""
        self.loop._clear_secrets(self.station)  # noqa: SLF001 — the loop's own step

    def follows(self) -> None:
        """Look after the attempts that are open, as the ticking loop does."""
        for c in self.state.open_ceremonies:
            if c.phase is Phase.COLLECTING and c.attempt is AttemptState.OPEN:
                with suppress(ConclaveError):
                    follow_attempt(self.station, c)
