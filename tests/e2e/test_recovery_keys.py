"""A recovery key that does not fit: the words of a Vault that unseals itself."""

from __future__ import annotations

from pathlib import Path

from lab.enterprise import ReplicationRange
from lab.redis import RedisServer
from tests.e2e.acts import (
    DRILL,
    asked,
    asked_again,
    gives,
    nonce_of,
    opens,
    pastes,
    share_of,
    share_of_another_cluster,
    starts,
    what_is_wrong,
)
from tests.e2e.standing import standing_stage
from tests.e2e.traces import DELETE_TOKEN, UPDATE, sent, took

HOLDERS = ("Ada", "Ben", "Cat")


def test_a_recovery_key_that_does_not_fit(redis_server: RedisServer, tmp_path: Path) -> None:
    """All that anybody reads speaks of recovery keys; the round is lost and can be repeated."""
    with (
        ReplicationRange(directory=tmp_path / "vaults", auto_unseal=True) as vaults,
        standing_stage(vaults, redis_server, tmp_path) as stage,
    ):
        card = starts(stage, DRILL)
        asks = {name: asked(stage.people[name], nonce_of(card)) for name in HOLDERS}
        assert "your payments recovery key, one of the primary's" in asks["Ada"]
        assert "Your payments recovery key" in opens(stage.people["Ada"], asks["Ada"]).text
        for mangled in (share_of(stage, 0)[:40], "` `", nonce_of(card), "hvs." + "CAESIJ" * 5):
            pastes(stage.people["Ada"], mangled)
            assert what_is_wrong(stage.people["Ada"].modal)
        assert sent(stage, UPDATE) == 0
        pastes(stage.people["Ada"], share_of_another_cluster(stage))
        gives(stage, "Ben", 1)
        wrong = what_is_wrong(gives(stage, "Cat", 2))
        assert "The recovery keys given do not fit this cluster" in wrong
        assert "nobody is to blame" in wrong
        stage.people["Cat"].closes()
        stage.people["Sam"].waits_until(card, "0 of 3", "Round 1 was lost")
        for number, name in enumerate(HOLDERS):
            gives(stage, name, number, ask=asked_again(stage.people[name], asks[name]))
        stage.people["Sam"].waits_until(card, "Drill on payments/b: passed", "deleted", within=20)
        assert took(stage, DELETE_TOKEN) == 1
        assert "unseal key" not in "\n".join(stage.chat.archive()).lower()
