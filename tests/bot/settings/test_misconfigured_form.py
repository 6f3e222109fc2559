"""Keys, types, ids and names in the file that could mean nothing are refused at start."""

from __future__ import annotations

import pytest

from tests.bot.settings.conftest import Draft
from tests.bot.settings.mistakes import SET, Mistake, in_b, in_person, put, without

FORMS: dict[str, Mistake] = {
    "an unknown table": Mistake(
        put("cerimony", max="4h"), "cerimony", "unknown key", "mean ceremony?"
    ),
    "an unknown key": Mistake(
        put("approval", approvers=1), "approval.approvers", "unknown", "Known here"
    ),
    "an unknown key of a person": Mistake(
        in_person(0, role="auditor"),
        "people[Ada].role",
        "unknown key",
        "mean roles?",
    ),
    "an unknown key of a cluster": Mistake(
        in_b(ca_path="ca.pem"),
        f"{SET}.clusters[b].ca_path",
        "unknown key",
        "ca_file",
    ),
    "a number as text": Mistake(
        put("approval", promote_approvers="1"),
        "approval.promote_approvers",
        "wrong type: this wants a whole number",
        "promote_approvers = 1",
    ),
    "a truth as a number": Mistake(
        put("approval", holders_count=1),
        "approval.holders_count",
        "wrong type",
        "true or false",
    ),
    "a text as a list": Mistake(
        in_b(name=["b"]), f"{SET}.clusters[#2].name", "wrong type", 'name = "a"'
    ),
    "people in single brackets": Mistake(
        lambda draft: draft.file.update(people={"slack": "U0ADA"}),
        "people",
        "wrong type: this wants a list",
        "[[people]] table, in two brackets",
    ),
    "no [slack]": Mistake(without("slack"), "slack", "missing", "[slack]"),
    "no workspace": Mistake(
        without("slack", "workspace"), "slack.workspace", "missing", "workspace ="
    ),
    "no people": Mistake(without("people"), "people", "missing", "[[people]]"),
    "no set": Mistake(
        without("replication_sets"), "replication_sets", "missing", "[[replication_sets]]"
    ),
    "a workspace by its name": Mistake(
        put("slack", workspace="conclave"),
        "slack.workspace",
        "no workspace id",
        "T in front",
    ),
    "a channel by its name": Mistake(
        put("slack", incident_channel="#incident"),
        "slack.incident_channel",
        "no channel id",
        "C…",
    ),
    "a person by their name": Mistake(
        in_person(0, slack="@ada"),
        "people[Ada].slack",
        "no Slack user id",
        "Copy member ID",
    ),
    "a command without its slash": Mistake(
        put("slack", command="dr"),
        "slack.command",
        "no slash command",
        "Write a slash",
    ),
    "an unknown mode": Mistake(
        put("slack", mode="rtm"), "slack.mode", "'socket' or 'http'", "socket"
    ),
    "an unknown role": Mistake(
        in_person(0, roles=["boss"]),
        "people[Ada].roles[boss]",
        "none of",
        "incident_commander",
    ),
    "nobody's role": Mistake(
        in_person(0, roles=[]), "people[Ada].roles", "at least 1", "List some of"
    ),
    "a name of spaces": Mistake(in_person(0, name="  "), "people[#1].name", "empty", "one line"),
}


@pytest.mark.parametrize("mistake", FORMS.values(), ids=FORMS.keys())
def test_it_is_refused(mistake: Mistake, draft: Draft) -> None:
    """The text names the file, the key and what is wrong; the advice says how to mend it."""
    refused = mistake.refused(draft)
    assert str(refused).startswith(mistake.place(draft))
    assert mistake.problem in str(refused)
    assert mistake.mend in refused.advice
