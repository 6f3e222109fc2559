"""Private answers that only tell: what a person can do, and how a set stands."""

from __future__ import annotations

from collections.abc import Mapping

from slack_sdk.models.blocks import Block, ButtonElement

from bot.cards import buttons, no_primary, notices, offers, two_primaries
from bot.cards.course import headline
from bot.cards.kit import Card, actions, card, context, section
from bot.cards.phrases import code, escape, ours, people, place, second, when
from bot.cards.shift_status import on_duty_line
from bot.cards.steps import deed, holds
from ceremonies.ceremony import Ceremony, TokenState
from ceremonies.evidence import Evidence
from ceremonies.roster import Role, Roster
from ceremonies.runbook import Runbook
from ceremonies.state import SetState
from ceremonies.topology import ReplicationSet

_SETS = 10
_CLUSTERS = 12

_MAY = {
    Role.KEY_HOLDER: (
        "*Key holder:* when a ceremony starts, Conclave writes to you. Open that message, compare "
        "the watchwords on the call, press *Give my share*. If it looks wrong, freeze it."
    ),
    Role.INCIDENT_COMMANDER: (
        "*Incident commander:* {run} begins a runbook: failover, planned-failover, failback, "
        "rejoin, retire, repoint, setup. {start} begins a failover with its ceremony at once; "
        "{promote} asks for the promotion; {nudge} reminds; {cancel} calls it off. The cards in "
        "the channel have the same as buttons."
    ),
    Role.APPROVER: (
        "*Approver:* when a promotion or a step of a runbook is asked for, its card in the channel "
        "has *Approve* and *Reject*. You never approve what you asked for yourself."
    ),
    Role.SHIFT_LEAD: (
        "*Shift lead:* {shift} shows tokens on duty, the plan and what is uncovered; your token "
        "comes in a direct message. {handover} confirms a hand-over; {kill} asks to put a token "
        "out of force that is in other hands."
    ),
    Role.AUDITOR: "*Auditor:* {status} shows how a set stands.",
}


def help_card(roster: Roster, person: str, sets: Mapping[str, SetState], *, command: str) -> Card:
    """Return what this person can do, and what goes on in each set, with buttons that fit."""
    known = roster.find(person)
    roles = known.roles if known else frozenset[Role]()
    typed = {
        "run": code(f"{command} run SET failover"),
        "start": code(f"{command} start SET for=promote"),
        "promote": code(f"{command} promote SET"),
        "nudge": code(f"{command} nudge SET"),
        "cancel": code(f"{command} cancel SET"),
        "status": code(f"{command} status"),
        "shift": code(f"{command} shift SET"),
        "handover": code(f"{command} shift SET handover"),
        "kill": code(f"{command} shift SET kill"),
    }
    lines = [words.format(**typed) for role, words in _MAY.items() if role in roles]
    commands = Role.INCIDENT_COMMANDER in roles
    told = "*What you can do*" if lines else "You are not on the roster of Conclave."
    blocks: list[Block | None] = [section("\n".join([told, *lines]))]
    if lines:
        for name, state in list(sets.items())[:_SETS]:
            now = _goes_on(state)
            blocks += [
                section(f"*{name}*{now}"),
                actions(_doors(name, state, commands=commands)),
            ]
        blocks.append(
            context(
                f"{typed['status']} shows every set, {code(command + ' health')} how replication "
                f"stands, {code(command + ' help')} this."
            )
        )
    return card(f"What you can do with {command}: open this message for your buttons.", blocks)


def _goes_on(state: SetState) -> str:
    """Return what is open in a set, as the end of its line."""
    told = [":rotating_light: two primaries"] if state.second_primary else []
    told += [no_primary.HEAD] if state.without_primary else []
    if state.runbook is not None:
        told.append(f"runbook {about(state.name, state.runbook)}")
    told += [headline(state.name, c) for c in state.open_ceremonies]
    return f": {'; '.join(told)}. The cards are in the channel." if told else ": nothing is open."


def _doors(set_name: str, state: SetState, *, commands: bool) -> list[ButtonElement]:
    """Return what fits the moment: a second ceremony or runbook would only be refused."""
    row = [buttons.status(set_name)]
    if not commands:
        return row
    if state.second_primary is not None and state.second_primary.known:
        row += two_primaries.rejoins(state)  # else the alarm has two, with what to choose by
    if state.runbook is None:
        row.append(offers.begin(set_name, "Begin a runbook"))
    if state.runbook is None and not state.open_ceremonies:
        row.append(buttons.start(set_name, "Start a ceremony"))
    return row


def about(set_name: str, r: Runbook) -> str:
    """Return which runbook it is and how far: `rejoin of payments/a, now: demote payments/a`."""
    step = r.current
    now = f", now: {deed(set_name, step)}" if step else ""
    return f"{r.play} of {place(set_name, r.target)}{now}"


def status_card(
    state: SetState,
    rules: ReplicationSet,
    *,
    evidence: Evidence | None = None,
    permalinks: Mapping[str, str] | None = None,
    now: int = 0,
) -> Card:
    """Return how a set stands: `evidence` is a look taken now, `permalinks` are by id."""
    open_now = state.open_ceremonies
    links = permalinks or {}
    blocks: list[Block] = [section(f"*{state.name}*")]
    if state.second_primary is not None:
        blocks.append(section(two_primaries.alarm(state)))
    if state.runbook is not None:
        link = links.get(state.runbook.id, "")
        card_ = f" <{escape(link)}|Open its card>" if link else ""
        words = f"*Runbook {about(state.name, state.runbook)}*, begun"
        blocks.append(section(f"{words} {when(state.runbook.started_at)}.{card_}"))
    blocks += [section(_ceremony(state.name, c, links.get(c.id, ""))) for c in open_now]
    if not open_now:
        blocks.append(section(_last(state)))
    if state.without_primary is not None:
        stopped = state.without_primary
        blocks.append(section(f":rotating_light: {holds(state.name, stopped)}"))
    blocks.append(section(_roles(state, rules, evidence)))
    blocks.append(section(on_duty_line(state.duties, now=now, has_shifts=bool(rules.shifts))))
    if state.waking_failed:
        blocks.append(section(f":bell: Waking people failed through {_ways(state)}."))
    heads = [headline(state.name, c) for c in open_now]
    if state.runbook is not None:
        heads.insert(0, f"runbook {about(state.name, state.runbook)}")
    return card(f"{state.name}: {'; '.join(heads) or 'no ceremony is open'}.", blocks)


def _ways(state: SetState) -> str:
    return ", ".join(code(way) for way in state.waking_failed[:_SETS])


def _ceremony(set_name: str, c: Ceremony, permalink: str) -> str:
    lines = [f"*{headline(set_name, c)}*"]
    if c.round is not None and c.waiting_for:
        lines.append(f"Waiting for {people(c.waiting_for)}.")
    until = notices.deadline(c).replace("\n", ": ")
    if until:
        lines.append(until)
    if permalink:
        lines.append(f"<{escape(permalink)}|Open its card>")
    return "\n".join(lines)


def _last(state: SetState) -> str:
    ended = [c for c in state.ceremonies if not c.is_open]
    if not ended:
        return "No ceremony is open, and none was held lately."
    last = max(ended, key=lambda c: c.moments.ended)
    red = "" if last.token.is_over else " :red_circle: Its token's deletion is not confirmed."
    if last.token is TokenState.ORPHANED:
        red = " :red_circle: Vault may have a token that nobody holds."
    return (
        f"No ceremony is open. The last one, {when(last.moments.ended)}: "
        f"{headline(state.name, last)}.{red}"
    )


def _roles(state: SetState, rules: ReplicationSet, evidence: Evidence | None) -> str:
    seen = evidence or _newest(state)
    if seen is None:
        names = ", ".join(place(state.name, cluster.name) for cluster in rules.clusters)
        return f"*Clusters:* {names}. Nobody has asked them yet."
    lines = [
        f"• {place(state.name, cluster.name)}: {_role(seen, cluster.name)}"
        for cluster in rules.clusters[:_CLUSTERS]
    ]
    left = len(rules.clusters) - _CLUSTERS
    if left > 0:
        lines.append(f"• and {left} more")
    return f"*Clusters* (asked {second(seen.at)})\n" + "\n".join(lines)


def _newest(state: SetState) -> Evidence | None:
    return max((c.evidence for c in state.ceremonies), key=lambda seen: seen.at, default=None)


def _role(evidence: Evidence, cluster: str) -> str:
    nodes = [node for node in evidence.nodes if node.cluster == cluster]
    answering = [node for node in nodes if node.answers]
    if not answering:
        return "not reachable from here"
    modes = dict.fromkeys(ours(node.mode) for node in answering)
    return ", ".join(modes) + _count(len(answering), len(nodes))


def _count(answering: int, every: int) -> str:
    return "" if answering == every else f" ({answering} of {every} nodes reachable from here)"
