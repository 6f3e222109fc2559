"""The round is lost, or the attempt is: what everybody reads of Vault's words.

Vault's strings are those of its source and of OpenBao 2.7.2. Where the range's Vault says them by
itself it does; else the fault answers in its place.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lab.enterprise import Fault
from lab.stage import Stage
from tests.e2e.acts import (
    DRILL,
    asked,
    asked_again,
    gives,
    nonce_of,
    opens,
    pastes,
    share_of,
    share_of_another_cluster,
    starts,
    what_is_wrong,
)
from tests.e2e.traces import ATTEMPT, UPDATE, at_vault, took
from tests.e2e.words.said import blames, outsider, says

# The round is lost at its threshold


def too_short(stage: Stage) -> str:
    """Return a key of 32 bytes, which Vault takes until the threshold."""
    return share_of(stage, 4)[:64]


def twisted(stage: Stage) -> str:
    """Return Ada's share with another first byte: the same x."""
    share = stage.vaults["b"].bao.shares[0]
    return (bytes([share[0] ^ 1]) + share[1:]).hex()


@pytest.mark.parametrize(
    ("bad", "reads"),
    [
        pytest.param(too_short, "The shares given differ in length", id="not the share length"),
        pytest.param(twisted, "Two shares given contradict each other", id="two with one x"),
        pytest.param(
            share_of_another_cluster,
            "The shares given do not open this cluster",
            id="a share that does not fit",
        ),
    ],
)
def test_the_round_is_lost(calm: Stage, bad: Callable[[Stage], str], reads: str) -> None:
    """The last one to give is innocent and reads so; all is 0 of 3 under the same nonce."""
    card = starts(calm, DRILL)
    nonce = nonce_of(card)
    ada, ben, sam = (calm.people[name] for name in ("Ada", "Ben", "Sam"))
    asks = {name: asked(calm.people[name], nonce) for name in ("Ada", "Ben", "Cat")}
    outsider(calm, "PUT", UPDATE, key=bad(calm), nonce=nonce)
    gives(calm, "Ada", 0, ask=asks["Ada"])
    modal = gives(calm, "Ben", 1, ask=asks["Ben"])

    wrong = what_is_wrong(modal)
    assert reads in wrong
    assert "nobody is to blame" in wrong
    ben.closes()
    lost = sam.waits_until(card, "0 of 3", "Round 1 was lost", "Everybody may give again")
    assert nonce_of(lost) == nonce == at_vault(calm)["nonce"]
    assert not blames(lost.text, "Round 1 was lost")
    again = asked_again(ada, asks["Ada"])
    assert nonce in again
    gives(calm, "Ada", 0, ask=again)
    sam.waits_until(card, "1 of 3")


# The attempt is not there any more


@pytest.fixture
def unwatched(calm: Stage) -> Callable[[], Fault]:
    """Return what lets nobody follow the attempt, so that the share itself finds out."""
    answer = says(500, "local node not active but active cluster node not found")
    fault = Fault(effect=answer, path=ATTEMPT, method="GET", times=None)
    return lambda: calm.vaults.inject(fault)


def test_no_attempt_in_progress(calm: Stage, unwatched: Callable[[], Fault]) -> None:
    """Cancelled outside: the holder and the card say that it is gone and that it is nobody's fault.

    The commander starts a new attempt with one click.
    """
    card = starts(calm, DRILL)
    ada, sam = calm.people["Ada"], calm.people["Sam"]
    opens(ada, asked(ada, nonce_of(card)))
    unwatched()
    outsider(calm, "DELETE", ATTEMPT)
    pastes(ada, share_of(calm, 0))
    assert "Vault knows of no attempt in progress" in what_is_wrong(ada.modal)
    calm.vaults.clear_faults()
    lost = sam.waits_until(card, "the attempt is lost", "nobody here did anything wrong")
    sam.clicks("ceremony.restart", lost)
    anew = sam.waits_until(card, "Drill on payments/b: 0 of 3", within=20)
    assert nonce_of(anew) != nonce_of(card)
    ada.closes()
    gives(calm, "Ada", 0, ask=asked(ada, nonce_of(anew)))
    sam.waits_until(card, "1 of 3")


@pytest.mark.parametrize("told", [True, False], ids=["the real nonce is told", "none is told"])
def test_another_nonce(calm: Stage, unwatched: Callable[[], Fault], *, told: bool) -> None:
    """Somebody took the slot: our share counts for nobody, and their attempt is left alone."""
    card = starts(calm, DRILL)
    ada, sam = calm.people["Ada"], calm.people["Sam"]
    opens(ada, asked(ada, nonce_of(card)))
    unwatched()
    outsider(calm, "DELETE", ATTEMPT)
    outsider(calm, "PUT", ATTEMPT)
    if not told:
        text = "1 error occurred:\n\t* nonce is required\n\n"
        calm.vaults.inject(Fault(effect=says(500, text), path=UPDATE))
    pastes(ada, share_of(calm, 0))
    assert "Another attempt is running than the one this share is for" in what_is_wrong(ada.modal)
    calm.vaults.clear_faults()
    sam.waits_until(card, "the attempt is lost", "somebody outside started it")
    theirs = at_vault(calm)
    assert (theirs["started"], theirs["progress"]) == (True, 0)
    assert took(calm, ATTEMPT, "DELETE") == 1


def test_a_share_after_somebody_completed_it(calm: Stage) -> None:
    """The last share came from outside: Vault forgot the attempt, and the card says it is lost."""
    card = starts(calm, DRILL)
    nonce = nonce_of(card)
    ada, sam = calm.people["Ada"], calm.people["Sam"]
    opens(ada, asked(ada, nonce))
    for number in (1, 2, 3):
        outsider(calm, "PUT", UPDATE, key=share_of(calm, number), nonce=nonce)
    pastes(ada, share_of(calm, 0))
    sam.waits_until(card, "the attempt is lost")
    assert at_vault(calm)["started"] is False
