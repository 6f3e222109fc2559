"""Runbooks as people see them through, what clients write meanwhile, and how clusters begin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.crew import Crew
from lab.enterprise import ReplicationRange
from lab.operator import Operator
from lab.stage import Stage
from tests.e2e.traces import entries

OVER = ("step_done", "step_skipped")
TOKEN_GONE = ("token_deleted", "token_not_deletable")


def plays(
    stage: Stage, words: str, *, within: float = 120, skips: tuple[str, ...] = ("snapshot",)
) -> None:
    """Sam begins a runbook, everybody does what is asked, until it is done in the log."""
    before = len(entries(stage))
    Crew(stage, skips=skips).sees_through(
        f"/dr run payments {words}", until=lambda: is_over(stage, since=before), within=within
    )


def is_over(stage: Stage, *, since: int = 0) -> bool:
    """Return whether the runbook begun after that many entries is done, and its tokens are gone."""
    told = [event for entry in entries(stage)[since:] for event in entry["events"]]
    started = next((e for e in told if e["type"] == "runbook_started"), None)
    return started is not None and _steps_are_over(started, told) and _tokens_are_gone(told)


def _steps_are_over(started: Mapping[str, Any], told: list[dict[str, Any]]) -> bool:
    over = {e["step"] for e in told if e["type"] in OVER and e["runbook"] == started["runbook"]}
    promoted = any(e["type"] == "promoted" for e in told)
    return all(
        promoted if step["action"] == "promote" else f"{step['action']}:{step['cluster']}" in over
        for step in started["steps"]
        if step["action"] != "token"
    )


def _tokens_are_gone(told: list[dict[str, Any]]) -> bool:
    gone = {e["ceremony"] for e in told if e["type"] in TOKEN_GONE}
    return all(e["ceremony"] in gone for e in told if e["type"] == "attempt_completed")


def write(stage: Stage, cluster: str, name: str) -> None:
    """A client writes a letter."""
    stage.vaults[cluster].bao.call("POST", f"kv/{name}", {"text": name})


def held(stage: Stage, cluster: str) -> set[str]:
    """Return the letters that the cluster holds."""
    keys = stage.vaults[cluster].bao.call("LIST", "kv/")["data"]["keys"]
    return set(keys) - {"conclave-canary"}


def hand_over(vaults: ReplicationRange) -> None:
    """Let somebody with curl make `b` the primary, and `a` follow it."""
    a, b = Operator(clusters=vaults, cluster="a"), Operator(clusters=vaults, cluster="b")
    batch = vaults["a"].batch_token()
    a.demote()
    a.wait_until_it_says(mode="secondary")
    b.promote(batch)
    b.wait_until_it_says(mode="primary", state="running")
    a.update_primary(batch, b.activation_token("a"))
    a.wait_until_it_says(mode="secondary", state="stream-wals")
    vaults.record.clear()


def part(vaults: ReplicationRange) -> None:
    """Let neither cluster have replication."""
    a, b = Operator(clusters=vaults, cluster="a"), Operator(clusters=vaults, cluster="b")
    b.disable_secondary(vaults["a"].batch_token())
    b.wait_until_it_says(mode="disabled")
    a.order("disable")
    a.wait_until_it_says(mode="disabled")
    vaults.record.clear()


def cast_off(vaults: ReplicationRange) -> None:
    """Let `b` be a secondary that follows nobody."""
    b = Operator(clusters=vaults, cluster="b")
    b.update_primary(vaults["a"].batch_token(), "")
    b.wait_until_it_says(mode="secondary", state="idle")
    vaults.record.clear()
