"""What people paste becomes a share, or is refused before Vault could lose everybody's work."""

from __future__ import annotations

import base64
import secrets
import string
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceremonies import share
from ceremonies.errors import ShareMalformed

KEY = secrets.token_bytes(32)


def split_share() -> bytes:
    """Return a share as a split with threshold 2 or more hands it out."""
    return secrets.token_bytes(32) + bytes([1 + secrets.randbelow(255)])


Writing = Callable[[bytes], str]


def is_hex_by_chance(raw: bytes) -> bool:
    """Return whether a share's base64 happens to be hex too: Vault then reads it as hex."""
    return set(base64.b64encode(raw).decode().rstrip("=")) <= set(string.hexdigits)


SPLIT = st.builds(
    lambda y, x: y + bytes([x]), st.binary(min_size=32, max_size=32), st.integers(1, 255)
).filter(lambda raw: not is_hex_by_chance(raw))
WHOLE = st.binary(min_size=32, max_size=32).filter(lambda raw: not is_hex_by_chance(raw))
NOISE = st.sampled_from(
    " \t\n\r`'\"\u00a0\u200b\u200d\u2060\ufeff\u00ad\u202f\u201c\u201d\u2018\u2019\u2028\u3000"
)
WRITINGS: dict[str, Writing] = {
    "lower-case hex": lambda raw: raw.hex(),
    "upper-case hex": lambda raw: raw.hex().upper(),
    "hex in mixed case": lambda raw: raw.hex()[:20].upper() + raw.hex()[20:],
    "base64": lambda raw: base64.b64encode(raw).decode(),
    "base64 without padding": lambda raw: base64.b64encode(raw).decode().rstrip("="),
}
LABELS = (
    "Unseal Key 3: ",
    "Recovery Key 1: ",
    "unseal key 12:",
    "**Unseal Key 3:** ",
    "Unseal Key (will be hidden): ",
    "Key 2: ",
    "unseal_key_2: ",
    "",
)


@pytest.mark.parametrize("writing", WRITINGS.values(), ids=WRITINGS.keys())
@given(raw=SPLIT)
def test_a_split_share_comes_back_from_every_writing(writing: Writing, raw: bytes) -> None:
    """Hex in either case and base64, padded or not, give back the very bytes."""
    assert share.parse(writing(raw), threshold=3) == raw


@pytest.mark.parametrize("writing", WRITINGS.values(), ids=WRITINGS.keys())
@given(raw=WHOLE)
def test_the_one_share_of_threshold_one_comes_back(writing: Writing, raw: bytes) -> None:
    """Where the threshold is 1 the share is the secret itself: 32 bytes, any last byte."""
    assert share.parse(writing(raw), threshold=1) == raw


@given(raw=SPLIT, noise=st.lists(st.tuples(st.integers(0, 66), NOISE), max_size=12))
def test_what_chat_clients_add_is_taken_away(raw: bytes, noise: list[tuple[int, str]]) -> None:
    """Spaces, quotes and invisible characters anywhere in a share change nothing."""
    written = base64.b64encode(raw).decode()
    for place, letter in noise:
        written = written[:place] + letter + written[place:]
    assert share.parse(written, threshold=2) == raw


@pytest.mark.parametrize("label", LABELS)
def test_labels_are_taken_away(label: str) -> None:
    """A line as `vault operator init` prints it is the share in it."""
    raw = split_share()
    assert share.parse(label + base64.b64encode(raw).decode() + "\n", threshold=3) == raw


@pytest.mark.parametrize(
    "wrapping", ["```\n{}\n```", "> {}", "*{}*", "“{}”,", "({}).", "<{}>", '["{}"]']
)
def test_markup_around_a_share_is_taken_away(wrapping: str) -> None:
    """Code fences, quotes, bold, brackets and a full stop around a share change nothing."""
    raw = split_share()
    assert share.parse(wrapping.format(raw.hex()), threshold=3) == raw


REFUSED = {
    "nothing": ("", share.Empty),
    "only white space and quotes": (" \n“”` ", share.Empty),
    "only a label": ("Unseal Key 1: ", share.Empty),
    "only padding": ("====", share.NotHexOrBase64),
    "a sentence": ("I do not have it here, sorry!", share.NotHexOrBase64),
    "url-safe base64": ("Zz0_" * 10 + "Zz-A", share.NotHexOrBase64),
    "padding in the middle": ("AAAA=" + "A" * 39, share.NotHexOrBase64),
    "letters of another script": ("ß" * 44, share.NotHexOrBase64),
    "digits of another script": ("٣" * 66, share.NotHexOrBase64),
    "one hex digit lost": ("a1" * 32 + "b", share.WrongLength),
    "two hex digits lost": ("a1" * 32, share.WrongLength),
    "two hex digits too many": ("a1" * 34, share.WrongLength),
    "one base64 letter lost": ("Zz0/" * 10 + "Zz0", share.WrongLength),
    "a base64 letter too many": ("Zz0/" * 11 + "Z", share.WrongLength),
    "two shares in one paste": ("Zz0/" * 22, share.WrongLength),
    "16 bytes, which Vault would take": ("a1" * 16, share.WrongLength),
    "x of zero": ("a1" * 32 + "00", share.XIsZero),
    "both labels of an init": ("Unseal Key 1: YQ==\nUnseal Key 2: YQ==", share.SeveralShares),
    "a service token": ("hvs." + "A1b2" * 6, share.LooksLikeToken),
    "a batch token": ("hvb." + "A1b2_-" * 30, share.LooksLikeToken),
    "an old token": ("`s." + "A1b2" * 6 + "`", share.LooksLikeToken),
    "a root token below a share": (
        "Unseal Key 1: " + "Zz0/" * 11 + "\nInitial Root Token: hvs." + "A1b2" * 6,
        share.LooksLikeToken,
    ),
    "a nonce": ("2dbd10f1-8528-6246-09e7-82b25b8aba63", share.LooksLikeNonce),
    "an OTP of 28": ("Zk3P" * 7, share.LooksLikeOTP),
    "an OTP of 26": ("Zk3P" * 6 + "Zk", share.LooksLikeOTP),
    "a PGP message": ("-----BEGIN PGP MESSAGE-----\n\nwcBM", share.LooksEncrypted),
    "a PGP message in base64": ("wcBMA37rwGt6FS1VAQgAk1q8" + "Zz0/" * 60, share.LooksEncrypted),
}


@pytest.mark.parametrize(("text", "error"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_share_is_refused_by_name(text: str, error: type[ShareMalformed]) -> None:
    """Each mistake has its own error, in the tree, with advice, without the input."""
    with pytest.raises(error) as raised:
        share.parse(text, threshold=3)
    assert type(raised.value) is error
    assert isinstance(raised.value, ShareMalformed)
    assert raised.value.advice.endswith(".")
    told = f"{raised.value!r} {raised.value} {raised.value.advice}"
    assert not [part for part in text.split() if len(part) > 6 and part in told]


def test_the_length_follows_from_the_threshold() -> None:
    """33 bytes are wrong where the threshold is 1, and 32 where it is more."""
    with pytest.raises(share.WrongLength):
        share.parse(split_share().hex(), threshold=1)
    with pytest.raises(share.WrongLength):
        share.parse(base64.b64encode(secrets.token_bytes(32)).decode(), threshold=2)


def test_a_text_that_is_hex_and_base64_is_hex() -> None:
    """64 hex digits are 32 bytes, as Vault decides, and not 48 of base64."""
    raw = secrets.token_bytes(32)
    assert share.parse(raw.hex(), threshold=1) == raw


@given(text=st.text(max_size=200), threshold=st.integers(1, 5))
def test_any_text_is_a_share_or_refused_without_a_trace(text: str, threshold: int) -> None:
    """Nothing else is ever raised, and no error leads back to what was pasted."""
    try:
        outcome: bytes | ShareMalformed = share.parse(text, threshold=threshold)
    except ShareMalformed as error:
        outcome = error
    if isinstance(outcome, ShareMalformed):
        assert (outcome.__cause__, outcome.__context__) == (None, None)
    else:
        assert len(outcome) == (32 if threshold == 1 else 33)


def test_a_text_that_is_hex_by_chance_is_not_guessed_at() -> None:
    """44 letters that are hex as well are 22 bytes to Vault, so they are no share here."""
    with pytest.raises(share.WrongLength):
        share.parse("AbCd" * 11, threshold=3)


@given(raw=SPLIT)
def test_what_is_sent_reads_back(raw: bytes) -> None:
    """The form that is sent is lower-case hex of the same share."""
    sent = share.to_hex(raw)
    assert sent == sent.lower()
    assert share.parse(sent, threshold=2) == raw
    assert share.x_of(raw) == raw[-1] != 0


def test_the_one_share_has_no_x() -> None:
    """No byte of a secret is taken for a public coordinate."""
    assert share.x_of(secrets.token_bytes(31) + b"\x07") == 0


def test_a_mark_tells_the_same_share_from_another_with_its_x() -> None:
    """Same share, same mark; another share with the same x, or another key, another mark."""
    raw, other = split_share(), secrets.token_bytes(32)
    typo = other + raw[-1:]
    assert share.mark(raw, key=KEY) == share.mark(bytes(raw), key=KEY)
    assert share.x_of(typo) == share.x_of(raw)
    assert share.mark(typo, key=KEY) != share.mark(raw, key=KEY)
    assert share.mark(raw, key=secrets.token_bytes(32)) != share.mark(raw, key=KEY)
    assert len(bytes.fromhex(share.mark(raw, key=KEY))) == 8


def test_a_programmers_mistake_is_loud() -> None:
    """A threshold of zero or a mark without a key is nobody's input."""
    with pytest.raises(RuntimeError):
        share.parse("a1" * 33, threshold=0)
    with pytest.raises(RuntimeError):
        share.mark(split_share(), key=b"")


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(lambda raw: raw.hex(), id="hex"),
        pytest.param(lambda raw: f"for Ben: {raw.hex().upper()}, thanks", id="hex in a sentence"),
        pytest.param(lambda raw: raw.hex(" ", 2), id="hex in groups"),
        pytest.param(lambda raw: f"`\u201c{raw.hex()}\u201d`", id="hex in quotes"),
        pytest.param(lambda raw: f"key={base64.b64encode(raw).decode()}.", id="base64"),
        pytest.param(lambda raw: f"hvs.{raw.hex()[:24]}", id="a token"),
        pytest.param(lambda raw: f"with b.{raw.hex()[:24]}", id="an old token"),
        pytest.param(lambda raw: f"b.AAAAAQ-_{raw.hex()[:24]}", id="an old batch token"),
    ],
)
def test_a_share_in_a_text_for_people_is_seen(written: Writing) -> None:
    """Somebody pasted into the wrong box: it is noticed before it is kept or shown."""
    raw = bytes(range(1, 16)) + split_share()[15:]
    assert share.is_shown_in(written(raw))


@pytest.mark.parametrize(
    "text",
    [
        "Region is gone; INC-20261122-0042, see the call.",
        "https://example.slack.com/archives/C0123456789/p1732312345678900",
        "https://status.example/incidents/2026-11-22-eu-west-1-power?page=2#update-17",
        "2dbd10f1-8528-6246-09e7-82b25b8aba63 is dead; payments/b at 10.0.0.1:8200",
        "deploy 4f2c9d1be8a7430c5d6e7f8091a2b3c4d5e6f708 broke a",
        "",
    ],
)
def test_what_people_write_is_no_share(text: str) -> None:
    """Links, names of incidents, nonces and commits may stand in a reason."""
    assert not share.is_shown_in(text)
