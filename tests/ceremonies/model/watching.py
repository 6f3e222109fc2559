"""Somebody who reads the log as it is written, by rules of their own, and finds what must not be.

Nothing here asks the domain who has agreed: it is counted again, from the events alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from ceremonies.ceremony import Phase, TokenState
from ceremonies.chain import Entry
from ceremonies.events import (
    Adopted,
    AttemptCompleted,
    AttemptOpened,
    CeremonyFrozen,
    CeremonyStarted,
    CeremonyThawed,
    Event,
    Intended,
    Kind,
    PromotionApproved,
    PromotionBlocked,
    PromotionRefused,
    PromotionRejected,
    PromotionRequested,
    Purpose,
    RoundLost,
    ShareAccepted,
    from_plain,
)
from ceremonies.fold import fold
from ceremonies.state import SetState
from tests.ceremonies.desk import MINUTE
from tests.ceremonies.model.vault import bad, good
from tests.ceremonies.model.world import ModelWorld

_SHARES = [share(x).hex() for share in (good, bad) for x in range(1, 6)]
SECRETS = (*_SHARES, "otp0", "s.00000")
TRIES = 10


@dataclass
class Watcher:
    """What the log amounts to, read from plain JSON, and what follows from it."""

    world: ModelWorld
    state: SetState = field(default_factory=lambda: SetState(name="payments"))
    purpose: Purpose = Purpose.PROMOTE
    requester: str = ""
    approvals: dict[str, int] = field(default_factory=dict)
    shares: dict[str, int] = field(default_factory=dict)
    tries: int = 0
    is_reading: bool = False  # where it stays so, an entry was written that must not be
    held: bool = False
    frozen: bool = False
    meddled: set[str] = field(default_factory=set)  # nonces to which somebody outside gave
    closed: set[str] = field(default_factory=set)  # nonces that were ours and must not be left open

    def reads(self, entry: Entry) -> None:
        """Take one entry in, as it stands in the store."""
        self.is_reading = True
        stored = json.dumps(entry.events)
        assert not [secret for secret in SECRETS if secret in stored], "a secret stands in the log"
        events = [from_plain(plain) for plain in json.loads(stored)]
        for event in events:
            self._permits(event, at=entry.at)
            self._notes(event, at=entry.at)
        self.state = fold(
            self.state, n=entry.n, head=entry.hash, at=entry.at, cause=entry.cause, events=events
        )
        self.is_reading = False

    def promotes(self) -> None:
        """Assert that a promotion may be sent at this very moment."""
        intent = self.state.intents.get("b")
        assert intent is not None, "a promotion without an intent"
        assert intent.kind is Kind.PROMOTE
        assert self.world.clock.now() < intent.until, "a promotion after its time"
        assert self.world.vault.mode == "secondary", "a promotion was sent twice"

    def _permits(self, event: Event, *, at: int) -> None:
        if isinstance(event, Adopted):
            mine = [i for i in self.state.intents.values() if i.effect == event.effect]
            assert all(at >= intent.until for intent in mine), "adopted before its time"
        if isinstance(event, ShareAccepted):
            c = self.state.find(event.ceremony)
            assert c is not None
            # Progress tells how many, not whose: a share from outside may pass for a lost one.
            told = c.nonce in self.meddled or (c.nonce, event.x) in self.world.vault.counted
            assert told, "Vault never counted it"
        if isinstance(event, AttemptOpened):
            assert ("otp", "b", event.nonce) in self.world.secrets, "told before its OTP was kept"
        if isinstance(event, AttemptCompleted):
            kept = self.world.secrets.values()
            assert self.world.vault.token.encode() in kept, "told before its token was kept"
        if isinstance(event, Intended):
            self._permits_intent(event, at=at)

    def _permits_intent(self, event: Intended, *, at: int) -> None:
        open_now = self.state.intents.get(event.lane)
        assert open_now is None, f"{event.kind} while {open_now} is open"
        if event.kind is Kind.PROMOTE:
            assert self.requester, "nobody asked for this promotion"
            assert self.held, "no token is held"
            assert not self.frozen, "it is frozen"
            assert self.purpose is Purpose.PROMOTE
            assert event.evidence is not None
            assert not event.evidence.blocks, "the gate blocks"
            wanted = self.world.terms.rules.approval.promote_approvers
            assert len(self._agreed(at)) >= wanted, "too few others agree"
        if event.kind is Kind.SHARE:
            assert not self.frozen, "it is frozen"

    def _agreed(self, at: int) -> set[str]:
        rules = self.world.terms.rules
        given = [*self.approvals.items()]
        if rules.approval.holders_count:
            given += self.shares.items()
        return {who for who, when in given if who != self.requester and at < when + 15 * MINUTE}

    def _notes(self, event: Event, *, at: int) -> None:
        match event:
            case CeremonyStarted(purpose=purpose):
                self._void()
                self.purpose, self.held, self.frozen = purpose, False, False
            case AttemptOpened(nonce=nonce):
                self.shares = {}
                self.closed.add(nonce)
            case RoundLost():
                self.shares = {}
            case ShareAccepted(holder=holder):
                self.shares[holder] = at
            case AttemptCompleted():
                self.held = True
            case CeremonyFrozen():
                self.frozen = True
            case CeremonyThawed():
                self.frozen = False
            case PromotionRequested(by=by):
                self.requester, self.tries = by, 0
            case PromotionApproved(by=by):
                self.approvals[by] = at
            case PromotionRejected() | PromotionBlocked():
                self._void()
            case PromotionRefused(again=again):
                if not again or self.tries >= TRIES:
                    self._void()
            case Intended(kind=Kind.PROMOTE):
                self.tries += 1
            case _:
                pass

    def _void(self) -> None:
        self.requester, self.approvals, self.shares = "", {}, {}

    # -- when all is over ----------------------------------------------------------------------

    @property
    def unfinished(self) -> list[str]:
        """What still keeps the set from rest."""
        left = [f"{intent.kind} is intended" for intent in self.state.intents.values()]
        for c in self.state.ceremonies:
            if c.phase is not Phase.ENDED:
                left.append(f"{c.id} is {c.phase}")
            elif c.owes_vault and not self._was_replaced(c.nonce, c.token):
                left.append(f"{c.id} ended, its attempt {c.attempt}, its token {c.token}")
        return left

    def _was_replaced(self, nonce: str, token: TokenState) -> bool:
        """Whether Vault denies this token because it made another one since.

        A denial may have other reasons, so the domain keeps showing such a token in red.
        """
        kept = self.world.secrets.get(("token", "b", nonce), b"").decode()
        return token is TokenState.UNKNOWN and kept != self.world.vault.token
