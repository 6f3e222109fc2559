"""Anything that a log could hold: every kind of event, about few things, so that they meet."""

from __future__ import annotations

import dataclasses
from enum import Enum
from typing import Any, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from ceremonies.events import Event, PlannedStep, Posted, Unposted
from ceremonies.evidence import Evidence, Finding, NodeSeen, Override
from tests.ceremonies.cast import HOLDERS, KIM, SAM
from tests.ceremonies.sights import CLEAR, LIVE_PRIMARY, T0

KINDS: tuple[type[Any], ...] = get_args(get_args(Event)[0])
_PEOPLE = st.sampled_from((*HOLDERS, SAM, KIM, ""))
_MOMENTS = st.integers(min_value=T0 - 1000, max_value=T0 + 20_000_000)
_SMALL = st.integers(min_value=0, max_value=5)
_SIGHTS = st.sampled_from((CLEAR, LIVE_PRIMARY))

# What these fields hold decides whether two events are about the same thing.
_NAMED: dict[str, st.SearchStrategy[Any]] = {
    "runbook": st.sampled_from(("r1", "r2", "")),
    "step": st.sampled_from(("token:b", "promote:b", "demote:a", "update-primary:a", "")),
    "ceremony": st.sampled_from(("c1", "c2", "c3", "")),
    "cluster": st.sampled_from(("a", "b")),
    "lane": st.sampled_from(("a", "b", "post")),
    "effect": st.sampled_from(("e1", "e2", "e3", "")),
    "duty": st.sampled_from(("e1", "e2", "")),
    "shift": st.sampled_from(("s1", "s2")),
    "place": _SMALL,
    "holder": _PEOPLE,
    "other": _PEOPLE,
    "by": _PEOPLE,
    "cause": st.sampled_from(("deadline", "max", "token-unused")),
    "nonce": st.sampled_from(("n1", "n2", "")),
    "cancel_nonce": st.sampled_from(("n1", "n2", "")),
    "round": _SMALL,
    "x": _SMALL,
    "progress": _SMALL,
    "required": _SMALL,
    "count": _SMALL,
    "upto": _SMALL,
    "mark": st.sampled_from(("m1", "m2")),
    "deadline": _MOMENTS,
    "max_at": _MOMENTS,
    "until": _MOMENTS,
}


def happenings() -> st.SearchStrategy[Event]:
    """Return a strategy for any event."""
    return st.one_of([one_of_kind(kind) for kind in KINDS])


def one_of_kind(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Return a strategy for one kind of event, or of value in one."""
    hints = get_type_hints(kind)
    fields = {
        field.name: _of_field(field.name, hints[field.name])
        for field in dataclasses.fields(kind)
        if field.name != "type"
    }
    return st.builds(kind, **fields)


def _of_field(name: str, hint: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 — a type hint
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    if hint in (Posted, Unposted, NodeSeen, Finding, PlannedStep, Override):
        return one_of_kind(hint)
    if hint is Evidence:
        return _SIGHTS
    if hint == Evidence | None:
        return st.none() | _SIGHTS
    if get_origin(hint) is tuple:
        one = "by" if name in ("by", "holders") else ""
        return st.lists(_of_field(one, get_args(hint)[0]), max_size=4).map(tuple)
    if name in _NAMED:
        return _NAMED[name]
    return {str: st.text(max_size=20), int: _SMALL, bool: st.booleans()}[hint]


def evidence() -> st.SearchStrategy[Evidence]:
    """Return a strategy for any evidence, not only what the gate would make."""
    text = st.text(max_size=20)
    seen = st.builds(
        NodeSeen,
        cluster=text,
        node=text,
        answers=st.booleans(),
        mode=text,
        cluster_id=st.none() | text,
        active=st.none() | st.booleans(),
        sealed=st.none() | st.booleans(),
        answer=text,
    )
    return st.builds(
        Evidence,
        at=_MOMENTS,
        target=text,
        target_mode=text,
        target_cluster_id=st.none() | text,
        nodes=st.lists(seen, max_size=3).map(tuple),
        findings=st.lists(one_of_kind(Finding), max_size=3).map(tuple),
    )
