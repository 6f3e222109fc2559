"""The views that people have open: one stack per person, three deep, and each one's home tab."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace

from lab.chat.kit.fields import Typed, elements_of
from lab.chat.records import Json, new_id
from lab.chat.refusal import Refused
from lab.chat.workspace import Workspace

MAX_DEPTH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenView:
    """One view as its owner sees it, with what they have typed so far."""

    id: str
    owner: str
    view: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    typed: Typed = field(default_factory=dict, repr=False)
    errors: dict[str, str] = field(default_factory=dict)
    """What stands under each input, by block id: the app's words or the client's own."""
    trouble: str = ""
    """What the client says when the app did not answer a submission as it must."""

    @property
    def blocks(self) -> list[Json]:
        """Return the blocks, each with its ids."""
        blocks: list[Json] = self.view["blocks"]
        return blocks


class Modals:
    """Opens, updates and closes views. Callers hold the workspace's pulse."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._stacks: dict[str, tuple[OpenView, ...]] = {}
        self._homes: dict[str, OpenView] = {}

    def stack(self, user: str) -> tuple[OpenView, ...]:
        """Return this person's open views, the one on top last."""
        return self._stacks.get(user, ())

    def top(self, user: str) -> OpenView | None:
        """Return the view in front of this person, or None."""
        return self.stack(user)[-1] if self.stack(user) else None

    def home(self, user: str) -> OpenView | None:
        """Return this person's home tab, or None if nothing was ever published."""
        return self._homes.get(user)

    def find(self, view_id: str | None, external_id: str | None = None) -> OpenView | None:
        """Return an open view or home tab by Slack's id or by the app's own."""
        everything = [v for stack in self._stacks.values() for v in stack]
        for view in (*everything, *self._homes.values()):
            if view.id == view_id or (external_id and view.view.get("external_id") == external_id):
                return view
        return None

    def open(self, user: str, view: Json) -> OpenView:
        """Put a view in front of this person in place of whatever they had open."""
        self._refuse_taken(view)
        view_id = new_id("V")
        opened = OpenView(id=view_id, owner=user, view=view, hash=self._hash(), root_id=view_id)
        return self._keep(user, (opened,))

    def push(self, user: str, view: Json) -> OpenView:
        """Put a view on top of the others; refused at a depth of three."""
        stack = self.stack(user)
        if not stack:
            raise Refused("not_found")
        if len(stack) >= MAX_DEPTH:
            raise Refused("push_limit_reached")
        self._refuse_taken(view)
        pushed = OpenView(
            id=new_id("V"),
            owner=user,
            view=view,
            hash=self._hash(),
            root_id=stack[0].root_id,
            previous_id=stack[-1].id,
        )
        return self._keep(user, (*stack, pushed))

    def update(self, known: OpenView, view: Json, *, view_hash: str | None = None) -> OpenView:
        """Replace a view; what was typed stays where block and action ids stay the same.

        Refused: `hash_conflict` if the caller saw another version.
        """
        if view_hash is not None and view_hash != known.hash:
            raise Refused("hash_conflict")
        self._refuse_taken(view, but=known)
        kept: Typed = {}
        for block in view["blocks"]:
            for element in elements_of(block):
                typed = known.typed.get(block["block_id"], {}).get(element["action_id"])
                if typed is not None and typed["type"] == element["type"]:
                    kept.setdefault(block["block_id"], {})[element["action_id"]] = typed
        return self.put(
            replace(known, view=view, hash=self._hash(), typed=kept, errors={}, trouble="")
        )

    def put(self, view: OpenView) -> OpenView:
        """Let this version of an open view stand in place of the one with its id."""
        if self._homes.get(view.owner, view).id == view.id and view.view["type"] == "home":
            self._homes[view.owner] = view
            self._workspace.pulse.beat()
            return view
        stack = tuple(view if each.id == view.id else each for each in self.stack(view.owner))
        self._stacks[view.owner] = stack
        self._workspace.pulse.beat()
        return view

    def close(self, view: OpenView, *, everything: bool = False) -> tuple[OpenView, ...]:
        """Close a view and those above it (or the whole stack); return what was closed."""
        stack = self.stack(view.owner)
        at = next((i for i, each in enumerate(stack) if each.id == view.id), len(stack))
        keep = 0 if everything else at
        self._stacks[view.owner] = stack[:keep]
        self._workspace.pulse.beat()
        return stack[keep:]

    def publish(self, user: str, view: Json, *, view_hash: str | None = None) -> OpenView:
        """Let this be the person's home tab from now on."""
        known = self._homes.get(user)
        if known:
            return self.update(known, view, view_hash=view_hash)
        view_id = new_id("V")
        self._homes[user] = OpenView(
            id=view_id, owner=user, view=view, hash=self._hash(), root_id=view_id
        )
        self._workspace.pulse.beat()
        return self._homes[user]

    def _keep(self, user: str, stack: tuple[OpenView, ...]) -> OpenView:
        self._stacks[user] = stack
        self._workspace.pulse.beat()
        return stack[-1]

    def _refuse_taken(self, view: Json, *, but: OpenView | None = None) -> None:
        external_id = view.get("external_id")
        holder = self.find(None, external_id) if external_id else None
        if holder and (but is None or holder.id != but.id):
            raise Refused("duplicate_external_id")

    def _hash(self) -> str:
        return f"{int(self._workspace.clock.now())}.{secrets.token_urlsafe(6)}"
