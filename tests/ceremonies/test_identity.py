"""The signing key: made, read from its file, signing, and never shown."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ceremonies.errors import LogBroken, Misconfigured
from ceremonies.identity import Identity, PublicIdentity, generate_pem
from tests.logs import somebody


def test_a_made_key_is_read_again(tmp_path: Path) -> None:
    """The PEM that is made is the PEM that is loaded: the same key id, the same signatures."""
    file = tmp_path / "identity.pem"
    file.write_bytes(generate_pem())
    identity, again = Identity.load(file), Identity.from_pem(file.read_bytes())
    assert identity.key_id == again.key_id
    assert identity.sign(b"entry") == again.sign(b"entry")
    assert generate_pem() != generate_pem()


@given(st.binary(max_size=64), st.binary(max_size=64))
def test_a_signature_is_for_one_message_and_one_key(message: bytes, other: bytes) -> None:
    """It holds for the message that was signed, by the key that signed it, and for nothing else."""
    identity, stranger = somebody(), somebody()
    signature = identity.sign(message)
    assert identity.public.verifies(message, signature=signature)
    assert identity.public.verifies(other, signature=signature) == (message == other)
    assert not stranger.public.verifies(message, signature=signature)
    assert not identity.public.verifies(message, signature=b"")
    assert not identity.public.verifies(message, signature=signature[:-1])


def test_the_key_id_is_the_hash_of_the_public_key() -> None:
    """The first 16 hex digits of SHA-256 over the raw public key."""
    identity = somebody()
    assert identity.key_id == hashlib.sha256(identity.public.raw).hexdigest()[:16]
    assert identity.public.key_id == identity.key_id


def test_a_public_key_is_read_from_its_text() -> None:
    """What the log keeps of a key is enough to check signatures with."""
    identity = somebody()
    assert PublicIdentity.from_text(identity.public.text) == identity.public


@pytest.mark.parametrize("text", ["", "AAAA", "not base64!", "A" * 43])
def test_a_text_that_is_no_public_key(text: str) -> None:
    """The log then holds something else than a key, and is told broken."""
    with pytest.raises(LogBroken):
        PublicIdentity.from_text(text)


def test_nothing_shows_the_key() -> None:
    """A representation tells the key id only."""
    pem = generate_pem()
    identity = Identity.from_pem(pem)
    assert repr(identity) == f"Identity(key_id='{identity.key_id}')"
    assert identity.public.text not in repr(identity.public)


def _pem(key: ec.EllipticCurvePrivateKey | Ed25519PrivateKey, *, password: bytes = b"") -> bytes:
    sealed = serialization.BestAvailableEncryption(password) if password else None
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        sealed or serialization.NoEncryption(),
    )


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"hush hush", id="no PEM"),
        pytest.param(generate_pem()[:-60], id="cut off"),
        pytest.param(_pem(ec.generate_private_key(ec.SECP256R1())), id="another kind"),
        pytest.param(_pem(Ed25519PrivateKey.generate(), password=b"hush"), id="with a password"),
    ],
)
def test_a_file_that_holds_no_such_key(tmp_path: Path, content: bytes) -> None:
    """It is refused with the file's name and the mend, and nothing of its content."""
    file = tmp_path / "identity.pem"
    file.write_bytes(content)
    with pytest.raises(Misconfigured, match=r"identity\.pem") as caught:
        Identity.load(file)
    assert "conclave keygen" in caught.value.advice
    assert caught.value.__cause__ is None
    assert "hush" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A missing file, and a folder in its place, are named."""
    for place in (tmp_path / "none.pem", tmp_path):
        with pytest.raises(Misconfigured, match=place.name):
            Identity.load(place)
