"""What a commander must not miss: frozen, deadline, people who could not be reached, the log."""

from __future__ import annotations

from collections.abc import Iterator

from slack_sdk.models.blocks import Block

from bot.cards.keys import DirectKey, direct_keys
from bot.cards.kit import section
from bot.cards.phrases import code, entries, mention, ours, people, span, when
from ceremonies.ceremony import Ceremony, Phase
from ceremonies.state import SetState

_SHOWN = 8
_WAITS = (Phase.STARTING, Phase.BLOCKED, Phase.COLLECTING, Phase.STRANDED)

_SLACK_SAYS = {
    "user_not_found": "Slack knows no such person",
    "users_not_found": "Slack knows no such person",
    "user_disabled": "their Slack account is deactivated",
    "account_inactive": "their Slack account is deactivated",
    "cannot_dm_bot": "this is a bot",
    "user_not_visible": "Slack does not let the app see them",
    "channel_not_found": "Slack does not let the app write to them",
    "messages_tab_disabled": "the app's messages tab is switched off in Slack",
    "restricted_action": "a workspace rule forbids it",
    "ratelimited": "Slack took no more messages at that moment",
}


def frozen(c: Ceremony) -> Block | None:
    """Return the banner of a frozen ceremony: who froze it, who agreed to thaw, what is missing."""
    if not c.frozen or not c.is_open:
        return None
    agreed = f"Agreed to thaw: {people(c.thaw_agreed)}. " if c.thaw_agreed else ""
    needed = "an incident commander and another person must agree to thaw."
    if c.thaw_agreed:
        needed = "one more person must agree to thaw; one of the two must be an incident commander."
    stops = "Nothing is promoted." if c.duty else "No share goes to Vault and nothing is promoted."
    return section(
        f":ice_cube: *Frozen by {mention(c.frozen_by)}* {when(c.frozen_at)}: this looks wrong to "
        f"them. {stops} {agreed}To go on, {needed} Talk first."
    )


def deadline(c: Ceremony) -> str:
    """Return until when shares are taken, in one line; empty where no deadline runs."""
    if not c.is_open or c.phase not in _WAITS:
        return ""
    if c.frozen:
        left = span(c.deadline - c.frozen_at)
        return f"*Deadline*\nstands still with {left} left; ends for good {when(c.max_at)}"
    if c.deadline >= c.max_at:
        return f"*Deadline*\n{when(c.deadline)}, cannot be extended any more"
    return f"*Deadline*\n{when(c.deadline)}"


def is_near(c: Ceremony) -> bool:
    """Return whether the commanders were warned of this very deadline."""
    return c.is_open and c.phase in _WAITS and not c.frozen and c.warned_deadline == c.deadline


def deadline_near(c: Ceremony) -> Block | None:
    """Return the question to extend or to stop, when the deadline is near."""
    if not is_near(c):
        return None
    at_most = c.deadline >= c.max_at
    way = "It cannot be extended any more" if at_most else "Extend it, or cancel it now"
    return section(
        f":hourglass: *The ceremony ends {when(c.deadline)}.* {way}. If nobody does anything, the "
        f"attempt is cancelled at Vault and {c.progress} of {c.required or '?'} shares are spent."
    )


def unreached(state: SetState, c: Ceremony) -> Block | None:
    """Return which holders got no message in Slack in this round, and why."""
    if not c.is_open:
        return None
    now = len(c.rounds)
    lines = [
        f"• {mention(key.holder)}: {why_unreached(problem)}"
        for key, problem in _failed(state, c)
        if key.round == now and key.holder in c.waiting_for
    ]
    if not lines:
        return None
    left = len(lines) - _SHOWN
    more = [f"• and {left} more"] if left > 0 else []
    words = "*No message reached these holders in Slack.* Call them another way:"
    return section(":mailbox_with_no_mail: " + "\n".join([words, *lines[:_SHOWN], *more]))


def _failed(state: SetState, c: Ceremony) -> Iterator[tuple[DirectKey, str]]:
    for key in direct_keys(c, state.unposted):
        if key.text not in state.messages:
            yield key, state.unposted[key.text]


def why_unreached(problem: str) -> str:
    """Return why no message reached somebody in Slack, by Slack's own word for it."""
    words = _SLACK_SAYS.get(problem)
    return f"{words} ({code(problem)})" if words else f"Slack says {code(problem)}"


def record(state: SetState, c: Ceremony) -> Iterator[Block]:
    """Yield what is wrong with waking people, with roster and rules, with the log."""
    if not c.is_open:
        return
    if state.waking_failed:
        ways = ", ".join(code(way) for way in state.waking_failed[:_SHOWN])
        yield section(
            f":bell: *Waking people failed through* {ways}. Call those you need by phone."
        )
    if c.roster_changed_at:
        yield _anew("People or key holders were configured anew", c.roster_changed_at)
    if c.rules_changed_at:
        yield _anew("The rules for approvals or times were configured anew", c.rules_changed_at)
    lost = log_lost(state, c)
    if lost is not None:
        yield lost


def _anew(what: str, at: int) -> Block:
    return section(
        f":warning: *{what}* {when(at)}, while this ceremony was running. If "
        "you do not know why, freeze it."
    )


def log_lost(state: SetState, c: Ceremony) -> Block | None:
    """Return that the log lost entries while this ceremony went on, or None."""
    found = state.tail_lost
    began_later = c.started_at > state.tail_lost_at
    ended_before = 0 < c.moments.ended < state.tail_lost_at
    if found is None or began_later or ended_before:
        return None
    return section(
        f":red_circle: *Redis lost {entries(len(found.lost))} of the log* after entry "
        f"{found.after}. Conclave asked Vault what is true. Compare this card with what you "
        "remember, and keep the Redis data as evidence."
    )


def blocked(c: Ceremony) -> str:
    """Return what stands in the way of our attempt, and what to do about it."""
    found = c.foreign
    if found is None:
        return ours(c.trouble) or "An attempt that is not ours is open at Vault."
    seen = f"{found.progress} of {found.required or '?'} shares given, nonce {code(found.nonce)}"
    if found.probably_ours:
        return (
            f"*An attempt is open at Vault that is probably ours* ({seen}), but its OTP is lost, "
            "so its token could never be read. Check on the call that nobody else started one; "
            "then end it and start ours."
        )
    return (
        f"*An attempt that Conclave did not start is open at Vault* ({seen}). It may be somebody's "
        "live ceremony: ask who started it. Conclave ends it only on a commander's word."
    )
