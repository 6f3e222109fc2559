"""Every operation of log, keychain and store, once: on any kind of Redis they must all work."""

from __future__ import annotations

import secrets

from ceremonies import store
from ceremonies.keychain import Keychain
from ceremonies.log import Wake, heads
from lab.process import wait_until
from tests.logs import SET, add, begin, connected, grow, open_log, somebody, won

WRITTEN = {SET: 6, "billing": 1, "ledger": 1}
"""How many entries each log has, once everything was used."""


def use_everything(url: str) -> dict[str, int]:
    """Check the server, ask for its time, use log, wake and keychain; return what is `WRITTEN`."""
    with connected(url) as client:
        store.check(client)
        assert store.now(client) > 1_700_000_000_000
        use_the_log(client)
        use_wake(client)
        use_the_keychain(client)
        return {name: head.n for name, head in heads(client, list(WRITTEN)).items()}


def use_the_log(client: store.Redis) -> None:
    """Begin, append, lose, confirm, follow, load, verify, introduce."""
    identity = somebody()
    log = open_log(client, identity)
    first = begin(log, identity)
    grown = grow(log, first, 2)
    last = won(add(log, grown[-1].head, confirm=True))
    assert add(log, first.head) == last.head
    other = open_log(client, identity, set_name="billing")
    begun = begin(other, identity)
    assert heads(client, [SET, "billing"]) == {SET: last.head, "billing": begun.head}
    assert open_log(client, identity).follow(first.head) == [*grown, last]
    assert log.introduce(somebody(), at=9, who="U0SAM").n == last.n + 2
    assert log.verify().holds


def use_wake(client: store.Redis) -> None:
    """Hear of an append."""
    told: list[str] = []
    wake = Wake(client, told.append)
    wake.start()
    wait_until(lambda: _heard(client, told), seconds=10, what="the wake listens")
    identity = somebody()
    begin(open_log(client, identity, set_name="ledger"), identity)
    wait_until(lambda: "ledger" in told, seconds=10, what="woken")
    wake.stop()


def use_the_keychain(client: store.Redis) -> None:
    """Keep, open, seal anew, delete."""
    old, new = secrets.token_bytes(32), secrets.token_bytes(32)
    kept = secrets.token_bytes(26)
    Keychain(client, (old,), SET).put("otp", "b", "n-1", kept, expires_in=600)
    keychain = Keychain(client, (new, old), SET)
    assert keychain.open("otp", "b", "n-1") == kept
    assert keychain.reseal().count == 1
    assert Keychain(client, (new,), SET).open("otp", "b", "n-1") == kept
    assert keychain.delete("otp", "b", "n-1")


def _heard(client: store.Redis, told: list[str]) -> bool:
    client.publish("conclave:wake", "hello")
    return "hello" in told
