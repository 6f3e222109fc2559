"""Shares as people paste them: refused before Vault sees them, or taken whatever surrounds them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator

import pytest

from lab.enterprise import ReplicationRange
from lab.redis import RedisServer
from lab.sights import Seen
from lab.stage import CHANNEL, Stage
from tests.e2e.acts import (
    DRILL,
    asked,
    gives,
    hands_in,
    nonce_of,
    opens,
    pastes,
    share_of,
    starts,
    what_is_wrong,
)
from tests.e2e.standing import calm, standing_stage
from tests.e2e.traces import UPDATE, at_vault, events, sent

MALFORMED = [
    pytest.param(lambda s: s[:64], "has 64 characters. A share here has 66", id="a byte short"),
    pytest.param(lambda s: s + "ab", "has 68 characters", id="a byte long"),
    pytest.param(lambda s: s[:-1], "has 65 characters", id="a letter short"),
    pytest.param(lambda s: s[:-2] + "00", "ends in a zero byte", id="x is zero"),
    pytest.param(lambda s: s[:-1] + "!", "characters that a share does not have", id="no letter"),
    pytest.param(lambda _: "` `", "There is no share in this", id="nothing but quotes"),
    pytest.param(
        lambda s: f"Unseal Key 1: {s} Unseal Key 2: {s}", "several shares at once", id="several"
    ),
    pytest.param(
        lambda _: "hvs." + "CAESIJ" * 5, "There is a Vault token in this", id="a Vault token"
    ),
    pytest.param(
        lambda _: "6f1e36df-054b-c099-e71b-d1f7d29c55c0", "the nonce of an attempt", id="the nonce"
    ),
    pytest.param(lambda _: "Zk3P9aXv0LwQ7sTf5RyHcN1uJmBe", "one-time password", id="an OTP"),
    pytest.param(
        lambda s: "wcBMA37ouCblahblah" + s, "still encrypted with PGP", id="still encrypted"
    ),
    pytest.param(
        lambda s: base64.urlsafe_b64encode(b"\xfb\xff\xfe" + bytes.fromhex(s)[3:]).decode(),
        "characters that a share does not have",
        id="the alphabet for URLs",
    ),
]


def base64_of(share: str) -> str:
    """Return the share as Vault prints it."""
    return base64.b64encode(bytes.fromhex(share)).decode()


MANGLED = [
    pytest.param(
        (
            lambda s: f"  {s.upper()}  ",
            lambda s: f"`{s}`",
            lambda s: f"“{s[:30]} {s[30:]}”",
        ),
        id="capitals, backticks, smart quotes and a space",
    ),
    pytest.param(
        (
            base64_of,
            lambda s: f"Unseal Key 2: \u200b{base64_of(s)}\ufeff",
            lambda s: f"*{base64_of(s)[:20]}\n{base64_of(s)[20:]}*.",
        ),
        id="base64, labelled, with zero width, over two lines",
    ),
]


@pytest.fixture(scope="module")
def stage(
    dr_range: ReplicationRange,
    redis_server: RedisServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:
    """One bot for all that is pasted."""
    directory = tmp_path_factory.mktemp("shares")
    with standing_stage(dr_range, redis_server, directory) as standing:
        yield standing


@pytest.mark.parametrize("write", MANGLED)
def test_whatever_surrounds_it(stage: Stage, write: tuple[Callable[[str], str], ...]) -> None:
    """A right share is right however a keyboard or a password store mangled it."""
    calm(stage)
    card = starts(stage, DRILL)
    for number, name in enumerate(("Ada", "Ben", "Cat")):
        person = stage.people[name]
        pasted = write[number](share_of(stage, number))
        assert hands_in(person, pasted, ask=asked(person, nonce_of(card))) is None
    stage.people["Sam"].waits_until(card, "Drill on payments/b: passed", within=20)


@pytest.fixture
def one_given(stage: Stage) -> Seen:
    """A drill in which Ada has given, and Ben has the modal before him: the same for all rows."""
    sam, ben = stage.people["Sam"], stage.people["Ben"]
    card = sam.look("Drill on payments/b: 1 of 3", channel=CHANNEL)
    if card is None or ben.modal is None:
        calm(stage)
        card = starts(stage, DRILL)
        gives(stage, "Ada", 0, ask=asked(stage.people["Ada"], nonce_of(card)))
        opens(ben, asked(ben, nonce_of(card)))
        stage.vaults.record.clear()
    return sam.waits_until(card, "1 of 3")


@pytest.mark.usefixtures("one_given")
class TestMalformed:
    """What is not a share of this cluster does not come to Vault."""

    @pytest.mark.parametrize(("write", "reads"), MALFORMED)
    def test_the_modal_says_why(
        self, stage: Stage, write: Callable[[str], str], reads: str
    ) -> None:
        """It stays open and says so beneath the share, without a word of what was pasted."""
        ben, pasted = stage.people["Ben"], write(share_of(stage, 1))
        pastes(ben, pasted)
        assert reads in what_is_wrong(ben.modal)
        assert pasted not in what_is_wrong(ben.modal)
        assert sent(stage, UPDATE) == 0
        assert not events(stage, "share_refused")

    def test_the_others_shares_are_safe(self, stage: Stage, one_given: Seen) -> None:
        """After all that, Ada's share is at Vault, and Ben's own is taken in the same modal."""
        ben = stage.people["Ben"]
        assert at_vault(stage)["progress"] == 1
        pastes(ben, share_of(stage, 1))
        assert ben.modal is None
        stage.people["Sam"].waits_until(one_given, "2 of 3")
