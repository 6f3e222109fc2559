"""Whatever the state, every card fits Slack, mentions nobody by accident, and shows no secret."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from bot.cards import modals, overview
from bot.cards.board import wanted
from bot.cards.kit import Card
from bot.cards.limits import strings
from ceremonies.ceremony import Ceremony, Ending, Phase
from ceremonies.evidence import Finding, Level
from ceremonies.roster import KeyHolder, Person, Role, Roster
from ceremonies.state import SetState
from tests.bot.cards import anything, states
from tests.bot.cards.reading import view_words, words
from tests.bot.cards.states import RULES

MANY = tuple(f"U0HOLDER{n:03}" for n in range(40))
CROWD = Roster(
    people=tuple(Person(slack=slack, name="N" * 80, roles=frozenset(Role)) for slack in MANY)
)
LONG = ("<!channel> it's burning & worse; " * 100)[:3000]
FINDINGS = tuple(
    Finding(check=f"check {n}", level=level, words=LONG) for n in range(6) for level in Level
)
NODES = tuple(
    replace(states.node("ab"[n % 2], n, answers=n % 3 > 0), answer=LONG) for n in range(30)
)
EVIDENCE = replace(states.EVIDENCE, nodes=NODES, findings=FINDINGS)
RULES_LONG = replace(
    RULES,
    key_holders=tuple(KeyHolder(slack=slack) for slack in MANY),
    client_checklist=(LONG,) * 30,
)
ROUNDS = (*(states.lost_round(n, *MANY) for n in range(1, 20)), states.a_round(20, *MANY[:9]))


def crowded(phase: Phase, ending: Ending | None = None) -> Ceremony:
    """Return a ceremony of 40 holders, 30 nodes, 20 rounds, 3000 characters of reason."""
    c = states.collecting(
        phase=phase,
        ending=ending,
        reason=LONG,
        trouble=LONG,
        token_words=LONG,
        holders=MANY,
        declined=MANY[20:],
        required=255,
        rounds=ROUNDS,
        evidence=EVIDENCE,
        blocked=EVIDENCE,
        thaw_agreed=MANY,
        roster_changed_at=states.T0,
        rules_changed_at=states.T0,
    )
    return states.asked(c, reason=LONG)


def crowd_state(c: Ceremony) -> SetState:
    """Return its state when nobody could be reached and nothing else went well."""
    unposted = {f"dm:{c.id}:{holder}:20": LONG for holder in MANY}
    posted = {f"dm:{c.id}:{MANY[0]}:{n}": states.posted(c)[f"channel:{c.id}"] for n in (1, 20)}
    return states.state(c, messages=posted, unposted=unposted, waking_failed=(LONG,) * 30)


def everything(state: SetState, *, crowd: bool) -> Iterator[Card]:
    """Yield every card that is wanted, and the status."""
    rules = RULES_LONG if crowd else RULES
    cards = wanted(state, rules, CROWD, command="/dr", now=states.NOW)
    yield from (one.card for one in cards.values())
    yield overview.status_card(state, rules)


@pytest.mark.parametrize("frozen", ["", MANY[3]])
@pytest.mark.parametrize(
    ("phase", "ending"),
    [
        *((phase, None) for phase in Phase if phase is not Phase.ENDED),
        *((Phase.ENDED, ending) for ending in Ending),
    ],
)
def test_a_crowd_on_a_bad_day_still_fits(phase: Phase, ending: Ending | None, frozen: str) -> None:
    """40 holders, 30 nodes, 20 rounds and long words are shortened, never refused."""
    c = replace(crowded(phase, ending), frozen_by=frozen, frozen_at=states.T0)
    for card in everything(crowd_state(c), crowd=True):
        said = words(card)
        assert "<!channel>" not in said + card.text
        assert len(card.text) <= 1500


def test_a_crowd_fits_into_the_modals() -> None:
    """The same for what is opened from the cards; what each is for is not what is cut off."""
    c = crowded(Phase.COLLECTING)
    share = view_words(modals.share_modal("payments", c))
    assert "Which share:* your *payments* share" in share
    assert "Give it to Vault" in share
    promotion = view_words(modals.promotion_modal("payments", c, evidence=EVIDENCE))
    assert ":no_entry: *blocks*" in promotion
    assert "Type payments/b to confirm" in promotion
    choice = view_words(modals.choose_holders_modal("payments", c, CROWD))
    assert "*19 rounds were lost.*" in choice
    assert choice.count("N" * 20) >= len(MANY)
    notice = view_words(modals.notice_view(LONG, LONG))
    assert "it's burning &amp; worse" in notice


def test_what_blocks_is_never_left_out() -> None:
    """Of thirty nodes, the one that answers as primary elsewhere is shown."""
    other = states.node("a", 99, mode="primary")
    evidence = replace(states.EVIDENCE, nodes=(*NODES, other))
    c = states.collecting(evidence=evidence)
    [channel] = [
        one.card
        for key, one in wanted(states.state(c), RULES, CROWD, command="/dr", now=1).items()
        if key.startswith("channel:")
    ]
    assert "vault-a99.example:8200` · primary, active" in words(channel)
    assert re.search(r"… and \d\d more: ", words(channel))


REFERENCE = re.compile(r"<(@[UW][A-Z0-9]+|#[A-Z0-9]+|!date\^\d+\^[^|<>]+\|[^|<>]+)>")
SHARE = re.compile(r"[0-9a-fA-F]{64,}|[A-Za-z0-9+/]{44}")


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(anything.states)
def test_no_state_makes_a_card_that_slack_refuses_or_that_tells_too_much(state: SetState) -> None:
    """Limits, references and secrets hold for states that no log could lead to."""
    drawn = list(everything(state, crowd=False))
    assert drawn == list(everything(state, crowd=False))
    for card in drawn:
        words(card)
        for text in (card.text, *strings(card.blocks)):
            assert not set("<>") & set(REFERENCE.sub("", text))
            assert anything.SHAPED not in text


def test_nothing_on_a_card_looks_like_a_share() -> None:
    """A state holds no share, and its hashes and marks are shown short or not at all."""
    for c in (states.collecting(states.ADA), states.token_held(), states.promoted()):
        for card in everything(states.state(c), crowd=False):
            for text in (card.text, *strings(card.blocks)):
                assert not SHARE.search(text)
