"""What the channel card says beside the course: words, approvals, nodes, the token, people."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.cards.channel import channel_card
from bot.cards.kit import Card
from ceremonies.ceremony import Approval, Ceremony, Ending, TokenState
from ceremonies.events import Intended, Kind, TailLost
from ceremonies.state import SetState
from ceremonies.watchwords import watchwords
from tests.bot.cards import states
from tests.bot.cards.reading import buttons, words
from tests.bot.cards.states import ADA, BEN, CAT, DAN, KIM, MINUTE, NONCE, NOW, RULES, SAM, T0


def drawn(c: Ceremony, state: SetState | None = None, *, now: int = NOW) -> Card:
    """Return the channel card of a ceremony."""
    return channel_card(state or states.state(c), c, RULES, command="/dr", now=now)


def test_the_watchwords_are_those_of_the_open_attempt() -> None:
    """The two words are derived from ceremony and nonce."""
    one, two = watchwords(ceremony=states.CEREMONY, nonce=NONCE)
    assert f"`{one} {two}`" in words(drawn(states.collecting()))


def test_an_agreement_lapses() -> None:
    """An approval counts until it lapses; then one more person must agree."""
    c = states.asked(states.collecting(approvals=(Approval(by=KIM, at=T0 + 4 * MINUTE),)))
    assert f"Agreed: <@{KIM}>." in words(drawn(c, now=T0 + 18 * MINUTE))
    assert "1 more person must agree" in words(drawn(c, now=T0 + 20 * MINUTE))


def test_a_promotion_on_its_way_cannot_be_held_up() -> None:
    """While Vault is asked to promote, no button pretends to stop it."""
    c = states.asked(states.token_held())
    intent = Intended(effect="e", kind=Kind.PROMOTE, lane="b", replica="r", until=NOW)
    card = drawn(c, states.state(c, intents={"b": intent}))
    assert "Conclave is asking Vault to promote payments/b" in words(card)
    assert not buttons(card)


def test_a_silent_node_is_not_called_down() -> None:
    """From here nobody can tell a dead cluster from a broken network."""
    said = words(drawn(states.collecting()))
    assert "*a* `vault-a1.example:8200` · not reachable from here" in said
    assert "down" not in said


def test_a_second_primary_after_the_promotion_is_an_alarm() -> None:
    """The gate's findings are past, but an old primary that woke up is shown."""
    nodes = (states.node("a", mode="primary"), states.node("b", mode="primary"))
    evidence = replace(states.AFTERWARDS, nodes=nodes)
    said = words(drawn(replace(states.promoted(), evidence=evidence)))
    assert "*Two primaries:* *payments/a* `vault-a1.example:8200`" in said
    assert "blocks" not in words(drawn(states.promoted()))


@pytest.mark.parametrize(
    ("token", "phrase"),
    [
        (TokenState.HELD, ":red_circle: *The DR operation token exists*"),
        (TokenState.UNKNOWN, ":red_circle: *It is not known whether"),
        (TokenState.DELETED, ":white_check_mark: The DR operation token is deleted"),
        (TokenState.NOT_DELETABLE, ":white_check_mark: The DR operation token cannot be deleted"),
        (TokenState.ORPHANED, ":red_circle: *Vault may have made a DR operation token"),
    ],
)
def test_the_token_is_red_until_its_end_is_known(token: TokenState, phrase: str) -> None:
    """Three answers to a deletion, and red until one of the first two."""
    c = states.ended(Ending.CANCELLED, states.token_held(), token=token, ended_by=SAM)
    assert phrase in words(drawn(c))


def test_holders_whom_slack_does_not_reach_are_named_with_the_reason() -> None:
    """A commander learns whom to call by phone, for this round only, and only if still needed."""
    c = states.collecting(ADA)
    unposted = {
        f"dm:{c.id}:{BEN}:1": "user_disabled",
        f"dm:{c.id}:{CAT}:1": "some_new_code",
        f"dm:{c.id}:{ADA}:1": "user_not_found",
        f"dm:another:{DAN}:1": "user_not_found",
    }
    said = words(drawn(c, states.state(c, unposted=unposted)))
    assert f"<@{BEN}>: their Slack account is deactivated (`user_disabled`)" in said
    assert f"<@{CAT}>: Slack says `some_new_code`" in said
    assert "no such person" not in said


def test_what_is_wrong_around_the_ceremony_is_told() -> None:
    """Ways of waking people that fail, a changed roster, a log that lost entries."""
    c = states.collecting(roster_changed_at=T0)
    lost = TailLost(after=12, lost=("aa", "bb"))
    around = {"waking_failed": ("pagerduty",), "tail_lost": lost, "tail_lost_at": c.started_at}
    said = words(drawn(c, states.state(c, **around)))
    assert "*Waking people failed through* `pagerduty`" in said
    assert "configured anew" in said
    assert "*Redis lost 2 entries of the log* after entry 12" in said


def test_a_log_that_lost_entries_earlier_is_no_news() -> None:
    """A ceremony that began after the loss, or ended before it, is not about it."""
    c = states.collecting()
    lost = TailLost(after=12, lost=("aa",))
    before = states.state(c, tail_lost=lost, tail_lost_at=c.started_at - 1)
    assert "Redis lost" not in words(drawn(c, before))
    over = states.ended(Ending.EXPIRED)
    later = states.state(over, tail_lost=lost, tail_lost_at=over.moments.ended + 1)
    assert "Redis lost" not in words(drawn(over, later))
    meanwhile = states.state(over, tail_lost=lost, tail_lost_at=over.started_at)
    assert "*Redis lost 1 entry of the log*" in words(drawn(over, meanwhile))


def test_an_older_ceremony_offers_no_restart() -> None:
    """Only a cluster's newest ceremony can be started again."""
    old = states.ended(Ending.EXPIRED)
    state = states.state(old, replace(states.collecting(), id="newer"))
    assert not buttons(drawn(old, state))
