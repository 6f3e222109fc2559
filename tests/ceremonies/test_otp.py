"""An encoded token opens with its own OTP, and into a token or not at all."""

from __future__ import annotations

import base64
import secrets
import string
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceremonies import otp
from ceremonies.errors import OTPMismatch

BASE62 = string.digits + string.ascii_letters

# Tokens were revoked and their servers destroyed.
VECTORS = {
    "OpenBao 2.7.2, first": (
        "OUsVjBs8v07v83A5wx602CCcZZ",
        "PHsnZCEGBVIyAlNEekcQZBUZcEh8KAs5bRc",
        "s.T2KDvjD2d2BtQQbaFxNkHZ7M",
    ),
    "OpenBao 2.7.2, second": (
        "JECTsKHbYlRzNcnASQaU3q8ctv",
        "OWs7OkEoERoKPTVOH1E7Lzw1JjNGKV85BCU",
        "s.xn2cYxSQg4Q2UnodGfuXgZpS",
    ),
    "OpenBao 2.7.2, with a slash": (
        "8zH3zkc7GiBper4tZ8JBTT1xSv",
        "S1QwRDwtFFQUOHYzXUJYHhBBHhUxN3w/HDQ",
        "s.xwFFwcSQ4C80ljJyTWecMGOB",
    ),
    "OpenBao 2.7.2, fourth": (
        "d8YNU9bz3yJLa04FiMZH4eSffs",
        "FxYoOiZVVSpLCXojBgVHBS8aPwJFATkKCB8",
        "s.qtsl7Pxp0og5sCFWeJqdjlnl",
    ),
    "Vault's own test, no prefix": (
        "3JhHkONiyiaNYj14nnD9xZQS",
        "Bxg9JQQqOCNKBRICNwMIRzo2J3cWCBRi",
        "4RUmoevJ3lsLni9sTXcNnRE1",
    ),
    "Vault 1.10 and later": (
        "Zk3P9aXv0LwQ7sTf5RyHcN1uJmBe",
        "Mh1AfmhTIEZTIiE9YkECH1QFPzs3IwkNBwcPVQ",
        "hvs.Q2x0cnVlU2VyaWFsTm8xMjM0",
    ),
    "a document's pair, whose printed token was edited": (
        "EYHAkPQYvvz93e8iI3pg1maQ",
        "djw4BR1iaDUFIBxaAwpiCC1YGhQHHDMf",
        "3epDv29lsVfc0oZadkjs6qRN",
    ),
    "a document's pair that holds": (
        "WEaATFbgIi01meg1AUGNNySFle",
        "JGsAeTApUAQsIGJTAxAIYgobcRo9TCY3IwA",
        "s.a8do2ceIRbnuoSKN6Ts5uqOe",
    ),
}


def encode(token: str, pad: str) -> str:
    """Return what Vault makes of a token: base64 of the XOR, without padding."""
    mixed = bytes(a ^ b for a, b in zip(token.encode(), pad.encode(), strict=True))
    return base64.b64encode(mixed).decode().rstrip("=")


def letters(count: int) -> str:
    """Return random base62, as a token's body and an OTP are."""
    return "".join(secrets.choice(BASE62) for _ in range(count))


@pytest.mark.parametrize(("pad", "encoded", "token"), VECTORS.values(), ids=VECTORS.keys())
@pytest.mark.parametrize("padding", ["", "=", "==", "==\n"])
def test_known_pairs_open(pad: str, encoded: str, token: str, padding: str) -> None:
    """What real servers gave out opens, with padding or without it."""
    assert otp.decode(encoded + padding, pad) == token


@pytest.mark.parametrize("invented", ["hvs.5xsAyncmt1OPEHhMFPMKcYAG", "s.3epDv29lsVfc0oZadkjs6qRN"])
def test_an_edited_token_is_not_what_opens(invented: str) -> None:
    """24 bytes cannot become a token of 28 or 26 letters, whatever a document prints."""
    pad, encoded, token = VECTORS["a document's pair, whose printed token was edited"]
    assert otp.decode(encoded, pad) == token != invented


@given(
    body=st.text(BASE62, min_size=24, max_size=24),
    prefix=st.sampled_from(["", "s.", "hvs.", "r.", "hvr."]),
    seed=st.randoms(use_true_random=False),
)
def test_what_was_encoded_opens(body: str, prefix: str, seed: Random) -> None:
    """Every kind of token comes back from what Vault makes of it."""
    token = prefix + body
    pad = "".join(seed.choice(BASE62) for _ in token)
    assert otp.decode(encode(token, pad), pad) == token


@pytest.mark.parametrize("length", [33, 35])
def test_a_token_of_a_namespace_opens(length: int) -> None:
    """OpenBao adds a dot and the namespace's id: 33 letters, or 35 with the newer prefix."""
    prefix = "s." if length == 33 else "hvs."
    token = f"{prefix}{letters(24)}.{letters(6)}"
    pad = letters(length)
    assert otp.decode(encode(token, pad), pad) == token


Spoil = Callable[[str, str], tuple[str, str]]

MISMATCHES: dict[str, Spoil] = {
    "an OTP two letters short": lambda e, p: (e, p[:-2]),
    "an OTP two letters long": lambda e, p: (e, p + "aB"),
    "no OTP": lambda e, _: (e, ""),
    "nothing encoded": lambda _, p: ("", p),
    "both empty": lambda _e, _p: ("", ""),
    "the end is missing": lambda e, p: (e[:-4], p),
    "a letter that base64 lacks": lambda e, p: (e[:5] + "-" + e[6:], p),
    "a space inside": lambda e, p: (e[:5] + " " + e[5:], p),
    "a length that base64 never has": lambda e, p: (e[:-1], p),
    "letters of another script": lambda e, p: ("ß" + e[1:], p),
    "an OTP of another script": lambda e, p: (e, "ß" + p[1:]),
    "half a surrogate": lambda e, p: (e, "\ud800" + p[3:]),
}


@pytest.mark.parametrize("spoil", MISMATCHES.values(), ids=MISMATCHES.keys())
def test_a_pair_that_does_not_match_is_refused(spoil: Spoil) -> None:
    """Whatever is wrong, it is an OTPMismatch, and neither half stands in it."""
    token, pad = f"hvs.{letters(24)}", letters(28)
    encoded, given_pad = spoil(encode(token, pad), pad)
    with pytest.raises(OTPMismatch) as raised:
        otp.decode(encoded, given_pad)
    told = f"{raised.value!r} {raised.value.advice}"
    assert raised.value.__context__ is None
    assert not [s for s in (token, pad, encoded, given_pad) if len(s) > 4 and s in told]


@given(token=st.text(BASE62, min_size=24, max_size=24), seed=st.randoms(use_true_random=False))
def test_another_attempts_otp_opens_nothing(token: str, seed: Random) -> None:
    """XOR has no integrity: garbage of the right length is an error, never a result."""
    whole = f"hvs.{token}"
    pad = "".join(seed.choice(BASE62) for _ in whole)
    wrong = "".join(seed.choice(BASE62.replace(old, "")) for old in pad)
    with pytest.raises(OTPMismatch):
        otp.decode(encode(whole, pad), wrong)
