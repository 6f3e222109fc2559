"""A token like a lead's, from the same ring place: what only the lead has is tried by its like."""

from __future__ import annotations

from ceremonies.conductor.duty.primary import Primary
from ceremonies.conductor.station import Station
from ceremonies.duty import DutyToken
from ceremonies.errors import ConclaveError
from ceremonies.vault.shift_tokens import complaints

ALIKE_S = 60  # nobody keeps it, and a batch token cannot be revoked


class NoneAlike(ConclaveError):
    """No token like this one can be made now, so that nothing is known of it."""

    advice = "It is tried again by itself."


def minted_alike(station: Station, token: DutyToken, at: Primary | None) -> str:
    """Return a token of a minute from the place of this one. Whoever asked forgets it.

    It is no effect of the log: nobody can lose it, and what it may do ends with it. Raises
    NoneAlike, and VaultError where Vault gives none.
    """
    if at is None:
        why = "No cluster answers as the only primary, so that none can be minted to be tried."
        raise NoneAlike(why)
    duties = station.ledger.state.duties
    ring = duties.ring
    if ring is None or ring.cluster != at.name or token.place not in ring.ready:
        why = f"Ring place {token.place} is not as it has to be, so that none is minted from it."
        raise NoneAlike(why)
    made = at.client.shift_tokens.mint(at.node, at.login, place=token.place, ttl_s=ALIKE_S)
    odd = complaints(made, place=token.place, ttl_s=ALIKE_S)
    if odd:
        why = "What Vault grants is not what was asked for: " + " ".join(odd)
        raise NoneAlike(why)
    return made.token


def may_have_ended(station: Station, name: str, at: Primary) -> bool:
    """Return whether a token of a minute may be over on this cluster, by its clock.

    A lead's own lasts for hours: of that it says nothing. Raises VaultError.
    """
    other = station.clients[name]
    told = at.client.shift_tokens.time_s(at.node)
    return other.shift_tokens.time_s(other.active_node()) - told > ALIKE_S // 2
