"""The socket comes back within seconds however it is lost, and nothing that is in hand is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.errors import SlackUnreachable
from ceremonies.errors import Misconfigured
from lab.chat import Chat, Cut, Outcome, Reason
from lab.people import Person
from lab.process import free_port, wait_until
from tests.bot.socket.conftest import Guest

INCIDENT = "C0INCIDENT"


def waits_for_new(chat: Chat, before: int, *, seconds: float) -> float:
    """Return how long it took until the app had connected anew."""
    started = time.monotonic()
    wait_until(
        lambda: chat.sockets.opened > before, seconds=seconds, what="a new connection", every=0.01
    )
    return time.monotonic() - started


@pytest.mark.parametrize("how", [Cut.CLOSE_FRAME, Cut.FIN, Cut.RESET])
def test_a_connection_that_ends_is_replaced_at_once(
    how: Cut, chat: Chat, guest: Guest, cast: dict[str, Person]
) -> None:
    """Within a second or so, without burning a core meanwhile, and only once."""
    cpu = time.process_time()
    chat.sockets.cut(how)

    waits_for_new(chat, 1, seconds=3)

    assert time.process_time() - cpu < 1.0
    assert cast["Sam"].types("/dr after", INCIDENT).error == ""
    assert cast["Sam"].waits_for("heard: after")
    assert chat.sockets.opened == 2
    wait_until(lambda: len(guest.reconnects) == 1, seconds=2, what="it was counted")


def test_a_silent_connection_is_noticed(chat: Chat, guest: Guest, cast: dict[str, Person]) -> None:
    """Nothing is closed and nothing answers: the watchdog sees it within ten seconds."""
    wait_until(lambda: guest.socket.last_pong_age() < 1.0, seconds=5, what="a pong")
    chat.sockets.cut(Cut.STALL)

    took = waits_for_new(chat, 1, seconds=12)

    assert took > 3, "a pause of a few seconds is not taken for a loss"
    assert cast["Sam"].types("/dr after", INCIDENT).error == ""
    assert guest.socket.last_pong_age() < 3


@pytest.mark.parametrize("reason", [Reason.WARNING, Reason.REFRESH_REQUESTED])
def test_slack_asks_for_another_connection(
    reason: Reason, chat: Chat, guest: Guest, cast: dict[str, Person]
) -> None:
    """Every few hours: the next one is open before the old one ends, and there is one more."""
    chat.sockets.disconnect(reason)

    waits_for_new(chat, 1, seconds=3)

    for _ in range(4):
        assert cast["Sam"].types("/dr after", INCIDENT).error == ""
    assert chat.sockets.opened == 2
    assert guest.socket.is_connected()


def test_what_came_on_the_old_connection_is_answered_there(
    chat: Chat, guest: Guest, cast: dict[str, Person]
) -> None:
    """Whether Slack hears an answer on another connection is not documented: so it need not."""
    guest.hold.clear()
    with ThreadPoolExecutor(1) as hand:
        typed = hand.submit(cast["Sam"].types, "/dr meanwhile", INCIDENT)
        assert guest.here.acquire(timeout=5)
        chat.sockets.disconnect(Reason.WARNING)
        waits_for_new(chat, 1, seconds=3)
        guest.hold.set()
        reaction = typed.result(10)

    assert reaction.delivery is not None
    assert reaction.delivery.acked_on == 1


def test_slack_that_keeps_asking_is_not_run_after(chat: Chat, guest: Guest) -> None:
    """Each connection is at once asked to go: the pauses grow, and no core burns."""
    for number in range(1, 5):
        wait_until(
            lambda number=number: chat.sockets.opened == number,
            seconds=10,
            what=f"connection {number}",
        )
        chat.sockets.disconnect(Reason.LINK_DISABLED, number=number)

    assert waits_for_new(chat, 4, seconds=10) > 1.0
    # Slack counts a connection when it is opened; the client knows it once Slack has said hello.
    wait_until(guest.socket.is_connected, seconds=5, what="the client is connected")
    assert guest.socket.is_connected()


def test_what_is_in_hand_is_acknowledged_on_the_next_connection(
    chat: Chat, guest: Guest, cast: dict[str, Person]
) -> None:
    """The connection ends while a listener works: its answer still reaches the person."""
    guest.hold.clear()
    with ThreadPoolExecutor(1) as hand:
        typed = hand.submit(cast["Sam"].types, "/dr meanwhile", INCIDENT)
        assert guest.here.acquire(timeout=5)
        chat.sockets.cut(Cut.RESET)
        guest.hold.set()
        reaction = typed.result(10)

    assert reaction.error == ""
    assert reaction.delivery is not None
    assert reaction.delivery.outcome is Outcome.ACKED
    assert reaction.delivery.acked_on == 2


def test_slack_that_is_away_is_asked_ever_more_slowly(
    chat: Chat, guest: Guest, cast: dict[str, Person]
) -> None:
    """A few failures on the way back are no reason to give up."""
    fault = chat.faults.server_error("apps.connections.open", times=3)
    chat.sockets.cut(Cut.RESET)

    took = waits_for_new(chat, 1, seconds=10)

    assert fault.times == 0
    assert took > 1.0
    assert cast["Sam"].types("/dr after", INCIDENT).error == ""
    assert guest.socket.is_connected()


def test_everybody_at_once(chat: Chat, guest: Guest, cast: dict[str, Person]) -> None:
    """Forty people whose listeners all wait: a forty-first is answered all the same."""
    guest.hold.clear()
    with ThreadPoolExecutor(41) as hands:
        typed = [hands.submit(cast["Sam"].types, f"/dr {n}", INCIDENT) for n in range(40)]
        for _ in typed:
            assert guest.here.acquire(timeout=5)
        more = hands.submit(cast["Kim"].types, "/dr more", INCIDENT)
        assert guest.here.acquire(timeout=2)
        guest.hold.set()
        reactions = [one.result(10) for one in [*typed, more]]

    assert [reaction.error for reaction in reactions] == [""] * 41
    assert chat.sockets.opened == 1


def test_a_listener_knows_when_its_envelope_arrived(guest: Guest, cast: dict[str, Person]) -> None:
    """Before the person had the answer, and after they typed; each its own."""
    before = time.monotonic()
    cast["Sam"].types("/dr one", INCIDENT)
    between = time.monotonic()
    cast["Sam"].types("/dr two", INCIDENT)

    first, second = guest.arrivals

    assert before < first < between < second < time.monotonic()


def test_pongs_are_heard(guest: Guest) -> None:
    """The age of the last pong stays below two pings while all is well."""
    heard = []
    done = threading.Event()
    for _ in range(30):
        done.wait(0.1)
        heard.append(guest.socket.last_pong_age())

    assert max(heard) < 4.0
    assert min(heard) < 1.0


def test_closing_finishes_what_is_in_hand(
    chat: Chat, guest: Guest, cast: dict[str, Person]
) -> None:
    """A listener that still works when we are told to stop is acknowledged before the end."""
    guest.hold.clear()
    with ThreadPoolExecutor(2) as hands:
        typed = hands.submit(cast["Sam"].types, "/dr late", INCIDENT)
        assert guest.here.acquire(timeout=5)
        closed = hands.submit(guest.socket.close, 5.0)
        guest.hold.set()
        closed.result(10)
        reaction = typed.result(10)

    assert reaction.error == ""
    wait_until(lambda: chat.sockets.all() == (), seconds=3, what="we hung up")
    assert chat.sockets.opened == 1
    assert not guest.socket.is_connected()


def test_a_token_that_slack_refuses_is_misconfigured(new_guest: Callable[..., Guest]) -> None:
    """Waiting would not help."""
    guest = new_guest(app_token="xapp-1-A0-nobody")

    with pytest.raises(Misconfigured, match=r"SLACK_APP_TOKEN: .*invalid_auth") as refused:
        guest.socket.open()

    assert "xapp" not in str(refused.value)


def test_slack_out_of_reach_is_told_after_a_while(
    chat: Chat, new_guest: Callable[..., Guest]
) -> None:
    """Nobody answers where the sockets are: so many seconds, then an error that says so."""
    chat.world.tickets.origin = f"ws://127.0.0.1:{free_port()}"
    guest = new_guest()
    started = time.monotonic()

    with pytest.raises(SlackUnreachable):
        guest.socket.open(seconds=1.5)

    assert 1.5 <= time.monotonic() - started < 5


@pytest.mark.parametrize("origin", ["ws://wss.example", "wss://wss.example:8443"])
def test_nothing_is_sent_in_plain_text_over_a_network(
    origin: str, chat: Chat, new_guest: Callable[..., Guest]
) -> None:
    """slack_sdk speaks plain text to every port but 443, whatever the scheme: it is not called."""
    chat.world.tickets.origin = origin
    guest = new_guest()

    with pytest.raises(SlackUnreachable):
        guest.socket.open(seconds=0.5)

    assert chat.calls("apps.connections.open")
    assert not guest.socket.is_connected()
