"""The manifest asks for no more than the bot needs, and Slack would take it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot import settings
from bot.manifest import manifest
from lab.chat.manifest import Manifest
from tests.bot.settings.conftest import FILE, Draft, toml


@pytest.fixture
def draft(tmp_path: Any) -> Draft:  # noqa: ANN401 — pytest's own path
    """The configuration of the settings' tests, without any secret beside it."""
    return Draft(directory=tmp_path)


def built(draft: Draft) -> dict[str, Any]:
    """Return the manifest of this draft."""
    return manifest(settings.load_configuration(draft.write()))


def test_scopes_are_the_fewest(draft: Draft) -> None:
    """Nothing that reads messages, no files, no administration."""
    scopes = built(draft)["oauth_config"]["scopes"]["bot"]

    assert scopes == [
        "chat:write",
        "commands",
        "im:write",
        "users:read",
        "channels:read",
        "groups:read",
    ]


def test_people_cannot_write_to_the_bot(draft: Draft) -> None:
    """The messages tab is there to read, and no event brings what somebody typed."""
    whole = built(draft)

    assert whole["features"]["app_home"]["messages_tab_enabled"] is True
    assert whole["features"]["app_home"]["messages_tab_read_only_enabled"] is True
    assert "event_subscriptions" not in whole["settings"]


def test_only_typed_shares_let_people_write(draft: Draft) -> None:
    """`raw_shares = "dm"` alone opens the tab and asks for the history of direct messages."""
    draft.table("custody")["raw_shares"] = "dm"
    whole = built(draft)

    assert whole["features"]["app_home"]["messages_tab_read_only_enabled"] is False
    assert "im:history" in whole["oauth_config"]["scopes"]["bot"]
    assert whole["settings"]["event_subscriptions"]["bot_events"] == ["message.im"]


def test_it_keeps_slacks_limits(draft: Draft) -> None:
    """Lengths as the manifest's reference gives them; the longest command fits as well."""
    draft.table("slack")["command"] = "/" + "d" * 31
    whole = built(draft)
    shown, features = whole["display_information"], whole["features"]
    [command] = features["slash_commands"]

    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert len(features["bot_user"]["display_name"]) <= 80
    assert len(command["command"]) == 32
    assert len(command["description"]) <= 2000
    assert len(command["usage_hint"]) <= 1000


def test_the_command_prints_it_as_json(draft: Draft) -> None:
    """`conclave manifest` needs the file only; the stand-in for Slack reads what it prints."""
    done = draft.conclave("manifest")
    read = Manifest.read(json.loads(done.stdout))

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == built(draft)
    assert read.commands == {"/dr"}
    assert read.socket_mode
    assert read.interactive
    assert read.messages_read_only


def test_the_draft_is_what_the_settings_tests_use(draft: Draft) -> None:
    """It is written as TOML without loss."""
    draft.write()

    assert draft.path.read_text() == toml(FILE)
