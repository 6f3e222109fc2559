"""Who takes part: people, their roles, and the quorum that key holders can reach."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person may do; one person may have several."""

    KEY_HOLDER = "key_holder"
    INCIDENT_COMMANDER = "incident_commander"
    APPROVER = "approver"
    SHIFT_LEAD = "shift_lead"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One human being of the roster, known by their Slack user id."""

    slack: str
    name: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHolder:
    """Somebody who keeps `shares` shares (one, as a rule) of a replication set's keys."""

    slack: str
    shares: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Everybody Conclave listens to, by Slack user id."""

    people: tuple[Person, ...]

    def find(self, slack: str) -> Person | None:
        """Return the person with this Slack id, or None for a stranger."""
        return next((person for person in self.people if person.slack == slack), None)

    def name_of(self, slack: str) -> str:
        """Return the person's name; a stranger's is their Slack id."""
        person = self.find(slack)
        return person.name if person else slack

    def has(self, slack: str, *roles: Role) -> bool:
        """Return whether this person has one of these roles."""
        person = self.find(slack)
        return person is not None and not person.roles.isdisjoint(roles)

    def with_role(self, role: Role) -> tuple[Person, ...]:
        """Return everybody who has this role, in the order of the configuration."""
        return tuple(person for person in self.people if role in person.roles)


def roster_hash(roster: Roster, holders: tuple[KeyHolder, ...]) -> str:
    """Return SHA-256 (hex) of who may do what: it stands in a ceremony's first entry."""
    plain = {
        "people": sorted((p.slack, p.name, sorted(p.roles)) for p in roster.people),
        "holders": sorted((h.slack, h.shares) for h in holders),
    }
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()
