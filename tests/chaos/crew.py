"""People who read what stands in Slack and do what it asks of them, whatever has just died."""

from __future__ import annotations

import time
from contextlib import suppress

from lab.chat import NotPossible
from lab.people import Person
from lab.process import NotInTime, wait_until
from lab.sights import NotSeen, Reaction, Seen
from lab.stage import CHANNEL, Stage

HOLDERS = ("Ada", "Ben", "Cat")
START = "/dr start payments for=promote reason=a does not answer"
LOOKS_EVERY_S = 0.1
PATIENCE_S = 12.0  # after giving a share, before somebody whose message does not change gives again


class Crew:
    """Sam commands, Kim approves, Ada, Ben and Cat hold a share each."""

    def __init__(self, stage: Stage) -> None:
        self._people = stage.people
        self._shares = [share.hex() for share in stage.vaults["b"].bao.shares]
        self._given: dict[str, tuple[float, int]] = {}
        self._cancels = False
        self._started: Reaction | None = None
        self._read = "no card"

    def holds(self, *, cancels: bool, within: float) -> tuple[bool, str]:
        """Hold a ceremony to its end; return whether it came in time, and what the card says.

        With `cancels` Sam calls it off as soon as a share was given.
        """
        self._cancels, self._read = cancels, "no card"
        self._given.clear()
        try:
            wait_until(self._goes_on, seconds=within, what="it is over", every=LOOKS_EVERY_S)
        except NotInTime:
            return False, "\n".join([self._read, *self._asked()])
        return True, self._read

    def _asked(self) -> list[str]:
        """Return what the holders see last, for whoever looks why it did not end."""
        seen = {name: self._people[name].look(direct=True) for name in HOLDERS}
        modals = {name: self._people[name].modal for name in HOLDERS}
        return [f"--- {name}: {seen[name]} {modals[name]}" for name in HOLDERS]

    def leaves(self) -> None:
        """Close what is open."""
        for person in self._people.values():
            with suppress(NotPossible):
                person.closes(everything=True)
        self._started = None

    def _goes_on(self) -> bool:
        """Do what the card asks for now; return whether nothing is left to do."""
        with suppress(NotSeen, NotPossible):
            card = self._card()
            if card is None:
                self._starts()
                return False
            self._read = card.text
            if self._is_over(card):
                return True
            self._does(card)
        return False

    def _starts(self) -> None:
        sam = self._people["Sam"]
        if self._started is None or not self._started.acknowledged:
            self._started = sam.types(START, CHANNEL)
        with suppress(NotSeen):
            sam.waits_for("payments/b", "Ceremony ", channel=CHANNEL, after=self._started, within=5)

    def _card(self) -> Seen | None:
        """Return the newest card of this ceremony: an orphan is older than the one that follows."""
        if self._started is None:
            return None
        found = self._people["Sam"].look(
            "payments/b", "Ceremony ", channel=CHANNEL, ephemeral=False
        )
        return found if found and found.message.revision > self._started.revision else None

    def _is_over(self, card: Seen) -> bool:
        if self._cancels:
            return "cancelled it" in card.text and "closed at Vault" in card.text
        gone = "operation token is deleted" in card.text
        return "is the primary now" in card.text and gone

    def _does(self, card: Seen) -> None:
        sam, buttons = self._people["Sam"], card.buttons
        if "ceremony.restart" in buttons:
            self._presses(sam, "ceremony.restart", card)
            self._given.clear()
        elif self._cancels and "Gave\n@" in card.text:
            self._presses(sam, "ceremony.cancel", card)
        elif "promotion.open" in buttons and not self._cancels:
            self._asks(sam, card)
        elif "promotion.approve" in buttons and "must approve" in card.text:
            self._presses(self._people["Kim"], "promotion.approve", card)
        for number, name in enumerate(HOLDERS[:1] if self._cancels else HOLDERS):
            with suppress(NotSeen, NotPossible):  # who waits in vain holds up nobody else
                self._gives(name, self._shares[number])

    def _presses(self, person: Person, button: str, card: Seen) -> None:
        """Press once, and look until the card changes."""
        person.clicks(button, card)
        revision = card.message.revision

        def changed() -> bool:
            now = person.again(card)
            return now is None or now.message.revision > revision

        with suppress(NotInTime):
            wait_until(changed, seconds=5, what="the card changes", every=LOOKS_EVERY_S)

    def _asks(self, sam: Person, card: Seen) -> None:
        if not sam.clicks("promotion.open", card).acknowledged:
            return
        sam.waits_for_modal(callback_id="promotion.request", within=3)
        sam.fills("cluster", "value", "payments/b")
        sam.submits()
        if sam.modal:
            sam.closes()

    def _gives(self, name: str, share: str) -> None:
        person = self._people[name]
        ask = person.look(direct=True, button="share.open")
        if ask is None or not self._is_asked(name, ask):
            return
        if person.modal:
            person.closes(everything=True)
        if not person.clicks("share.open", ask).acknowledged:
            return
        person.waits_for_modal(callback_id="share.submit", within=3)
        person.fills("share", "value", share)
        given = person.submits()
        self._given[name] = (time.monotonic(), given.revision)

    def _is_asked(self, name: str, ask: Seen) -> bool:
        """Return whether they have not given, or were told since that it did not count."""
        at, revision = self._given.get(name, (float("-inf"), 0))
        newer = ask.message.revision > revision
        told = newer and "your share was not counted" in ask.text
        return told or time.monotonic() - at > PATIENCE_S
