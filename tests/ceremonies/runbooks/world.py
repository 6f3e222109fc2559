"""A world of clusters in memory, replicas that do what is owed in it, and people who go on.

What a replica does to the world and what it writes down of it are two things: it may be stopped
in between, as a process that is killed is.
"""

from __future__ import annotations

import copy
from dataclasses import replace

from bot.cards.by_hand import is_handed_out
from ceremonies.ceremony import Ceremony
from ceremonies.commands import (
    Approve,
    ApproveStep,
    ContinueStep,
    FinishStep,
    Refusal,
    RequestPromotion,
    RequestStep,
    RunbookCommand,
    StartRunbook,
)
from ceremonies.events import Action, Guard, Play
from ceremonies.plans import plan
from ceremonies.runbook import Activation, Runbook, Step
from tests.ceremonies.cast import KIM, SAM
from tests.ceremonies.runbooks.record import CLEAR, INTENT, Stopped, Truth, folded
from tests.ceremonies.runbooks.replica import Replica

__all__ = ["CLEAR", "Stopped", "Truth", "World"]


class World(Replica):
    """Sam and Kim, and replicas that are killed or not."""

    def begins(
        self,
        play: Play,
        *,
        target: str,
        source: str,
        secondaries: tuple[str, ...],
        target_is_secondary: bool = True,
    ) -> None:
        """Sam begins a runbook."""
        steps = plan(
            play,
            self.terms.rules,
            target=target,
            source=source,
            secondaries=secondaries,
            target_is_secondary=target_is_secondary,
        )
        wish = StartRunbook(
            by=SAM,
            play=play,
            target=target,
            source=source,
            reason="fire",
            steps=steps,
            evidence=replace(CLEAR, target=target),
        )
        assert not isinstance(self.asks(wish), Refusal)

    def goes_on(self, *, turns: int = 400) -> None:
        """Replicas do what is owed, people what is asked of them, until nothing is left."""
        for _ in range(turns):
            if not self.turn() and not self.people():
                if self.state.runbook is None and not self.state.intents:
                    return
                self.now += 5_000
        raise AssertionError(f"it does not end: {self.state.runbook}")

    def people(self) -> bool:
        """Let somebody do what a card asks of them; return whether anybody did."""
        r = self.state.runbook
        for step in r.at_hand if r else ():
            assert r is not None
            if self._wants(r, step):
                return True
        c = self._gathering()
        return c is not None and self.approves(c)

    def _wants(self, r: Runbook, step: Step) -> bool:
        who = {"runbook": r.id, "step": step.id}
        evidence = replace(CLEAR, target=step.cluster)
        if is_handed_out(self.state, r, step, self.terms.rules, now=self.now):
            return self._does(r, step)
        if step.guard is Guard.HANDS:
            return self._took(FinishStep(**who, by=SAM))
        if step.guard is Guard.TYPED and step.request is None:
            return self._took(RequestStep(**who, by=SAM, reason="fire", evidence=evidence))
        if step.guard is Guard.TYPED and step.request and not step.approvals:
            return self._took(ApproveStep(**who, by=KIM, asked_at=step.request.at))
        return self._took(ContinueStep(**who, by=SAM, evidence=evidence))

    def _does(self, r: Runbook, step: Step) -> bool:
        """People do what they have the command of, with an activation token that they made."""
        if self._holds(r, step):
            return False
        if step.action in (Action.UPDATE_PRIMARY, Action.ENABLE_SECONDARY):
            name = f"{step.cluster}-by-hand"
            self.truth.ids.add(name)
            made = Activation(secondary_id=name, until=0, primary=r.follows, primary_address="")
            step = replace(step, activation=made)
        self._done_to(r, step)
        return True

    def _took(self, wish: RunbookCommand) -> bool:
        return not isinstance(self.asks(wish), Refusal)

    def _gathering(self) -> Ceremony | None:
        r = self.state.runbook
        held = [c for c in self.state.open_ceremonies if r and c.runbook == r.id]
        return next((c for c in held if c.purpose == "promote"), None)

    def approves(self, c: Ceremony) -> bool:
        """Sam asks for the promotion, or Kim agrees to it; return whether anything followed."""
        if c.request is None:
            evidence = replace(CLEAR, target=c.cluster)
            wish = RequestPromotion(ceremony=c.id, by=SAM, reason="fire", evidence=evidence)
            return not isinstance(self.asks(wish), Refusal)
        wish_to = Approve(ceremony=c.id, by=KIM, request=c.request.at)
        return not isinstance(self.asks(wish_to), Refusal)

    def cut(self, entries: int) -> World:
        """Return a world whose log ends after so many entries; it is later, others go on."""
        world = World(truth=copy.deepcopy(self.truth), ids=self.ids + 1000, terms=self.terms)
        for at, events in self.log[:entries]:
            world.log.append((at, events))
            world.state = folded(world.state, at, events)
        world.now = world.log[-1][0] + INTENT + 1000
        return world
