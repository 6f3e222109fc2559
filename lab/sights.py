"""What people see: messages, modals, and what came of something they did."""

from __future__ import annotations

from dataclasses import dataclass, field

from lab.chat.deliveries import Delivery, Outcome
from lab.chat.kit import fields
from lab.chat.modals import OpenView
from lab.chat.records import Json, Message, User
from lab.chat.rendering import blocks_text
from lab.chat.workspace import Workspace


class NotSeen(AssertionError):
    """Somebody waited for something that did not come; the message says what they see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A message as one person reads it."""

    text: str
    message: Message = field(repr=False)

    @property
    def ephemeral(self) -> bool:
        """Return whether nobody else can see it."""
        return self.message.ephemeral_to is not None

    @property
    def buttons(self) -> dict[str, str]:
        """Return what can be clicked: action id → label (of several alike, the last)."""
        return {
            element["action_id"]: element["text"]["text"]
            for block in self.message.blocks
            for element in fields.elements_of(block)
            if element["type"] == "button"
        }

    def confirmation(self, action_id: str) -> str:
        """Return what the dialog says that asks before this click; empty if none does."""
        return confirmation(fields.find(self.message.blocks, action_id)[1])

    def __contains__(self, words: object) -> bool:
        return str(words) in self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Modal:
    """A modal as its owner sees it."""

    view: OpenView = field(repr=False)
    title: str
    text: str
    errors: dict[str, str]
    trouble: str

    @property
    def callback_id(self) -> str:
        """Return the app's name for this modal."""
        return str(self.view.view.get("callback_id", ""))


def modal_as_seen(workspace: Workspace, view: OpenView, reader: User) -> Modal:
    """Return an open view as its owner reads it; the title is the first line."""
    title = view.view.get("title", {}).get("text", "")
    lines = (title, *blocks_text(workspace, view.blocks, reader))
    return Modal(
        view=view,
        title=title,
        text="\n".join(line for line in lines if line),
        errors=dict(view.errors),
        trouble=view.trouble,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """What came of something that a person did. `error` is what their client says went wrong."""

    delivery: Delivery | None
    error: str
    revision: int
    """State of the workspace when it was done: what came later answers it."""

    @property
    def acknowledged(self) -> bool:
        """Return whether the app took notice in time."""
        return self.delivery is not None and self.delivery.outcome is Outcome.ACKED

    @property
    def seconds(self) -> float:
        """Return how long the acknowledgement took."""
        seconds = self.delivery.seconds if self.delivery else None
        if seconds is None:
            raise NotSeen("it was never acknowledged")
        return seconds


def confirmation(element: Json) -> str:
    """Return the words of an element's confirmation dialog, empty if it has none."""
    confirm = element.get("confirm")
    if not confirm:
        return ""
    return "\n".join(confirm[part]["text"] for part in ("title", "text", "confirm", "deny"))
