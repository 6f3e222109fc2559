"""Two clusters answer as primary: the alarm, with the runbook that mends it one click away.

It is posted anew for each occasion, so that people are notified, and drawn anew until it is over.
"""

from __future__ import annotations

from collections.abc import Iterator

from slack_sdk.models.blocks import ButtonElement

from bot.cards.keys import alarm_key
from bot.cards.kit import Card, Json, actions, button, card, section
from bot.cards.phrases import cut, ours, place, span, when
from bot.cards.watch import addresses
from ceremonies.events import Play
from ceremonies.runbook import Runbook
from ceremonies.state import SetState, TwoPrimaries

REJOIN = "runbook.rejoin"
_MENDS = (Play.REJOIN, Play.RETIRE)
_WORDS = 300


def about_two_primaries(state: SetState, who: str) -> Iterator[tuple[str, Card]]:
    """Yield the alarm, by key, for `who` it calls; and the last one's end where it was posted."""
    past = state.two_primaries
    if past is not None and _key(past.at) in state.messages:
        words = f"{who}: {_over(state, past)}"
        yield _key(past.at), card(words, [section(words)])
    if state.second_primary is not None:
        words = f"{who}: {alarm(state)}"
        row = [] if _mending(state) else [rejoin(state)]
        yield _key(state.second_primary_at), card(words, [section(words), actions(row)])


def alarm(state: SetState) -> str:
    """Return what it means that two clusters answer as primary, and what to do; else nothing."""
    seen = state.second_primary
    if seen is None:
        return ""
    old, new = place(state.name, seen.cluster), place(state.name, seen.primary)
    return (
        f":rotating_light: *Two primaries:* {old} answers as primary too "
        f"({addresses(seen.nodes)}), beside {new}, since {when(state.second_primary_at)}. What "
        f"clients write to {old} now is lost when it joins again.\n"
        f"*1.* Keep clients off {old} now: DNS, load balancer, firewall.\n*2.* {_way(state)}"
    )


def _way(state: SetState) -> str:
    """Return how the second primary is mended from here."""
    mending, seen = _mending(state), state.second_primary
    if mending is not None:
        return f"The runbook *{mending.play}* is open: go on there."
    cluster = seen.cluster if seen else ""
    old, new = place(state.name, cluster), place(state.name, seen.primary if seen else "")
    first = ""
    if state.runbook is not None:
        about = place(state.name, state.runbook.target)
        first = f"The runbook *{state.runbook.play}* of {about} is open: finish or stop it first. "
    return (
        f"{first}Let {old} follow {new} with the runbook *rejoin*: it shows its plan first, and "
        f"nothing is done before you go on. Or take {old} out for good with *retire*."
    )


def _mending(state: SetState) -> Runbook | None:
    """Return the open runbook that ends this, if there is one."""
    r, seen = state.runbook, state.second_primary
    fits = r is not None and seen is not None and r.play in _MENDS and r.target == seen.cluster
    return r if fits else None


def rejoin(state: SetState) -> ButtonElement:
    """Begin the runbook that lets the second primary follow the first."""
    cluster = state.second_primary.cluster if state.second_primary else ""
    value: Json = {"set": state.name, "cluster": cluster}
    label = cut(f"Rejoin {place(state.name, cluster)}", 70)
    return button(REJOIN, label, value, style="primary")


def _over(state: SetState, past: TwoPrimaries) -> str:
    old, new = place(state.name, past.seen.cluster), place(state.name, past.seen.primary)
    return (
        f":white_check_mark: *One primary again.* {ours(past.words, _WORDS)} {old} and {new} were "
        f"both primary from {when(past.at)}, for {span(past.over_at - past.at)}."
    )


def _key(at: int) -> str:
    return alarm_key("two-primaries", str(at))
