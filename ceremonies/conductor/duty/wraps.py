"""Following the lead's wrapped token: who was shown it, whether it was opened, by whom not."""

from __future__ import annotations

from ceremonies.conductor.duty.minting import kept
from ceremonies.conductor.duty.primary import Primary
from ceremonies.conductor.station import DUTY, Station
from ceremonies.duty import DutyToken, Wrap
from ceremonies.errors import SecretUnreadable, VaultError
from ceremonies.events import Event, WrapCollected, WrapLoss, WrapLost
from ceremonies.policies import creation_path
from ceremonies.state import SetState
from ceremonies.vault.shift_tokens import WrapSeen

_NEAR_END_MS = 3_000  # gone so shortly before its end, it may have ended by the other's clock
_OPEN = (Wrap.WAITING, Wrap.SHOWN)


def are_open(state: SetState) -> bool:
    """Return whether a wrap waits to be collected."""
    return any(t.wrap in _OPEN for t in state.duties.tokens)


def follow(station: Station, at: Primary | None, looked: dict[str, int], *, every_ms: int) -> None:
    """Ask about every wrap that waits, and tell what is news.

    `looked` is when this replica saw each of them wait last (ms); it looks every `every_ms`.
    """
    for token in station.ledger.state.duties.tokens:
        if token.wrap not in _OPEN:
            looked.pop(token.id, None)
            continue
        event = _news(station, at, token, looked, every_ms=every_ms)
        if event is not None:
            _tell(station, token, event)


def _tell(station: Station, token: DutyToken, event: Event) -> None:
    def moved(state: SetState) -> bool:
        now = state.duties.find(token.id)
        return now is None or now.wrap is not token.wrap

    station.conclude(event, unless=moved)
    station.keychain.delete(DUTY, token.cluster, token.id)


def _news(
    station: Station, at: Primary | None, token: DutyToken, looked: dict[str, int], *, every_ms: int
) -> Event | None:
    now = station.clock.now()
    if now >= token.wrapped_until:
        return ended(token, looked.get(token.id, 0), now=now, every_ms=every_ms)
    if at is None or at.name != token.cluster:
        return None
    try:
        secret = kept(station, token.cluster, token.id).secret
        seen = at.client.shift_tokens.wrap_lookup(at.node, secret)
    except (SecretUnreadable, VaultError):
        return None  # nothing is known; it is asked again
    if seen.waiting:
        looked[token.id] = now
    return judged(token, seen, now=now)


def ended(token: DutyToken, looked_at: int, *, now: int, every_ms: int) -> Event | None:
    """Return how a wrap ended whose time is over. Pure.

    Nobody opened it if it was seen to wait shortly before. Who did not see that leaves the word to
    others for a while, and then says that nobody knows.
    """
    if looked_at >= token.wrapped_until - 2 * every_ms - _NEAR_END_MS:
        return WrapLost(duty=token.id, cause=WrapLoss.EXPIRED)
    if now < token.wrapped_until + 2 * every_ms:
        return None
    return WrapLost(duty=token.id, cause=WrapLoss.UNSEEN)


def judged(token: DutyToken, seen: WrapSeen, *, now: int) -> Event | None:
    """Return what this look at the wrap tells, if it is news. Pure."""
    if seen.waiting:
        ours = seen.creation_path == creation_path(token.place)
        return None if ours else WrapLost(duty=token.id, cause=WrapLoss.FOREIGN)
    if token.wrap is Wrap.SHOWN:
        return WrapCollected(duty=token.id)
    if now >= token.wrapped_until - _NEAR_END_MS:
        return WrapLost(duty=token.id, cause=WrapLoss.EXPIRED)
    return WrapLost(duty=token.id, cause=WrapLoss.OPENED)
