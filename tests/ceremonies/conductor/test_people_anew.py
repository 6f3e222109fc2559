"""People who are configured anew while a ceremony goes on: told once, however it was done."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ceremonies.conductor import People
from ceremonies.log import log_key
from ceremonies.roster import Person, Role, Roster
from ceremonies.store import connect
from lab.enterprise import ReplicationRange
from tests.table import SET, Table


@dataclass
class Household(Table):
    """A table at which somebody else may sit from the next replica on."""

    newcomer: str = ""

    def people(self) -> People:
        """The usual people, and the newcomer, who may approve."""
        usual = super().people()
        if not self.newcomer:
            return usual
        roles = frozenset({Role.APPROVER})
        more = Person(slack=self.newcomer, name="Mallory", roles=roles)
        return replace(usual, roster=Roster(people=(*usual.roster.people, more)))


def test_a_restart_with_other_people_is_told(dr: ReplicationRange, redis_url: str) -> None:
    """Who edits the roster and restarts gets round nothing that SIGHUP would have told."""
    table = Household(vaults=dr, redis_url=redis_url)
    table.starts()
    before = table.ceremony.roster_hash

    table.newcomer = "U0MALLORY"
    table.seat()
    table.seat()
    state = table.conductor.refresh(SET)

    assert table.ceremony.roster_hash != before
    assert table.ceremony.roster_changed_at
    assert any("configured anew" in alarm.words for alarm in state.alarms)
    entries = connect(redis_url).xrange(log_key(SET)) or []
    told = [fields for _, fields in entries if fields and b"roster_changed" in fields[b"body"]]
    assert len(told) == 1
    table.rises()
