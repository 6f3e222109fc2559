"""The log of a whole process: what came out on stderr, line by line."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import structlog

from bot.logs import ContextExecutor

CONFIGURED = "from bot import logs; logs.configure({level!r})\n"


def lines(program: str, *, level: str = "DEBUG") -> list[dict[str, Any]]:
    """Return what a Python process logs that does this after `logs.configure(level)`."""
    done = subprocess.run(  # noqa: S603 — our own interpreter
        [sys.executable, "-c", CONFIGURED.format(level=level) + program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[2],
        env={"PATH": os.environ["PATH"]},
    )
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_an_event_is_one_line_of_json() -> None:
    """With its name, level, logger, time, and the context of whoever logs."""
    [line] = lines(
        "import structlog, bot\n"
        "structlog.contextvars.bind_contextvars(set='payments')\n"
        "structlog.get_logger('bot.test').info('share.accepted', missing=2)\n"
    )

    assert line["event"] == "share.accepted"
    assert (line["level"], line["logger"]) == ("info", "bot.test")
    assert (line["set"], line["missing"]) == ("payments", 2)
    assert line["timestamp"].endswith("Z")


def test_others_are_heard_from_info_on_whatever_level_is_asked_for() -> None:
    """At DEBUG slack_sdk, slack_bolt and urllib3 print payloads, and with them shares.

    Bolt copies the root's level into its loggers, and anybody may set a level: neither helps.
    """
    found = lines(
        "import logging\n"
        "for name in ('slack_sdk.web', 'slack_bolt.App', 'urllib3.connectionpool', 'hvac'):\n"
        "    logger = logging.getLogger(name)\n"
        "    logger.setLevel(logging.DEBUG)\n"
        "    logger.debug('payload')\n"
        "    logger.info('heard')\n"
        "logging.getLogger('bot.x').debug('ours')\n"
        "print(logging.getLogger().level, file=__import__('sys').stderr)\n"
    )

    assert [line["event"] for line in found if isinstance(line, dict)] == ["heard"] * 4 + ["ours"]
    assert found[-1] == 20, "what Bolt copies is INFO"


def test_a_genuine_request_that_bolt_doubts_is_not_printed() -> None:
    """`slack_bolt.RequestVerification` prints whole bodies at INFO: it is heard from WARNING on."""
    found = lines(
        "import logging\n"
        "logger = logging.getLogger('slack_bolt.RequestVerification')\n"
        "logger.setLevel(logging.INFO)\n"
        "logger.info('Invalid request signature detected (body: share=1)')\n"
        "logger.warning('a warning')\n"
    )

    assert [line["event"] for line in found] == ["a warning"]


def test_a_frame_that_slack_sdk_cannot_read_is_not_printed() -> None:
    """It prints the payload at WARNING; everything after that word is left out."""
    [line] = lines(
        "import logging\n"
        "logging.getLogger('slack_sdk.socket_mode').warning("
        "'Received an unsupported data frame (opcode: 0, payload: my share is abc)')\n"
    )

    assert "unsupported data frame" in line["event"]
    assert "abc" not in line["event"]


def test_tracebacks_tell_where_and_no_secret() -> None:
    """An error nobody caught, in the main thread or another, is a line of JSON as well."""
    share = secrets.token_hex(33)
    found = lines(
        "import threading\n"
        f"def fails():\n    share = {share!r}\n    raise ValueError('it was ' + share)\n"
        "thread = threading.Thread(target=fails)\nthread.start()\nthread.join()\n"
        "fails()\n"
    )

    assert [line["event"] for line in found] == ["thread.ended", "process.ended"]
    for line in found:
        assert "ValueError: it was [redacted]" in line["exception"]
        assert share not in json.dumps(line)


def test_warnings_are_logged_as_well() -> None:
    """Python's own warnings do not break the JSON."""
    [line] = lines("import warnings\nwarnings.warn('old ways')\n")

    assert "old ways" in line["event"]
    assert line["level"] == "warning"


def test_an_executor_carries_the_context_and_leaves_none_behind() -> None:
    """Work in a pool logs with what was bound where it was handed in; the next work does not."""
    with ContextExecutor(1) as pool:
        with structlog.contextvars.bound_contextvars(ceremony="c1"):
            carried = pool.submit(structlog.contextvars.get_contextvars)
        pool.submit(structlog.contextvars.bind_contextvars, left="behind").result(5)
        after = pool.submit(structlog.contextvars.get_contextvars)
        where = pool.submit(threading.current_thread).result(5)

    assert carried.result(5) == {"ceremony": "c1"}
    assert after.result(5) == {}
    assert where is not threading.current_thread()
