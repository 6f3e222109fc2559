"""What people type after `/dr`, on whatever keyboard, and what it is read as."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.listeners.orders import LONGEST_REASON, Order, Verb, parse
from ceremonies.commands import Reason, Refusal
from ceremonies.events import Play, Purpose
from ceremonies.roster import KeyHolder
from ceremonies.topology import Cluster, ReplicationSet


def served(name: str) -> ReplicationSet:
    """A set of two clusters."""
    return ReplicationSet(
        name=name,
        clusters=tuple(
            Cluster(name=c, address=f"https://{c}.example", nodes=(f"https://{c}.example",))
            for c in ("a", "b")
        ),
        key_holders=(KeyHolder(slack="U0ADA"),),
        incident_channel="C0INCIDENT",
    )


SETS = {name: served(name) for name in ("payments", "ledger")}
START = {"verb": Verb.START, "set_name": "payments", "purpose": Purpose.PROMOTE}

UNDERSTOOD = {
    "nothing at all": ("", {"verb": Verb.HELP}),
    "spaces only": ("  \u00a0 ", {"verb": Verb.HELP}),
    "help": ("help", {"verb": Verb.HELP}),
    "help in capitals": ("HELP", {"verb": Verb.HELP}),
    "the plain line": ("start payments for=promote", START),
    "capitals everywhere": ("Start PAYMENTS FOR=Promote", START),
    "too many spaces": ("  start   payments    for = promote ", START),
    "hard spaces": ("start\u00a0payments\u2009for=promote", START),
    "an invisible character": ("start \u200bpayments for=\ufeffpromote", START),
    "straight quotes": ('start "payments" for="promote"', START),
    "curly quotes": ("start “payments” for=“promote”", START),
    "low quotes": ("start „payments“ for=\u201apromote\u2018", START),
    "backticks": ("start `payments` for=`promote`", START),
    "two hyphens": ("start payments --for=promote", START),
    "a dash made of two hyphens": ("start payments —for=promote", START),
    "the option first": ("start for=promote payments", START),
    "an underscore in a purpose": (
        "start payments for=drill",
        {"verb": Verb.START, "set_name": "payments", "purpose": Purpose.DRILL},
    ),
    "a runbook": (
        "run payments planned-failover cluster=b reason=maintenance",
        {
            "verb": Verb.RUN,
            "set_name": "payments",
            "play": Play.PLANNED_FAILOVER,
            "cluster": "b",
            "reason": "maintenance",
        },
    ),
    "no runbook": (
        "run payments reason=fire",
        {"verb": Verb.RUN, "set_name": "payments", "reason": "fire"},
    ),
    "a runbook before its set": (
        "run Planned_Failover payments",
        {"verb": Verb.RUN, "set_name": "payments", "play": Play.PLANNED_FAILOVER},
    ),
    "without a purpose": ("start payments", {"verb": Verb.START, "set_name": "payments"}),
    "with a cluster": ("start payments for=promote cluster=B", {**START, "cluster": "b"}),
    "set and cluster at once": ("start payments/b for=promote", {**START, "cluster": "b"}),
    "set and cluster twice the same": (
        "start payments/b for=promote cluster=b",
        {**START, "cluster": "b"},
    ),
    "a reason": (
        "start payments for=promote reason=Region is gone",
        {**START, "reason": "Region is gone"},
    ),
    "a reason keeps its case and takes the rest of the line": (
        "start payments for=promote Reason=see INC-7 cluster=b for=drill",
        {**START, "reason": "see INC-7 cluster=b for=drill"},
    ),
    "a reason in quotes": (
        "start payments for=promote reason=“Region is gone”",
        {**START, "reason": "Region is gone"},
    ),
    "a reason with quotes inside": (
        "start payments for=promote reason=he said “go” twice",
        {**START, "reason": "he said “go” twice"},
    ),
    "a reason as Slack escapes it": (
        "start payments for=promote reason=disk &amp; net &lt;all&gt;",
        {**START, "reason": "disk & net <all>"},
    ),
    "an empty reason": ("start payments for=promote reason=", START),
    "a word that ends in reason": (
        "start payments for=promote reason=unreason=2",
        {**START, "reason": "unreason=2"},
    ),
    "health of everything": ("health", {"verb": Verb.HEALTH}),
    "health of one": ("Health Ledger", {"verb": Verb.HEALTH, "set_name": "ledger"}),
    "status of everything": ("status", {"verb": Verb.STATUS}),
    "status of one": ("status ledger", {"verb": Verb.STATUS, "set_name": "ledger"}),
    "cancel": (
        "cancel payments cluster=b",
        {"verb": Verb.CANCEL, "set_name": "payments", "cluster": "b"},
    ),
    "nudge": ("nudge payments", {"verb": Verb.NUDGE, "set_name": "payments"}),
    "promote": (
        "promote payments cluster=b reason=agreed on the call",
        {
            "verb": Verb.PROMOTE,
            "set_name": "payments",
            "cluster": "b",
            "reason": "agreed on the call",
        },
    ),
}

REFUSED = {
    "an unknown command": ("begin payments", Reason.MALFORMED, ("`begin`", "`start`")),
    "a slip of the finger": ("statr payments", Reason.MALFORMED, ("Did you mean `/dr start`?",)),
    "an unknown option": (
        "start payments fro=promote",
        Reason.MALFORMED,
        ("`fro=`", "Did you mean `for=`?", "[cluster=NAME]"),
    ),
    "an option of another command": ("nudge payments for=drill", Reason.MALFORMED, ("`for=`",)),
    "a reason where none is taken": ("cancel payments reason=x", Reason.MALFORMED, ("`reason=`",)),
    "a reason alone": ("reason=x", Reason.MALFORMED, ("`start`",)),
    "an option twice": ("start payments for=drill for=promote", Reason.MALFORMED, ("twice",)),
    "an option without a value": ("start payments for=", Reason.MALFORMED, ("no value",)),
    "an unknown set": ("start payment for=drill", Reason.MALFORMED, ("`payments`", "`ledger`")),
    "no set, where two are served": (
        "start for=drill",
        Reason.AMBIGUOUS,
        ("`payments`", "`ledger`"),
    ),
    "an unknown cluster": ("cancel payments cluster=c", Reason.MALFORMED, ("`a`, `b`",)),
    "an unknown cluster behind the slash": ("cancel payments/c", Reason.MALFORMED, ("`a`, `b`",)),
    "two different clusters": ("cancel payments/a cluster=b", Reason.MALFORMED, ("two clusters",)),
    "a purpose without its option": (
        "start payments promote",
        Reason.MALFORMED,
        ("`for=promote`",),
    ),
    "a purpose where the set belongs": ("start promote", Reason.MALFORMED, ("`for=promote`",)),
    "an unknown purpose": (
        "start payments for=promot",
        Reason.MALFORMED,
        ("`for=promote`", "`drill`"),
    ),
    "a word too many": ("status payments please", Reason.MALFORMED, ("`please`",)),
    "no runbook that is known": (
        "run payments x",
        Reason.MALFORMED,
        ("which runbook", "`failover`"),
    ),
    "a runbook mistyped": ("run payments fialover", Reason.MALFORMED, ("`failover`?",)),
    "a report": ("REPORT payments", Reason.COMES_LATER, ("comes later",)),
}


@pytest.mark.parametrize(("line", "said"), UNDERSTOOD.values(), ids=UNDERSTOOD)
def test_what_is_understood(line: str, said: dict[str, object]) -> None:
    """A line means what the contract says, however the keyboard spelt it."""
    assert parse(line, SETS) == Order(**said)


@pytest.mark.parametrize(("line", "reason", "told"), REFUSED.values(), ids=REFUSED)
def test_what_is_answered_with_what_fits(line: str, reason: Reason, told: tuple[str, ...]) -> None:
    """Nothing is guessed: the answer names what was wrong and what would fit."""
    refused = parse(line, SETS)

    assert isinstance(refused, Refusal)
    assert refused.reason is reason
    for words in told:
        assert words in refused.words


def test_the_only_set_need_not_be_named() -> None:
    """Where one set is served, no line has to say which."""
    only = {"payments": SETS["payments"]}

    assert parse("start for=promote", only) == Order(**START)


@pytest.mark.parametrize(
    "line",
    [
        "start payments for=promote reason={}",
        "start payments reason=Ben gave me {} on the phone",
        "promote payments reason=`{}`",
        "{}",
        "start {} for=promote",
        "start payments for=promote cluster={}",
    ],
)
def test_a_share_is_not_repeated(line: str) -> None:
    """Pasted into the wrong place it goes no further, and whoever did it learns what to do."""
    pasted = secrets.token_hex(33)

    refused = parse(line.format(pasted), SETS)

    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.MALFORMED
    assert "rekey" in refused.words
    assert all(pasted[at : at + 8] not in refused.words for at in range(0, 64, 8))


def test_a_long_reason_is_cut() -> None:
    """A pasted log does not become the reason."""
    order = parse("start payments for=drill reason=" + "so " * 900, SETS)

    assert isinstance(order, Order)
    assert len(order.reason) <= LONGEST_REASON


@given(st.text(max_size=200))
def test_no_line_breaks_it(line: str) -> None:
    """Whatever is typed is read or refused, and a refusal mentions nobody and opens no link."""
    answer = parse(line, SETS)

    if isinstance(answer, Refusal):
        assert "<" not in answer.words
        assert answer.words.count("`") % 2 == 0
