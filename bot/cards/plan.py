"""Which way to the tokens that a runbook still needs is the best now, and why."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards.phrases import mention, ours, place, places, remaining, span, when
from ceremonies.ceremony import Ending
from ceremonies.duty import DutyToken, Wrap
from ceremonies.events import Action, Part
from ceremonies.runbook import Runbook, Step
from ceremonies.state import SetState

_TOOK = 5


def plan(state: SetState, r: Runbook, *, now: int) -> str:
    """Return what the tokens still needed will take: the one on duty, else how many ceremonies.

    Empty where none is needed any more.
    """
    needed = [s for s in r.steps if s.action is Action.TOKEN and not s.state.is_over]
    if not needed:
        return ""
    on_duty = [state.duties.usable(step.cluster, now=now) for step in needed]
    taken = next((token for token in on_duty if token), None)
    left = [step for step, token in zip(needed, on_duty, strict=True) if token is None]
    if taken is None:
        why = _why(state, needed[0].cluster, now=now)
        return f"{why}Still needed: {_ceremonies(state, left)}"
    if not left:
        return f"{_valid(taken, now=now)}: no quorum is needed."
    taking = (s for s in needed if s not in left)
    where = places(state.name, (step.cluster for step in taking))
    why = _flaw(state, taken, left[0].cluster, now=now)
    return (
        f"{_valid(taken, now=now)}: no quorum is needed on {where}. It is {why}: still needed: "
        f"{_ceremonies(state, left)}"
    )


def _valid(token: DutyToken, *, now: int) -> str:
    whose = f" with {mention(token.lead)}" if token.wrap else ""
    left = remaining(token.until - now)
    return f"Token on duty (shift {ours(token.name, 40)}){whose}, valid for {left}"


def _ceremonies(state: SetState, needed: Sequence[Step]) -> str:
    """Return how many ceremonies these steps take, on which clusters, and how long others took."""
    where = places(state.name, (step.cluster for step in needed))
    count = "one ceremony" if len(needed) == 1 else f"{len(needed)} ceremonies"
    past = [
        c.moments.completed - c.started_at
        for c in state.ceremonies
        if c.moments.completed and c.ending in (Ending.PROMOTED, Ending.USED, Ending.DRILLED)
    ][-_TOOK:]
    took = f" The last ones took {', '.join(span(ms) for ms in past)}." if past else ""
    return f"{count}, on {where}, with {_quorum(state)}.{took}"


def _quorum(state: SetState) -> str:
    """Return how many shares that takes, as far as Vault said so in the newest ceremony."""
    known = next((c.required for c in reversed(state.ceremonies) if c.required), 0)
    return f"a quorum of {known}" if known else "a quorum of key holders"


def _why(state: SetState, cluster: str, *, now: int) -> str:
    """Return why the newest token on duty is not taken; empty where there never was one."""
    tokens = state.duties.tokens
    if not tokens:
        return ""
    newest = max(tokens, key=lambda t: (t.is_live(now), t.until))
    return f"Token on duty: {_flaw(state, newest, cluster, now=now)}. "


def _flaw(state: SetState, token: DutyToken, cluster: str, *, now: int) -> str:
    if now >= token.until:
        return f"expired {when(token.until)}"
    if token.killed_at:
        return f"put out of force {when(token.killed_at)}"
    if token.wrap is Wrap.LOST:
        return "not with its lead"
    if not token.is_in_hand:
        return f"{mention(token.lead)} has not collected it"
    if not token.takes(cluster):
        like = "" if token.part is Part.BOT else "one like it was "
        return f"{like}refused by {place(state.name, cluster)}"
    return f"valid for {remaining(token.until - now)} only"
