"""Starting a ceremony, holding it up, moving its clock, ending it."""

from __future__ import annotations

from ceremonies import share
from ceremonies.ceremony import AttemptState, Ceremony, Phase
from ceremonies.commands import (
    Cancel,
    Decline,
    Extend,
    Freeze,
    Fresh,
    Nudge,
    Reason,
    Refusal,
    Restart,
    Start,
    Thaw,
)
from ceremonies.decide.terms import Terms, ms, pause, soon
from ceremonies.duty import DutyToken
from ceremonies.events import (
    CeremonyCancelled,
    CeremonyFrozen,
    CeremonyStarted,
    CeremonyThawed,
    ClusterIdSeen,
    DeadlineExtended,
    Event,
    HolderDeclined,
    HoldersReminded,
    Kind,
    Part,
    Purpose,
    RestartAsked,
    ThawAgreed,
)
from ceremonies.evidence import BEFORE_ATTEMPT, Evidence
from ceremonies.roster import roster_hash
from ceremonies.state import SetState
from ceremonies.steps import is_using
from ceremonies.topology import rules_hash

_REMINDED_MS = 30_000
_EXTENDED_MS = 60_000
_WAITS = (Phase.STARTING, Phase.BLOCKED, Phase.COLLECTING, Phase.STRANDED)


def start(
    state: SetState,
    command: Start,
    *,
    now: int,
    terms: Terms,
    fresh: Fresh,
    runbook: str = "",
) -> list[Event] | Refusal:
    """Start a ceremony on a cluster that has none open, if the gate lets an attempt start.

    Its token is for a step of `runbook`; for none of them if it is a drill.
    """
    if share.is_shown_in(command.reason):
        return Refusal(reason=Reason.MALFORMED, words=share.SHOWN_WORDS)
    if state.open_ceremony(command.cluster) is not None:
        words = f"A ceremony is already open on {state.name}/{command.cluster}."
        return Refusal(reason=Reason.ALREADY_OPEN, words=words)
    refused = _gate(command.evidence)
    if refused is not None:
        return refused
    max_at = now + ms(terms.rules.ceremony.max)
    holders = terms.rules.key_holders
    duty = _token_on_duty(state, command, now=now)
    started = CeremonyStarted(
        ceremony=fresh.ceremony,
        cluster=command.cluster,
        purpose=command.purpose,
        reason=command.reason,
        by=command.by,
        holders=() if duty else tuple(holder.slack for holder in holders),
        roster_hash=roster_hash(terms.roster, holders),
        rules_hash=rules_hash(terms.rules),
        evidence=command.evidence,
        deadline=terms.deadline(now=now, max_at=max_at),
        max_at=max_at,
        runbook=runbook,
        duty=duty.id if duty else "",
        by_hand=duty is not None and duty.part is Part.LEAD,
    )
    return [*_learnt_id(state, command.evidence), started]


def _token_on_duty(state: SetState, command: Start, *, now: int) -> DutyToken | None:
    """Return the token that makes a quorum unnecessary, if it lasts long enough."""
    if not command.use_duty or command.purpose is Purpose.DRILL:
        return None
    return state.duties.usable(command.cluster, now=now)


def _gate(evidence: Evidence) -> Refusal | None:
    """An attempt starts only on a secondary of this set; all else forbids only its promotion."""
    stops = [found for found in evidence.blocks if found.check in BEFORE_ATTEMPT]
    if not stops:
        return None
    words = "Nothing was started. " + " ".join(found.words for found in stops)
    return Refusal(reason=Reason.GATE, words=words, evidence=evidence)


def _learnt_id(state: SetState, evidence: Evidence) -> list[Event]:
    """The set's cluster id is learnt once, from what its clusters agree on."""
    ids = {node.cluster_id for node in evidence.nodes if node.cluster_id}
    if state.cluster_id or len(ids) != 1:
        return []
    return [ClusterIdSeen(cluster_id=ids.pop())]


def decline(c: Ceremony, command: Decline) -> list[Event] | Refusal:
    """A holder who was asked cannot take part; giving later is still possible."""
    if not c.is_open:
        return _over()
    if command.holder not in c.holders:
        return Refusal(reason=Reason.NOT_ASKED, words="You were not asked in this ceremony.")
    if c.round is not None and c.round.gave(command.holder):
        words = "You gave your share in this round already; it cannot be taken back."
        return Refusal(reason=Reason.GIVEN_THIS_ROUND, words=words)
    if command.holder in c.declined:
        return _not_now("You have said so already; the commander knows.")
    return [HolderDeclined(ceremony=c.id, holder=command.holder)]


def nudge(c: Ceremony, command: Nudge, *, now: int, terms: Terms) -> list[Event] | Refusal:
    """Remind those who have not answered, who were not reminded a moment ago.

    A reminder wakes people, whoever presses its button how often.
    """
    if c.phase is not Phase.COLLECTING:
        return _over() if not c.is_open else _not_now("No shares are being collected now.")
    if c.frozen:
        return _not_now("The ceremony is frozen, so no share would be taken. Thaw it first.")
    if not c.waiting_for:
        return _not_now("Everybody who was asked has answered.")
    if c.reminders and now < c.reminded_at + min(
        _REMINDED_MS, ms(terms.rules.ceremony.remind_every) // 10
    ):
        return _not_now("They were reminded a moment ago; give them half a minute.")
    return [HoldersReminded(ceremony=c.id, holders=c.waiting_for, by=command.by)]


def extend(c: Ceremony, command: Extend, *, now: int, terms: Terms) -> list[Event] | Refusal:
    """Give another full deadline from now, up to the maximum."""
    if c.phase not in _WAITS:
        return _over() if not c.is_open else _not_now("No deadline runs now.")
    if c.frozen:
        return _not_now("The ceremony is frozen, so its deadline stands still. Thaw it first.")
    deadline = terms.deadline_of(c, now=now)
    if deadline <= c.deadline:
        return _not_now("The ceremony is at its maximum already; start a new one when it ends.")
    step = min(_EXTENDED_MS, ms(terms.rules.ceremony.deadline) // 10)
    if deadline < c.max_at and deadline < c.deadline + step:
        return _not_now("It has nearly its full time already; extend it later.")
    return [DeadlineExtended(ceremony=c.id, by=command.by, deadline=deadline)]


def freeze(c: Ceremony, command: Freeze) -> list[Event] | Refusal:
    """Hold everything: no share goes to Vault and nothing is promoted."""
    if not c.is_open:
        return _over()
    if c.frozen:
        return _not_now("The ceremony is frozen already.")
    if c.phase is Phase.PROMOTING:
        return _not_now("Vault has taken on the promotion; it cannot be held up any more.")
    return [CeremonyFrozen(ceremony=c.id, by=command.by)]


def thaw(c: Ceremony, command: Thaw, *, now: int, terms: Terms) -> list[Event] | Refusal:
    """One agrees; when a commander and another person have, the ceremony goes on."""
    if not c.is_open:
        return _over()
    if not c.frozen:
        return _not_now("The ceremony is not frozen.")
    if command.by in c.thaw_agreed:
        return _not_now("You have agreed already; one more person is needed.")
    left = c.frozen_at + pause(c.freezes - 1) - now
    if left > 0:
        words = f"It was frozen {c.freezes} times. Talk first; agree to thaw it in {soon(left)}."
        return _not_now(words)
    agreed = (*c.thaw_agreed, command.by)
    said: list[Event] = [ThawAgreed(ceremony=c.id, by=command.by)]
    if len(agreed) < 2 or not any(terms.is_commander(who) for who in agreed):  # noqa: PLR2004
        return said
    deadline = min(c.deadline + (now - c.frozen_at), c.max_at)
    return [*said, CeremonyThawed(ceremony=c.id, by=agreed, deadline=deadline)]


def cancel(state: SetState, c: Ceremony, command: Cancel) -> list[Event] | Refusal:
    """Call it off. What follows at Vault is owed: the attempt cancelled, the token deleted."""
    if not c.is_open:
        return _over()
    sending = state.intents.get(c.cluster)
    if c.phase is Phase.PROMOTING or (sending and sending.kind is Kind.PROMOTE):
        return _not_now("The promotion was sent to Vault; it cannot be taken back.")
    if is_using(state, c):
        # Its runbook would ask for another token, for what this one may have done already.
        words = (
            "A step that takes this token is on its way at Vault. Wait for it, or stop the runbook."
        )
        return _not_now(words)
    return [CeremonyCancelled(ceremony=c.id, by=command.by)]


def restart(
    state: SetState, c: Ceremony, command: Restart, *, now: int, terms: Terms
) -> list[Event] | Refusal:
    """Start a new attempt in this ceremony, ending an open one only as the commander agreed."""
    if c.phase not in (Phase.BLOCKED, Phase.COLLECTING, Phase.STRANDED):
        return _over() if not c.is_open else _not_now("Nothing needs a new attempt now.")
    if c.frozen:
        return _not_now("The ceremony is frozen. Thaw it first.")
    if c.cluster in state.intents:
        return Refusal(reason=Reason.BUSY, words="Vault is being asked something; try again.")
    refused = _gate(command.evidence)
    if refused is not None:
        return refused
    stale = _agreed_to_another(c, command.cancel_nonce)
    if stale is not None:
        return stale
    chosen = tuple(holder for holder in c.holders if holder in command.holders)
    if c.required and command.holders and sum(map(terms.shares_of, chosen)) < c.required:
        words = f"Vault requires {c.required} shares; choose at least as many holders."
        return Refusal(reason=Reason.NOT_NOW, words=words)
    asked = RestartAsked(
        ceremony=c.id,
        by=command.by,
        cancel_nonce=command.cancel_nonce,
        holders=chosen,
        evidence=command.evidence,
        deadline=terms.deadline_of(c, now=now),
    )
    return [asked]


def _agreed_to_another(c: Ceremony, agreed_nonce: str) -> Refusal | None:
    standing = c.foreign.nonce if c.foreign else ""
    if c.phase is Phase.BLOCKED and agreed_nonce != standing:
        words = "Another attempt stands at Vault than the one you saw; look at the card again."
        return Refusal(reason=Reason.STALE, words=words)
    if agreed_nonce and agreed_nonce not in (standing, c.nonce):
        words = "The attempt you agreed to end is not the one that is open; look at the card."
        return Refusal(reason=Reason.STALE, words=words)
    return None


def attempt_to_end(c: Ceremony) -> str:
    """Return the nonce of the attempt that has to be cancelled before a new one can start."""
    if c.cancel_agreed:
        return c.cancel_agreed
    return c.nonce if c.attempt is AttemptState.OPEN else ""


def _over() -> Refusal:
    return Refusal(reason=Reason.NOT_NEEDED, words="The ceremony is over; nothing is needed.")


def _not_now(words: str) -> Refusal:
    return Refusal(reason=Reason.NOT_NOW, words=words)
