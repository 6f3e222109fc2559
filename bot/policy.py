"""`conclave policy`: the policies and token roles that Conclave needs, printed or laid.

They are laid with an operator's own token, never with the bot's: whoever may write a policy and
mint from its role is root.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.settings import Configuration
from ceremonies import lint, policies
from ceremonies.errors import Misconfigured, VaultError
from ceremonies.topology import ReplicationSet
from ceremonies.vault import ClusterClient, Mode

_HOLD = (
    "It may have been put out of force: to lay it again puts the tokens into force that were "
    "minted from it and have not ended (/dr shift SET status tells until when)."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """An operator's own token, and the ring places that they want laid again."""

    token: str = field(repr=False)
    refill: frozenset[int] = frozenset()


def printed(configuration: Configuration) -> str:
    """Return everything as an operator would type it: `vault policy write`, `vault write`."""
    parts = [
        "# Conclave's own login: give it the policy conclave and nothing else.",
        _heredoc(policies.BOT, policies.bot_policy(canaries=_canaries(configuration.sets))),
        "# The ring of policies and token roles from which tokens on duty are minted.",
    ]
    for place in policies.places():
        name = policies.policy_name(place)
        parts += [_heredoc(name, policies.shift_policy()), _role(name, policies.role(place))]
    return "\n".join(parts)


def applied(configuration: Configuration, operator: Operator) -> Iterator[str]:
    """Lay on the primary of each set what is not as it has to be; yield a line for each change.

    Raises VaultError and Misconfigured; what was laid before stays, and a repeat goes on.
    """
    for served in configuration.sets.values():
        client, node = _primary(served)
        yield f"{served.name}: the primary is {client.cluster.name} ({node})"
        changes = list(_changes(served, client, node, operator))
        yield from changes
        if not changes:
            yield f"{served.name}: everything is as it has to be"


def _changes(
    served: ReplicationSet, client: ClusterClient, node: str, operator: Operator
) -> Iterator[str]:
    tokens, token = client.shift_tokens, operator.token
    wanted = policies.bot_policy(canaries=_canaries({served.name: served}))
    said = tokens.read_policy(node, token, policies.BOT)
    if said is None or lint.meaning(said) != lint.meaning(wanted):
        tokens.write_policy(node, token, policies.BOT, wanted)
        yield f"{served.name}: policy {policies.BOT} {_how(said)}"
    names = {place: policies.policy_name(place) for place in policies.places()}
    there = {place: tokens.read_policy(node, token, name) for place, name in names.items()}
    roles = {place: tokens.read_role(node, token, name) for place, name in names.items()}
    is_new = not any(there.values()) and not any(roles.values())
    for place, name in names.items():
        text = there[place]
        if text is None and not is_new and place not in operator.refill:
            yield f"{served.name}: policy {name} is missing, and LEFT OUT. {_HOLD} --refill {place}"
        elif text is None or lint.meaning(text) != lint.meaning(policies.shift_policy()):
            tokens.write_policy(node, token, name, policies.shift_policy())
            yield f"{served.name}: policy {name} {_how(text)}"
        if lint.role_faults(place, roles[place]):
            tokens.write_role(node, token, name, policies.role(place))
            yield f"{served.name}: token role {name} written"


def operator_token(variables: Mapping[str, str], file: Path | None) -> str:
    """Return the operator's token from the file, else from VAULT_TOKEN. Raises Misconfigured."""
    try:
        found = file.read_text(encoding="utf-8") if file else variables.get("VAULT_TOKEN", "")
    except (OSError, UnicodeDecodeError):
        raise Misconfigured(
            f"{file}: this cannot be read", advice="Correct the path of --token-file."
        ) from None
    if not found.strip():
        raise Misconfigured(
            "no token to lay policies with",
            advice="Log in as an operator and set VAULT_TOKEN, or name a file by --token-file.",
        )
    return found.strip()


def _primary(served: ReplicationSet) -> tuple[ClusterClient, str]:
    """Return the client and the active node of the set's primary."""
    found = []
    for cluster in served.clusters:
        client = ClusterClient(cluster)
        if client.look(0.0).mode in (Mode.PRIMARY, Mode.DISABLED):
            found.append(client)
    primaries = [c for c in found if c.look(0.0).mode is Mode.PRIMARY] or found
    if len(primaries) != 1:
        names = ", ".join(c.cluster.name for c in primaries) or "none"
        raise VaultError(
            f"{served.name}: no single cluster answers as primary ({names})",
            advice="Policies are laid on the primary and replicated from there. Mend that first.",
        )
    return primaries[0], primaries[0].active_node()


def _how(said: str | None) -> str:
    return "written" if said is None else "replaced: it said something else"


def _canaries(sets: Mapping[str, ReplicationSet]) -> tuple[str, ...]:
    """Return the paths of the canaries, also as version 2 of KV reads them."""
    paths: Iterable[str] = (s.canary_path for s in sets.values() if s.canary_path)
    return tuple(one for path in paths for one in policies.canary_paths(path))


def _heredoc(name: str, text: str) -> str:
    return f"vault policy write {name} - <<'EOF'\n{text}EOF\n"


def _role(name: str, fields: Mapping[str, object]) -> str:
    told = " ".join(f"{key}={_plain(value)}" for key, value in fields.items())
    return f"vault write auth/token/roles/{name} {told}\n"


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ",".join(value)
    return value if isinstance(value, str) else json.dumps(value)
