"""The message in which a lead is asked to confirm a hand-over, where no other message asks them."""

from __future__ import annotations

from collections.abc import Iterator

from bot.cards.keys import handover_key
from bot.cards.kit import Card, card, context, section
from bot.cards.phrases import code, mention, ours, when
from ceremonies.duty import Duties, Handover
from ceremonies.events import HandoverAsked, Part
from ceremonies.state import SetState

_TENDED_MS = 24 * 3_600_000


def handover_cards(state: SetState, *, command: str, now: int) -> Iterator[tuple[str, str, Card]]:
    """Yield by key what leads are asked of hand-overs, and whom.

    Whoever goes is always asked. Whoever comes is asked by the message about their token; only
    where Conclave's token was minted before they led the shift, they have none.
    """
    for shift, handed in state.duties.handovers.items():
        asked = handed.asked
        if asked is None or now >= asked.ends + _TENDED_MS:
            continue
        for lead in handed.since:
            key = handover_key(shift, lead)
            if key in state.messages or (now < asked.ends and _lacks(state.duties, handed, lead)):
                yield key, lead, _card(state, handed, asked, lead, command=command, now=now)


def _lacks(duties: Duties, handed: Handover, lead: str) -> bool:
    """Whether this lead has something to confirm, and no message asks them."""
    asked = handed.asked
    if asked is None:
        return False
    if lead == asked.outgoing:
        return not handed.outgoing
    if lead != asked.incoming or asked.collects or handed.incoming == lead:
        return False
    leads = {t.lead for t in duties.tokens if t.shift == asked.shift and t.part is Part.BOT}
    return bool(leads) and lead not in leads


def _card(
    state: SetState, handed: Handover, asked: HandoverAsked, lead: str, *, command: str, now: int
) -> Card:
    name = f"shift {ours(asked.name, 40)} of {ours(state.name, 60)}"
    if lead not in (asked.outgoing, asked.incoming):
        by = mention(asked.outgoing or asked.incoming)
        return _told(
            f"Hand-over to {name}: not yours any more",
            f"The plan has changed, {by} confirms it instead. Nothing is left for you to do.",
        )
    goes = lead == asked.outgoing
    if handed.outgoing if goes else handed.incoming == lead:
        did = "handed over" if goes else "taken over"
        return _told(
            f"Hand-over to {name}: you have confirmed it",
            f":white_check_mark: You have said that you have {did}. {_other(handed, goes=goes)}",
        )
    if now >= asked.ends:
        return _told(f"Hand-over to {name}: the shift is over", "Nothing is left for you to do.")
    over = code(f"{command} shift {state.name} handover")
    late = _late(handed, lead)
    if goes:
        return _told(
            f"Hand {ours(state.name, 60)} over to shift {ours(asked.name, 40)}, and confirm it",
            f"{mention(asked.incoming)} leads from {when(asked.starts)} on. Tell them what is "
            f"open; then confirm that you have handed over: {over}.",
            late,
        )
    return _told(
        f"You lead {name}: confirm that you have taken over",
        f"From {when(asked.starts)} to {when(asked.ends)}. Conclave holds its token: there is "
        f"nothing to collect. Now confirm that you have taken over: {over}.",
        late,
    )


def _other(handed: Handover, *, goes: bool) -> str:
    """Return whether the other one has confirmed it, too."""
    asked = handed.asked
    other = "" if asked is None else asked.incoming if goes else asked.outgoing
    if not other:
        return ""
    done = handed.incoming == other if goes else bool(handed.outgoing)
    return f"{mention(other)} has{'' if done else ' not'} confirmed it{' too' if done else ' yet'}."


def _late(handed: Handover, lead: str) -> str:
    """Return what happens, or has happened, to whoever does not confirm."""
    if lead in handed.told:
        return "The incident commanders were told that you have not; confirm it all the same."
    by = when(handed.late_at(lead) or 0)
    return f"If you have not confirmed it by {by}, the incident commanders are told."


def _told(head: str, words: str, small: str = "") -> Card:
    blocks = [section(f"*{head}*"), section(words.rstrip())]
    return card(head, [*blocks, context(small)] if small else blocks)
