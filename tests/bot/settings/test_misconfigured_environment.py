"""Everything that can be wrong in the environment: refused, with the variable and the mend."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from bot import settings
from ceremonies.errors import Misconfigured
from tests.bot.settings.conftest import Draft

NAMES = ("CONCLAVE_REDIS_URL", "CONCLAVE_MASTER_KEY", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN")


def key(length: int) -> str:
    """Return base64 of so many random bytes."""
    return base64.b64encode(secrets.token_bytes(length)).decode()


def given(**variables: str) -> Callable[[Draft], Mapping[str, str]]:
    """Return these variables instead of the draft's own; an empty one is absent."""
    return lambda _draft: variables


def in_file(name: str, content: bytes) -> Callable[[Draft], Mapping[str, str]]:
    """Return the secret as the content of a file that NAME_FILE names."""

    def variables(draft: Draft) -> Mapping[str, str]:
        path = draft.directory / "secret"
        path.write_bytes(content)
        return {name: "", f"{name}_FILE": str(path)}

    return variables


TWICE = key(32)

# what is wrong → the variables, the start of the text, a part of the mend
ROWS: dict[str, tuple[Callable[[Draft], Mapping[str, str]], str, str]] = {
    **{
        f"no {name}": (given(**{name: ""}), f"{name}: this is not set", f"{name}_FILE")
        for name in NAMES
    },
    "a master key that is too short": (
        given(CONCLAVE_MASTER_KEY=key(31)),
        "CONCLAVE_MASTER_KEY: key 1 has 31 bytes instead of 32",
        "conclave keygen",
    ),
    "an older master key that is too long": (
        given(CONCLAVE_MASTER_KEY=f"{key(32)},{key(33)}"),
        "CONCLAVE_MASTER_KEY: key 2 has 33 bytes instead of 32",
        "commas",
    ),
    "a master key that is no base64": (
        given(CONCLAVE_MASTER_KEY="not base64!"),
        "CONCLAVE_MASTER_KEY: key 1 is not base64",
        "base64",
    ),
    "the same master key twice": (
        given(CONCLAVE_MASTER_KEY=f"{TWICE}, {TWICE}"),
        "CONCLAVE_MASTER_KEY: the same key stands there twice",
        "conclave keygen",
    ),
    "a short intent outside the lab": (
        given(CONCLAVE_LAB_INTENT_SECONDS="6"),
        "CONCLAVE_LAB_INTENT_SECONDS: this is for the lab only",
        "Leave it out",
    ),
    "an intent in the lab that is too short for its call": (
        given(CONCLAVE_LAB="1", CONCLAVE_LAB_INTENT_SECONDS="0.5"),
        "CONCLAVE_LAB_INTENT_SECONDS: this is no number of seconds",
        "3 to 30",
    ),
    "a master key in a file that is not there": (
        given(CONCLAVE_MASTER_KEY="", CONCLAVE_MASTER_KEY_FILE="/nowhere/key"),
        "CONCLAVE_MASTER_KEY_FILE: /nowhere/key: No such file",
        "Correct the path",
    ),
    "a master key in an empty file": (
        in_file("CONCLAVE_MASTER_KEY", b"\n"),
        "CONCLAVE_MASTER_KEY_FILE: the file is empty",
        "conclave keygen",
    ),
    "a master key as raw bytes in a file": (
        in_file("CONCLAVE_MASTER_KEY", b"\xff" * 32),
        "CONCLAVE_MASTER_KEY_FILE: ",
        "Correct the path",
    ),
    "a secret told twice": (
        given(SLACK_BOT_TOKEN_FILE="/somewhere"),
        "SLACK_BOT_TOKEN: SLACK_BOT_TOKEN_FILE is set as well",
        "Unset one",
    ),
    "the two Slack tokens exchanged": (
        given(SLACK_BOT_TOKEN="xapp-1"),
        "SLACK_BOT_TOKEN: this does not begin with xoxb-",
        "OAuth & Permissions",
    ),
    "a bot token as the app's": (
        given(SLACK_APP_TOKEN="xoxb-1"),
        "SLACK_APP_TOKEN: this does not begin with xapp-",
        "connections:write",
    ),
    "a Redis of another kind": (
        given(CONCLAVE_REDIS_URL="http://redis:6379"),
        "CONCLAVE_REDIS_URL: ",
        "redis+sentinel://",
    ),
    "no identity key": (
        given(CONCLAVE_IDENTITY_KEY_FILE=""),
        "CONCLAVE_IDENTITY_KEY_FILE: this is not set",
        "conclave keygen",
    ),
    "an identity key that is not there": (
        given(CONCLAVE_IDENTITY_KEY_FILE="/nowhere/identity.pem"),
        "CONCLAVE_IDENTITY_KEY_FILE: identity key /nowhere/identity.pem: No such file",
        "conclave keygen",
    ),
    "a lab that is neither on nor off": (
        given(CONCLAVE_LAB="yes"),
        "CONCLAVE_LAB: this is not 1",
        "leave it out",
    ),
    "a level that is none": (
        given(CONCLAVE_LOG_LEVEL="LOUD"),
        "CONCLAVE_LOG_LEVEL: this is no level",
        "DEBUG, INFO",
    ),
    "Slack in plain text": (
        given(SLACK_API_URL="http://slack.example/api/"),
        "SLACK_API_URL: http:// would show the bot's token",
        "on this host",
    ),
    "Slack without a scheme": (
        given(SLACK_API_URL="slack.com/api"),
        "SLACK_API_URL: this is no http address",
        "https://slack.com/api/",
    ),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
def test_it_is_refused(
    row: tuple[Callable[[Draft], Mapping[str, str]], str, str], draft: Draft
) -> None:
    """The text names the variable, never its value; the advice says how to mend it."""
    variables, start, mend = row
    draft.environment.update(variables(draft))

    with pytest.raises(Misconfigured) as refused:
        settings.load(draft.write())

    assert str(refused.value).startswith(start)
    assert mend in refused.value.advice
    assert not any(
        value in str(refused.value) + refused.value.advice
        for name, value in draft.environment.items()
        if name in NAMES and value
    )


def test_an_empty_variable_counts_as_absent(draft: Draft) -> None:
    """Containers set what they have no value for to nothing."""
    draft.environment.update(CONCLAVE_LAB="", SLACK_API_URL="", CONCLAVE_LOG_LEVEL="")

    told = settings.load(draft.write())

    assert not told.lab
    assert told.slack_api_url == "https://slack.com/api/"
    assert told.log_level == "INFO"


def test_as_a_process_it_ends_with_2(draft: Draft) -> None:
    """A master key that is too short is told by its length only."""
    short = key(16)
    draft.environment["CONCLAVE_MASTER_KEY"] = short

    done = draft.conclave("run")

    assert done.returncode == 2
    assert "CONCLAVE_MASTER_KEY: key 1 has 16 bytes instead of 32" in done.stderr
    assert "conclave keygen" in done.stderr
    assert short not in done.stderr


def test_every_secret_can_come_from_a_file(draft: Draft, tmp_path: Path) -> None:
    """`…_FILE` names a file, as container secrets do; the line break at its end is not part."""
    plain = settings.load(draft.write())
    for name in NAMES:
        path = tmp_path / name
        path.write_text(draft.environment.pop(name) + "\n")
        draft.environment[f"{name}_FILE"] = str(path)

    told = settings.load(draft.write())

    assert told.secrets.redis_url == plain.secrets.redis_url
    assert told.secrets.master_keys == plain.secrets.master_keys
    assert told.secrets.bot_token == plain.secrets.bot_token
    assert told.secrets.app_token == plain.secrets.app_token


def test_nothing_that_is_told_shows_its_secrets(draft: Draft) -> None:
    """Settings can be printed."""
    draft.environment["CONCLAVE_REDIS_URL"] = "redis://:open-sesame@127.0.0.1:1/0"
    draft.table("notify")["urls"] = ["json://open-sesame@127.0.0.1"]

    told = settings.load(draft.write())

    shown = repr(told) + str(told)
    assert told.secrets.redis_url.startswith("redis://:open-sesame@")
    assert "open-sesame" not in shown
    for name in NAMES:
        assert draft.environment[name] not in shown
    assert repr(told.secrets.master_keys[0]) not in shown
