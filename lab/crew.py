"""People who see a runbook through: each does what Slack asks of them, until it is over."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from lab.chat.kit import fields
from lab.chat.refusal import NotPossible
from lab.people import Person
from lab.sights import NotSeen, Seen
from lab.stage import CHANNEL, SET, Stage

_LOOKS_EVERY_S = 0.1
_AGAIN_AFTER_S = 8.0
_SNAPSHOT_S = 5.0
_CLUSTER = re.compile(rf"{SET}/([a-z0-9-]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button on a message, with what it carries."""

    action: str
    block: str
    value: dict[str, Any]
    on: Seen

    @property
    def step(self) -> str:
        """The runbook's step that it is about; empty if none."""
        return str(self.value.get("step", ""))


@dataclass(slots=True)
class Crew:
    """Sam commands, Kim approves, the holders give; `skips` are actions that Sam declines.

    `tells` is called with who does what, for a timeline. Whose click changed nothing for
    `again_after` seconds clicks again.
    """

    stage: Stage
    skips: tuple[str, ...] = ("snapshot",)
    holders: tuple[str, ...] = ("Ada", "Ben", "Cat")
    tells: Callable[[str, str], None] = lambda _who, _words: None
    again_after: float = _AGAIN_AFTER_S
    _done: dict[str, float] = field(default_factory=dict)
    _waited: dict[str, float] = field(default_factory=dict)  # since when for a snapshot

    def sees_through(self, line: str, *, until: Callable[[], bool], within: float = 120) -> None:
        """Let Sam type the command, then do what is asked until `until()`, or fail."""
        sam = self.stage.people["Sam"]
        self.tells("Sam", line)
        reaction = sam.types(line, CHANNEL)
        if not reaction.acknowledged:
            raise NotSeen(f"nobody answered {line}: {reaction.error}")
        self.does_what_is_asked(until=until, within=within)

    def does_what_is_asked(self, *, until: Callable[[], bool], within: float = 120) -> None:
        """Act on cards and messages until `until()`, or fail with what stands in the channel."""
        ends = time.monotonic() + within
        while not until():
            if time.monotonic() > ends:
                raise NotSeen(f"not over within {within:g} s; the channel shows:\n{self._shown()}")
            with suppress(NotSeen, NotPossible):
                self._acts()
            time.sleep(_LOOKS_EVERY_S)

    def _acts(self) -> None:
        buttons = tuple(self._buttons())
        for button in buttons:
            self._answers(button)
            self._stops_waiting(button, buttons)
        for number, name in enumerate(self.holders):
            self._gives(name, number)

    def _answers(self, button: Button) -> None:
        sam, kim = self.stage.people["Sam"], self.stage.people["Kim"]
        action, named = button.step.split(":")[0], button.step.rsplit(":")[-1]
        match button.action:
            case "runbook.skip" if action in self.skips:
                self._clicks(sam, "Sam", button, f"leaves out {button.step}")
            case "runbook.continue" if action not in self.skips:
                self._clicks(sam, "Sam", button, f"goes on with {button.step}")
            case "runbook.done":
                self._clicks(sam, "Sam", button, f"says that {button.step} is done")
            case "runbook.request":
                self._types(sam, button, "step.request", named)
            case "runbook.approve":
                self._clicks(kim, "Kim", button, f"approves {button.step}")
            case "ceremony.restart":
                self._clicks(sam, "Sam", button, "starts the ceremony's attempt anew")
            case "promotion.open":
                found = _CLUSTER.search(button.on.text)
                self._types(sam, button, "promotion.request", found[1] if found else "b")
            case "promotion.approve":
                self._clicks(kim, "Kim", button, "approves the promotion")
            case _:
                pass

    def _stops_waiting(self, button: Button, among: Iterable[Button]) -> None:
        """Decline a snapshot that is under way too long: who takes it may be dead.

        Each card for itself: a replica that died may have left one that is not drawn any more.
        """
        if not (button.action == "runbook.skip" and button.step.startswith("snapshot:")):
            return
        card = button.on.message.ts
        goes_on = {(b.action, b.step) for b in among if b.on.message.ts == card}
        key = f"{card} {button.step}"
        if ("runbook.continue", button.step) in goes_on:
            self._waited.pop(key, None)
        elif time.monotonic() - self._waited.setdefault(key, time.monotonic()) > _SNAPSHOT_S:
            sam = self.stage.people["Sam"]
            self._clicks(sam, "Sam", button, f"leaves out {button.step}: it takes too long")

    def _clicks(self, person: Person, name: str, button: Button, words: str) -> bool:
        key = f"{name} {button.action} {json.dumps(button.value, sort_keys=True)}"
        if time.monotonic() - self._done.get(key, float("-inf")) < self.again_after:
            return False
        self._done[key] = time.monotonic()
        self.tells(name, words)
        return person.clicks(button.action, button.on, block=button.block).acknowledged

    def _types(self, sam: Person, button: Button, callback: str, cluster: str) -> None:
        if not self._clicks(sam, "Sam", button, f"asks, and types {SET}/{cluster}"):
            return
        sam.waits_for_modal(callback_id=callback, within=5)
        sam.fills("cluster", "value", f"{SET}/{cluster}")
        sam.fills("reason", "value", "as agreed on the call")
        sam.submits()
        if sam.modal:
            sam.closes(everything=True)

    def _gives(self, name: str, number: int) -> None:
        person = self.stage.people[name]
        ask = person.look(SET, direct=True, button="share.open")
        found = _CLUSTER.search(ask.text) if ask else None
        if ask is None or found is None:
            return
        key = f"{name} gives {ask.message.ts}"
        if time.monotonic() - self._done.get(key, float("-inf")) < self.again_after:
            return
        self._done[key] = time.monotonic()
        if person.modal:
            person.closes(everything=True)
        if not person.clicks("share.open", ask).acknowledged:
            return
        self.tells(name, f"gives their share for {found[0]}")
        person.waits_for_modal(callback_id="share.submit", within=5)
        person.fills("share", "value", self.stage.vaults[found[1]].bao.shares[number].hex())
        person.submits()

    def _buttons(self) -> Iterator[Button]:
        for seen in reversed(self.stage.people["Sam"].reads(CHANNEL)):
            if seen.ephemeral:
                continue
            for block in seen.message.blocks:
                for element in fields.elements_of(block):
                    if element["type"] != "button":
                        continue
                    yield Button(
                        action=element["action_id"],
                        block=block.get("block_id", ""),
                        value=_parsed(element.get("value", "")),
                        on=seen,
                    )

    def _shown(self) -> str:
        seen = self.stage.people["Sam"].reads(CHANNEL)
        return "\n---\n".join(each.text for each in seen)


def _parsed(value: str) -> dict[str, Any]:
    try:
        parsed = json.loads(value)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
