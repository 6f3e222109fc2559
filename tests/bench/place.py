"""One app in its Slack with its people: what is done with Conclave and with the bare app alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lab.chat import Chat
from lab.chat.kit import fields
from lab.chat.records import Message
from lab.chat.rendering import message_text
from lab.people import Person
from lab.sights import Reaction

_PATIENCE = 60.0
_GIVE, _CANCEL = "share.open", "ceremony.cancel"


class NotMeasured(Exception):
    """Something did not happen as it must, so there is no figure to give."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceremony:
    """What one ceremony took, in seconds: until the last holder was asked; each share's ack."""

    asked: float
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`starts` is what starts a ceremony here, `quick` a command that only asks; by `starter`.

    `answer` are words of the private answer to `quick`, so that no apology is taken for it.
    """

    chat: Chat = field(repr=False)
    people: Mapping[str, Person] = field(repr=False)
    holders: Sequence[str]
    starter: str
    channel: str
    starts: str
    quick: str
    answer: str = ""

    def types_quick(self) -> Reaction:
        """Return what came of the quick command, which must have been acknowledged."""
        return self._types(self.quick)

    def holds(self, shares: Iterable[bytes]) -> Ceremony:
        """Hold a ceremony up to its last share: the first holders give, one after the other."""
        at = time.monotonic()
        started = self._types(self.starts)
        self._waits(lambda: self._asked(started) == len(self.holders), "every holder is asked")
        asked = time.monotonic() - at
        taken = [
            self._gives(self.people[name], share, started)
            for name, share in zip(self.holders, shares, strict=False)
        ]
        return Ceremony(asked=asked, shares=tuple(taken))

    def waits_until_over(self, since: int) -> None:
        """Return once no message written after this revision asks for anything any more."""
        self._waits(
            lambda: not any(_offers(m, _GIVE, _CANCEL) for m in self._newer(since)),
            "the ceremony is over on every card",
        )

    def waits_for_answer(self, asked: Reaction) -> None:
        """Return once the starter has a private answer."""
        reader = self.people[self.starter].user
        self._waits(
            lambda: any(
                m.ephemeral_to == reader.id
                and self.answer in message_text(self.chat.workspace, m, reader)
                for m in self._newer(asked.revision)
            ),
            f"an answer with {self.answer!r} stands",
        )

    def clears(self) -> None:
        """Take away the private answers, so that the workspace is as small for the next."""
        self.chat.workspace.forget_ephemeral(self.people[self.starter].id)

    def _types(self, line: str) -> Reaction:
        reaction = self.people[self.starter].types(line, self.channel)
        if not reaction.acknowledged:
            raise NotMeasured(f"{line}: {reaction.error}")
        return reaction

    def _asked(self, started: Reaction) -> int:
        asking = [m for m in self._newer(started.revision) if _offers(m, _GIVE)]
        return len({m.channel for m in asking})

    def _gives(self, person: Person, share: bytes, started: Reaction) -> float:
        """Give a share as its holder does; return the seconds from submitted to acknowledged."""
        ask = person.waits_for(direct=True, button=_GIVE, after=started)
        person.clicks(_GIVE, ask)
        person.waits_for_modal(callback_id="share.submit")
        person.fills("share", "value", share.hex())
        submitted = person.submits()
        if submitted.error or person.modal is not None:
            raise NotMeasured(f"{person}'s share was not taken: {submitted.error or person.modal}")
        return submitted.seconds

    def _newer(self, revision: int) -> list[Message]:
        return [m for m in self.chat.workspace.messages() if m.revision > revision]

    def _waits(self, found: Callable[[], bool], what: str) -> None:
        if not self.chat.workspace.pulse.wait_for(found, within=_PATIENCE):
            raise NotMeasured(f"not within {_PATIENCE:g} s: {what}")


def _offers(message: Message, *actions: str) -> bool:
    elements = (e for block in message.blocks for e in fields.elements_of(block))
    return any(element.get("action_id") in actions for element in elements)
