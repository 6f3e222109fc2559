"""Which path is answered how: by what we play, or by the OpenBao behind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from lab.enterprise import attempt, joining, observables, operations, replication_status, words
from lab.enterprise.site import Site
from lab.enterprise.state import Role
from lab.enterprise.streaming import is_streamed, streamed
from lab.enterprise.tokens import refuse_dr_token
from lab.enterprise.wire import Call, Reply

Endpoint = Callable[[Site, Call], Awaitable[Reply]]

_DR: Final = "sys/replication/dr"
_PLAYED: Final[dict[str, Endpoint]] = {
    f"{_DR}/status": replication_status.dr_status,
    "sys/replication/performance/status": replication_status.performance_status,
    "sys/replication/status": replication_status.all_status,
    "sys/license/status": observables.licence,
    attempt.ATTEMPT: attempt.attempt,
    attempt.UPDATE: attempt.update,
    f"{_DR}/secondary/operation-token/delete": operations.delete_operation_token,
    f"{_DR}/secondary/promote": operations.promote,
    f"{_DR}/secondary/disable": operations.disable_secondary,
    f"{_DR}/secondary/update-primary": joining.update_primary,
    f"{_DR}/secondary/enable": joining.enable_secondary,
    f"{_DR}/primary/demote": operations.demote,
    f"{_DR}/primary/disable": operations.disable_primary,
    f"{_DR}/primary/enable": operations.enable_primary,
    f"{_DR}/primary/secondary-token": joining.secondary_token,
    f"{_DR}/primary/revoke-secondary": joining.revoke_secondary,
}
_ABOUT_ITSELF: Final[dict[str, Endpoint]] = {
    "sys/health": observables.health,
    "sys/leader": observables.leader,
    "sys/seal-status": observables.seal_status,
    "sys/init": observables.initialisation,
}
_TOLD_WHILE_AWAY: Final = frozenset({"sys/health", "sys/seal-status"})


async def respond(site: Site, call: Call) -> Reply:
    """Answer a call as this node of this cluster would."""
    if not is_streamed(site, call):
        return await _answer(site, call)
    async with streamed(site.everybody, site.state, site.wal):
        return await _answer(site, call)


async def _answer(site: Site, call: Call) -> Reply:
    about_itself = _ABOUT_ITSELF.get(call.path)
    if site.state.away and call.path not in _TOLD_WHILE_AWAY:
        return words.SEALED
    if about_itself:
        return await about_itself(site, call)
    played = _PLAYED.get(call.path)
    if played:
        return words.IN_NAMESPACES if _namespace(call) else await played(site, call)
    if site.state.role is Role.SECONDARY:
        return await _on_secondary(site, call)
    return await site.pass_on(call)


def _namespace(call: Call) -> str:
    return call.headers.get("X-Vault-Namespace", "").strip("/")


async def _on_secondary(site: Site, call: Call) -> Reply:
    """Answer what is not replication: disabled, but for Raft's own paths with a DR token."""
    seal = await site.upstream.ask("GET", "sys/seal-status")
    if seal.body.get("sealed"):
        return await site.upstream.send(call)
    match call.method, call.path:
        case "GET", "sys/storage/raft/autopilot/state":
            return await _with_dr_token(site, call, call.token, "read")
        case "PUT" | "POST", "sys/storage/raft/configuration":
            token = call.text(operations.TOKEN_FIELD)
            return await _with_dr_token(site, call, token, "update")
        case _:
            return words.PATH_DISABLED


async def _with_dr_token(site: Site, call: Call, token: str, capability: str) -> Reply:
    refused = await refuse_dr_token(site, token, path=call.path, capability=capability)
    return refused or await site.as_root("GET", call.path)
