"""The gate before every door: it says who a Slack user is, and whether they may.

Slack lets anybody click any button they can see. So each door asks here, with the
payload as it came; what cannot be found out is refused.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

import structlog

from bot.callers import Body, Caller, caller
from bot.metrics import Metrics
from bot.standings import Account, Place, Standings
from ceremonies.roster import Person, Role, Roster

log = structlog.get_logger()

_NAMED = 5

_ROLES = {
    Role.KEY_HOLDER: "a key holder",
    Role.INCIDENT_COMMANDER: "an incident commander",
    Role.APPROVER: "an approver",
    Role.SHIFT_LEAD: "a shift lead",
    Role.AUDITOR: "an auditor",
}


class Why(StrEnum):
    """Why somebody was not let in."""

    WORKSPACE = "workspace"
    STRANGER = "stranger"
    ROLE = "role"
    GUEST = "guest"
    BOT = "bot"
    DELETED = "deleted"
    SHARED_CHANNEL = "shared-channel"
    UNSEEN_CHANNEL = "unseen-channel"
    NOT_VERIFIED = "not-verified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What is asked of whoever comes in. No `roles`: anybody on the roster.

    A door with `effects` verifies what is unknown or older than ten minutes first. One that only
    shows something, or opens a modal within its three seconds, goes by the newest record.
    """

    name: str
    roles: frozenset[Role] = frozenset()
    effects: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """They may. `channel` is where they are, empty in a modal."""

    person: Person
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """They may not; `words` say who may, as mrkdwn, for their eyes only."""

    why: Why
    words: str


class Gate:
    """Answers for the one workspace that is served. `roster` gives the roster of the moment."""

    def __init__(
        self,
        standings: Standings,
        *,
        roster: Callable[[], Roster],
        workspace: str,
        metrics: Metrics | None = None,
    ) -> None:
        self._standings = standings
        self._roster = roster
        self._workspace = workspace
        self._metrics = metrics

    def admit(self, body: Body, *, door: Door) -> Admitted | Refused:
        """Return who this is, or why they may not: for any payload of Slack's.

        Never guests, bots, deleted accounts, people of another workspace, shared channels.
        """
        who = caller(body)
        answer = self._judge(who, door)
        if isinstance(answer, Refused):
            log.warning("gate.refused", door=door.name, person=who.user, why=answer.why.value)
            if self._metrics:
                self._metrics.refusals.labels(why=answer.why.value).inc()
        return answer

    def warm(self, people: Iterable[str], channels: Iterable[str] = ()) -> None:
        """Have records at hand before they are needed; returns at once, call it at will."""
        self._standings.warm(people, channels)

    def _judge(self, who: Caller, door: Door) -> Admitted | Refused:
        if not who.user or who.teams != {self._workspace}:
            return _refused(Why.WORKSPACE)
        if who.shared:
            return _refused(Why.SHARED_CHANNEL)
        roster = self._roster()
        person = roster.find(who.user)
        if person is None:
            return _refused(Why.STRANGER)
        if door.roles and person.roles.isdisjoint(door.roles):
            return Refused(why=Why.ROLE, words=_who_may(roster, door.roles))
        wrong = self._place_wrong(who, door) or self._account_wrong(who, door)
        return _refused(wrong) if wrong else Admitted(person=person, channel=who.channel)

    def _place_wrong(self, who: Caller, door: Door) -> Why | None:
        if not who.channel or who.in_direct_message:
            return None
        records = self._standings.channels
        found = records.fresh(who.channel) if door.effects else records.at_once(who.channel)
        if not door.effects:
            self._standings.warm((), (who.channel,))
        match found:
            case Place.OURS:
                return None
            case Place.SHARED:
                return Why.SHARED_CHANNEL
            case Place.UNSEEN:
                return Why.UNSEEN_CHANNEL
            case None:
                return Why.NOT_VERIFIED
        assert_never(found)

    def _account_wrong(self, who: Caller, door: Door) -> Why | None:
        records = self._standings.accounts
        found = records.fresh(who.user) if door.effects else records.at_once(who.user)
        if not door.effects:
            self._standings.warm((who.user,))
        match found:
            case Account.MEMBER:
                return None
            case Account.GUEST:
                return Why.GUEST
            case Account.BOT:
                return Why.BOT
            case Account.DELETED | Account.UNKNOWN:
                return Why.DELETED
            case Account.ELSEWHERE:
                return Why.WORKSPACE
            case None:
                return Why.NOT_VERIFIED
        assert_never(found)


_WORDS = {
    Why.WORKSPACE: "Conclave serves the members of one workspace only, and you act from another.",
    Why.STRANGER: "Only people on Conclave's roster may do this, and you are not on it. Whoever "
    "runs Conclave here can add you.",
    Why.GUEST: "Guests may not do this, also when they are on the roster: only full members of "
    "the workspace.",
    Why.BOT: "Only people may do this, no bots.",
    Why.DELETED: "This account is deactivated. Only active members on Conclave's roster may act.",
    Why.SHARED_CHANNEL: "This channel is shared with another workspace, so Conclave does nothing "
    "here. People on the roster may act in the incident channel or in its direct messages.",
    Why.UNSEEN_CHANNEL: "Conclave cannot see who reads this conversation, so it does nothing "
    "here. People on the roster may act in the incident channel or in its direct messages.",
    Why.NOT_VERIFIED: "Slack did not tell in time who you are, so nothing was done. People on the "
    "roster may try again in a moment.",
}


def _refused(why: Why) -> Refused:
    return Refused(why=why, words=_WORDS[why])


def _who_may(roster: Roster, roles: frozenset[Role]) -> str:
    wanted = _either([words for role, words in _ROLES.items() if role in roles])
    people = [person for person in roster.people if not person.roles.isdisjoint(roles)]
    names = [html.escape(person.name, quote=False) for person in people]
    if len(names) > _NAMED:
        names = [*names[:_NAMED], f"{len(names) - _NAMED} more"]
    return f"This is for {wanted}: {_either(names)}." if names else f"This is for {wanted}."


def _either(words: Sequence[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
