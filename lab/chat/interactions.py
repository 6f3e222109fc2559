"""What people can do: type a command, click, fill in, submit, close, write, open the home tab.

Each act goes to the app as Slack would send it. What the client itself stops (a button that is
not there, an empty required field, a command that no app has) never reaches the app.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from lab.chat import payloads
from lab.chat.composer import escaped
from lab.chat.courier import Courier
from lab.chat.deliveries import Delivery, EnvelopeKind
from lab.chat.hooks import answer
from lab.chat.kit import fields
from lab.chat.modals import OpenView
from lab.chat.records import Channel, ChannelKind, Json, Message, User
from lab.chat.refusal import NotPossible, Refused
from lab.chat.submissions import conclude
from lab.chat.wire import view_record
from lab.chat.world import World


class Interactions:
    """The hands of everybody in the workspace; ids tell whose."""

    def __init__(self, world: World, courier: Courier, *, token: str) -> None:
        self._world = world
        self._workspace = world.workspace
        self._pulse = world.workspace.pulse
        self._courier = courier
        self._token = token

    def command(self, user_id: str, line: str, channel_id: str) -> Delivery:
        """Type a slash command, e.g. `/dr status payments`."""
        command, _, text = line.strip().partition(" ")
        manifest = self._world.manifest
        if command not in manifest.commands or "commands" not in manifest.scopes:
            raise NotPossible(f"{command} is not a valid command.")
        with self._pulse:
            user, channel = self._user(user_id), self._present(user_id, channel_id)
            payload = payloads.slash_command(
                self._workspace,
                user,
                channel,
                token=self._token,
                command=command,
                text=text.strip(),
                trigger_id=self._world.triggers.issue(user_id),
                response_url=self._world.hooks.issue("commands", user=user_id, channel=channel_id),
            )

        def on_ack(delivery: Delivery, body: Json | None) -> None:
            if not body or not (body.get("text") or body.get("blocks")):
                return
            try:
                answer(self._workspace, body, user=user_id, channel=channel_id)
            except Refused as refused:
                delivery.trouble = refused.code

        return self._courier.deliver(
            EnvelopeKind.COMMAND, payload, accepts_response=True, on_ack=on_ack
        )

    def click(
        self,
        user_id: str,
        message: Message,
        action_id: str,
        *,
        block_id: str | None = None,
        choose: str | Iterable[str] | None = None,
    ) -> Delivery:
        """Use a button or menu of a message as it stands now."""
        self._must_be_interactive()
        with self._pulse:
            shown = self._workspace.message(message.channel, message.ts)
            if shown is None or shown not in self._workspace.visible_to(user_id):
                raise NotPossible("This message was deleted.")
            block, element = fields.find(shown.blocks, action_id, block_id)
            chosen = None if choose is None else fields.filled(element, choose)
            typed = {block["block_id"]: {action_id: chosen}} if chosen else {}
            payload = payloads.message_action(
                self._workspace,
                self._user(user_id),
                shown,
                [payloads.action(self._workspace, block, element, chosen)],
                token=self._token,
                trigger_id=self._world.triggers.issue(user_id),
                response_url=self._world.hooks.issue(
                    "actions", user=user_id, channel=shown.channel, original=shown.ts
                ),
                typed=typed,
            )
        return self._courier.deliver(EnvelopeKind.INTERACTIVE, payload)

    def click_in_view(
        self,
        view: OpenView,
        action_id: str,
        *,
        block_id: str | None = None,
        choose: str | Iterable[str] | None = None,
    ) -> Delivery:
        """Use a button or menu of an open modal or of the home tab."""
        self._must_be_interactive()
        with self._pulse:
            shown = self._open_now(view)
            block, element = fields.find(shown.blocks, action_id, block_id)
            chosen = None if choose is None else fields.filled(element, choose)
            if chosen:
                shown = self._type(shown, block, element, chosen)
            modal = shown.view["type"] == "modal"
            payload = payloads.view_action(
                self._workspace,
                self._user(shown.owner),
                shown,
                [payloads.action(self._workspace, block, element, chosen)],
                token=self._token,
                trigger_id=self._world.triggers.issue(
                    shown.owner, view_id=shown.id if modal else None
                ),
            )
        return self._courier.deliver(EnvelopeKind.INTERACTIVE, payload)

    def fill(
        self,
        view: OpenView,
        action_id: str,
        value: str | Iterable[str],
        *,
        block_id: str | None = None,
    ) -> OpenView:
        """Type or choose something in an open modal; nothing is sent yet."""
        with self._pulse:
            shown = self._open_now(view)
            block, element = fields.find(shown.blocks, action_id, block_id)
            return self._type(shown, block, element, fields.filled(element, value))

    def submit(self, view: OpenView) -> Delivery | None:
        """Press submit. None if the client finds a field wanting; it says so in `errors`."""
        self._must_be_interactive()
        with self._pulse:
            shown = self._open_now(view)
            if "submit" not in shown.view:
                raise NotPossible("This view has no submit button.")
            missing = fields.complaints(shown.blocks, shown.typed)
            shown = self._world.modals.put(replace(shown, errors=missing, trouble=""))
            if missing:
                return None
            payload = payloads.view_submission(
                self._workspace,
                self._user(shown.owner),
                shown,
                token=self._token,
                trigger_id=self._world.triggers.issue(shown.owner, view_id=shown.id),
            )

        def on_ack(delivery: Delivery, body: Json | None) -> None:
            delivery.trouble = conclude(self._world, shown.id, body)

        return self._courier.deliver(
            EnvelopeKind.INTERACTIVE, payload, accepts_response=True, on_ack=on_ack
        )

    def close(self, view: OpenView, *, everything: bool = False) -> tuple[Delivery, ...]:
        """Close a modal, or the whole stack; the app hears of it where it asked to."""
        with self._pulse:
            shown = self._open_now(view)
            cleared = everything or bool(shown.view.get("clear_on_close"))
            closed = self._world.modals.close(shown, everything=cleared)
            told = [
                payloads.view_closed(
                    self._workspace,
                    self._user(each.owner),
                    each,
                    token=self._token,
                    is_cleared=cleared,
                )
                for each in closed
                if each.view.get("notify_on_close")
            ]
        return tuple(self._courier.deliver(EnvelopeKind.INTERACTIVE, each) for each in told)

    def write(self, user_id: str, text: str, channel_id: str) -> Message:
        """Write a message; the app hears of it only where its manifest says so."""
        manifest = self._world.manifest
        with self._pulse:
            channel = self._present(user_id, channel_id)
            direct = channel.kind is ChannelKind.IM
            if direct and (manifest.messages_read_only or not manifest.messages_tab):
                raise NotPossible("Sending messages to this app has been turned off.")
            message = self._workspace.post(
                Message(channel=channel_id, ts="", user=user_id, text=escaped(text))
            )
        kinds = {
            ChannelKind.IM: ("im", "message.im", "im:history"),
            ChannelKind.PUBLIC: ("channel", "message.channels", "channels:history"),
            ChannelKind.PRIVATE: ("group", "message.groups", "groups:history"),
        }
        kind, event, scope = kinds[channel.kind]
        if event in manifest.events and scope in manifest.scopes:
            user = self._user(user_id)
            inner = {
                "type": "message",
                "user": user_id,
                "ts": message.ts,
                "event_ts": message.ts,
                "text": message.text,
                "team": user.team_id,
                "channel": channel_id,
                "channel_type": kind,
            }
            self._event(inner, shared=channel.is_ext_shared)
        return message

    def open_home(self, user_id: str) -> Delivery | None:
        """Open the app's home tab; None if the app does not ask to hear of it."""
        manifest = self._world.manifest
        if not manifest.home_tab:
            raise NotPossible("This app has no home tab.")
        if "app_home_opened" not in manifest.events:
            return None
        with self._pulse:
            home = self._world.modals.home(user_id)
            inner: Json = {
                "type": "app_home_opened",
                "user": user_id,
                "channel": self._workspace.open_im(user_id).id,
                "tab": "home",
                "event_ts": self._workspace.clock.ts(),
            }
            if home:
                inner["view"] = view_record(self._workspace, home)
        return self._event(inner)

    def _event(self, inner: Json, *, shared: bool = False) -> Delivery:
        payload = payloads.event(self._workspace, inner, token=self._token, is_ext_shared=shared)
        return self._courier.deliver(EnvelopeKind.EVENT, payload)

    def _user(self, user_id: str) -> User:
        user = self._workspace.user(user_id)
        if user is None:
            raise NotPossible(f"{user_id} has no account here.")
        return user

    def _present(self, user_id: str, channel_id: str) -> Channel:
        channel = self._workspace.channel(channel_id)
        if channel is None or user_id not in channel.members:
            raise NotPossible(f"{user_id} is not in {channel_id}.")
        return channel

    def _open_now(self, view: OpenView) -> OpenView:
        shown = self._world.modals.find(view.id)
        if shown is None:
            raise NotPossible("This view is not open any more.")
        return shown

    def _type(self, view: OpenView, block: Json, element: Json, value: Json) -> OpenView:
        mine = {**view.typed.get(block["block_id"], {}), element["action_id"]: value}
        errors = {k: v for k, v in view.errors.items() if k != block["block_id"]}
        typed = {**view.typed, block["block_id"]: mine}
        return self._world.modals.put(replace(view, typed=typed, errors=errors))

    def _must_be_interactive(self) -> None:
        if not self._world.manifest.interactive:
            raise NotPossible("This app is not configured to handle interactive responses.")
