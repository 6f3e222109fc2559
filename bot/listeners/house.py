"""What every door has at hand: the gate, the conductor, the pools, and ways to answer."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from bot.cards import modals, replies
from bot.cards.keys import channel_key
from bot.cards.kit import Card, Json, card, section
from bot.listeners.modals import Errors, Outcome, Shut, Told
from bot.listeners.private import Private
from bot.listeners.visit import Visit
from bot.metrics import Metrics
from bot.people import Door, Gate
from bot.people import Refused as NotAdmitted
from bot.reply import Refused as SlackRefused
from bot.reply import Taken, ask
from bot.slack_clients import SlackClients
from ceremonies.ceremony import Ceremony
from ceremonies.commands import Reason, Refusal
from ceremonies.conductor import Answer, Conductor, Done

log = structlog.get_logger()

WENT_WRONG = (
    "Something went wrong in Conclave, and nothing was lost: what Vault and the log have stands. "
    "Look at the card or `{command} status`, then try again; if it happens again, tell whoever "
    "runs Conclave."
)

LONG_OVER = "That ceremony is long over; nothing was done."
TOO_SLOW = "Slack did not open the window in time. Nothing was done: please press the button again."


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The same for all doors. `operations` is for what looks at clusters, `shares` for shares."""

    conductor: Conductor
    gate: Gate
    slack: SlackClients = field(repr=False)
    private: Private
    operations: Executor
    shares: Executor
    metrics: Metrics
    command: str

    def refusal(self, visit: Visit, door: Door) -> Card | None:
        """Return the private answer to whoever may not come in, or None for whoever may."""
        answer = self.gate.admit(visit.body, door=door)
        if not isinstance(answer, NotAdmitted):
            return None
        self.count(door.name, "refused")
        return card(answer.words, [section(f":no_entry_sign: {answer.words}")])

    def begin(self, door: str, visit: Visit, work: Callable[[], None]) -> Future[None]:
        """Do this on the operations pool; whatever goes wrong is logged and told privately."""
        return self.operations.submit(self._guarded, door, visit, work)

    def act(
        self,
        door: Door,
        visit: Visit,
        act: Callable[[], Answer],
        *,
        done: Callable[[Done], Card] | None = None,
    ) -> None:
        """Let whoever may do this do it; tell a refusal, and what was done where a card does not.

        `done` makes the answer; without it, only a private answer's buttons are replaced by one.
        """
        refused = self.refusal(visit, door)
        if refused is not None:
            self.private.tell(visit, refused)
            return
        if self.found(visit) is None:
            self.private.tell(visit, replies.forbidden(LONG_OVER))
            return
        answer = act()
        if isinstance(answer, Refusal):
            self.count(door.name, answer.reason.value)
            self.private.tell(visit, self.refused(visit.set_name, answer))
            return
        self.count(door.name, "repeated" if answer.repeated else "done")
        if answer.repeated:
            return
        if done is not None:
            self.private.tell(visit, done(answer))
        elif visit.is_ephemeral:
            self.private.tell(visit, replies.noted("Done; its card shows it."))

    def refused(self, set_name: str, refused: Refusal, *, cluster: str = "") -> Card:
        """Return a refusal as an answer, with the way to the ceremony that is in the way."""
        link = ""
        if refused.reason is Reason.ALREADY_OPEN:
            opened = self.conductor.state(set_name).open_ceremonies
            standing = [c for c in opened if cluster in ("", c.cluster)]
            link = self.permalink(set_name, standing[0]) if len(standing) == 1 else ""
        return replies.refusal(refused, permalink=link)

    def open_modal(self, door: str, visit: Visit, view: Json) -> str:
        """Open a modal; return its id, empty if Slack did not take it: then the person is told."""
        reply = ask(self.slack.quick.views_open, trigger_id=visit.trigger, view=view)
        if isinstance(reply, Taken):
            self.count(door, "done")
            return reply.text("view", "id")
        if reply == SlackRefused(code="exchanged_trigger_id"):
            return ""  # the same click, delivered again: the window is open already
        log.warning("modal.not_opened", door=door, problem=repr(reply))
        self.count(door, "not-opened")
        self.tell_later(door, visit, replies.forbidden(TOO_SLOW))
        return ""

    def tell_later(self, door: str, visit: Visit, told: Card) -> None:
        """Tell something privately, without making anybody's three seconds wait for it."""
        try:
            self.begin(door, visit, lambda: self.private.tell(visit, told))
        except RuntimeError:  # the pool is closed: the process is about to end
            log.warning("answer.not_delivered", door=door, person=visit.user)

    def found(self, visit: Visit) -> tuple[str, Ceremony] | None:
        """Return the set and the ceremony that a button is about, if they are still known."""
        if visit.set_name not in self.conductor.sets:
            return None
        c = self.conductor.state(visit.set_name).find(visit.ceremony)
        return (visit.set_name, c) if c else None

    def permalink(self, set_name: str, c: Ceremony) -> str:
        """Return the address of a ceremony's card, empty if there is none yet."""
        where = self.conductor.state(set_name).messages.get(channel_key(c))
        return self.private.permalink(where.channel, where.ts) if where else ""

    def count(self, door: str, outcome: str) -> None:
        """Count a visit."""
        self.metrics.requests.labels(door=door, outcome=outcome).inc()

    def went_wrong(self, door: str, error: BaseException) -> Card:
        """Log an error by where it happened, without a word of what was handed in."""
        self.count(door, "error")
        log.error("door.failed", door=door, problem=type(error).__name__, at=places(error))
        return replies.forbidden(WENT_WRONG.format(command=self.command))

    def started(self, done: Done) -> Card:
        """Return that a ceremony has started, with the way to its card if that stands already."""
        c = done.ceremony
        if c is None:
            return replies.noted("It has started; its card is being posted.")
        return replies.started(done.state.name, c, permalink=self.permalink(done.state.name, c))

    def answered(
        self,
        door: Door,
        visit: Visit,
        work: Callable[[], Outcome],
        *,
        found: Callable[[Visit], object] | None = None,
    ) -> Future[Outcome]:
        """Let whoever may do this do it, on the operations pool; the outcome never raises.

        `found` says whether what the modal is about is still known; usually that is a ceremony.
        """
        return self.operations.submit(self._outcome, door, visit, work, found or self.found)

    def tell_outcome(self, visit: Visit, late: Outcome) -> None:
        """Tell what came after a modal said that it is being done."""
        match late:
            case Shut(words=words):
                told = replies.noted(words or "Done; its card shows it.")
                view = modals.notice_view("Done", told.text)
                ask(self.slack.quick.views_update, view_id=visit.view, view=view)
            case Errors(errors=errors):
                told = replies.forbidden(" ".join(errors.values()))
                self.private.show(visit, modals.notice_view("Not done", told.text), told)
            case Told(view=view, card=told):
                self.private.show(visit, view, told)

    def _outcome(
        self,
        door: Door,
        visit: Visit,
        work: Callable[[], Outcome],
        found: Callable[[Visit], object],
    ) -> Outcome:
        try:
            refused = self.refusal(visit, door)
            if refused is not None:
                return Told(view=modals.notice_view("Not for you", refused.text), card=refused)
            if found(visit) is None:
                told = replies.forbidden(LONG_OVER)
                return Told(view=modals.notice_view("Over", LONG_OVER), card=told)
            return work()
        except Exception as error:  # noqa: BLE001 — the outermost frame of a door's work
            told = self.went_wrong(door.name, error)
            return Told(view=modals.notice_view("Not done", told.text), card=told)

    def _guarded(self, door: str, visit: Visit, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 — the outermost frame of a door's work
            self.private.tell(visit, self.went_wrong(door, error))


def places(error: BaseException) -> list[str]:
    """Return where an error came from, innermost last: file, line and function, nothing else."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames]
