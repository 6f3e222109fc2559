"""Where tokens on duty are made and policies are kept: on the cluster that is primary now."""

from __future__ import annotations

from dataclasses import dataclass

from ceremonies.conductor.casting import primary_of
from ceremonies.conductor.station import Station
from ceremonies.errors import ConclaveError
from ceremonies.vault import ClusterClient


class PrimaryUnknown(ConclaveError):
    """No single cluster answers as primary, so nothing can be minted or checked."""

    advice = "See in the health overview which clusters answer; it is tried again by itself."


@dataclass(frozen=True, slots=True, kw_only=True)
class Primary:
    """The primary, its active node, and the bot's own token there."""

    name: str
    client: ClusterClient
    node: str
    login: str

    def __repr__(self) -> str:
        return f"Primary({self.name})"


def primary(station: Station, *, fresh: bool = True) -> Primary:
    """Return the primary; `fresh` asks every node first.

    Raises PrimaryUnknown, and VaultError where it does not let the bot in.
    """
    views = station.ask_all() if fresh or not station.views else dict(station.views)
    name = primary_of(station.ledger.state, {n: view.mode for n, view in views.items()})
    if not name:
        raise PrimaryUnknown("no single cluster answers as primary")
    client = station.clients[name]
    node = client.active_node()
    return Primary(name=name, client=client, node=node, login=station.logins[name].token(node))
