"""What looks like a secret is blotted out; what we need at 3 a.m. stays."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import string
import uuid
from collections.abc import Callable

import pytest

from bot import redaction
from ceremonies.identity import generate_pem

ALL_KINDS = base64.b64decode("aB3x")
BASE62 = string.ascii_letters + string.digits


def base62(length: int) -> str:
    """Return letters of both cases and digits, all three kinds in it."""
    return "aB3" + "".join(secrets.choice(BASE62) for _ in range(length - 3))


SECRETS: dict[str, Callable[[], str]] = {
    "a share in hex": lambda: secrets.token_hex(33),
    "a share in upper-case hex": lambda: secrets.token_hex(33).upper(),
    "a share in base64": lambda: base64.b64encode(ALL_KINDS + secrets.token_bytes(30)).decode(),
    "a service token": lambda: "hvs." + secrets.token_urlsafe(24),
    "a batch token": lambda: "hvb." + secrets.token_urlsafe(100),
    "a recovery token": lambda: "hvr." + secrets.token_urlsafe(24),
    "an old service token": lambda: "s." + base62(24),
    "an old batch token": lambda: "b.AAAAAQ-_" + secrets.token_urlsafe(100),
    "an activation token": lambda: ".".join(
        base64.urlsafe_b64encode(part).decode().rstrip("=")
        for part in (b'{"alg":"ES512"}', secrets.token_bytes(150), secrets.token_bytes(132))
    ),
    "an OTP of Vault 2": lambda: base62(28),
    "an OTP of Vault 1": lambda: base62(26),
    "an encoded token": lambda: (
        base64.b64encode(ALL_KINDS + secrets.token_bytes(25)).decode().rstrip("=")
    ),
    "a bot token": lambda: f"xoxb-{secrets.randbelow(10**12)}-{secrets.token_hex(12)}",
    "an app token": lambda: f"xapp-1-A0CONCLAVE-{secrets.token_hex(32)}",
    "an identity key": lambda: generate_pem().decode(),
}


@pytest.mark.parametrize("make", SECRETS.values(), ids=SECRETS.keys())
def test_it_is_blotted_out_wherever_it_stands(make: Callable[[], str]) -> None:
    """In a sentence, in JSON, in a list inside a table, in bytes, in a representation."""
    secret = make()

    class Holds:
        def __repr__(self) -> str:
            return f"Holds({secret})"

    event = redaction.event(
        {
            "event": f"got {secret}, then nothing",
            "nested": {"list": [secret, (secret,), {secret}], "bytes": secret.encode()},
            "json": json.dumps({"text": secret}),
            "object": Holds(),
            secret: "as a name",
        }
    )

    assert secret not in json.dumps(event, ensure_ascii=False).replace("\\n", "\n")
    assert "then nothing" in str(event["event"])


KEPT = {
    "a hash": hashlib.sha256(b"head").hexdigest(),
    "a nonce": str(uuid.uuid4()),
    "a user": "U0ADA",
    "a view's id": "V0123456789",
    "an address": "https://vault-a1.example:8200",
    "a path": "sys/replication/dr/secondary/generate-operation-token/update",
    "a sentence": "Vault refused the share: the attempt was cancelled in the meantime.",
    "a name of Python": "ceremonies.conductor.promotions",
    "a time": "2026-11-22T22:05:12.123456Z",
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT.keys())
def test_what_is_no_secret_stays(text: str) -> None:
    """A log in which everything is blotted out helps nobody."""
    assert redaction.text(text) == text


@pytest.mark.parametrize(
    "name", ["share", "otp", "token", "Authorization", "master_key", "encoded"]
)
def test_a_secrets_name_hides_any_value(name: str) -> None:
    """Also a value that looks like nothing; numbers and truths stay."""
    assert redaction.event({name: "hunter2"}) == {name: "[redacted]"}
    assert redaction.event({"deep": {name: ["a", "b"]}}) == {"deep": {name: "[redacted]"}}
    assert redaction.event({name: 3}) == {name: 3}


def test_passwords_and_tickets_in_addresses_are_hidden() -> None:
    """What stands before the @ of an address, and what opens a socket."""
    assert (
        redaction.text("redis://user:open-sesame@redis:6379/0") == "redis://[redacted]@redis:6379/0"
    )
    assert redaction.text("wss://x.slack.com/link/?ticket=abc-1&app_id=2") == (
        "wss://x.slack.com/link/?ticket=[redacted]&app_id=2"
    )
