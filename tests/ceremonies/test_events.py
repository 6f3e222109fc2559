"""Events become log entries and come back the same."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceremonies import events
from ceremonies.errors import LogBroken
from ceremonies.events import Event, PromotionSlow, from_plain, to_plain
from ceremonies.evidence import Evidence
from tests.ceremonies.happenings import KINDS, evidence, happenings, one_of_kind

SECRETS = ("share", "otp", "token", "encoded_token", "key", "secret", "password")


@settings(deadline=None)
@given(event=happenings())
def test_an_event_survives_the_log(event: Event) -> None:
    """Through plain JSON and back, nothing is lost, added or turned into another type."""
    stored = json.dumps(to_plain(event))
    back = from_plain(json.loads(stored))
    assert back == event
    assert json.dumps(to_plain(back)) == stored


@settings(deadline=None)
@given(shown=evidence())
def test_evidence_survives_the_log(shown: Evidence) -> None:
    """What every node said stands in the log as it was judged."""
    event = PromotionSlow(ceremony="c1", evidence=shown)
    assert from_plain(json.loads(json.dumps(to_plain(event)))) == event


@settings(deadline=None, max_examples=10)
@given(data=st.data())
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_kind_has_a_name_of_its_own(kind: type[Any], data: st.DataObject) -> None:
    """The name in the log is the class's, in words; by it the event is found again."""
    event = data.draw(one_of_kind(kind))
    words = "".join(f"_{c.lower()}" if c.isupper() else c for c in kind.__name__).lstrip("_")
    assert to_plain(event)["type"] == words
    assert type(from_plain(to_plain(event))) is kind


def test_every_event_can_be_imported_by_name() -> None:
    """The folder's front lists them all."""
    assert {kind.__name__ for kind in KINDS} <= set(events.__all__)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_no_event_has_a_place_for_a_secret(kind: type[Any]) -> None:
    """Neither share nor OTP nor token could be written by mistake: there is no such field."""
    names = {field.name for field in dataclasses.fields(kind)}
    assert names.isdisjoint(SECRETS)


@pytest.mark.parametrize(
    "plain",
    [
        pytest.param({"type": "moon_landed", "ceremony": "c1"}, id="a kind of tomorrow"),
        pytest.param({"ceremony": "c1"}, id="no kind"),
        pytest.param({}, id="nothing"),
        pytest.param({"type": "thaw_agreed", "ceremony": "c1"}, id="a field is missing"),
        pytest.param({"type": "deadline_near", "ceremony": "c1", "deadline": "soon"}, id="no time"),
        pytest.param({"type": "round_lost", "cause": "bad luck"}, id="a cause that is none"),
        pytest.param({"type": 7}, id="a kind that is no text"),
        pytest.param({"type": "x" * 10_000}, id="a kind without end"),
    ],
)
def test_what_this_version_does_not_know_is_not_guessed(plain: dict[str, Any]) -> None:
    """It is refused with advice; nothing of the entry but its kind stands in the text."""
    with pytest.raises(LogBroken) as caught:
        from_plain(plain)
    assert "same version" in caught.value.advice
    assert caught.value.__cause__ is None
    assert len(str(caught.value)) < 200
