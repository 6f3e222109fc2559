"""What a primary has of policies, roles and rights, beside what is needed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ceremonies import policies
from ceremonies.rights import Rights, too_wide
from ceremonies.topology import AppRole, Auth, Kubernetes
from ceremonies.vault import ClusterClient
from ceremonies.vault.errors import PermissionDenied
from ceremonies.vault.shift_tokens import Role, ShiftTokens

_WRITES = frozenset({"create", "update", "patch", "sudo", "root"})
_SHOWN = 3
_PARTS = re.compile(r'"(?:\\.|[^"\\])*"|#[^\n]*|\S')
_UNLISTED = (
    "Vault does not list all that Conclave's own login may do (sys/internal/ui/resultant-acl), so "
    "only some names were tried: let its policy read that path."
)
_MEND = "Lay it with conclave policy --apply."


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The ring places from which tokens may be minted, and what an operator has to mend.

    Where the bot could write a policy or a role no place is ready: it would be root. Of a place
    without a policy, or with another one, tokens that were minted before may do nothing, or less.
    """

    places_ready: frozenset[int]
    places_laid: frozenset[int] = frozenset()
    places_gone: frozenset[int] = frozenset()
    places_changed: frozenset[int] = frozenset()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """What was read of one ring place; None: it is not there. `denied`: it may not be read."""

    policy: str | None = None
    role: Role | None = None
    denied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Everything that was read. `rights`: of the bot's own login, by path.

    `forbidden`: the paths that were tried because nothing may be written there.
    """

    ring: Mapping[int, Laid]
    rights: Mapping[str, frozenset[str]]
    listed: Rights | None = None
    longest_s: int | None = None
    forbidden: Sequence[str] = field(default_factory=policies.forbidden_to_bot)


def lint(client: ClusterClient, node: str, token: str, *, longest_s: int) -> Findings:
    """Read with the bot's own login, and compare; `longest_s`: of a token that a shift needs.

    Raises VaultError where that cannot be read.
    """
    return judge(read(client, node, token), longest_s=longest_s)


def read(client: ClusterClient, node: str, token: str) -> Seen:
    """Return what is there. Raises VaultError."""
    tokens = client.shift_tokens
    forbidden = _forbidden(client.cluster.auth)
    asked = (*policies.needed_by_bot(), *forbidden)
    rights = client.operations.capabilities(node, token, tuple(dict.fromkeys(asked)))
    ring = {place: _laid(tokens, node, token, place) for place in policies.places()}
    return Seen(
        ring=ring,
        rights=rights,
        listed=tokens.rights(node, token),
        longest_s=tokens.max_ttl_s(node, token),
        forbidden=forbidden,
    )


def _forbidden(login: Auth | None) -> tuple[str, ...]:
    """Return the paths to try; a login by a token's file has no mount of its own."""
    if isinstance(login, AppRole | Kubernetes):
        return policies.forbidden_to_bot(login.mount)
    return policies.forbidden_to_bot()


def _laid(tokens: ShiftTokens, node: str, token: str, place: int) -> Laid:
    name = policies.policy_name(place)
    try:
        policy = tokens.read_policy(node, token, name)
        return Laid(policy=policy, role=tokens.read_role(node, token, name))
    except PermissionDenied:
        return Laid(denied=True)


def judge(seen: Seen, *, longest_s: int) -> Findings:
    """Return what is wrong with this. Pure."""
    over = tuple(_too_much(seen))
    broken = {place: tuple(_of_place(place, laid)) for place, laid in seen.ring.items()}
    problems = [*over, *_too_little(seen.rights), *(w for words in broken.values() for w in words)]
    if seen.longest_s is not None and seen.longest_s < longest_s:
        problems.append(
            f"A token lasts {seen.longest_s} s at most and a shift needs {longest_s} s: tune "
            "max_lease_ttl of auth/token, or plan shorter shifts."
        )
    if seen.listed is None:
        problems.append(_UNLISTED)
    ready = () if over else (place for place, words in broken.items() if not words)
    mintable = (p for p in ready if _may_mint(seen.rights, p))
    laid = (p for p, place in seen.ring.items() if place.policy is not None)
    gone = (p for p, laid in seen.ring.items() if laid.policy is None and not laid.denied)
    changed = (p for p, laid in seen.ring.items() if laid.policy and not _is_needed(laid.policy))
    return Findings(
        places_ready=frozenset(mintable),
        places_laid=frozenset(laid),
        places_gone=frozenset(gone),
        places_changed=frozenset(changed),
        problems=tuple(problems),
    )


def _too_much(seen: Seen) -> Iterator[str]:
    """What Vault lists is told first; names that were tried find what it does not list."""
    listed = too_wide(seen.listed) if seen.listed else []
    tried = [path for path in seen.forbidden if _has_too_much(path, seen.rights)]
    over = list(dict.fromkeys([*listed, *tried]))
    if over:
        shown = _some(over)
        yield (
            f"Conclave's own login may write at {shown}: with that it is root. Take it away; "
            "nothing is minted before."
        )


def _has_too_much(path: str, rights: Mapping[str, frozenset[str]]) -> bool:
    return bool(rights.get(path, frozenset()) & _WRITES)


def _too_little(rights: Mapping[str, frozenset[str]]) -> Iterator[str]:
    lacking = [
        path
        for path, needed in policies.needed_by_bot().items()
        if "root" not in rights.get(path, frozenset()) and not needed <= rights.get(path, needed)
    ]
    if lacking:
        shown = _some(lacking)
        yield f"Conclave's own login lacks rights at {shown}. {_MEND}"


def _some(paths: Sequence[str]) -> str:
    """Return the first of these paths, and how many more there are."""
    left = len(paths) - _SHOWN
    return ", ".join(paths[:_SHOWN]) + (f" and {left} more" if left > 0 else "")


def _may_mint(rights: Mapping[str, frozenset[str]], place: int) -> bool:
    return bool(rights.get(policies.creation_path(place), frozenset()) & {"update", "root"})


def _of_place(place: int, laid: Laid) -> Iterator[str]:
    name = policies.policy_name(place)
    if laid.denied:
        yield f"Policy and role {name} cannot be read by Conclave's own login. {_MEND}"
        return
    if laid.policy is None:
        yield f"The policy {name} is missing. {_MEND}"
    elif not _is_needed(laid.policy):
        yield f"The policy {name} is another than it has to be. {_MEND}"
    wrong = role_faults(place, laid.role)
    if wrong:
        yield f"The token role {name} {', '.join(wrong)}. {_MEND}"


def _is_needed(policy: str) -> bool:
    return meaning(policy) == meaning(policies.shift_policy())


def role_faults(place: int, role: Role | None) -> tuple[str, ...]:
    """Return what is wrong with the role of this ring place, as ends of a sentence."""
    return ("is missing",) if role is None else tuple(_of_role(place, role))


def _of_role(place: int, role: Role) -> Iterator[str]:
    if role.kind != "batch":
        yield "makes no batch tokens"
    if not role.orphan:
        yield "makes tokens that end with the login"
    if role.renewable or role.period or role.explicit_max_ttl:
        yield "is renewable, periodic or has a longest TTL of its own"
    if role.policies != (policies.policy_name(place),) or role.patterns:
        yield "allows other policies than its own"
    if role.barred or role.addresses:
        yield "bars policies or addresses"
    if role.without_default:
        yield "leaves out the policy default, which a token needs to be looked at"


def meaning(policy: str) -> str:
    """Return the policy without comments and spaces; within quotes everything counts."""
    return "".join(part for part in _PARTS.findall(policy) if not part.startswith("#"))
