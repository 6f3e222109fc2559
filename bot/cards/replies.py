"""Private answers to a command or a click: done, not done, or still to be said."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from bot.cards import buttons, gate
from bot.cards.course import headline
from bot.cards.kit import Card, card, context, section
from bot.cards.phrases import code, cut, escape, ours, place, quoted
from ceremonies.ceremony import Ceremony
from ceremonies.commands import Refusal
from ceremonies.events import Purpose
from ceremonies.evidence import Evidence

_REASON = 500  # of a button's value, which takes 2000 characters
_OFFERED = 20

_PURPOSES = {
    Purpose.PROMOTE: "the primary is gone: make a secondary the primary. Nothing is promoted "
    "before somebody asks for it and others agree.",
    Purpose.UPDATE_PRIMARY: "a secondary shall follow another primary; its data stay.",
    Purpose.DISABLE: "a secondary leaves replication for good; another person must agree.",
    Purpose.DRILL: "an exercise: the token is made and deleted, nothing is promoted.",
}


def refusal(refused: Refusal, *, permalink: str = "") -> Card:
    """Return that nothing happened, why, and the evidence or the running ceremony's card."""
    words = ours(refused.words)
    link = f" {_link(permalink)}" if permalink else ""
    blocks: list[Block | None] = [section(f":no_entry_sign: {words}{link}")]
    if refused.evidence is not None:
        blocks += [gate.findings(refused.evidence), gate.nodes(refused.evidence)]
    return card(words, blocks)


def forbidden(words: str) -> Card:
    """Return that this person may not do this; `words` say who may."""
    return card(ours(words), [section(f":no_entry_sign: {ours(words)}")])


def noted(words: str, *, permalink: str = "") -> Card:
    """Return that something was done."""
    link = f" {_link(permalink)}" if permalink else ""
    return card(ours(words), [section(f":white_check_mark: {ours(words)}{link}")])


def started(set_name: str, c: Ceremony, *, permalink: str = "") -> Card:
    """Return that a ceremony was started, with a link to its card once that is posted."""
    where = place(set_name, c.cluster)
    link = f" {_link(permalink)}" if permalink else " Its card is being posted."
    words = f"The ceremony on {where} has started. {_asks(c)}"
    return card(words, [section(f":white_check_mark: {words}{link}")])


def _asks(c: Ceremony) -> str:
    if not c.duty:
        return "Key holders are asked as soon as Vault is ready."
    whose = "the shift lead's token" if c.by_hand else "the token on duty"
    return f"It takes {whose}; no key holder is asked."


def not_understood(words: str, *, command: str) -> Card:
    """Return what could not be read in a command, and how to get help."""
    told = f"{ours(words)} Nothing was done. {code(command + ' help')} shows what you can do."
    return card(told, [section(f":grey_question: {told}")])


def purposes(set_name: str, *, cluster: str = "", reason: str = "", command: str) -> Card:
    """Return the purposes of a ceremony as buttons: without one, nothing starts."""
    kept = cut(reason.strip(), _REASON)
    where = place(set_name, cluster) if cluster else set_name
    asked = f"What is the ceremony on {where} for? Nothing has started yet."
    typed = code(f"{command} start {set_name} for=promote")
    blocks: list[Block] = [section(f"*{asked}*{_reason(kept)}")]
    for purpose, words in _PURPOSES.items():
        label = purpose.value.capitalize()
        one = buttons.start(set_name, label, purpose=purpose.value, cluster=cluster, reason=kept)
        blocks.append(section(f"*{label}*: {words}", one))
    blocks.append(context(f"Typed: {typed}."))
    return card(f"{asked} Choose a purpose, or type {typed}.", blocks)


def clusters(
    set_name: str,
    names: Sequence[str],
    *,
    purpose: Purpose,
    reason: str = "",
    evidence: Evidence | None = None,
    command: str,
) -> Card:
    """Return the clusters on which a ceremony could start as buttons, and what they answered."""
    kept = cut(reason.strip(), _REASON)
    asked = f"On which cluster of {set_name}? Nothing has started yet."
    typed = code(f"{command} start {set_name} for={purpose} cluster={names[0]}") if names else ""
    blocks: list[Block | None] = [section(f"*{asked}*{_reason(kept)}")]
    for name in names[:_OFFERED]:
        one = buttons.start(set_name, name, purpose=purpose.value, cluster=name, reason=kept)
        blocks.append(section(f"{place(set_name, name)}", one))
    if typed:
        blocks.append(context(f"Typed: {typed}."))
    if evidence is not None:
        blocks.append(gate.nodes(evidence))
    return card(f"{asked} Choose one: {', '.join(names[:_OFFERED])}.", blocks)


def ceremonies(set_name: str, fitting: Sequence[Ceremony], *, action_id: str) -> Card:
    """Return the open ceremonies that a command may have meant, each with the button it needs."""
    if not fitting:
        return forbidden(f"No ceremony is open on {set_name}; nothing was done.")
    asked = "Which ceremony? Nothing was done yet."
    make = {
        buttons.CANCEL: buttons.cancel,
        buttons.NUDGE: buttons.nudge,
        buttons.PROMOTION_OPEN: buttons.promotion_open,
    }[action_id]
    blocks = [section(f"*{asked}*")]
    blocks += [section(headline(set_name, c), make(set_name, c)) for c in fitting[:_OFFERED]]
    names = ", ".join(place(set_name, c.cluster) for c in fitting[:_OFFERED])
    return card(f"{asked} Choose one: {names}.", blocks)


def _reason(reason: str) -> str:
    return f"\nReason: {quoted(reason, _REASON)}" if reason else ""


def _link(permalink: str) -> str:
    return f"<{escape(permalink)}|Open its card>"
