"""What an operator has to mend of policies, roles and rights, part by part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from ceremonies import policies
from ceremonies.lint import Findings, Laid, Seen, judge, meaning
from ceremonies.policies import bot_policy, creation_path, policy_name, shift_policy
from ceremonies.rights import Rights
from ceremonies.vault.shift_tokens import Role

MEND = "Lay it with conclave policy --apply."
ALL = frozenset(policies.places())
DAY_S = 24 * 3600


def role(place: int = 1, **changed: Any) -> Role:  # noqa: ANN401 — whatever a role has
    """Return the role of this place, with these fields instead."""
    as_laid = Role(kind="batch", orphan=True, renewable=False, policies=(policy_name(place),))
    return replace(as_laid, **changed)


def seen(
    ring: Mapping[int, Laid] | None = None,
    rights: Mapping[str, frozenset[str]] | None = None,
    **more: Any,  # noqa: ANN401 — whatever is seen
) -> Seen:
    """Return a primary where all is as it has to be, but for these."""
    laid = {place: Laid(policy=shift_policy(), role=role(place)) for place in policies.places()}
    may = dict.fromkeys(policies.forbidden_to_bot(), frozenset({"deny"}))
    may |= {
        f"sys/policies/acl/{policy_name(place)}": frozenset({"read", "delete"})
        for place in policies.places()
    }
    may |= {**policies.needed_by_bot(), **(rights or {})}
    listed = Rights(exact=may, prefixes={})
    return Seen(**{"ring": laid | dict(ring or {}), "rights": may, "listed": listed, **more})


def judged(found: Seen, *, longest_s: int = DAY_S) -> Findings:
    """Return what is wrong with it."""
    return judge(found, longest_s=longest_s)


def test_rights_that_are_not_listed() -> None:
    """Only names were tried: places stay ready, and an operator is told."""
    found = judged(seen(listed=None))
    assert found.places_ready == ALL
    (words,) = found.problems
    assert "resultant-acl" in words


def test_all_is_well() -> None:
    """Nothing is to be mended, and every place is ready."""
    assert judged(seen()) == Findings(places_ready=ALL, places_laid=ALL)


PATHS = tuple(policies.needed_by_shift())
WEAKENED: dict[str, Callable[[str], str]] = {
    "nothing in it": lambda _: "# nothing",
    "everything": lambda _: 'path "*" { capabilities = ["sudo", "update"] }',
    "a path added": lambda text: text + 'path "kv/*" { capabilities = ["read"] }',
    "a star": lambda text: text.replace("secondary/promote", "secondary/*"),
    "a plus": lambda text: text.replace("secondary/promote", "+/promote"),
    "sudo": lambda text: text.replace('["update"]', '["update", "sudo"]', 1),
    "denied": lambda text: text + f'path "{PATHS[2]}" {{ capabilities = ["deny"] }}',
    "a space within a path": lambda text: text.replace("dr/secondary/promote", "dr/ promote"),
    "a line within a comment": lambda text: text.replace(f'path "{PATHS[2]}"', f'# "{PATHS[2]}"'),
    "a hash within a path": lambda text: text.replace("secondary/promote", "secondary/promote#"),
    "another kind of comment": lambda text: f"/* {text} */",
}


@pytest.mark.parametrize("change", list(WEAKENED.values()), ids=list(WEAKENED))
def test_a_policy_that_was_changed(change: Callable[[str], str]) -> None:
    """Its place is not ready, the others are; it is told with what to do."""
    changed = change(shift_policy())
    assert changed != shift_policy()
    found = judged(seen({3: Laid(policy=changed, role=role(3))}))
    assert found.places_ready == ALL - {3}
    assert found.problems == (f"The policy conclave-shift-3 is another than it has to be. {MEND}",)


def blocks(policy: str) -> list[str]:
    """Return the policy's parts, each a path with what it lets do."""
    return policy.split("\n\n")


@pytest.mark.parametrize("path", PATHS)
def test_a_part_that_was_left_out(path: str) -> None:
    """Each path of it is needed."""
    left = [block for block in blocks(shift_policy()) if f'path "{path}"' not in block]
    assert len(left) == len(blocks(shift_policy())) - 1
    found = judged(seen({1: Laid(policy="\n\n".join(left), role=role())}))
    assert found.places_ready == ALL - {1}


@pytest.mark.parametrize(
    ("path", "capability"),
    [(path, one) for path, some in policies.needed_by_shift().items() for one in sorted(some)],
)
def test_a_capability_that_was_left_out(path: str, capability: str) -> None:
    """Each capability of each path is needed."""
    (block,) = [b for b in blocks(shift_policy()) if f'path "{path}"' in b]
    weaker = block.replace(f'"{capability}"', '"list"')
    found = judged(seen({1: Laid(policy=shift_policy().replace(block, weaker), role=role())}))
    assert found.places_ready == ALL - {1}


def test_what_a_policy_means() -> None:
    """Comments, spaces and line ends are nobody's concern; what stands in quotes is."""
    other = shift_policy().replace("\n", "\r\n").replace("  ", "\t").replace("# ", "#another ")
    assert meaning(other) == meaning(shift_policy())
    assert meaning('path "a b" {}') != meaning('path "ab" {}')
    assert meaning('path "a#b" {}') != meaning('path "a" {}')
    assert meaning(r'path "a\"#b" {}') != meaning(r'path "a\"" {}')


def test_a_place_that_is_missing_or_may_not_be_read() -> None:
    """It is said which part of it, and that an operator lays it."""
    missing = judged(seen({1: Laid(), 2: Laid(policy=shift_policy()), 3: Laid(role=role(3))}))
    assert missing.places_ready == ALL - {1, 2, 3}
    assert missing.places_laid == ALL - {1, 3}
    assert missing.places_gone == {1, 3}
    assert missing.problems == (
        f"The policy conclave-shift-1 is missing. {MEND}",
        f"The token role conclave-shift-1 is missing. {MEND}",
        f"The token role conclave-shift-2 is missing. {MEND}",
        f"The policy conclave-shift-3 is missing. {MEND}",
    )
    (words,) = judged(seen({5: Laid(denied=True)})).problems
    assert "conclave-shift-5 cannot be read by Conclave's own login" in words


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        pytest.param({"kind": "service"}, "makes no batch tokens", id="service"),
        pytest.param({"kind": "default-batch"}, "makes no batch tokens", id="a type by default"),
        pytest.param({"orphan": False}, "makes tokens that end with the login", id="no orphan"),
        pytest.param(
            {"renewable": True},
            "is renewable, periodic or has a longest TTL of its own",
            id="renewable",
        ),
        pytest.param(
            {"period": 60},
            "is renewable, periodic or has a longest TTL of its own",
            id="a period",
        ),
        pytest.param(
            {"explicit_max_ttl": 60},
            "is renewable, periodic or has a longest TTL of its own",
            id="a longest TTL",
        ),
        pytest.param({"policies": ()}, "allows other policies than its own", id="any policy"),
        pytest.param(
            {"policies": ("conclave-shift-1", "admin")},
            "allows other policies than its own",
            id="one more policy",
        ),
        pytest.param(
            {"policies": ("conclave-shift-2",)},
            "allows other policies than its own",
            id="another place's policy",
        ),
        pytest.param({"patterns": ("*",)}, "allows other policies than its own", id="a pattern"),
        pytest.param({"barred": ("default",)}, "bars policies or addresses", id="barred"),
        pytest.param({"addresses": ("10.0.0.0/8",)}, "bars policies or addresses", id="addresses"),
        pytest.param(
            {"without_default": True},
            "leaves out the policy default, which a token needs to be looked at",
            id="without default",
        ),
    ],
)
def test_a_role_that_was_changed(changed: dict[str, Any], words: str) -> None:
    """Its place is not ready, and it is told what the role does."""
    found = judged(seen({1: Laid(policy=shift_policy(), role=role(**changed))}))
    assert found.places_ready == ALL - {1}
    assert found.problems == (f"The token role conclave-shift-1 {words}. {MEND}",)


@pytest.mark.parametrize("capability", ["create", "update", "patch", "sudo", "root"])
@pytest.mark.parametrize(
    "path",
    [
        "sys/policies/acl/root-by-another-name",
        "sys/policy/root-by-another-name",
        "sys/policies/acl/default",
        f"sys/policies/acl/{policies.BOT}",
        f"sys/policies/acl/{policy_name(1)}",
        f"sys/policy/{policy_name(8)}",
        f"auth/token/roles/{policy_name(1)}",
        "auth/token/roles/root-by-another-name",
        "auth/token/create",
        "auth/token/create-orphan",
        "auth/token/create/root-by-another-name",
    ],
)
def test_a_bot_that_could_make_itself_root(path: str, capability: str) -> None:
    """Nothing is minted before it is taken away, though all else is as it has to be."""
    may = frozenset({"read", "delete", capability})
    found = judged(seen(rights={path: may}))
    assert found.places_ready == frozenset()
    assert any(path in words and "nothing is minted before" in words for words in found.problems), (
        found.problems
    )


def test_what_vault_lists_counts_too() -> None:
    """A path that nobody would have thought of is told as Vault has it."""
    wide = Rights(exact={}, prefixes={"sys/policies/acl/x": frozenset({"update"})})
    found = judged(seen(listed=wide))
    assert found.places_ready == frozenset()
    assert "sys/policies/acl/x*" in found.problems[0]


@pytest.mark.parametrize("path", list(policies.needed_by_bot()))
def test_a_right_that_the_bot_lacks(path: str) -> None:
    """It is told which; only a place from which it may not mint is not ready."""
    found = judged(seen(rights={path: frozenset({"deny"})}))
    (words,) = found.problems
    assert words == f"Conclave's own login lacks rights at {path}. {MEND}"
    not_ready = {place for place in policies.places() if path == creation_path(place)}
    assert found.places_ready == ALL - not_ready


def test_many_paths_are_not_all_told() -> None:
    """Three are, and how many more there are."""
    nothing = dict.fromkeys(policies.needed_by_bot(), frozenset({"deny"}))
    (words,) = judged(seen(rights=nothing)).problems
    assert words.count(", ") == 2
    assert f"and {len(nothing) - 3} more" in words


@pytest.mark.parametrize(
    ("longest_s", "told"),
    [
        pytest.param(DAY_S - 1, True, id="a second too short"),
        pytest.param(DAY_S, False, id="just long enough"),
        pytest.param(None, False, id="it may not be read"),
    ],
)
def test_a_shift_that_is_longer_than_a_token(longest_s: int | None, told: bool) -> None:  # noqa: FBT001
    """It is told how long each is, and both ways out."""
    problems = judged(seen(longest_s=longest_s)).problems
    words = (
        f"A token lasts {longest_s} s at most and a shift needs {DAY_S} s: tune max_lease_ttl of "
        "auth/token, or plan shorter shifts."
    )
    assert problems == ((words,) if told else ())


def test_the_texts_hold_what_is_needed() -> None:
    """Each path that is needed stands in the policy, once; the bot's lets it write none."""
    for path in policies.needed_by_shift():
        assert shift_policy().count(f'path "{path}"') == 1
    text = bot_policy(canaries=("/kv/canary/", "kv/canary", "secret/data/canary"))
    for path in (*policies.needed_by_bot(), "kv/canary", "secret/data/canary"):
        assert text.count(f'path "{path}"') == 1
    for path in policies.forbidden_to_bot():
        may = policies.needed_by_bot().get(path, frozenset())
        assert not may & {"create", "update", "patch", "sudo"}
    assert "*" not in text + shift_policy()
    assert "+" not in text + shift_policy()
