"""Vault 2.x wants a token for an attempt and has none: the steps to do without, and back again."""

from __future__ import annotations

from collections.abc import Iterator

from slack_sdk.models.blocks import Block, ButtonElement

from bot.cards.kit import button, confirmation, section
from bot.cards.phrases import code, mention, ours, place, when
from ceremonies.ceremony import Ceremony
from ceremonies.state import Glass, SetState

APPROVE = "glass.approve"
CLOSED = "glass.closed"
SETTING = 'enable_unauthenticated_access = ["generate-operation-token"]'
_NODES = 8


def todo(state: SetState, c: Ceremony) -> str:
    """Return what is to be done while Vault lets this ceremony's attempt not in; else nothing."""
    glass = state.glass_of(c)
    if glass is None or not glass.waits:
        return ""
    where = place(state.name, c.cluster)
    if not glass.approved_by:
        return (
            f"*{where} wants a token for the attempt, and none counts.* {ours(glass.words)}\n"
            "Best: give it one. Conclave looks for it every few seconds and goes on by itself.\n"
            "*If no token can be had: break the glass.* Then anybody who reaches Vault can start, "
            "spoil and cancel attempts until it is closed again. That takes another person than "
            f"{mention(c.started_by)}: press *Agree to break the glass*."
        )
    return (
        f"*{mention(glass.approved_by)} agreed to let attempts into {where} without a token* "
        f"{when(glass.approved_at)}. On *every* node:\n"
        f"1. add at the top level of Vault's configuration: {code(SETTING)}\n"
        "2. send SIGHUP to the Vault process; do not restart it\n"
        f"{_let_in(glass)} Conclave asks every few seconds and goes on by itself."
    )


def notice(state: SetState, c: Ceremony) -> Block | None:
    """Return that the cluster is open while the ceremony goes on, or has to be closed now."""
    glass = state.glass.get(c.cluster)
    newest = state.newest(c.cluster)
    if glass is None or newest is None or newest.id != c.id or not glass.is_owed:
        return None
    where = place(state.name, c.cluster)
    if state.left_open(c.cluster) is not None:
        return section(closing(where, glass)) if glass.opened_at else None
    if glass.waits or not glass.nodes:
        return None
    return section(
        f":unlock: *{where} lets attempts be made without a token* since {when(glass.opened_at)}: "
        "whoever reaches Vault can disturb this ceremony. Close it as soon as this is over."
    )


def closing(where: str, glass: Glass) -> str:
    """Return what is to be done so that a cluster lets nobody in without a token any more."""
    said = f" Seen open: {_addresses(glass.nodes)}." if glass.nodes else ""
    return (
        f":unlock: *Close {where} again:* attempts are still let in without a token, or it is not "
        f"known that they are not.{said} On *every* node take {code(SETTING)} out of the "
        "configuration and send SIGHUP. Conclave asks each node and tells you until all of them "
        "refuse. A node that serves as primary cannot be asked: look there, then press *It is "
        "closed* on the ceremony's card."
    )


def _let_in(glass: Glass) -> str:
    return f"Open so far: {_addresses(glass.nodes)}." if glass.nodes else "No node is open yet."


def _addresses(nodes: tuple[str, ...]) -> str:
    more = f" and {len(nodes) - _NODES} more" if len(nodes) > _NODES else ""
    return ", ".join(code(node) for node in nodes[:_NODES]) + more


def calls(state: SetState, c: Ceremony) -> Iterator[tuple[str, int, bool, str]]:
    """Yield what must be told aloud: kind, which of its kind, whether approvers decide, words."""
    name = place(state.name, c.cluster)
    glass = state.glass_of(c)
    if glass is not None and glass.waits and c.is_open and not c.frozen:
        if not glass.approved_by:
            words = f"{name} wants a token for the attempt and has none that counts."
            yield "glass", glass.needed_at, True, f"{words} See the card above."
        else:
            words = f"{mention(glass.approved_by)} agreed to break the glass on {name}."
            yield "glass-steps", glass.approved_at, False, f"{words} The card has the steps."
    newest = state.newest(c.cluster)
    left = state.left_open(c.cluster)
    if left is not None and left.opened_at and newest is not None and newest.id == c.id:
        words = f"{name} still lets attempts be made without a token. Close it: see the card above."
        yield "glass-open", left.reminders, False, words


def doors(state: SetState, c: Ceremony) -> list[ButtonElement]:
    """Return the buttons that make sense now."""
    value = {"set": state.name, "ceremony": c.id}
    glass = state.glass_of(c)
    where = place(state.name, c.cluster)
    if glass is not None and glass.waits and not glass.approved_by and c.is_open:
        asks = confirmation(
            f"Open {where} to attempts without a token?",
            "Until it is closed again, whoever reaches Vault can start, spoil and cancel attempts "
            "there. Agree only if no token can be had, and the primary is really gone.",
            "Agree",
            danger=True,
        )
        return [button(APPROVE, "Agree to break the glass", value, style="danger", asks=asks)]
    newest = state.newest(c.cluster)
    left = state.left_open(c.cluster)
    if left is None or not left.opened_at or newest is None or newest.id != c.id:
        return []
    asks = confirmation(
        f"Is {where} closed again?",
        "Say so only if you saw on every node that the setting is gone and SIGHUP was sent. "
        "Conclave asks each node once more, and stops telling you.",
        "It is closed",
    )
    return [button(CLOSED, "It is closed", value, asks=asks)]
