"""The range's Redis: safe as it comes, unsafe on demand."""

from __future__ import annotations

from pathlib import Path

import pytest
import redis

from lab.redis import RedisServer


def settings(server: RedisServer) -> dict[str, str]:
    """Return what decides whether it may forget."""
    with redis.Redis.from_url(server.url, decode_responses=True) as client:
        found = client.config_get("appendonly", "maxmemory-policy")
    return dict(found)


def test_what_was_written_survives_a_restart(tmp_path: Path) -> None:
    """A key set before a restart is there afterwards, at the same address."""
    server = RedisServer(directory=tmp_path).start()
    with redis.Redis.from_url(server.url, decode_responses=True) as client:
        client.set("who", "Ada")
        server.restart()
        assert client.get("who") == "Ada"
    server.stop()


@pytest.mark.parametrize(
    ("evicting", "persisting", "expected"),
    [
        pytest.param(
            False, True, {"appendonly": "yes", "maxmemory-policy": "noeviction"}, id="as it comes"
        ),
        pytest.param(
            True, True, {"appendonly": "yes", "maxmemory-policy": "allkeys-lru"}, id="evicting"
        ),
        pytest.param(
            False, False, {"appendonly": "no", "maxmemory-policy": "noeviction"}, id="forgetful"
        ),
    ],
)
def test_safe_or_not(
    tmp_path: Path, *, evicting: bool, persisting: bool, expected: dict[str, str]
) -> None:
    """It is set up as it was asked for."""
    server = RedisServer(directory=tmp_path, evicting=evicting, persisting=persisting).start()
    assert settings(server) == expected
    server.kill()
