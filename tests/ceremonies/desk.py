"""A desk for the pure domain: wishes are decided, events folded, and the clock is set by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from ceremonies.ceremony import Ceremony
from ceremonies.commands import (
    Approve,
    Command,
    Freeze,
    Fresh,
    OfferShare,
    Reason,
    Refusal,
    RequestPromotion,
    Start,
)
from ceremonies.decide import Terms, decide
from ceremonies.events import (
    AttemptCompleted,
    AttemptLost,
    AttemptOpened,
    Event,
    Intended,
    Kind,
    Lost,
    PromotionAccepted,
    PromotionRefused,
    Purpose,
    RoundLoss,
    RoundLost,
    ShareAccepted,
)
from ceremonies.evidence import Evidence
from ceremonies.fold import fold
from ceremonies.owed import Debt, Note, Overdue, Owed, Work, owed
from ceremonies.state import SetState
from tests.ceremonies.cast import BEN, HOLDERS, KIM, ROSTER, SAM, THRESHOLD, rules
from tests.ceremonies.sights import CLEAR, T0

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
INTENT = 30 * SECOND

_Happened = TypeVar("_Happened", bound=Event)


@dataclass
class Desk:
    """One replication set's log, in memory, and the clock beside it."""

    terms: Terms = field(default_factory=lambda: Terms(rules=rules(), roster=ROSTER))
    state: SetState = field(default_factory=lambda: SetState(name="payments"))
    now: int = T0
    log: list[tuple[int, tuple[Event, ...]]] = field(default_factory=list)
    ids: int = 0

    # -- what anybody can do -------------------------------------------------------------------

    def asks(self, wish: Command) -> list[Event] | Refusal:
        """Decide a wish; what follows from it is in the log afterwards."""
        answer = decide(self.state, wish, now=self.now, terms=self.terms, fresh=self.fresh())
        if not isinstance(answer, Refusal):
            self.happens(*answer)
        return answer

    def refuses(self, wish: Command) -> Reason:
        """Return why this wish is refused; nothing is in the log of it."""
        before = self.state
        answer = self.asks(wish)
        assert isinstance(answer, Refusal), answer
        assert answer.words.endswith((".", "?")), "people are told in a sentence"
        assert self.state == before
        return answer.reason

    def happens(self, *events: Event) -> None:
        """Append one entry with these events."""
        self.log.append((self.now, events))
        n = self.state.n + 1
        self.state = fold(self.state, n=n, head=f"{n:064x}", at=self.now, cause=None, events=events)

    def passes(self, *, minutes: float = 0, seconds: float = 0) -> None:
        """Let time pass."""
        self.now += int(minutes * MINUTE + seconds * SECOND)

    def fresh(self) -> Fresh:
        """Return ids that were not used before."""
        self.ids += 1
        return Fresh(
            ceremony=f"c{self.ids}", effect=f"e{self.ids}", replica="r1", until=self.now + INTENT
        )

    # -- what the log amounts to ---------------------------------------------------------------

    @property
    def ceremony(self) -> Ceremony:
        """The newest ceremony on `b`."""
        newest = self.state.newest("b")
        assert newest is not None
        return newest

    @property
    def request_at(self) -> int:
        """When the promotion was asked for that stands now; 0 if none is."""
        return self.ceremony.request.at if self.ceremony.request else 0

    @property
    def due(self) -> list[Owed]:
        """Everything that is owed now."""
        return owed(self.state, self.terms, now=self.now)

    @property
    def works(self) -> list[Work]:
        """The effects that are owed now."""
        return [due.work for due in self.due if isinstance(due, Debt)]

    @property
    def notes(self) -> list[Event]:
        """What follows from the clock alone, now."""
        return [event for due in self.due if isinstance(due, Note) for event in due.events]

    @property
    def overdue(self) -> list[Intended]:
        """The intents that somebody has to adopt now."""
        return [due.intent for due in self.due if isinstance(due, Overdue)]

    # -- the usual course ----------------------------------------------------------------------

    def starts(
        self, purpose: Purpose = Purpose.PROMOTE, *, evidence: Evidence = CLEAR, cluster: str = "b"
    ) -> None:
        """Sam starts a ceremony."""
        wish = Start(by=SAM, cluster=cluster, purpose=purpose, reason="fire", evidence=evidence)
        assert not isinstance(self.asks(wish), Refusal)

    def opens(self, nonce: str = "n1", *, required: int = THRESHOLD) -> None:
        """Vault opens the attempt."""
        c = self.ceremony
        self.happens(
            AttemptOpened(
                ceremony=c.id,
                effect="",
                nonce=nonce,
                required=required,
                node="https://vault-b1.example:8200",
                deadline=self.terms.deadline_of(c, now=self.now),
            )
        )

    def offer(self, holder: str, *, x: int | None = None, mark: str = "m") -> OfferShare:
        """Return the wish to give a share in the newest round."""
        c = self.ceremony
        given_x = HOLDERS.index(holder) + 1 if x is None else x
        return OfferShare(ceremony=c.id, holder=holder, round=len(c.rounds), x=given_x, mark=mark)

    def sends(self, holder: str, *, x: int | None = None) -> Intended:
        """A share is on its way to Vault."""
        answer = self.asks(self.offer(holder, x=x))
        assert not isinstance(answer, Refusal), answer
        (intent,) = answer
        assert isinstance(intent, Intended)
        return intent

    def accepted(self, intent: Intended, *, progress: int | None = None) -> ShareAccepted:
        """Return the event that Vault counted the share."""
        c = self.ceremony
        return ShareAccepted(
            ceremony=c.id,
            effect=intent.effect,
            holder=intent.holder,
            round=intent.round,
            x=intent.x,
            mark=intent.mark,
            progress=c.progress + 1 if progress is None else progress,
            required=c.required,
            deadline=self.terms.deadline_of(c, now=self.now),
        )

    def gives(self, *holders: str) -> None:
        """Vault counts these people's shares, one after the other."""
        for holder in holders:
            self.happens(self.accepted(self.sends(holder)))

    def completes(self, *holders: str) -> None:
        """These people give, and the last share makes the token."""
        self.gives(*holders[:-1])
        intent = self.sends(holders[-1])
        done = AttemptCompleted(ceremony=self.ceremony.id, effect=intent.effect)
        self.happens(self.accepted(intent), done)

    def loses_round(self) -> None:
        """Vault throws the round's shares away; the nonce goes on."""
        c = self.ceremony
        self.happens(
            RoundLost(
                ceremony=c.id,
                round=len(c.rounds),
                cause=RoundLoss.SHARE_DID_NOT_FIT,
                words="The shares given do not fit together.",
                deadline=self.terms.deadline_of(c, now=self.now),
            )
        )

    def loses_attempt(self, cause: Lost = Lost.VANISHED, *, still_open: bool = False) -> None:
        """The attempt leads nowhere any more."""
        self.happens(AttemptLost(ceremony=self.ceremony.id, cause=cause, still_open=still_open))

    def requests(self, *, by: str = SAM, evidence: Evidence = CLEAR) -> list[Event] | Refusal:
        """Somebody asks for the promotion."""
        wish = RequestPromotion(
            ceremony=self.ceremony.id, by=by, reason="a is gone", evidence=evidence
        )
        return self.asks(wish)

    def approves(self, by: str = KIM) -> list[Event] | Refusal:
        """Somebody agrees to the promotion that the card shows now."""
        return self.asks(Approve(ceremony=self.ceremony.id, by=by, request=self.request_at))

    def freezes(self, by: str = BEN) -> None:
        """Somebody says that this looks wrong."""
        assert not isinstance(self.asks(Freeze(ceremony=self.ceremony.id, by=by)), Refusal)

    def intends(self, kind: Kind) -> Intended:
        """An effect of this kind is under way."""
        fresh = self.fresh()
        intent = Intended(
            effect=fresh.effect,
            kind=kind,
            lane="b",
            replica=fresh.replica,
            until=fresh.until,
            ceremony=self.ceremony.id,
        )
        self.happens(intent)
        return intent

    def catches_up(self) -> None:
        """Vault is asked to promote and answers that it is still catching up."""
        intent = self.intends(Kind.PROMOTE)
        self.happens(
            PromotionRefused(
                ceremony=self.ceremony.id,
                effect=intent.effect,
                problem="StillCatchingUp",
                words="Vault is still catching up.",
                again=True,
            )
        )

    def promotes(self) -> None:
        """Vault takes the promotion on."""
        intent = self.intends(Kind.PROMOTE)
        self.happens(PromotionAccepted(ceremony=self.ceremony.id, effect=intent.effect))


def only(events: Sequence[Event], kind: type[_Happened]) -> _Happened:
    """Return the one event of this kind."""
    (found,) = [event for event in events if isinstance(event, kind)]
    return found
