"""What an unseal key share looks like: read from a paste, or refused before Vault sees it.

Vault takes any key of 16 to 33 bytes and finds out at the threshold only that one did not fit;
then it throws everybody's shares away (measured on OpenBao 2.7.2). So the length is checked here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import unicodedata

from ceremonies.errors import ShareMalformed

SECRET_BYTES = 32  # a share of threshold 1 is the secret itself
SPLIT_BYTES = SECRET_BYTES + 1  # above, the last byte is the share's x

_BASE64_LETTERS = 44  # 33 bytes; or 32 and one `=`

_QUOTES = frozenset("`´'\"‘’‚‛“”„‟‹›«»′″＇＂")  # noqa: RUF001 — these are what people paste
_EDGES = "*_~<>()[]{}.,;:|"  # markup and punctuation around a share; no base64 letter among them
_LABEL = re.compile(
    r"\b(?:(?:unseal|recovery)[\s_]+)?key(?:[\s_]+share)?[\s_#]*\d*\s*(?:\([^)]*\)\s*)?:",
    re.IGNORECASE,
)
_HEX = re.compile(r"[0-9A-Fa-f]+")
_BASE64 = re.compile(r"[0-9A-Za-z+/]+")
_TOKEN = re.compile(r"hv[sbr]\.[0-9A-Za-z_-]{8}|^\W*[sbr]\.[0-9A-Za-z_-]{8}")
_NONCE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_OTP = re.compile(r"(?:[0-9A-Za-z]{2}){12,14}")  # 24, 26 or 28 of base62
# In a text for people: 32 bytes or more in hex, in groups or not; a share in base64; a token.
_SHOWN = (
    re.compile(r"(?:[0-9A-Fa-f][\s:-]?){64}"),
    re.compile(
        r"(?<![0-9A-Za-z+/])(?=[0-9A-Z+/]*[a-z])(?=[0-9a-z+/]*[A-Z])(?=[A-Za-z+/]*[0-9])"
        r"[0-9A-Za-z+/]{43}[0-9A-Za-z+/=](?![0-9A-Za-z+/=])"
    ),
    re.compile(r"\bhv[sbr]\.[0-9A-Za-z_-]{8}|(?<![\w.])[sbr]\.[0-9A-Za-z_-]{20}"),
)
SHOWN_WORDS = (
    "This holds what looks like a key share or a Vault token, so it was not kept and nothing was "
    "done. If it is one, it has been shown: tell whoever runs Vault, who plans a rekey or revokes "
    "the token. Then write this again without it."
)
_PGP = re.compile(r"-+BEGINPGP|(?:wc[BF]M|hQ[EI]M).{64}")  # longer than a share: never one


class Empty(ShareMalformed):
    """Nothing is left once spaces, quotes and labels are gone."""


class NotHexOrBase64(ShareMalformed):
    """A text with letters that neither hex nor standard base64 has."""


class WrongLength(ShareMalformed):
    """Readable, but not as long as a share of this cluster is."""


class XIsZero(ShareMalformed):
    """The last byte is zero, which no split of a secret ever gives out."""


class SeveralShares(ShareMalformed):
    """More than one label: perhaps the whole output of `vault operator init`."""


class LooksLikeToken(ShareMalformed):
    """A Vault token (`hvs.`, `hvb.`, `hvr.`, `s.`, `b.`, `r.`), or one among other text."""


class LooksLikeNonce(ShareMalformed):
    """The name of the attempt."""


class LooksLikeOTP(ShareMalformed):
    """As long as a one-time password of an attempt is, and of the same letters."""


class LooksEncrypted(ShareMalformed):
    """A PGP message: the share as `vault operator init -pgp-keys` hands it out."""


def parse(text: str, *, threshold: int) -> bytes:
    """Return the share that `text` holds: 33 bytes, or 32 where the threshold is 1.

    Taken away first: white space and line breaks, invisible characters, quotes, backticks, and
    the label that `vault operator init` prints. A text that is both hex and base64 is hex, as
    Vault itself decides. Raises a subclass of ShareMalformed, whose text has nothing of `text`.
    """
    if threshold < 1:
        raise RuntimeError(f"a threshold is at least 1, not {threshold}")
    written = _unwrapped(text)
    _refuse_what_is_something_else(written)
    wanted = SPLIT_BYTES if threshold > 1 else SECRET_BYTES
    share = _decoded(written, wanted=wanted)
    if len(share) != wanted:
        raise _wrong_length(written, wanted=wanted)
    if threshold > 1 and x_of(share) == 0:
        raise XIsZero(
            "This ends in a zero byte, which no share does.",
            advice="Some of it was overwritten or mistyped: copy it again from where you keep it.",
        )
    return share


def is_shown_in(text: str) -> bool:
    """Return whether a text meant for people holds what looks like a share or a Vault token.

    Such a text is neither kept nor shown again: a reason stands in the log, on cards, for good.
    A long hash is taken for a share too; to write a reason without it costs nothing.
    """
    plain = "".join(_plain(letter) for letter in text)
    return any(shape.search(plain) for shape in _SHOWN)


def x_of(share: bytes) -> int:
    """Return the share's x, 1 to 255: its last byte, random for each share, no secret.

    The one share of a threshold of 1 is the secret itself and has no x: 0, so that no byte of
    it is taken for public.
    """
    return share[-1] if len(share) == SPLIT_BYTES else 0


def to_hex(share: bytes) -> str:
    """Return the share in lower-case hex, the one form in which it is sent to Vault."""
    return share.hex()


def mark(share: bytes, *, key: bytes) -> str:
    """Return 16 hex digits by which the same share is known again without keeping it.

    They are the first 8 bytes of HMAC-SHA256 under `key`. Two holders who give the same share
    have the same mark; a mistyped copy has the same x, but another mark. Without the key nobody
    can try a guess against a mark. With it, a guess must still hit 256 random bits: eight bytes
    of a mark shorten no search of that size, and the HMAC cannot be run backwards.
    """
    if not key:
        raise RuntimeError("a mark needs a key")
    return hmac.new(key, share, hashlib.sha256).digest()[:8].hex()


def _unwrapped(text: str) -> str:
    """Return what is left of a paste without its wrapping. Raises Empty, SeveralShares."""
    plain = "".join(_plain(letter) for letter in text)
    if _TOKEN.search(plain):
        raise LooksLikeToken(
            "There is a Vault token in this; a share was asked for.",
            advice="Paste your key share alone. The token has been shown: revoke it.",
        )
    labels = _LABEL.findall(plain)
    if len(labels) > 1:
        raise SeveralShares(
            "These are several shares at once.",
            advice="Paste your own share only. The others have now been shown to Conclave too: "
            "count them as exposed and plan a rekey.",
        )
    written = "".join(_LABEL.sub("", plain).split()).strip(_EDGES)
    if not written:
        raise Empty("There is no share in this.")
    return written


def _plain(letter: str) -> str:
    if letter.isspace():
        return " "
    invisible = unicodedata.category(letter) in {"Cf", "Cc"}
    return "" if invisible or letter in _QUOTES else letter


def _refuse_what_is_something_else(written: str) -> None:
    if _NONCE.fullmatch(written):
        raise LooksLikeNonce(
            "This is the nonce of an attempt, not a share.",
            advice="The nonce is for comparing only. Paste your key share.",
        )
    if _PGP.match(written):
        raise LooksEncrypted(
            "This share is still encrypted with PGP.",
            advice="Decrypt it first (base64 --decode, then gpg --decrypt) and paste the result.",
        )
    if _OTP.fullmatch(written) and not _HEX.fullmatch(written):
        raise LooksLikeOTP(
            "This has the length of a one-time password, not of a share.",
            advice="Paste your key share; an OTP is never typed anywhere.",
        )


def _decoded(written: str, *, wanted: int) -> bytes:
    if _HEX.fullmatch(written):
        if len(written) % 2:
            raise _wrong_length(written, wanted=wanted)
        return bytes.fromhex(written)
    body = written.rstrip("=")
    if not _BASE64.fullmatch(body):
        raise NotHexOrBase64("This has characters that a share does not have.")
    if len(body) % 4 == 1:
        raise _wrong_length(written, wanted=wanted)
    return base64.b64decode(body + "=" * (-len(body) % 4), validate=True)


def _wrong_length(written: str, *, wanted: int) -> WrongLength:
    return WrongLength(
        f"This has {len(written)} characters. A share here has {2 * wanted} in hex, "
        f"or {_BASE64_LETTERS} in base64."
    )
