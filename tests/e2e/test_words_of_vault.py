"""Every refusal that Vault knows for an attempt, as holder and commander read it.

Vault's strings are those of its source and of OpenBao 2.7.2. Where the range's Vault says them by
itself it does; else the fault answers in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from lab.enterprise import Answer, Fault, ReplicationRange, VaultLine
from lab.redis import RedisServer
from lab.sights import Seen
from lab.stage import CHANNEL, Stage
from tests.e2e import standing
from tests.e2e.acts import (
    DRILL,
    asked,
    asked_again,
    gives,
    nonce_of,
    opens,
    pastes,
    privately,
    share_of,
    share_of_another_cluster,
    starts,
    what_is_wrong,
)
from tests.e2e.traces import ATTEMPT, UPDATE, at_vault, took

DR = "sys/replication/dr/secondary"
NUMBER = (
    "failed to decode JSON input: json: cannot unmarshal number into Go struct field "
    "GenerateRootUpdateRequest.key of type string"
)
STRATEGY = (
    "incorrect strategy supplied; a generate root operation of another type is already in progress"
)
UNREADABLE = "'key' must be a valid hex or base64 string"

UNCHANGED = [
    pytest.param(
        400,
        "'key' must be specified in request body as JSON",
        "Vault saw no share in the request",
        id="no key",
    ),
    pytest.param(400, NUMBER, "Vault could not read the request", id="the key is a number"),
    pytest.param(400, UNREADABLE, "Vault could not read the share", id="neither hex nor base64"),
    pytest.param(
        400,
        "invalid key: key is shorter than minimum 16 bytes",
        "The share is too short",
        id="too short",
    ),
    pytest.param(
        400,
        "invalid key: key is longer than maximum 33 bytes",
        "The share is too long",
        id="too long",
    ),
    pytest.param(
        400, STRATEGY, "busy with another kind of token generation", id="another kind has the slot"
    ),
    pytest.param(503, "Vault is sealed", "The node is sealed", id="sealed"),
    pytest.param(
        400, "server is not yet initialized", "Vault is not initialised", id="not initialised"
    ),
    pytest.param(403, "permission denied", "Vault denied permission", id="2.x without a token"),
    pytest.param(
        405,
        "1 error occurred:\n\t* unsupported operation\n\n",
        "does not know DR operations here, or has them switched off",
        id="switched off at the listener",
    ),
    pytest.param(
        500,
        f"1 error occurred:\n\t* {UNREADABLE}\n\n",
        "Vault could not read the share",
        id="the same in the authenticated path's words",
    ),
    pytest.param(
        502,
        "<html>Bad gateway</html>",
        "it did not count your share. Nothing is wrong with it",
        id="no word of Vault's",
    ),
]


@pytest.fixture(scope="module")
def stage(
    dr_range: ReplicationRange,
    redis_server: RedisServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:
    """One bot for all rows."""
    directory = tmp_path_factory.mktemp("words")
    with standing.standing_stage(dr_range, redis_server, directory) as ready:
        yield ready


@pytest.fixture
def calm(stage: Stage) -> Stage:
    """The stage, on which nothing is open."""
    standing.calm(stage)
    return stage


def says(status: int, text: str) -> Answer:
    """Return an answer in Vault's form, or a page if it is one."""
    return Answer(status, text if text.startswith("<") else {"errors": [text]})


def outsider(stage: Stage, method: str, leaf: str, **body: object) -> None:
    """Let somebody with a terminal ask Vault for something, past the bot."""
    stage.vaults.request("b", method, f"{DR}/{leaf}", body).raise_for_status()


def blames(text: str, about: str) -> bool:
    """Return whether a line about this names anybody."""
    return any("@" in line for line in text.splitlines() if about in line)


# A share is refused, and the others' stay


@pytest.fixture
def one_given(stage: Stage) -> Seen:
    """A drill in which Ada has given: the same for each row, which leaves it as it is."""
    sam = stage.people["Sam"]
    card = sam.look("Drill on payments/b: 1 of 3", "Gave\n@Ada\n", channel=CHANNEL)
    if card is None:
        standing.calm(stage)
        card = starts(stage, DRILL)
        gives(stage, "Ada", 0, ask=asked(stage.people["Ada"], nonce_of(card)))
    return sam.waits_until(card, "1 of 3")


class TestRefused:
    """One row each: what the holder reads, and that nothing else has changed."""

    @pytest.mark.parametrize(("status", "text", "reads"), UNCHANGED)
    def test_the_holder_reads(
        self, stage: Stage, one_given: Seen, status: int, text: str, reads: str
    ) -> None:
        """The modal says what Vault meant and stays; so does the DM; progress is kept."""
        ben, sam, nonce = stage.people["Ben"], stage.people["Sam"], nonce_of(one_given)
        ask = asked(ben, nonce)
        opens(ben, ask)
        fault = stage.vaults.inject(Fault(effect=says(status, text), path=UPDATE))
        pastes(ben, share_of(stage, 1))
        assert fault.fired == 1
        assert reads in what_is_wrong(ben.modal)
        ben.closes()
        told = ben.waits_until(ask, "your share was not counted", reads)
        assert told.buttons["share.open"] == "Give my share again"
        card = sam.waits_until(one_given, "1 of 3", "Vault did not count\n@Ben")
        assert nonce_of(card) == nonce
        assert (at_vault(stage)["progress"], at_vault(stage)["nonce"]) == (1, nonce)
        stage.vaults.clear_faults()

    def test_it_is_given_again(self, stage: Stage, one_given: Seen) -> None:
        """In the same modal, once what was wrong is mended; then the drill is finished."""
        ben, sam = stage.people["Ben"], stage.people["Sam"]
        opens(ben, asked(ben, nonce_of(one_given)))
        stage.vaults.inject(Fault(effect=says(503, "Vault is sealed"), path=UPDATE))
        pastes(ben, share_of(stage, 1))
        assert "The node is sealed" in what_is_wrong(ben.modal)
        pastes(ben, share_of(stage, 1))
        assert ben.modal is None
        sam.waits_until(one_given, "2 of 3", "Gave\n@Ada, @Ben")
        gives(stage, "Cat", 2, ask=asked(stage.people["Cat"], nonce_of(one_given)))
        sam.waits_until(one_given, "Drill on payments/b: passed", "deleted", within=20)


def test_really_sealed_and_unsealed(calm: Stage) -> None:
    """Sealed for a moment: the share given before is still there when it is unsealed."""
    card = starts(calm, DRILL)
    ada, ben, sam = (calm.people[name] for name in ("Ada", "Ben", "Sam"))
    gives(calm, "Ada", 0, ask=asked(ada, nonce_of(card)))
    opens(ben, asked(ben, nonce_of(card)))
    calm.vaults["b"].seal()
    pastes(ben, share_of(calm, 1))
    assert "sealed" in what_is_wrong(ben.modal)
    assert "primary's unseal keys" in what_is_wrong(ben.modal)
    calm.vaults["b"].unseal()
    pastes(ben, share_of(calm, 1))
    assert ben.modal is None
    sam.waits_until(card, "2 of 3")


def test_really_2_x_from_one_moment_to_the_next(calm: Stage) -> None:
    """Upgraded in mid-ceremony: the share is not counted, and the holder reads what is missing."""
    card = starts(calm, DRILL)
    ben = calm.people["Ben"]
    opens(ben, asked(ben, nonce_of(card)))
    calm.vaults["b"].behaviour.line = VaultLine.TWO
    pastes(ben, share_of(calm, 1))
    assert "ceremony_token_file" in what_is_wrong(ben.modal)


def test_the_same_share_came_before(calm: Stage) -> None:
    """Somebody gave Ada's share with a terminal: hers is known at Vault, counts once, is hers."""
    card = starts(calm, DRILL)
    ada = calm.people["Ada"]
    outsider(calm, "PUT", UPDATE, key=share_of(calm, 0), nonce=nonce_of(card))
    gives(calm, "Ada", 0, ask=asked(ada, nonce_of(card)))
    assert ada.modal is None
    calm.people["Sam"].waits_until(card, "1 of 3", "Gave\n@Ada")
    assert took(calm, UPDATE) == 1


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


# No attempt is opened


def test_a_start_while_one_runs(calm: Stage) -> None:
    """An attempt of somebody else's is never ended without a commander's word."""
    outsider(calm, "PUT", ATTEMPT)
    theirs, sam = at_vault(calm)["nonce"], calm.people["Sam"]
    typed = sam.types(DRILL, CHANNEL)
    card = sam.waits_for(
        "another attempt is in the way", theirs, channel=CHANNEL, after=typed, within=20
    )
    assert "may be somebody's live ceremony" in card
    assert at_vault(calm)["nonce"] == theirs
    assert "0 of 3 shares" in card.confirmation("ceremony.restart")
    sam.clicks("ceremony.restart", card, confirm=False)
    assert at_vault(calm)["nonce"] == theirs
    sam.clicks("ceremony.restart", card)
    ours = sam.waits_until(card, "Drill on payments/b: 0 of 3", within=20)
    assert nonce_of(ours) == at_vault(calm)["nonce"] != theirs


def test_a_start_while_another_kind_holds_the_slot(calm: Stage) -> None:
    """A root token is being generated there: shown with its nonce, left alone."""
    theirs, sam = calm.vaults["b"].hold_slot_by_another_kind(), calm.people["Sam"]
    typed = sam.types(DRILL, CHANNEL)
    sam.waits_for("another attempt is in the way", theirs, channel=CHANNEL, after=typed, within=20)
    assert took(calm, ATTEMPT) == 0


@pytest.mark.parametrize("more", ["", " for this namespace"], ids=["Vault's words", "OpenBao's"])
def test_two_starts_at_once(calm: Stage, more: str) -> None:
    """Between our look and our start somebody was faster, and gave up again: we try anew."""
    text = f"root generation already in progress{more}"
    calm.vaults.inject(Fault(effect=says(400, text), path=ATTEMPT, method="PUT"))
    starts(calm, DRILL)
    assert took(calm, ATTEMPT, "PUT") == 1


@pytest.mark.parametrize(
    ("status", "text", "reads"),
    [
        pytest.param(
            400, "server is not yet initialized", "Vault is not initialised", id="not initialised"
        ),
        pytest.param(
            405,
            "1 error occurred:\n\t* unsupported operation\n\n",
            "does not know DR operations here, or has them switched off",
            id="switched off at the listener",
        ),
        pytest.param(
            500,
            "local node not active but active cluster node not found",
            "No node of this cluster is active",
            id="no leader",
        ),
    ],
)
def test_no_attempt_is_opened(calm: Stage, status: int, text: str, reads: str) -> None:
    """The card says what Vault said and what to do, and starts anew with one click."""
    sam = calm.people["Sam"]
    calm.vaults.inject(Fault(effect=says(status, text), path=ATTEMPT, method="PUT"))
    typed = sam.types(DRILL, CHANNEL)
    card = sam.waits_for("not started", reads, channel=CHANNEL, after=typed, within=20)
    again = sam.clicks("ceremony.restart", card)
    sam.waits_for("0 of 3", channel=CHANNEL, after=again, within=20)


def test_a_start_without_the_token_that_2_x_wants(calm: Stage) -> None:
    """403: the card names the setting that is missing."""
    sam = calm.people["Sam"]
    calm.vaults["b"].behaviour.line = VaultLine.TWO
    typed = sam.types(DRILL, CHANNEL)
    sam.waits_for("not started", "ceremony_token_file", channel=CHANNEL, after=typed, within=20)


def test_a_start_on_a_sealed_cluster(calm: Stage) -> None:
    """Nothing is started, and the private answer shows which node is sealed."""
    sam = calm.people["Sam"]
    calm.vaults["b"].seal()
    typed = sam.types(f"{DRILL} cluster=b", CHANNEL)
    answer = privately(sam, typed, "Nothing was started", "b is sealed: unseal its nodes")
    assert "b 127.0.0.1" in answer
    assert "unknown, sealed" in answer
