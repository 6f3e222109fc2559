"""The cast: people who read cards, type, click and fill in, each through their own client."""

from __future__ import annotations

from collections.abc import Iterable

from lab.chat.composer import smart
from lab.chat.deliveries import Delivery, EnvelopeKind, Outcome
from lab.chat.modals import OpenView
from lab.chat.records import Channel, Message, User
from lab.chat.refusal import NotPossible
from lab.chat.rendering import message_text
from lab.chat.server import Chat
from lab.sights import Modal, NotSeen, Reaction, Seen, modal_as_seen

PATIENCE = 10.0
"""Seconds that somebody waits for something to appear, if not told otherwise."""

NAMES = ("Ada", "Ben", "Cat", "Dan", "Eve", "Sam", "Kim", "Mallory")


class Person:
    """Somebody with an account. Everything they do waits until their client has an answer."""

    def __init__(self, chat: Chat, user: User, *, smart_punctuation: bool = False) -> None:
        self.chat = chat
        self.id = user.id
        self._smart = smart_punctuation
        self._pulse = chat.workspace.pulse

    @property
    def user(self) -> User:
        """Return the account as it is now."""
        user = self.chat.workspace.user(self.id)
        if user is None:
            raise NotPossible(f"{self.id} has no account here.")
        return user

    def __repr__(self) -> str:
        return f"Person({self.id})"

    # Reading

    def reads(self, channel: str | None = None) -> tuple[Seen, ...]:
        """Return everything visible, oldest first; `channel` by id, None for everywhere."""
        with self._pulse:
            reader = self.user
            return tuple(
                Seen(text=message_text(self.chat.workspace, message, reader), message=message)
                for message in self.chat.workspace.visible_to(self.id)
                if channel in (None, message.channel)
            )

    def reads_direct(self) -> tuple[Seen, ...]:
        """Return what the bot wrote to this person alone, oldest first."""
        channel = self.chat.workspace.find_im(self.id)
        return self.reads(channel.id) if channel else ()

    def look(
        self,
        *texts: str,
        channel: str | None = None,
        direct: bool = False,
        ephemeral: bool | None = None,
        after: Reaction | None = None,
        button: str | None = None,
    ) -> Seen | None:
        """Return the newest message that has all these texts, or None; asked once, no waiting.

        `direct`: only in the bot's direct messages; `after`: only what is newer than that act;
        `button`: only with a button of this action id.
        """
        for seen in reversed(self.reads_direct() if direct else self.reads(channel)):
            message = seen.message
            if (
                all(text in seen.text for text in texts)
                and ephemeral in (None, seen.ephemeral)
                and (after is None or message.revision > after.revision)
                and (button is None or button in seen.buttons)
            ):
                return seen
        return None

    def waits_for(
        self,
        *texts: str,
        channel: str | None = None,
        direct: bool = False,
        ephemeral: bool | None = None,
        after: Reaction | None = None,
        button: str | None = None,
        within: float = PATIENCE,
    ) -> Seen:
        """Return the newest such message as soon as there is one (see `look`), or fail."""
        found = self._pulse.wait_for(
            lambda: self.look(
                *texts,
                channel=channel,
                direct=direct,
                ephemeral=ephemeral,
                after=after,
                button=button,
            ),
            within=within,
        )
        if found is None:
            raise NotSeen(
                f"{self.id} waited {within} s for {texts} and sees:\n{self._everything()}"
            )
        return found

    def reloads(self) -> None:
        """Start the client anew: ephemeral messages and open modals are gone."""
        self.chat.workspace.forget_ephemeral(self.id)
        view = self.chat.world.modals.top(self.id)
        if view:
            self.chat.world.modals.close(view, everything=True)

    def again(self, seen: Seen) -> Seen | None:
        """Return the same message as it stands now, or None if it is gone."""
        message = self.chat.workspace.message(seen.message.channel, seen.message.ts)
        if message is None:
            return None
        return Seen(text=message_text(self.chat.workspace, message, self.user), message=message)

    def waits_until(self, seen: Seen, *texts: str, within: float = PATIENCE) -> Seen:
        """Return this very message once it has all these texts, or fail."""

        def changed() -> Seen | None:
            now = self.again(seen)
            return now if now and all(text in now.text for text in texts) else None

        found = self._pulse.wait_for(changed, within=within)
        if found is None:
            now = self.again(seen)
            raise NotSeen(
                f"{self.id} waited {within} s for {texts} in:\n{now.text if now else '-'}"
            )
        return found

    # Doing

    def types(self, line: str, channel: str, *, within: float = PATIENCE) -> Reaction:
        """Type a slash command in a channel (by id)."""
        revision = self._pulse.revision
        sent = smart(line) if self._smart else line
        return self._settled(self.chat.hands.command(self.id, sent, channel), revision, within)

    def clicks(
        self,
        action_id: str,
        seen: Seen,
        *,
        block: str | None = None,
        choose: str | Iterable[str] | None = None,
        confirm: bool = True,
        within: float = PATIENCE,
    ) -> Reaction:
        """Click in a message as it stands now.

        Where a dialog asks first, `confirm` is the answer to it; no answer reaches the app then.
        """
        now = self.again(seen)
        if now and not confirm and now.confirmation(action_id):
            return Reaction(delivery=None, error="", revision=self._pulse.revision)
        revision = self._pulse.revision
        delivery = self.chat.hands.click(
            self.id, seen.message, action_id, block_id=block, choose=choose
        )
        return self._settled(delivery, revision, within)

    def writes(self, text: str, channel: str | None = None) -> Message:
        """Write a message in a channel (by id), or to the bot."""
        where = channel or self.chat.workspace.open_im(self.id).id
        return self.chat.hands.write(self.id, text, where)

    def opens_home(self, *, within: float = PATIENCE) -> Reaction:
        """Open the app's home tab."""
        revision = self._pulse.revision
        return self._settled(self.chat.hands.open_home(self.id), revision, within)

    # Modals

    @property
    def modal(self) -> Modal | None:
        """Return the modal in front of this person, or None."""
        with self._pulse:
            view = self.chat.world.modals.top(self.id)
            return modal_as_seen(self.chat.workspace, view, self.user) if view else None

    @property
    def home(self) -> Modal | None:
        """Return the home tab that the app published for this person, or None."""
        with self._pulse:
            view = self.chat.world.modals.home(self.id)
            return modal_as_seen(self.chat.workspace, view, self.user) if view else None

    def waits_for_modal(
        self, *texts: str, callback_id: str | None = None, within: float = PATIENCE
    ) -> Modal:
        """Return the modal in front once it has all these texts (title included), or fail."""

        def shown() -> Modal | None:
            modal = self.modal
            if modal is None or callback_id not in (None, modal.callback_id):
                return None
            return modal if all(text in modal.text for text in texts) else None

        found = self._pulse.wait_for(shown, within=within)
        if found is None:
            raise NotSeen(f"{self.id} waited {within} s for a modal {texts}, has {self.modal}")
        return found

    def waits_for_no_modal(self, *, within: float = PATIENCE) -> None:
        """Return once no modal is open, or fail."""
        if not self._pulse.wait_for(lambda: self.modal is None, within=within):
            raise NotSeen(f"{self.id} still has {self.modal}")

    def fills(self, block: str, action: str, value: str | Iterable[str]) -> None:
        """Type into an input of the modal in front, or choose options by value or label."""
        self.chat.hands.fill(self._front(), action, value, block_id=block)

    def submits(self, *, within: float = PATIENCE) -> Reaction:
        """Press submit. What the client itself finds missing stands in `modal.errors`."""
        view = self._front()
        revision = self._pulse.revision
        return self._settled(self.chat.hands.submit(view), revision, within)

    def presses(
        self,
        action_id: str,
        *,
        block: str | None = None,
        choose: str | Iterable[str] | None = None,
        in_home: bool = False,
        within: float = PATIENCE,
    ) -> Reaction:
        """Click something inside the modal in front, or in the home tab."""
        home = self.home if in_home else None
        view = home.view if home else self._front()
        revision = self._pulse.revision
        delivery = self.chat.hands.click_in_view(view, action_id, block_id=block, choose=choose)
        return self._settled(delivery, revision, within)

    def closes(self, *, everything: bool = False) -> None:
        """Close the modal in front, or with it all those beneath."""
        self.chat.hands.close(self._front(), everything=everything)

    # Inside

    def _front(self) -> OpenView:
        view = self.chat.world.modals.top(self.id)
        if view is None:
            raise NotPossible(f"{self.id} has no modal open.")
        return view

    def _settled(self, delivery: Delivery | None, revision: int, within: float) -> Reaction:
        """Wait until the app answered or the client gave up."""
        if delivery is None:
            return Reaction(delivery=None, error="", revision=revision)
        wanted = delivery
        if not self._pulse.wait_for(lambda: wanted.settled, within=within):
            raise NotSeen(f"{self.id} waited {within} s and {wanted} is not settled")
        unheard = wanted.outcome is not Outcome.ACKED and wanted.kind is not EnvelopeKind.EVENT
        error = wanted.outcome.value if unheard else wanted.trouble
        return Reaction(delivery=wanted, error=error, revision=revision)

    def _everything(self) -> str:
        lines = []
        for seen in self.reads():
            kind = "only for them" if seen.ephemeral else seen.message.channel
            lines.append(f"- {kind}: {seen.text}")
        return "\n".join(lines) or "nothing"


def meet(chat: Chat, *names: str, channels: Iterable[str] = ("C0INCIDENT",)) -> dict[str, Person]:
    """Give each of these (all of the cast, if none is named) an account and let them in.

    Ids are `U0ADA` and so on. A channel that does not exist is made, with the bot in it.
    """
    people = {}
    for name in names or NAMES:
        user_id = f"U0{name.upper()}"
        user = User(id=user_id, name=name.lower(), real_name=name)
        people[name] = Person(chat, chat.workspace.add_user(user))
    for channel_id in channels:
        _let_in(chat, channel_id, [person.id for person in people.values()])
    return people


def _let_in(chat: Chat, channel_id: str, user_ids: list[str]) -> None:
    known = chat.workspace.channel(channel_id) or chat.workspace.add_channel(
        Channel(id=channel_id, name=channel_id.removeprefix("C0").lower())
    )
    members = tuple(dict.fromkeys((*known.members, *user_ids)))
    chat.workspace.change_channel(channel_id, members=members)
