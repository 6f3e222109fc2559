"""Views: what Slack refuses of them, trigger ids, the stack, races."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient

from lab.chat import Chat, NotPossible
from lab.chat.kit import surfaces
from lab.chat.refusal import Refused
from lab.people import Person

Refusal = Callable[[Callable[[], object]], str]


def plain(text: str) -> dict[str, Any]:
    """Return a text without markup."""
    return {"type": "plain_text", "text": text}


def section(text: str = "words", **more: object) -> dict[str, Any]:
    """Return a paragraph."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def asked(block_id: str = "share", action_id: str = "value", **more: object) -> dict[str, Any]:
    """Return an input block."""
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain("L"),
        "element": {"type": "plain_text_input", "action_id": action_id, **more},
    }


def modal(**more: object) -> dict[str, Any]:
    """Return a modal."""
    return {"type": "modal", "title": plain("T"), "blocks": [section()], **more}


GOOD_VIEWS: dict[str, dict[str, Any]] = {
    "all at the limit": modal(
        title=plain("t" * 24),
        submit=plain("s" * 24),
        close=plain("c" * 24),
        private_metadata="m" * 3000,
        callback_id="c" * 255,
        external_id="e" * 255,
        clear_on_close=True,
        notify_on_close=True,
    ),
    "an input with submit": modal(blocks=[asked()], submit=plain("Go")),
    "100 blocks": modal(blocks=[{"type": "divider"}] * 100),
}
BAD_VIEWS: dict[str, tuple[dict[str, Any], str]] = {
    "title of 25": (
        modal(title=plain("t" * 25)),
        "must be less than 25 characters [json-pointer:/view/title/text]",
    ),
    "title with markup": (
        modal(title={"type": "mrkdwn", "text": "t"}),
        "must be one of: plain_text",
    ),
    "no title": ({"type": "modal", "blocks": []}, "missing required field: title"),
    "no blocks": ({"type": "modal", "title": plain("T")}, "missing required field: blocks"),
    "submit of 25": (modal(submit=plain("s" * 25)), "less than 25 characters"),
    "close of 25": (modal(close=plain("s" * 25)), "less than 25 characters"),
    "metadata of 3001": (modal(private_metadata="m" * 3001), "less than 3001 characters"),
    "metadata as object": (modal(private_metadata={"set": "p"}), "must provide a string"),
    "external id of 256": (modal(external_id="e" * 256), "less than 256 characters"),
    "101 blocks": (modal(blocks=[{"type": "divider"}] * 101), "no more than 100 items allowed"),
    "an input without submit": (
        modal(blocks=[asked()]),
        "must define `submit` to use `input` block [json-pointer:/view/blocks/0/input]",
    ),
    "a payload's view sent back": (modal(id="V1", hash="1.a"), "invalid additional property: id"),
    "the same block id twice": (
        modal(blocks=[section(block_id="b"), section(block_id="b")]),
        "`block_id` must be unique: b",
    ),
    "home instead": ({"type": "home", "blocks": []}, "must be one of: modal"),
    "no type": ({"blocks": []}, "unsupported type: None"),
}


@pytest.mark.parametrize("view", GOOD_VIEWS.values(), ids=GOOD_VIEWS)
def test_views_that_slack_takes(view: dict[str, Any]) -> None:
    """A view at its limits is taken."""
    assert surfaces.view(view, kind="modal")["type"] == "modal"


@pytest.mark.parametrize(("view", "reason"), BAD_VIEWS.values(), ids=BAD_VIEWS)
def test_views_that_slack_refuses(view: dict[str, Any], reason: str) -> None:
    """A view past a limit is `invalid_arguments`, with the place and the rule."""
    with pytest.raises(Refused) as refused:
        surfaces.view(view, kind="modal")
    assert refused.value.code == "invalid_arguments"
    assert any(reason in each for each in refused.value.reasons), refused.value.reasons


def test_a_view_of_more_than_250_kilobytes() -> None:
    """Each block is within its limit, the whole is `view_too_large`."""
    with pytest.raises(Refused, match="view_too_large"):
        surfaces.view(modal(blocks=[section("x" * 3000)] * 90), kind="modal")


def test_a_home_tab_has_no_submit() -> None:
    """What only modals have is refused in a home tab."""
    home = {"type": "home", "blocks": [], "submit": plain("Go")}
    with pytest.raises(Refused) as refused:
        surfaces.view(home, kind="home")
    assert "invalid additional property: submit" in refused.value.reasons[0]


@pytest.fixture
def ada(cast: dict[str, Person]) -> Person:
    """Return Ada, with everybody else around."""
    return cast["Ada"]


def opened(chat: Chat, client: WebClient, view: dict[str, Any]) -> dict[str, Any]:
    """Return the view after it was opened for Ada."""
    trigger_id = chat.world.triggers.issue("U0ADA")
    found: dict[str, Any] = client.views_open(trigger_id=trigger_id, view=view)["view"]
    return found


def test_a_trigger_opens_one_view_within_three_seconds(
    chat: Chat, client: WebClient, ada: Person, refusal: Refusal
) -> None:
    """A made-up id, a used one and an old one are told apart."""
    issue = chat.world.triggers.issue
    assert refusal(lambda: client.views_open(trigger_id="1.2.3", view=modal())) == (
        "invalid_trigger_id"
    )
    used = issue("U0ADA")
    client.views_open(trigger_id=used, view=modal())
    assert refusal(lambda: client.views_open(trigger_id=used, view=modal())) == (
        "exchanged_trigger_id"
    )
    old = issue("U0ADA")
    chat.workspace.clock.advance(3.1)
    assert refusal(lambda: client.views_open(trigger_id=old, view=modal())) == (
        "expired_trigger_id"
    )
    assert ada.modal


def test_a_refused_view_does_not_use_the_trigger_up(
    chat: Chat, client: WebClient, ada: Person, refusal: Refusal
) -> None:
    """The arguments are checked first; the reasons name the place."""
    trigger_id = chat.world.triggers.issue("U0ADA")
    wrong = modal(title=plain("t" * 25))
    assert refusal(lambda: client.views_open(trigger_id=trigger_id, view=wrong)) == (
        "invalid_arguments"
    )
    client.views_open(trigger_id=trigger_id, view=modal())
    assert ada.modal


def test_a_stack_is_three_deep(
    chat: Chat, client: WebClient, ada: Person, refusal: Refusal
) -> None:
    """Each pushed view knows the one before and the root; the fourth is refused."""
    root = opened(chat, client, modal())
    ids = [root["id"]]
    for _ in range(2):
        trigger_id = chat.world.triggers.issue("U0ADA", view_id=ids[-1])
        view = client.views_push(trigger_id=trigger_id, view=modal())["view"]
        assert view["previous_view_id"] == ids[-1]
        assert view["root_view_id"] == root["id"]
        ids.append(view["id"])
    trigger_id = chat.world.triggers.issue("U0ADA", view_id=ids[-1])
    assert refusal(lambda: client.views_push(trigger_id=trigger_id, view=modal())) == (
        "push_limit_reached"
    )
    ada.closes()
    assert ada.modal.view.id == ids[1]
    ada.closes(everything=True)
    assert ada.modal is None


def test_pushing_needs_a_trigger_from_a_modal(
    chat: Chat, client: WebClient, ada: Person, refusal: Refusal
) -> None:
    """A click in a message opens a view but pushes none."""
    opened(chat, client, modal())
    trigger_id = chat.world.triggers.issue("U0ADA")
    assert refusal(lambda: client.views_push(trigger_id=trigger_id, view=modal())) == "not_found"
    assert len(chat.world.modals.stack(ada.id)) == 1


def test_an_update_keeps_what_was_typed_under_the_same_ids(
    chat: Chat, client: WebClient, ada: Person, refusal: Refusal
) -> None:
    """Same block and action id: the text stays; another id: it is gone. A stale hash is refused."""
    view = opened(chat, client, modal(blocks=[asked()], submit=plain("Go"), external_id="mine"))
    ada.fills("share", "value", "typed")

    def values(view: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = view["state"]["values"]
        return found

    same = modal(blocks=[section(), asked()], submit=plain("Go"))
    now = client.views_update(view_id=view["id"], view=same, hash=view["hash"])["view"]
    assert values(now)["share"]["value"] == {"type": "plain_text_input", "value": "typed"}
    stale = {"view_id": view["id"], "view": same, "hash": view["hash"]}
    assert refusal(lambda: client.views_update(**stale)) == "hash_conflict"
    other = modal(blocks=[asked(action_id="other")], submit=plain("Go"))
    now = client.views_update(view_id=view["id"], view=other)["view"]
    assert values(now)["share"]["other"] == {"type": "plain_text_input", "value": None}


def test_views_that_are_gone_or_known_twice(
    chat: Chat, client: WebClient, ada: Person, refusal: Refusal
) -> None:
    """A closed view is `not_found`; an `external_id` belongs to one view at a time."""
    view = opened(chat, client, modal(external_id="mine"))
    client.views_update(external_id="mine", view=modal(external_id="mine"))
    trigger_id = chat.world.triggers.issue("U0BEN")
    again = {"trigger_id": trigger_id, "view": modal(external_id="mine")}
    assert refusal(lambda: client.views_open(**again)) == "duplicate_external_id"
    ada.closes()
    assert refusal(lambda: client.views_update(view_id=view["id"], view=modal())) == "not_found"
    both = {"view_id": "V1", "external_id": "mine", "view": modal()}
    code = refusal(lambda: client.api_call("views.update", json=both))
    assert code == "invalid_arguments"


def test_the_home_tab(
    client: WebClient, ada: Person, manifest: dict[str, Any], refusal: Refusal
) -> None:
    """It is published for one person, replaced by the next; off unless the manifest says."""
    home = {"type": "home", "blocks": [section("first")]}
    first = client.views_publish(user_id=ada.id, view=home)["view"]
    client.views_publish(user_id=ada.id, view={"type": "home", "blocks": [section("second")]})
    assert "second" in ada.home.text
    stale = {"user_id": ada.id, "view": home, "hash": first["hash"]}
    assert refusal(lambda: client.views_publish(**stale)) == "hash_conflict"
    manifest["features"]["app_home"]["home_tab_enabled"] = False
    with Chat(manifest) as bare:
        other = WebClient(token=bare.bot_token, base_url=bare.base_url, retry_handlers=[])
        assert refusal(lambda: other.views_publish(user_id="U0ADA", view=home)) == "not_enabled"


def test_what_the_client_stops(chat: Chat, client: WebClient, ada: Person) -> None:
    """Too short, too long, not offered, not there: nothing of it reaches the app."""
    menu = {
        "type": "static_select",
        "action_id": "value",
        "options": [{"text": plain("Cluster b"), "value": "b"}],
    }
    blocks = [
        asked("code", min_length=6, max_length=8),
        {**asked("cluster"), "element": menu},
        {**asked("reason"), "optional": True},
    ]
    opened(chat, client, modal(blocks=blocks, submit=plain("Go")))
    ada.fills("code", "value", "12345")
    ada.submits()
    assert set(ada.modal.errors) == {"code", "cluster"}
    ada.fills("code", "value", "123456789")
    ada.fills("cluster", "value", "Cluster b")
    ada.submits()
    assert ada.modal.errors == {"code": "Please enter no more than 8 characters."}
    with pytest.raises(NotPossible, match="not offered"):
        ada.fills("cluster", "value", "c")
    with pytest.raises(NotPossible, match="no element"):
        ada.fills("elsewhere", "value", "x")
    assert chat.deliveries() == ()
