"""The policies and token roles that Conclave needs on a primary, as texts and fields. Pure.

They are laid by an operator: whoever may write a policy and mint from its role is root. Which
paths a batch token needs stands in docs/facts/vault.md, sections 4 and 6.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

RING = 8
BOT = "conclave"
_PRIMARY = "sys/replication/dr/primary"
_SECONDARY = "sys/replication/dr/secondary"

_ANY = "root-by-another-name"
_OF_MOUNTS = {  # what gives out policies at a login's mount of this name, by its kind
    **dict.fromkeys(("approle", "kubernetes", "jwt", "oidc", "aws", "azure", "gcp"), ("role",)),
    **dict.fromkeys(("ldap", "okta"), ("groups", "users")),
    **dict.fromkeys(("userpass", "radius"), ("users",)),
    "github": ("map/teams", "map/users"),
    "cert": ("certs",),
}
_OF_OWN_MOUNT = ("role", "roles", "users", "groups", "map/teams", "map/users", "certs")
_OF_A_ROLE = ("policies", "token-policies", "secret-id", "custom-secret-id")

_Ability = tuple[str, Sequence[str], str]  # path, capabilities, why

_SHIFT: tuple[_Ability, ...] = (
    (
        f"{_SECONDARY}/generate-operation-token/attempt",
        ("create", "read", "update", "delete"),
        "Vault 2.x wants a token for an attempt: start it, see it, cancel it",
    ),
    (
        f"{_SECONDARY}/generate-operation-token/update",
        ("create", "update"),
        "and to give shares to it",
    ),
    (f"{_SECONDARY}/promote", ("update",), "a failover"),
    (f"{_SECONDARY}/update-primary", ("update",), "the others follow the new primary"),
    (f"{_SECONDARY}/disable", ("update",), "a secondary leaves replication"),
    (f"{_SECONDARY}/operation-token/delete", ("update",), "an operation token's end"),
    (
        "sys/storage/raft/autopilot/state",
        ("read",),
        "the harmless read that shows on a secondary whether the token is good",
    ),
)
_OWN: tuple[_Ability, ...] = (
    (f"{_PRIMARY}/demote", ("update",), "planned failover, rejoin"),
    (f"{_PRIMARY}/disable", ("update",), "retire"),
    (f"{_PRIMARY}/enable", ("update",), "setup"),
    (f"{_PRIMARY}/secondary-token", ("update", "sudo"), "activation tokens"),
    (f"{_PRIMARY}/revoke-secondary", ("update",), "ids that nobody uses any more"),
    (
        f"{_SECONDARY}/enable",
        ("update", "sudo"),
        "setup; it wipes the cluster, and two people type it",
    ),
    ("sys/storage/raft/snapshot", ("read",), "a snapshot before something is lost"),
    ("sys/storage/raft/autopilot/state", ("read",), "the health overview"),
    ("sys/license/status", ("read",), "the gate of the licence"),
    ("sys/auth/token/tune", ("read", "sudo"), "how long a token may last at most"),
)


def policy_name(place: int) -> str:
    """Return the name of this ring place's policy, which is that of its role too."""
    return f"conclave-shift-{place}"


def creation_path(place: int) -> str:
    """Return where a token of this ring place is made, as a wrap tells it."""
    return f"auth/token/create/{policy_name(place)}"


def places() -> range:
    """Return the places of the ring."""
    return range(1, RING + 1)


def shift_policy() -> str:
    """Return what a token on duty may do: the same for every ring place."""
    return _written(
        "A token on duty (Conclave). Deleting this policy puts its tokens out of force.", _SHIFT
    )


def role(place: int) -> Mapping[str, object]:
    """Return the token role of this ring place: batch, and nothing that a batch token refuses.

    What has to be empty is said too: a field that is left out stays as it was (measured on OpenBao
    2.7.2), and a period that stays makes Vault refuse the rest.
    """
    return {
        "allowed_policies": [policy_name(place)],
        "allowed_policies_glob": [],
        "disallowed_policies": [],
        "disallowed_policies_glob": [],
        "orphan": True,
        "renewable": False,
        "token_bound_cidrs": [],
        "token_explicit_max_ttl": 0,
        "token_no_default_policy": False,
        "token_period": 0,
        "token_type": "batch",
    }


def bot_policy(*, canaries: Iterable[str] = ()) -> str:
    """Return the least that Conclave's own login needs; `canaries` are read after a promotion."""
    ring = [ability for place in places() for ability in _of_place(place)]
    paths = dict.fromkeys(path.strip("/") for path in canaries)
    reads = [(path, ("read",), "the canary") for path in paths]
    title = "Conclave's own login. It may write no policy and no role."
    return _written(title, (*_OWN, *reads, *ring))


def needed_by_bot() -> Mapping[str, frozenset[str]]:
    """Return the capabilities that Conclave's own login needs, by path."""
    ring = [ability for place in places() for ability in _of_place(place)]
    return {path: frozenset(names) for path, names, _ in (*_OWN, *ring)}


def needed_by_shift() -> Mapping[str, frozenset[str]]:
    """Return the capabilities that a token on duty needs, by path."""
    return {path: frozenset(names) for path, names, _ in _SHIFT}


def forbidden_to_bot(mount: str = "approle") -> tuple[str, ...]:
    """Return paths at which Conclave's own login, which is at `mount`, may not write.

    It would be root. They are what finds a path with `+`, which Vault lists nowhere.
    """
    rings = [policy_name(place) for place in places()]
    return (
        f"sys/policies/acl/{_ANY}",
        f"sys/policy/{_ANY}",
        "sys/policies/acl/default",
        "sys/policy/default",
        f"sys/policies/acl/{BOT}",
        *(f"sys/policies/acl/{name}" for name in rings),
        *(f"sys/policy/{name}" for name in rings),
        f"auth/token/roles/{_ANY}",
        *(f"auth/token/roles/{name}" for name in rings),
        "auth/token/create",
        "auth/token/create-orphan",
        f"auth/token/create/{_ANY}",
        *_logins(mount.strip("/")),
        *_identities(),
        f"sys/auth/{_ANY}",
        f"sys/raw/{_ANY}",
        "sys/storage/raft/snapshot",
        "sys/storage/raft/snapshot-force",
    )


def _logins(own: str) -> Iterable[str]:
    """Yield what gives out policies to whoever logs in; mounts are tried by their usual names."""
    mounts = {**_OF_MOUNTS, own: _OF_OWN_MOUNT}
    for mount, kinds in mounts.items():
        yield from (f"auth/{mount}/{kind}/{_ANY}" for kind in kinds)
    yield f"auth/{own}/config"
    yield from (f"auth/{own}/role/{_ANY}/{part}" for part in _OF_A_ROLE)


def _identities() -> Iterable[str]:
    for kind in ("entity", "group"):
        yield from (
            f"identity/{kind}",
            f"identity/{kind}/id/{_ANY}",
            f"identity/{kind}/name/{_ANY}",
        )
    for kind in ("entity-alias", "group-alias", "alias", "persona"):
        yield from (f"identity/{kind}", f"identity/{kind}/id/{_ANY}")


def canary_paths(path: str) -> tuple[str, ...]:
    """Return the paths at which a canary may be read: as written, and as version 2 of KV has it."""
    plain = path.strip("/")
    mount, _, rest = plain.partition("/")
    return (plain, f"{mount}/data/{rest}") if rest and not rest.startswith("data/") else (plain,)


def _of_place(place: int) -> tuple[_Ability, ...]:
    name = policy_name(place)
    return (
        (creation_path(place), ("create", "update"), f"minting from place {place}"),
        (f"auth/token/roles/{name}", ("read",), "looked at before each shift"),
        (
            f"sys/policies/acl/{name}",
            ("read", "delete"),
            "looked at; deleted to put it out of force",
        ),
    )


def _written(title: str, abilities: Iterable[_Ability]) -> str:
    parts = [f"# {title}\n"]
    parts += [
        f'# {why}\npath "{path}" {{\n  capabilities = {json.dumps(list(names))}\n}}\n'
        for path, names, why in abilities
    ]
    return "\n".join(parts)
