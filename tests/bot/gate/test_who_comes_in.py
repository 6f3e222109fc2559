"""Who is let in at a command, a click in a channel, a click in a direct message, a submission."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from bot.people import Admitted, Door, Refused, Why
from ceremonies.roster import Role
from lab.chat import Channel, ChannelKind, Chat
from lab.people import Person
from tests.bot.gate.conftest import Porch

INCIDENT = "C0INCIDENT"
Visit = Callable[[Porch, Person], None]


def types(_porch: Porch, person: Person) -> None:
    """Type a command in the incident channel."""
    person.types("/dr status", INCIDENT)


def clicks(porch: Porch, person: Person) -> None:
    """Press a button in the incident channel."""
    porch.posts(INCIDENT)
    person.clicks("door.open", person.waits_for("Open", channel=INCIDENT))


def clicks_in_private(porch: Porch, person: Person) -> None:
    """Press a button in their direct messages."""
    porch.posts(porch.chat.workspace.open_im(person.id).id)
    person.clicks("door.open", person.waits_for("Open", direct=True))


def submits(porch: Porch, person: Person) -> None:
    """Submit a modal that was opened."""
    clicks(porch, person)
    person.waits_for_modal("A door")
    porch.answer()
    porch.answers.clear()
    person.submits()


DOORS: Mapping[str, Visit] = {
    "a command": types,
    "a click in the channel": clicks,
    "a click in private": clicks_in_private,
    "a submission": submits,
}
each_door = pytest.mark.parametrize("visit", DOORS.values(), ids=DOORS.keys())


@each_door
def test_a_commander_comes_in(visit: Visit, porch: Porch, cast: dict[str, Person]) -> None:
    """A full member on the roster with the role."""
    visit(porch, cast["Sam"])

    answer = porch.answer()

    assert isinstance(answer, Admitted)
    assert answer.person.name == "Sam"


@each_door
def test_a_stranger_stays_outside(visit: Visit, porch: Porch, cast: dict[str, Person]) -> None:
    """Mallory is a member of the workspace, and not on the roster. Slack is not even asked."""
    visit(porch, cast["Mallory"])

    answer = porch.answer()

    assert isinstance(answer, Refused)
    assert answer.why is Why.STRANGER
    assert "roster" in answer.words
    assert porch.looked() == 0


@each_door
def test_another_role_stays_outside(visit: Visit, porch: Porch, cast: dict[str, Person]) -> None:
    """Ada holds a key; this is for commanders, and she learns who they are."""
    visit(porch, cast["Ada"])

    answer = porch.answer()

    assert isinstance(answer, Refused)
    assert answer.why is Why.ROLE
    assert answer.words == "This is for an incident commander: Sam or Kim &lt;3."


ACCOUNTS = {
    "a guest": ({"is_restricted": True}, Why.GUEST),
    "a guest of one channel": ({"is_ultra_restricted": True}, Why.GUEST),
    "a deactivated account": ({"deleted": True}, Why.DELETED),
    "a bot": ({"is_bot": True}, Why.BOT),
    "somebody from elsewhere": ({"team_id": "T0ELSEWHERE"}, Why.WORKSPACE),
}


@each_door
@pytest.mark.parametrize(("fields", "why"), ACCOUNTS.values(), ids=ACCOUNTS.keys())
def test_only_full_members_come_in(
    fields: dict[str, object], why: Why, visit: Visit, porch: Porch, cast: dict[str, Person]
) -> None:
    """Sam is on the roster with the role, but this is no full member of the workspace."""
    porch.chat.workspace.change_user("U0SAM", **fields)
    visit(porch, cast["Sam"])

    answer = porch.answer()

    assert isinstance(answer, Refused)
    assert answer.why is why
    assert "only" in answer.words.casefold() or "members" in answer.words


SHARED = ("is_ext_shared", "is_pending_ext_shared", "is_org_shared")


@pytest.mark.parametrize("visit", [types, clicks], ids=["a command", "a click"])
@pytest.mark.parametrize("how", SHARED)
def test_nothing_is_done_in_a_shared_channel(
    how: str, visit: Visit, porch: Porch, cast: dict[str, Person]
) -> None:
    """Whoever reads there is not ours to know."""
    porch.chat.workspace.change_channel(INCIDENT, **{how: True})
    visit(porch, cast["Sam"])

    answer = porch.answer()

    assert isinstance(answer, Refused)
    assert answer.why is Why.SHARED_CHANNEL
    assert "incident channel" in answer.words


def test_nothing_is_done_where_the_bot_cannot_look(porch: Porch, cast: dict[str, Person]) -> None:
    """A private channel without the bot in it may be shared with anybody."""
    porch.chat.workspace.add_channel(
        Channel(id="C0SECRET", name="secret", kind=ChannelKind.PRIVATE, members=("U0SAM",)),
        with_bot=False,
    )
    cast["Sam"].types("/dr status", "C0SECRET")

    answer = porch.answer()

    assert isinstance(answer, Refused)
    assert answer.why is Why.UNSEEN_CHANNEL


def test_a_door_without_roles_is_for_the_roster(porch: Porch, cast: dict[str, Person]) -> None:
    """Help and status are for anybody who is on it."""
    porch.door = Door(name="help")

    types(porch, cast["Ada"])
    assert isinstance(porch.answer(1), Admitted)
    types(porch, cast["Mallory"])
    assert isinstance(porch.answer(2), Refused)


def test_what_nobody_sent_is_refused(porch: Porch, cast: dict[str, Person]) -> None:
    """A payload without a person, without a workspace, or naming two workspaces."""
    assert "Sam" in cast
    sam = {"user_id": "U0SAM", "team_id": "T0CONCLAVE"}
    bodies: list[dict[str, object]] = [
        {},
        {"user_id": "U0SAM"},
        {"team_id": "T0CONCLAVE"},
        {"user": {"id": "U0SAM", "team_id": "T0CONCLAVE"}, "team": {"id": "T0ELSEWHERE"}},
        {"user": {"id": "U0SAM"}, "view": {"app_installed_team_id": "T0ELSEWHERE"}, **sam},
        {"event": {"user": "U0SAM", "user_team": "T0ELSEWHERE"}, "team_id": "T0CONCLAVE"},
        {"user": "U0SAM", "team": None, "view": [], "enterprise": {"id": "E0"}},
    ]

    for body in bodies:
        answer = porch.gate.admit(body, door=Door(name="test"))
        assert isinstance(answer, Refused)
        assert answer.why is Why.WORKSPACE

    assert isinstance(porch.gate.admit(sam, door=porch.door), Admitted)


def test_events_of_shared_channels_are_refused(porch: Porch) -> None:
    """Slack's own word in an event is enough."""
    body = {
        "team_id": "T0CONCLAVE",
        "is_ext_shared_channel": True,
        "event": {"user": "U0SAM", "channel": INCIDENT, "user_team": "T0CONCLAVE"},
    }

    answer = porch.gate.admit(body, door=porch.door)

    assert isinstance(answer, Refused)
    assert answer.why is Why.SHARED_CHANNEL


def test_long_lists_of_who_may_are_cut(chat: Chat, porch: Porch, cast: dict[str, Person]) -> None:
    """Two roles at once are both named."""
    porch.door = Door(name="approve", roles=frozenset({Role.APPROVER, Role.SHIFT_LEAD}))
    types(porch, cast["Ada"])

    answer = porch.answer()

    assert isinstance(answer, Refused)
    assert answer.words == "This is for an approver or a shift lead: Kim &lt;3."
    assert chat.calls("users.info") == ()
