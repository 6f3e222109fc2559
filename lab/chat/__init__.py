"""A stand-in for Slack, as strict as Slack: Web API, Socket Mode, people's clients.

State (`workspace`, `modals`, `triggers`, `hooks`) is apart from the wire (`api`, `connections`,
`courier`): `server.Chat` puts them together, `lab.people` acts in it. What Slack refuses is
refused with Slack's code; what is not documented is marked where it is decided.
"""

from lab.chat.clock import Clock
from lab.chat.connections import Cut, Reason
from lab.chat.deliveries import Delivery, EnvelopeKind, Outcome
from lab.chat.records import BotIdentity, Channel, ChannelKind, Message, Presence, User
from lab.chat.refusal import NotPossible
from lab.chat.server import Chat
from lab.chat.workspace import Workspace
from lab.chat.world import Habits

__all__ = [
    "BotIdentity",
    "Channel",
    "ChannelKind",
    "Chat",
    "Clock",
    "Cut",
    "Delivery",
    "EnvelopeKind",
    "Habits",
    "Message",
    "NotPossible",
    "Outcome",
    "Presence",
    "Reason",
    "User",
    "Workspace",
]
