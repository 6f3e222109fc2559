"""Changes of role: promote, demote, disable; and the end of the operation token."""

from __future__ import annotations

from typing import Final

from lab.enterprise import words
from lab.enterprise.poison import change_role
from lab.enterprise.site import Site
from lab.enterprise.state import AfterPromotion, Role, digest
from lab.enterprise.tokens import refuse_dr_token, refuse_token
from lab.enterprise.wire import NO_CONTENT, WRITES, Call, Reply, logical

TOKEN_FIELD: Final = "dr_operation_token"  # noqa: S105 — the name of a field


async def promote(site: Site, call: Call) -> Reply:
    """Make a secondary the primary: accepted at once, done after a moment of unavailability."""
    refused = await refuse_on_secondary(site, call)
    if refused:
        return refused
    state = site.state
    forced = bool(call.body.get("force"))
    if state.resyncing and not forced:
        return words.CATCHING_UP
    if state.behaviour.catching_up > 0 and not forced:
        state.behaviour.catching_up -= 1
        return words.CATCHING_UP
    state.wal_offset = max(0, state.remote_wal - (await site.wal() - state.wal_offset))
    state.role, state.primary, state.secondaries = Role.PRIMARY, None, {}
    change_role(state)
    return logical(warnings=[words.PROMOTING])


async def delete_operation_token(site: Site, call: Call) -> Reply:
    """Revoke an operation token, really: OpenBao does not know it afterwards."""
    refused = await refuse_read_or_unready(site, call)
    if refused:
        return refused
    if site.state.role is not Role.SECONDARY and (
        site.state.behaviour.deletion_after_promotion is AfterPromotion.REFUSED
    ):
        return words.NOT_A_SECONDARY
    token = call.text(TOKEN_FIELD)
    if not token:
        return words.NO_OPERATION_TOKEN
    looked_up = await site.as_root("POST", "auth/token/lookup", {"token": token})
    known = looked_up.fields if looked_up.ok else {}
    if known.get("type") == "batch":
        return words.BATCH_NOT_REVOCABLE
    if not site.state.knows_operation_token(token):
        return words.PERMISSION_DENIED
    if known:
        revoked = await site.as_root("POST", "auth/token/revoke", {"token": token})
        if not revoked.ok:
            return revoked
    site.state.operation_tokens.pop(digest(token))
    return NO_CONTENT


async def demote(site: Site, call: Call) -> Reply:
    """Make the primary a secondary that follows nobody yet."""
    refused = await refuse_on_primary(site, call)
    if refused:
        return refused
    state = site.state
    state.remote_wal = await site.wal()
    state.role, state.primary, state.secondaries = Role.SECONDARY, None, {}
    change_role(state)
    return logical(warnings=[words.DEMOTING])


async def disable_primary(site: Site, call: Call) -> Reply:
    """End replication on a primary."""
    return await refuse_on_primary(site, call) or _disable(site, words.DISABLING_PRIMARY)


async def disable_secondary(site: Site, call: Call) -> Reply:
    """End replication on a secondary."""
    return await refuse_on_secondary(site, call) or _disable(site, words.DISABLING_SECONDARY)


async def enable_primary(site: Site, call: Call) -> Reply:
    """Make a cluster without replication a primary."""
    refused = await refuse_read_or_unready(site, call)
    if refused or site.state.role is not Role.DISABLED:
        return refused or words.UNSUPPORTED
    refused = await refuse_token(site, call.token, path=call.path, capability="update")
    if refused:
        return refused
    site.state.role = Role.PRIMARY
    change_role(site.state)
    return logical(warnings=[words.ENABLING])


async def refuse_on_primary(site: Site, call: Call, *, capability: str = "update") -> Reply | None:
    """Return None if this is a primary and the caller's own token may do this, else why not."""
    refused = await refuse_read_or_unready(site, call)
    if refused:
        return refused
    if site.state.role is Role.SECONDARY:
        return words.PATH_DISABLED
    if site.state.role is Role.DISABLED:
        return words.NOT_A_PRIMARY
    return await refuse_token(site, call.token, path=call.path, capability=capability)


async def refuse_on_secondary(site: Site, call: Call) -> Reply | None:
    """Return None if this is a secondary and the body's DR token may do this, else why not."""
    refused = await refuse_read_or_unready(site, call)
    if refused:
        return refused
    if site.state.role is not Role.SECONDARY:
        return words.NOT_A_SECONDARY
    token = call.text(TOKEN_FIELD)
    if not token:
        return words.NO_OPERATION_TOKEN
    return await refuse_dr_token(site, token, path=call.path, capability="update")


async def refuse_read_or_unready(site: Site, call: Call) -> Reply | None:
    """Return None if this is a write and the node can serve it."""
    if call.method not in WRITES:
        return words.UNSUPPORTED
    return await site.cannot_serve(call)


def _disable(site: Site, warning: str) -> Reply:
    state = site.state
    state.role, state.primary, state.secondaries = Role.DISABLED, None, {}
    change_role(state)
    return logical(warnings=[warning])
