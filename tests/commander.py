"""People at a table who see a runbook through: Sam goes on and types, Kim agrees, holders give."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from ceremonies.ceremony import Ceremony, Phase
from ceremonies.conductor import Conductor, RunbookDone
from ceremonies.events import Action, Guard, Play
from ceremonies.runbook import Runbook, Step, StepState
from tests.table import HOLDERS, KIM, SAM, SET, Table

_LOOKS_EVERY_S = 0.1
_SNAPSHOT = Action.SNAPSHOT


@dataclass
class Commander:
    """Does what every step at hand asks of people, until the runbook ends."""

    table: Table
    conductor: Conductor
    declines_snapshot: bool = True
    leaves_out: tuple[str, ...] = ()  # clusters that nobody waits for

    @property
    def runbook(self) -> Runbook:
        """The newest runbook, open or ended."""
        return self.conductor.state(SET).runbooks[-1]

    def begins(self, play: Play, cluster: str | None = None) -> Runbook:
        """Sam begins it; nothing is done yet."""
        answer = self.conductor.runbooks.run(
            SET, play, by=SAM, cluster=cluster, reason="fire", cause=self.table.cause()
        )
        assert isinstance(answer, RunbookDone), answer
        assert answer.runbook is not None
        return answer.runbook

    def sees_through(
        self,
        play: Play,
        cluster: str | None = None,
        *,
        until: Callable[[Runbook], bool] = lambda r: not r.is_open,
        within: float = 90,
    ) -> Runbook:
        """Sam begins it, everybody does what is asked; returns when `until` holds."""
        self.begins(play, cluster)
        return self.goes_on(until=until, within=within)

    def goes_on(
        self, *, until: Callable[[Runbook], bool] = lambda r: not r.is_open, within: float = 90
    ) -> Runbook:
        """Everybody does what is asked, until `until` holds."""
        ends = time.monotonic() + within
        while not until(self.runbook):
            assert time.monotonic() < ends, f"not over: {self.runbook.steps}"
            for step in self.runbook.at_hand:
                self._acts(step)
            for c in self.conductor.state(SET).open_ceremonies:
                self._gathers(c)
            time.sleep(_LOOKS_EVERY_S)
        return self.runbook

    def _acts(self, step: Step) -> None:
        r, doors, cause = self.runbook, self.conductor.runbooks, self.table.cause()
        if step.cluster in self.leaves_out or (step.action is _SNAPSHOT and self.declines_snapshot):
            doors.skip(SET, r.id, step.id, by=SAM, cause=cause)
        elif step.guard is Guard.HANDS:
            doors.finish(SET, r.id, step.id, by=SAM, cause=cause)
        elif step.guard is Guard.TYPED and step.request is None and not step.accepted_at:
            named = f"{SET}/{step.cluster}"
            doors.request(SET, r.id, step.id, by=SAM, typed=named, reason="fire", cause=cause)
        elif step.request is not None and not step.approvals and step.action is not Action.PROMOTE:
            asked = step.request.at
            doors.approve(SET, r.id, step.id, by=KIM, asked_at=asked, cause=cause)
        elif step.state is StepState.REFUSED or (
            step.state is StepState.WAITING and step.guard is Guard.CONTINUE
        ):
            doors.go_on(SET, r.id, step.id, by=SAM, cause=cause)

    def _gathers(self, c: Ceremony) -> None:
        cause = self.table.cause
        if c.phase is Phase.COLLECTING:
            for holder, share in zip(HOLDERS, self._shares(c.cluster), strict=True):
                now = self.conductor.state(SET).find(c.id)
                if now is None or now.phase is not Phase.COLLECTING:
                    break
                if now.round is None or not now.round.gave(holder):
                    self.conductor.offer_share(
                        SET, c.id, holder=holder, text=share.hex(), cause=cause()
                    )
        if c.purpose == "promote" and c.phase is Phase.TOKEN_HELD:
            self._agrees(c)

    def _agrees(self, c: Ceremony) -> None:
        if c.request is None:
            self.conductor.request_promotion(
                SET,
                c.id,
                by=SAM,
                typed=f"{SET}/{c.cluster}",
                reason="fire",
                cause=self.table.cause(),
            )
        elif not c.approvals:
            self.conductor.approve(
                SET, c.id, by=KIM, request=c.request.at, cause=self.table.cause()
            )

    def _shares(self, cluster: str) -> tuple[bytes, ...]:
        return self.table.vaults[cluster].bao.shares
