"""A file that is refused: all its mistakes at once, without its secrets, with exit status 2."""

from __future__ import annotations

import pytest

from bot import settings
from ceremonies.errors import Misconfigured
from tests.bot.settings.conftest import Draft
from tests.bot.settings.mistakes import SET, in_b, in_set, put


def test_everything_that_is_wrong_is_told_at_once(draft: Draft) -> None:
    """Somebody who writes a configuration does not mend it one start at a time."""
    in_b(nodes=[])(draft)
    in_set(home_primary="c")(draft)

    with pytest.raises(Misconfigured) as refused:
        settings.load(draft.write())

    lines = str(refused.value).splitlines()
    assert len(lines) == 2
    assert all(line.startswith(f"{draft.path}: {SET}.") for line in lines)
    assert "List every node" in str(refused.value)
    assert refused.value.advice == "Mend all 2, then start again."


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(b"[slack\n", "this is no TOML", id="no TOML"),
        pytest.param(b"\xff\xfe", "not UTF-8", id="no text"),
        pytest.param(b'slack = 1\nslack = "T"', "this is no TOML", id="a key twice"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(content: bytes, problem: str, draft: Draft) -> None:
    """The file is named."""
    environment = draft.write()
    draft.path.write_bytes(content)

    with pytest.raises(Misconfigured) as refused:
        settings.load(environment)

    assert str(refused.value).startswith(f"{draft.path}: ")
    assert problem in str(refused.value)


def test_a_file_that_is_not_there_is_refused(draft: Draft) -> None:
    """The mend names the variable that names the file."""
    environment = draft.write()
    draft.path.unlink()

    with pytest.raises(Misconfigured, match=r"conclave\.toml: No such file") as refused:
        settings.load(environment)

    assert "CONCLAVE_CONFIG" in refused.value.advice


def test_what_is_refused_does_not_repeat_secrets(draft: Draft) -> None:
    """An Apprise URL holds a key of somebody's pager: it stands in no error."""
    secret = "4f7a9d0e2b6c"
    put("notify", urls=[f"nosuchway://{secret}@pager", 7])(draft)
    with pytest.raises(Misconfigured) as wrong_type:
        settings.load(draft.write())
    draft.table("notify")["urls"].pop()
    with pytest.raises(Misconfigured) as unknown:
        settings.load(draft.write())

    for error in (wrong_type.value, unknown.value):
        assert secret not in str(error) + error.advice + repr(error)
        assert error.__cause__ is None
        assert error.__suppress_context__ or error.__context__ is None


def test_as_a_process_it_ends_with_2(draft: Draft) -> None:
    """`conclave run` says the file, the key and the mend on stderr, and nothing on stdout."""
    in_set(key_holders=["U0ADA", "U0EVE"])(draft)

    done = draft.conclave("run")

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        f"conclave: {draft.path}: {SET}.key_holders[U0EVE]: this holder is nobody in [[people]]\n"
        "  Add a [[people]] table with this id, or correct the id.\n"
    )
