"""What is configured now beside what open ceremonies began under. The saying is pure."""

from __future__ import annotations

from ceremonies.decide.terms import Terms
from ceremonies.events import Event, RosterChanged, RulesChanged
from ceremonies.roster import roster_hash
from ceremonies.state import SetState
from ceremonies.topology import rules_hash


def configured_anew(state: SetState, terms: Terms) -> list[Event]:
    """Return, for each open ceremony, that its people or its rules are others now, if they are."""
    people = roster_hash(terms.roster, terms.rules.key_holders)
    rules = rules_hash(terms.rules)
    changed: list[Event] = []
    for c in state.open_ceremonies:
        if c.roster_hash != people:
            changed.append(RosterChanged(ceremony=c.id, roster_hash=people))
        if c.rules_hash and c.rules_hash != rules:
            changed.append(RulesChanged(ceremony=c.id, rules_hash=rules))
    return changed
