"""Rules that are changed by a restart while a ceremony goes on: told once, like other people."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ceremonies.conductor.configuration import configured_anew
from ceremonies.events import CeremonyStarted, RulesChanged
from ceremonies.topology import ApprovalRules, CeremonyRules, ReplicationSet, rules_hash
from tests.ceremonies.cast import rules
from tests.ceremonies.desk import only
from tests.ceremonies.phases import desk
from tests.table import SET, Table

OTHERS = {
    "fewer approvers": rules(approval=ApprovalRules(promote_approvers=0)),
    "holders count no more": rules(approval=ApprovalRules(holders_count=False)),
    "a longer deadline": rules(times=CeremonyRules(deadline=timedelta(minutes=31))),
    "a longer maximum": rules(times=CeremonyRules(max=timedelta(hours=5))),
    "approvals that last": rules(times=CeremonyRules(approval_lapses=timedelta(days=1))),
    "a token that is kept": rules(times=CeremonyRules(token_unused=timedelta(hours=3))),
    "rarer reminders": rules(times=CeremonyRules(remind_every=timedelta(hours=3))),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_every_rule_counts(other: ReplicationSet) -> None:
    """Whichever of them is changed, the hash is another."""
    assert rules_hash(other) != rules_hash(rules())


def test_what_is_no_rule_counts_not() -> None:
    """A checklist may be mended in mid-ceremony without an alarm."""
    assert rules_hash(replace(rules(), client_checklist=("DNS",))) == rules_hash(rules())


def test_the_first_entry_says_under_which_rules() -> None:
    """Beside the hash of the people."""
    table = desk()
    table.starts()
    started = only(table.log[0][1], CeremonyStarted)
    assert started.rules_hash == rules_hash(table.terms.rules)


def test_a_restart_with_other_rules_is_told(table: Table) -> None:
    """Whoever lowers the number of approvers and restarts is seen: on the card and by a page."""
    table.starts()
    before = table.ceremony.rules_hash

    table.approval = ApprovalRules(promote_approvers=0)
    table.seat()
    table.seat()
    state = table.conductor.refresh(SET)

    assert table.ceremony.rules_hash != before
    assert table.ceremony.rules_changed_at
    assert not table.ceremony.roster_changed_at
    told = [alarm for alarm in state.alarms if "rules for approvals" in alarm.words]
    assert len(told) == 1


def test_a_ceremony_of_an_earlier_version_is_no_alarm() -> None:
    """It began before rules had a hash: nothing is known to have changed."""
    table = desk()
    table.starts()
    started = only(table.log[0][1], CeremonyStarted)
    assert configured_anew(table.state, table.terms) == []

    old = desk()
    old.happens(replace(started, rules_hash=""))
    assert configured_anew(old.state, old.terms) == []
    other = replace(table.terms, rules=OTHERS["fewer approvers"])
    assert configured_anew(old.state, other) == []
    only(configured_anew(table.state, other), RulesChanged)
