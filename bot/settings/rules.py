"""What must hold between the keys of the file: who is who, which cluster is whose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.settings import clusters, shifts
from bot.settings.file import File, SetTable
from bot.settings.findings import Finding, key

_LATER = (
    ("slack", "mode", "http", 'HTTP mode comes later. Write mode = "socket".'),
    ("custody", "raw_shares", "refuse", "Sealed envelopes come later."),
    ("custody", "raw_shares", "dm", "Shares typed as direct messages come later."),
    ("custody", "raw_shares", "direct", "Giving the share to Vault directly comes later."),
    ("custody", "enrolment", "required", "Enrolment comes later."),
    ("approval", "step_up", "totp", "Codes at an approval come later."),
)
_NOW = {"raw_shares": "modal", "enrolment": "optional", "step_up": "none"}


def check(file: File, *, directory: Path, lab: bool) -> tuple[Finding, ...]:
    """Return everything that does not hold together; relative paths start at `directory`."""
    return (
        *_people(file),
        *_sets(file),
        *clusters.check(file, directory=directory, lab=lab),
        *_times(file),
        *_approval(file, lab=lab),
        *shifts.check(file),
    )


def later(file: File) -> tuple[Finding, ...]:
    """Return what is asked for and not served yet."""
    raw = file.model_dump()
    return tuple(
        Finding(
            key=f"{table}.{name}",
            problem=f'"{value}" comes later',
            mend=words if name == "mode" else f'{words} Write {name} = "{_NOW[name]}".',
        )
        for table, name, value, words in _LATER
        if raw[table][name] == value
    )


def warnings(file: File) -> tuple[str, ...]:
    """Return what is read and checked but has no effect yet, or may surprise."""
    found: list[str] = []
    for one in file.replication_sets:
        without = [cluster.name for cluster in one.clusters if cluster.auth is None]
        if without and len(without) < len(one.clusters):
            found.append(
                f"{one.name}: {', '.join(without)} has no auth: as primary, its steps are by hand"
            )
    holders = {h.slack for one in file.replication_sets for h in one.key_holders}
    idle = [p.name for p in file.people if "key_holder" in p.roles and p.slack not in holders]
    found += [f"{name} has the role key_holder and is in no set's key_holders" for name in idle]
    if not file.notify.urls:
        found.append("notify.urls is empty: people are woken by Slack alone")
    return (*found, *shifts.warnings(file))


def _people(file: File) -> Iterator[Finding]:
    ids = (person.slack for person in file.people)
    for slack in _repeated(ids):
        mend = "Keep one [[people]] table for each person, with all their roles in it."
        yield Finding(key=f"people[{slack}].slack", problem="this person is named twice", mend=mend)
    for name in _repeated(person.name.casefold() for person in file.people):
        two = [p for p in file.people if p.name.casefold() == name]
        yield Finding(
            key=key({"people": [p.model_dump() for p in two]}, ("people", 0, "name")),
            problem="two people have this name: cards and calls could not tell them apart",
            mend="Give each a name of their own.",
        )
    if not any("incident_commander" in person.roles for person in file.people):
        yield Finding(
            key="people",
            problem="nobody has the role incident_commander, so nobody could start a ceremony",
            mend='Add "incident_commander" to the roles of at least one person.',
        )


def _sets(file: File) -> Iterator[Finding]:
    for name in _repeated(one.name for one in file.replication_sets):
        mend = "Give each set a name of its own."
        yield Finding(
            key=f"replication_sets[{name}].name", problem="two sets have this name", mend=mend
        )
    for one in file.replication_sets:
        yield from _holders(one, file)
        names = [cluster.name for cluster in one.clusters]
        if one.home_primary is not None and one.home_primary not in names:
            yield Finding(
                key=f"replication_sets[{one.name}].home_primary",
                problem="this is none of the set's clusters",
                mend=f"Write one of {', '.join(names)}.",
            )
        if one.incident_channel is None and file.slack.incident_channel is None:
            yield Finding(
                key=f"replication_sets[{one.name}].incident_channel",
                problem="this set has no incident channel, and [slack] has none either",
                mend='Write incident_channel = "C…" here or in [slack].',
            )


def _holders(one: SetTable, file: File) -> Iterator[Finding]:
    roles = {person.slack: person.roles for person in file.people}
    place = f"replication_sets[{one.name}].key_holders"
    for slack in _repeated(holder.slack for holder in one.key_holders):
        mend = f'Write {{ slack = "{slack}", shares = 2 }} for somebody with two shares.'
        yield Finding(key=f"{place}[{slack}]", problem="this holder is named twice", mend=mend)
    for holder in one.key_holders:
        where = f"{place}[{holder.slack}]"
        if holder.slack not in roles:
            mend = "Add a [[people]] table with this id, or correct the id."
            yield Finding(key=where, problem="this holder is nobody in [[people]]", mend=mend)
        elif "key_holder" not in roles[holder.slack]:
            mend = f'Add "key_holder" to the roles of {holder.slack} in [[people]].'
            yield Finding(key=where, problem="this person lacks the role key_holder", mend=mend)


def _times(file: File) -> Iterator[Finding]:
    if file.ceremony.deadline > file.ceremony.max:
        yield Finding(
            key="ceremony.max",
            problem="this is shorter than the deadline",
            mend="Write a max at least as long as the deadline.",
        )


def _approval(file: File, *, lab: bool) -> Iterator[Finding]:
    wanted = file.approval.promote_approvers
    if wanted == 0 and not lab:
        yield Finding(
            key="approval.promote_approvers",
            problem="0 is for the lab only: one person alone could promote a cluster",
            mend="Write 1 or more. (The lab sets CONCLAVE_LAB=1.)",
        )
    approvers = {p.slack for p in file.people if "approver" in p.roles}
    commanders = {p.slack for p in file.people if "incident_commander" in p.roles}
    for one in file.replication_sets:
        holders = (
            {holder.slack for holder in one.key_holders} if file.approval.holders_count else set()
        )
        most = max((len((approvers | holders) - {who}) for who in commanders), default=wanted)
        if most < wanted:
            yield Finding(
                key="approval.promote_approvers",
                problem=f"for {one.name} at most {most} people could agree to a promotion",
                mend='Write a smaller number, or give more people the role "approver".',
            )


def _repeated(names: Iterable[str]) -> tuple[str, ...]:
    seen: set[str] = set()
    twice: dict[str, None] = {}
    for name in names:
        if name in seen:
            twice[name] = None
        seen.add(name)
    return tuple(twice)
