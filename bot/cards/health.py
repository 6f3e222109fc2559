"""How replication stands, for `/dr health`: one private answer for each set."""

from __future__ import annotations

from slack_sdk.models.blocks import Block

from bot.cards import break_glass
from bot.cards.kit import Card, card, context, section
from bot.cards.phrases import code, ours, place, second, span, when
from bot.cards.shift_status import on_duty_line
from bot.cards.trying import proven
from bot.cards.two_primaries import alarm
from bot.cards.watch import watched
from ceremonies.duty import Duties
from ceremonies.health import ClusterHealth, Health, Link
from ceremonies.samples import Loss
from ceremonies.state import SetState
from ceremonies.vault import Mode

_CLUSTERS = 8
_WELL = {Mode.PRIMARY: "running", Mode.SECONDARY: "stream-wals"}
_LATE_S = 60  # Vault sends a heartbeat every few seconds
_SKEW_MS = 5000  # a batch token's end is judged by the secondary's clock


def health_card(set_name: str, health: Health, state: SetState | None = None) -> Card:
    """Return what every node of a set said; unknown is shown as unknown, never as nought.

    `state`: what was seen and told before, by whoever watched.
    """
    shown = health.clusters[:_CLUSTERS]
    blocks: list[Block] = [section(f"*{set_name}*: {_summary(health)}")]
    blocks += [section(words) for words in _told(state)] if state else []
    blocks += [section(_cluster(set_name, c)) for c in shown]
    blocks += [section(_link(set_name, link)) for link in health.links[:_CLUSTERS]]
    left = len(health.clusters) - len(shown)
    if left > 0:
        blocks.append(section(f"and {left} more clusters"))
    blocks.append(section(_token_on_duty(state, now=health.at)))
    blocks.append(context(f"Asked {second(health.at)}."))
    return card(f"{set_name}: {_plain(health)}", blocks)


def _told(state: SetState) -> list[str]:
    """Return what stands of what was told aloud: two primaries, sealed nodes, attempts, doors."""
    left = [name for name, glass in state.glass.items() if glass.ceremony and state.left_open(name)]
    open_now = [break_glass.closing(place(state.name, name), state.glass[name]) for name in left]
    two = [alarm(state)] if state.second_primary else []
    return [*two, *(words for _, words in watched(state)), *open_now][:_CLUSTERS]


def _token_on_duty(state: SetState | None, *, now: int) -> str:
    duties = state.duties if state else Duties()
    line = on_duty_line(duties, now=now, has_shifts=bool(duties.minting))
    live = [t for t in duties.live(now) if t.proofs][-_CLUSTERS:]
    asked = [
        f"• shift {ours(t.name, 40)}: {proven(t, state.name if state else '')}, asked "
        f"{when(max(seen.at for seen in t.proofs.values()))}"
        for t in live
    ]
    return "\n".join([line, *asked])


def _summary(health: Health) -> str:
    return f"{_light(health)} {_plain(health)}"


def _light(health: Health) -> str:
    if len(health.primaries) > 1:
        return ":rotating_light:"
    well = len(health.primaries) == 1 and all(_is_well(c) for c in health.clusters)
    return ":white_check_mark:" if well and not health.versions_differ else ":warning:"


def _plain(health: Health) -> str:
    if len(health.primaries) > 1:
        names = " and ".join(health.primaries)
        return f"two primaries answer, {names}. Keep clients off one of them now."
    if not health.primaries:
        return "no primary answers from here."
    troubled = [c.name for c in health.clusters if not _is_well(c)]
    if troubled:
        return f"look at {', '.join(troubled)}."
    if health.versions_differ:
        return "versions differ; data never replicates from a newer to an older one."
    return f"{health.primaries[0]} is primary and every node answers."


def _is_well(c: ClusterHealth) -> bool:
    whole = not c.sealed and not c.silent and not c.corrupted_merkle_tree
    return whole and c.state == _WELL.get(c.mode, "")


def _cluster(set_name: str, c: ClusterHealth) -> str:
    role = ours(c.mode) if c.answering else "not reachable from here"
    lines = [f"*{place(set_name, c.name)}*: {role}" + (f", {ours(c.state)}" if c.state else "")]
    leads = f"; {code(c.active)} is active" if c.active else ""
    lines.append(f"{c.answering} of {c.nodes} nodes answer{leads}")
    if c.versions:
        lines.append(f"version {', '.join(ours(version) for version in c.versions)}")
    if c.sealed:
        lines.append(f":warning: sealed: {_addresses(c.sealed)}")
    if c.silent:
        lines.append(f":warning: not reachable from here: {_addresses(c.silent)}")
    if c.skew_ms is not None and c.skew_ms > _SKEW_MS:
        lines.append(f":warning: clocks of its nodes {c.skew_ms} ms apart")
    if c.corrupted_merkle_tree:
        lines.append(":rotating_light: Vault says that its merkle tree is corrupted")
    return "\n".join(lines)


def _addresses(addresses: tuple[str, ...]) -> str:
    more = f" and {len(addresses) - _CLUSTERS} more" if len(addresses) > _CLUSTERS else ""
    return ", ".join(code(address) for address in addresses[:_CLUSTERS]) + more


def _link(set_name: str, link: Link) -> str:
    facts = [
        f"connection {ours(link.connection)}" if link.connection else "connection not told",
        _lag(link.lag) if link.loss is None else _loss(link.loss),
        _heartbeat(link.heartbeat_s),
        _skew(link.skew_ms),
    ]
    return f"To {place(set_name, link.secondary)}: {', '.join(facts)}"


def _lag(lag: int | None) -> str:
    if lag is None:
        return "lag unknown"
    return "no lag" if lag == 0 else f"{lag} {'record' if lag == 1 else 'records'} behind"


def _loss(lost: Loss) -> str:
    """Return what is known to be missing, and for how long nothing is known at all."""
    behind = _lag(lost.records)
    unknown = f"and {span(lost.age_ms)} of writes not known"
    return f"lag unknown (by the last good sample {behind}, {unknown})"


def _heartbeat(seconds: int | None) -> str:
    if seconds is None:
        return "heartbeat unknown"
    late = ":warning: " if seconds > _LATE_S else ""
    return f"{late}last heartbeat {seconds} s ago"


def _skew(ms: int | None) -> str:
    if ms is None:
        return "clock skew unknown"
    far = ":warning: " if abs(ms) > _SKEW_MS else ""
    return f"{far}clocks {abs(ms)} ms apart"
