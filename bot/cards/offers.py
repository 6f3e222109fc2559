"""Runbooks offered as buttons: which one, and on which cluster; nothing has begun yet."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, ButtonElement

from bot.cards.kit import Card, button, card, context, section
from bot.cards.phrases import code, cut, place, quoted
from ceremonies.events import Play

BEGIN = "runbook.begin"
_REASON = 500  # of a button's value, which takes 2000 characters
_OFFERED = 20
WHEN = {
    Play.FAILOVER: "the primary is gone: a secondary becomes the primary.",
    Play.PLANNED_FAILOVER: "both are well, and the primary has to move: demoted first.",
    Play.FAILBACK: "the same, home to where the set belongs.",
    Play.REJOIN: "the old primary is back: it is demoted and follows the new one.",
    Play.RETIRE: "a cluster leaves replication for good.",
    Play.REPOINT: "a secondary follows nobody, or the wrong one: lead it to the primary.",
    Play.SETUP: "a new pair, or a retired cluster: it is wiped and joins.",
}


def begin(set_name: str, label: str, **known: str) -> ButtonElement:
    """Begin a runbook; without `play` the runbooks are offered, without `cluster` what fits."""
    value = {"set": set_name, **{name: word for name, word in known.items() if word}}
    return button(BEGIN, cut(label, 70), value)


def runbooks(set_name: str, *, cluster: str = "", reason: str = "", command: str) -> Card:
    """Return every runbook as a button, with when it is the right one."""
    kept = cut(reason.strip(), _REASON)
    asked = f"Which runbook for {set_name}? Nothing has begun."
    blocks: list[Block] = [section(f"*{asked}*{_reason(kept)}")]
    for play, words in WHEN.items():
        one = begin(set_name, play.value, play=play.value, cluster=cluster, reason=kept)
        blocks.append(section(f"*{play.value}*: {words}", one))
    typed = code(f"{command} run {set_name} failover")
    blocks.append(context(f"Typed: {typed}. Each shows its plan first, and waits for *Go on*."))
    return card(f"{asked} Choose one, or type {typed}.", blocks)


def places(
    set_name: str, names: Sequence[str], *, play: Play, reason: str = "", words: str, command: str
) -> Card:
    """Return the clusters that the runbook may be about as buttons."""
    kept = cut(reason.strip(), _REASON)
    asked = f"Runbook {play.value}: on which cluster of {set_name}? Nothing has begun."
    blocks: list[Block] = [section(f"*{asked}* {words}{_reason(kept)}")]
    for name in names[:_OFFERED]:
        one = begin(set_name, name, play=play.value, cluster=name, reason=kept)
        blocks.append(section(place(set_name, name), one))
    if names:
        typed = code(f"{command} run {set_name} {play.value} cluster={names[0]}")
        blocks.append(context(f"Typed: {typed}."))
    return card(f"{asked} Choose one: {', '.join(names[:_OFFERED])}.", blocks)


def _reason(reason: str) -> str:
    return f"\nReason: {quoted(reason, _REASON)}" if reason else ""
