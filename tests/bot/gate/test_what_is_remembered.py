"""What the gate remembers of people and channels, for how long, and what it does without."""

from __future__ import annotations

import time
from collections.abc import Callable

from bot.people import Admitted, Door, Gate, Refused, Why
from bot.standings import Account, Standings
from ceremonies import store
from ceremonies.observations import Observations
from lab.people import Person
from lab.process import free_port, wait_until
from tests.bot.gate.conftest import COMMANDERS, ROSTER, WORKSPACE, Porch

IN_CHANNEL = {"user_id": "U0SAM", "team_id": WORKSPACE, "channel_id": "C0INCIDENT"}
ACTS = Door(name="acts", roles=COMMANDERS)
SHOWS = Door(name="shows", roles=COMMANDERS, effects=False)

Replica = Callable[[], tuple[Gate, Standings]]


def why(answer: Admitted | Refused) -> Why | None:
    """Return why somebody was refused, None for somebody who was admitted."""
    return answer.why if isinstance(answer, Refused) else None


def test_a_record_is_good_for_ten_minutes(porch: Porch, cast: dict[str, Person]) -> None:
    """Slack is asked once for account and channel, and again when the time is over."""
    for _ in range(3):
        assert why(porch.gate.admit(IN_CHANNEL, door=ACTS)) is None
    assert (porch.looked("users.info"), porch.looked("conversations.info")) == (1, 1)

    porch.forward(minutes=11)
    porch.chat.workspace.change_user("U0SAM", deleted=True)

    assert why(porch.gate.admit(IN_CHANNEL, door=ACTS)) is Why.DELETED
    assert cast["Sam"].user.deleted


def test_another_replica_need_not_ask(
    porch: Porch, cast: dict[str, Person], new_gate: Replica
) -> None:
    """What one replica saw is at hand for the next, and counts there for a minute."""
    porch.gate.admit(IN_CHANNEL, door=ACTS)
    other, _ = new_gate()

    assert why(other.admit(IN_CHANNEL, door=ACTS)) is None
    assert (porch.looked("users.info"), porch.looked("conversations.info")) == (1, 1)
    assert len(cast) == 8


def test_bad_news_is_never_taken_from_memory(porch: Porch, cast: dict[str, Person]) -> None:
    """A guest who was made a member comes in at once, without ten minutes of waiting."""
    porch.chat.workspace.change_user("U0SAM", is_restricted=True)
    assert why(porch.gate.admit(IN_CHANNEL, door=ACTS)) is Why.GUEST

    porch.chat.workspace.change_user("U0SAM", is_restricted=False)

    assert why(porch.gate.admit(IN_CHANNEL, door=ACTS)) is None
    assert why(porch.gate.admit(IN_CHANNEL, door=SHOWS)) is None
    assert cast["Sam"].id == "U0SAM"


def test_a_door_that_only_shows_goes_by_what_is_known(
    porch: Porch, cast: dict[str, Person]
) -> None:
    """A modal must open within 3 s: an old record is enough, and is renewed behind the scenes."""
    porch.gate.admit(IN_CHANNEL, door=ACTS)
    porch.forward(minutes=60)
    porch.chat.workspace.change_user("U0SAM", is_restricted=True)
    porch.chat.faults.delay("users.info", 1.0)
    started = time.monotonic()

    assert why(porch.gate.admit(IN_CHANNEL, door=SHOWS)) is None
    assert time.monotonic() - started < 0.5

    wait_until(
        lambda: porch.standings.accounts.known("U0SAM") is Account.GUEST,
        seconds=5,
        what="the record was renewed",
    )
    assert why(porch.gate.admit(IN_CHANNEL, door=ACTS)) is Why.GUEST
    assert len(cast) == 8


def test_what_was_warmed_is_not_asked_for(porch: Porch, cast: dict[str, Person]) -> None:
    """At the start of a ceremony everybody is looked up at once, and once only."""
    people = [person.slack for person in ROSTER.people]

    for _ in range(5):
        porch.gate.warm(people, ("C0INCIDENT",))
    wait_until(
        lambda: (
            all(porch.standings.accounts.known(person) for person in people)
            and porch.standings.channels.known("C0INCIDENT") is not None
        ),
        seconds=5,
        what="everybody is known",
    )

    assert why(porch.gate.admit(IN_CHANNEL, door=ACTS)) is None
    assert porch.standings.accounts.known("U0NOBODY") is Account.UNKNOWN
    assert porch.looked("conversations.info") == 1
    assert porch.looked("users.info") == len(people)
    assert len(cast) == 8


def test_it_is_closed_when_slack_does_not_say(porch: Porch, cast: dict[str, Person]) -> None:
    """Refused, cut, broken, slow, too many calls: nobody comes in, and nobody waits long."""
    faults = porch.chat.faults
    for break_it in (
        lambda: faults.refuse("users.info", "missing_scope"),
        lambda: faults.cut_before("users.info"),
        lambda: faults.server_error("users.info"),
        lambda: faults.rate_limit("users.info", retry_after=30),
        lambda: faults.delay("users.info", 3.0),
    ):
        break_it()
        started = time.monotonic()
        assert why(porch.gate.admit(IN_CHANNEL, door=ACTS)) is Why.NOT_VERIFIED
        assert time.monotonic() - started < 2.9

    assert why(porch.gate.admit(IN_CHANNEL, door=ACTS)) is None
    assert cast["Sam"].id == "U0SAM"


def test_it_works_without_redis(porch: Porch, cast: dict[str, Person]) -> None:
    """The cache may be away: Slack is asked, and this process remembers."""
    client = store.connect(f"redis://127.0.0.1:{free_port()}/0")
    standings = Standings(porch.clients.quick, Observations(client), workspace=WORKSPACE)
    gate = Gate(standings, roster=lambda: ROSTER, workspace=WORKSPACE)

    for _ in range(2):
        assert why(gate.admit(IN_CHANNEL, door=ACTS)) is None
    assert porch.looked() == 1

    standings.close()
    client.close()
    assert len(cast) == 8


def test_after_closing_nothing_is_looked_up(porch: Porch, new_gate: Replica) -> None:
    """A gate that is closed warms nothing and does not fail."""
    gate, standings = new_gate()
    standings.close()

    gate.warm(("U0SAM",))

    assert porch.looked() == 0


def test_whoever_can_write_to_redis_lets_nobody_in(porch: Porch, cast: dict[str, Person]) -> None:
    """A record that is not sealed with our key, or was changed since, is no news."""
    porch.gate.admit(IN_CHANNEL, door=ACTS)
    genuine = porch.observations.get(f"user:{WORKSPACE}:U0SAM")
    assert genuine is not None
    porch.forward(minutes=11)
    porch.chat.workspace.change_user("U0SAM", is_restricted=True)

    for forged in ("member", f"member|{int(time.time())}|{'0' * 64}", genuine.replace("|", "|9")):
        porch.observations.put(f"user:{WORKSPACE}:U0SAM", forged, seconds=60)
        assert why(porch.gate.admit(IN_CHANNEL, door=ACTS)) is Why.GUEST
    assert cast["Sam"].user.is_restricted
