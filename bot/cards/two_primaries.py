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
from ceremonies.events import Play, SecondPrimarySeen
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
        # Two buttons of one id may not stand in one block.
        rows = [] if _mending(state) else [actions([one]) for one in rejoins(state)]
        yield _key(state.second_primary_at), card(words, [section(words), *rows])


def alarm(state: SetState) -> str:
    """Return what it means that two clusters answer as primary, and what to do; else nothing."""
    seen = state.second_primary
    if seen is None:
        return ""
    old, new = place(state.name, seen.cluster), place(state.name, seen.primary)
    if not seen.known:
        return _of_neither(state, seen)
    return (
        f":rotating_light: *Two primaries:* {old} answers as primary too "
        f"({addresses(seen.nodes)}), beside {new}, since {when(state.second_primary_at)}. What "
        f"clients write to {old} now is lost when it joins again.{_says(seen)}\n"
        f"*1.* Keep clients off {old} now: DNS, load balancer, firewall.\n*2.* {_way(state)}"
    )


def _of_neither(state: SetState, seen: SecondPrimarySeen) -> str:
    """Return the alarm where the log does not know which of the two is right."""
    old, new = place(state.name, seen.cluster), place(state.name, seen.primary)
    return (
        f":rotating_light: *Two primaries:* {new} and {old} both answer as primary, since "
        f"{when(state.second_primary_at)}. Conclave promoted neither of them last, so it does not "
        f"know which one is right.{_says(seen)}\n"
        "*1.* Choose the one that stays: most likely the one that clients and secondaries use. "
        "Keep clients off the other now: DNS, load balancer, firewall. What they write there is "
        f"lost when it joins again.\n*2.* {_way(state)}"
    )


def _says(seen: SecondPrimarySeen) -> str:
    """Return what speaks for each: the log may have missed what was done by hand."""
    return "".join(f"\n• {ours(words, _WORDS)}" for words in seen.says)


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
    if seen is not None and not seen.known:
        return (
            f"{first}Let the other follow the one that stays: each button names the one that "
            "gives way. The runbook *rejoin* shows its plan first, and nothing is done before you "
            "go on. Or take it out for good with *retire*."
        )
    return (
        f"{first}Let {old} follow {new} with the runbook *rejoin*: it shows its plan first, and "
        f"nothing is done before you go on. Or take {old} out for good with *retire*."
    )


def _mending(state: SetState) -> Runbook | None:
    """Return the open runbook that ends this, if there is one."""
    r, seen = state.runbook, state.second_primary
    fits = r is not None and seen is not None and r.play in _MENDS and r.target in may_rejoin(seen)
    return r if fits else None


def may_rejoin(seen: SecondPrimarySeen) -> tuple[str, ...]:
    """Return the clusters of which one gives way: the second, or either where none is known."""
    return (seen.cluster,) if seen.known else (seen.primary, seen.cluster)


def rejoins(state: SetState) -> list[ButtonElement]:
    """Begin the runbook that lets one primary follow the other, for each that may give way."""
    seen = state.second_primary
    if seen is None:
        return []
    return [_rejoin(state.name, seen, cluster) for cluster in may_rejoin(seen)]


def _rejoin(set_name: str, seen: SecondPrimarySeen, cluster: str) -> ButtonElement:
    value: Json = {"set": set_name, "cluster": cluster}
    label = cut(f"Rejoin {place(set_name, cluster)}", 70)
    # Where people have to choose, neither is the one to press without reading.
    return button(REJOIN, label, value, style="primary" if seen.known else None)


def _over(state: SetState, past: TwoPrimaries) -> str:
    old, new = place(state.name, past.seen.cluster), place(state.name, past.seen.primary)
    return (
        f":white_check_mark: *One primary again.* {ours(past.words, _WORDS)} {old} and {new} were "
        f"both primary from {when(past.at)}, for {span(past.over_at - past.at)}."
    )


def _key(at: int) -> str:
    return alarm_key("two-primaries", str(at))
