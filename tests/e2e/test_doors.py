"""Who may not, at every door: a private refusal, nothing in the log, nothing at Vault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from lab.chat.records import Message
from lab.enterprise import ReplicationRange
from lab.people import Person
from lab.process import wait_until
from lab.redis import RedisServer
from lab.sights import Seen
from lab.stage import CHANNEL, HOLDERS, SET, Stage
from tests.e2e import forgery
from tests.e2e.acts import START, nonce_of, pastes, privately, share_of
from tests.e2e.standing import standing_stage
from tests.e2e.traces import by_people, events, sent

EVERYTHING = ("key_holder", "incident_commander", "approver")
ROLES = {**dict.fromkeys((*HOLDERS, "Sam"), EVERYTHING), "Kim": ("auditor",)}
SHARED = "C0SHARED"

REFUSED = {
    "Mallory": "you are not on it",
    "Ada": "Guests may not do this",
    "Eve": "Guests may not do this",
    "Ben": "This account is deactivated",
    "Cat": "Only people may do this, no bots",
    "Dan": "you act from another",
    "Kim": "This is for",
    "Sam": "shared with another workspace",
}
WHO = [
    pytest.param("Mallory", id="a stranger to the roster"),
    pytest.param("Ada", id="a guest"),
    pytest.param("Eve", id="a guest of one channel"),
    pytest.param("Ben", id="a deleted account"),
    pytest.param("Cat", id="a bot"),
    pytest.param("Dan", id="from another workspace"),
    pytest.param("Kim", id="without the role"),
    pytest.param("Sam", id="in a shared channel"),
]

ANYBODY = (
    "/dr",
    "/dr help",
    "/dr status",
    "/dr status payments",
    "/dr health payments",
    "status.show",
)
COMMANDS = (
    *ANYBODY[:-1],
    "/dr start payments for=drill",
    "/dr start payments",
    "/dr cancel payments",
    "/dr nudge payments",
    "/dr promote payments",
)
BUTTONS = (
    "share.open",
    "share.decline",
    "ceremony.freeze",
    "ceremony.thaw",
    "ceremony.extend",
    "ceremony.cancel",
    "ceremony.nudge",
    "ceremony.restart",
    "ceremony.choose",
    "ceremony.start",
    "promotion.open",
    "promotion.approve",
    "promotion.reject",
    "force.open",
    "force.agree",
    "status.show",
)
MODALS = ("share.submit", "promotion.request", "force.request", "force.confirm", "ceremony.choose")


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A ceremony that collects shares, and what is known of it to whoever reads the card."""

    stage: Stage = field(repr=False)
    card: Seen
    value: dict[str, Any]
    views: dict[str, Any]

    def person(self, name: str) -> Person:
        """Return one of the cast."""
        return self.stage.people[name]


def disguise(stage: Stage) -> None:
    """Let the cast be what nobody who holds a share may be, before the bot asks Slack."""
    workspace = stage.chat.workspace
    workspace.change_user("U0ADA", is_restricted=True)
    workspace.change_user("U0EVE", is_restricted=True, is_ultra_restricted=True)
    workspace.change_user("U0BEN", deleted=True)
    workspace.change_user("U0CAT", is_bot=True)
    workspace.change_user("U0DAN", team_id="T0OTHER")
    forgery.elsewhere(stage.people["Sam"], SHARED, is_ext_shared=True)


@pytest.fixture(scope="module")
def scene(
    dr_range: ReplicationRange,
    redis_server: RedisServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Scene]:
    """Sam has started a ceremony; nobody else may do anything."""
    directory = tmp_path_factory.mktemp("doors")
    with standing_stage(dr_range, redis_server, directory, before=disguise, roles=ROLES) as stage:
        sam = stage.people["Sam"]
        typed = sam.types(START, CHANNEL)
        card = sam.waits_for("0 of 3", channel=CHANNEL, after=typed, within=20)
        (started,) = events(stage, "ceremony_started")
        value = {"set": SET, "ceremony": started["ceremony"]}
        yield Scene(stage=stage, card=card, value=value, views=views_of(value))


def views_of(value: dict[str, Any]) -> dict[str, Any]:
    """Return each modal as somebody would forge it who has seen one."""
    packed = str(value).replace("'", '"')
    text = {"type": "plain_text_input", "action_id": "value"}
    one = {"text": {"type": "plain_text", "text": "Ada"}, "value": "U0ADA"}
    menu = {
        "type": "multi_static_select",
        "action_id": "value",
        "placeholder": {"type": "plain_text", "text": "Key holders"},
        "options": [one],
    }
    inputs: dict[str, dict[str, Any]] = {
        "share.submit": {"share": text},
        "promotion.request": {"cluster": text, "reason": text},
        "force.request": {"cluster": text, "reason": text},
        "force.confirm": {"cluster": text},
        "ceremony.choose": {"holders": menu},
    }
    return {
        name: {
            "type": "modal",
            "callback_id": name,
            "private_metadata": packed,
            "title": {"type": "plain_text", "text": "Forged"},
            "submit": {"type": "plain_text", "text": "Send"},
            "blocks": [
                {
                    "type": "input",
                    "block_id": block,
                    "label": {"type": "plain_text", "text": block},
                    "element": element,
                }
                for block, element in blocks.items()
            ],
        }
        for name, blocks in inputs.items()
    }


@pytest.fixture
def untouched(scene: Scene) -> Iterator[None]:
    """Nothing may come into the log by a person, and nothing at Vault may be changed."""
    before = by_people(scene.stage), sent(scene.stage)
    yield
    assert (by_people(scene.stage), sent(scene.stage)) == before


def allowed(who: str, door: str) -> bool:
    """Return whether an auditor may: they read."""
    return who == "Kim" and door in ANYBODY


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("line", COMMANDS)
@pytest.mark.parametrize("who", WHO)
def test_no_command(scene: Scene, who: str, line: str) -> None:
    """Each slash command is refused in words that say who may."""
    if allowed(who, line):
        line = "/dr start payments for=drill"
    person = scene.person(who)
    typed = person.types(line, SHARED if who == "Sam" else CHANNEL)
    answer = privately(person, typed, REFUSED[who])
    assert "payments/b" not in answer


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("action", BUTTONS)
@pytest.mark.parametrize("who", WHO)
def test_no_button(scene: Scene, who: str, action: str) -> None:
    """Each button is refused, also where no client would show it; no modal opens."""
    person = scene.person(who)
    clicked = forgery.clicks(person, action, button_value(scene, action), message=seen(scene, who))
    assert clicked.acknowledged, clicked.error
    if allowed(who, action):
        assert "payments" in privately(person, clicked)
        return
    privately(person, clicked, REFUSED[who])
    assert person.modal is None


def button_value(scene: Scene, action: str) -> dict[str, Any]:
    """Return what the button carries where the bot made it."""
    more = {
        "ceremony.start": {"set": SET, "purpose": "drill"},
        "ceremony.restart": {**scene.value, "nonce": nonce_of(scene.card)},
    }
    return more.get(action, scene.value)


def seen(scene: Scene, who: str) -> Message:
    """Return the message in which this person clicks."""
    return forgery.elsewhere(scene.person(who), SHARED) if who == "Sam" else scene.card.message


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("modal", MODALS)
@pytest.mark.parametrize("who", WHO[:-1])
def test_no_modal(scene: Scene, who: str, modal: str) -> None:
    """Each modal is refused when it is submitted, also with a share that would fit."""
    person = scene.person(who)
    forgery.opens(person, scene.views[modal])
    if modal == "share.submit":
        pastes(person, share_of(scene.stage, 0))
    else:
        fill(person, modal)
        assert person.submits().acknowledged
    refused = person.waits_for_modal(REFUSED[who])
    assert refused.title == "Not for you"
    person.closes()


def fill(person: Person, modal: str) -> None:
    """Fill in what would do."""
    if modal == "ceremony.choose":
        person.fills("holders", "value", ["U0ADA"])
        return
    forced = modal.startswith("force.")
    person.fills("cluster", "value", "payments/b force" if forced else "payments/b")
    if modal != "force.confirm":
        person.fills("reason", "value", "because")


def test_whom_no_message_reached(scene: Scene) -> None:
    """The card says it and why, so that nobody waits for them."""
    card = scene.person("Sam").waits_until(scene.card, "No message reached these holders")
    assert "@Ben: their Slack account is deactivated" in card
    assert "@Cat: Slack knows no such person" in card
    assert "@Dan: Slack does not let the app see them" in card


def test_the_forgeries_are_good(scene: Scene) -> None:
    """In the name of somebody who may, the same click and the same modal come through."""
    sam, before = scene.person("Sam"), len(events(scene.stage, "holders_reminded", by="U0SAM"))
    clicked = forgery.clicks(sam, "ceremony.nudge", scene.value, message=scene.card.message)
    assert clicked.acknowledged, clicked.error
    wait_until(
        lambda: len(events(scene.stage, "holders_reminded", by="U0SAM")) > before,
        seconds=10,
        what="they are reminded",
    )
    forgery.opens(sam, scene.views["share.submit"])
    pastes(sam, share_of(scene.stage, 0))
    sam.waits_for_modal("You are not asked for a share in this round; nothing was sent")
