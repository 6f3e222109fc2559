"""What a typed line asks for: `/dr start payments for=promote reason=…` as a value. Pure.

Names and options ignore case. What mobile clients make of a line is undone: curly quotes, dashes
for hyphens, hard spaces, invisible characters, Slack's own escapes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.listeners.wording import closest, listed, plain, shown, unquoted
from ceremonies import share
from ceremonies.commands import Reason, Refusal
from ceremonies.duty import RING
from ceremonies.events import Play, Purpose
from ceremonies.topology import ReplicationSet

LONGEST_REASON = 500
_COMMAND = "/dr"  # as our texts write it

_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_REASON = re.compile(rf"(?:^|(?<=\s))[{_DASHES}]*reason\s*=\s*", re.IGNORECASE)
_EQUALS = re.compile(r"\s*=\s*")


class Verb(StrEnum):
    """What `/dr` does now."""

    HELP = "help"
    START = "start"
    STATUS = "status"
    CANCEL = "cancel"
    NUDGE = "nudge"
    PROMOTE = "promote"
    HEALTH = "health"
    RUN = "run"
    SHIFT = "shift"


class ShiftWish(StrEnum):
    """What `/dr shift SET …` does."""

    STATUS = "status"
    ISSUE = "issue"
    HANDOVER = "handover"
    KILL = "kill"


LATER = ("report",)
_OPTIONS: Mapping[Verb, tuple[str, ...]] = {
    Verb.HELP: (),
    Verb.START: ("for", "cluster", "reason"),
    Verb.STATUS: (),
    Verb.CANCEL: ("cluster",),
    Verb.NUDGE: ("cluster",),
    Verb.PROMOTE: ("cluster", "reason"),
    Verb.HEALTH: (),
    Verb.RUN: ("cluster", "reason"),
    Verb.SHIFT: ("place", "reason"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A line that was understood. Empty: not said. A set that is named is one that is served."""

    verb: Verb
    set_name: str = ""
    cluster: str = ""
    purpose: Purpose | None = None
    play: Play | None = None
    shift: ShiftWish = ShiftWish.STATUS
    place: int = 0
    reason: str = ""


def parse(
    text: str, sets: Mapping[str, ReplicationSet], *, command: str = _COMMAND
) -> Order | Refusal:
    """Return what the line after the command asks for, or a refusal that says what fits.

    Of a line that holds a share nothing is repeated, neither in an answer nor in its buttons.
    """
    if share.is_shown_in(html.unescape(text)):
        return Refusal(reason=Reason.MALFORMED, words=share.SHOWN_WORDS)
    answer = _read(text, sets)
    if isinstance(answer, Order):
        return answer
    # A person's own words hold no backtick any more, so only ours are changed.
    return replace(answer, words=answer.words.replace(f"`{_COMMAND}", f"`{command}"))


def _read(text: str, sets: Mapping[str, ReplicationSet]) -> Order | Refusal:
    line = plain(text)
    found = _REASON.search(line)
    head, reason = (line[: found.start()], line[found.end() :]) if found else (line, None)
    words = [unquoted(word) for word in _EQUALS.sub("=", head).split()]
    if not words:
        return Order(verb=Verb.HELP) if reason is None else _unknown("reason=")
    name, *rest = words
    verb = _verb(name)
    if isinstance(verb, Refusal):
        return verb
    options = _options(verb, [word for word in rest if "=" in word])
    if isinstance(options, Refusal):
        return options
    if reason is not None:
        if "reason" not in _OPTIONS[verb]:
            return _no_such_option(verb, "reason")
        options["reason"] = unquoted(" ".join(reason.split()))[:LONGEST_REASON].rstrip()
    return _order(verb, [word for word in rest if "=" not in word], options, sets)


def _order(
    verb: Verb, places: list[str], options: dict[str, str], sets: Mapping[str, ReplicationSet]
) -> Order | Refusal:
    if verb is Verb.HELP:
        return Order(verb=verb)
    play = _play(places, sets) if verb is Verb.RUN else None
    if isinstance(play, Refusal):
        return play
    places = [place for place in places if play is None or _as_play(place) != play]
    shift = _shift(places, sets) if verb is Verb.SHIFT else ShiftWish.STATUS
    places = [place for place in places if verb is not Verb.SHIFT or place.casefold() != shift]
    ring = _ring_place(options.get("place", ""))
    if isinstance(ring, Refusal):
        return ring
    if len(places) > 1:
        return _left_over(verb, places[1])
    where = _place(verb, places, options.get("cluster", ""), sets)
    if isinstance(where, Refusal):
        return where
    purpose = _purpose(options["for"]) if "for" in options else None
    if isinstance(purpose, Refusal):
        return purpose
    return Order(
        verb=verb,
        set_name=where[0],
        cluster=where[1],
        purpose=purpose,
        play=play,
        shift=shift,
        place=ring,
        reason=options.get("reason", ""),
    )


def _verb(word: str) -> Verb | Refusal:
    name = word.casefold()
    if name in set(Verb):
        return Verb(name)
    if name in LATER:
        return _later(f"`/dr {name}`")
    return _unknown(name)


def _unknown(name: str) -> Refusal:
    close = closest(name, Verb)
    hint = f" Did you mean `/dr {close}`?" if close else ""
    known = ", ".join(f"`{verb}`" for verb in Verb)
    words = f"I do not know `{shown(name)}`.{hint} After `/dr` come {known}."
    return Refusal(reason=Reason.MALFORMED, words=words)


def _options(verb: Verb, words: Iterable[str]) -> dict[str, str] | Refusal:
    options: dict[str, str] = {}
    for word in words:
        name, _, value = word.lstrip(_DASHES).partition("=")
        name = name.casefold()
        if name not in _OPTIONS[verb]:
            return _no_such_option(verb, name)
        if name in options:
            words_ = f"`{name}=` stands twice; say it once."
            return Refusal(reason=Reason.MALFORMED, words=words_)
        if not value:
            words_ = f"`{name}=` has no value. {_usage(verb)}"
            return Refusal(reason=Reason.MALFORMED, words=words_)
        options[name] = value.casefold()
    return options


def _no_such_option(verb: Verb, name: str) -> Refusal:
    close = closest(name, _OPTIONS[verb])
    hint = f" Did you mean `{close}=`?" if close else ""
    words = f"`/dr {verb}` has no option `{shown(name)}=`.{hint} {_usage(verb)}"
    return Refusal(reason=Reason.MALFORMED, words=words)


def _left_over(verb: Verb, word: str) -> Refusal:
    if verb is Verb.START and word.casefold() in set(Purpose):
        hint = f"Write `for={word.casefold()}`."
    else:
        hint = _usage(verb)
    words = f"I do not know what `{shown(word)}` is for. {hint}"
    return Refusal(reason=Reason.MALFORMED, words=words)


def _place(
    verb: Verb, places: list[str], cluster: str, sets: Mapping[str, ReplicationSet]
) -> tuple[str, str] | Refusal:
    """Return set and cluster, either possibly empty. `payments/b` names both at once."""
    if not places:
        if verb in (Verb.STATUS, Verb.HEALTH):
            return "", ""
        if len(sets) > 1:
            words = f"Say which replication set: {listed(sets)}. {_usage(verb)}"
            return Refusal(reason=Reason.AMBIGUOUS, words=words)
        places = [next(iter(sets))]
    name, slash, named = places[0].casefold().partition("/")
    if name not in sets:
        return _no_such_set(verb, name, sets)
    if slash and cluster and named != cluster:
        words = f"`{shown(places[0])}` and `cluster={shown(cluster)}` name two clusters."
        return Refusal(reason=Reason.MALFORMED, words=words)
    wanted = named or cluster
    if wanted and sets[name].cluster(wanted) is None:
        known = listed(c.name for c in sets[name].clusters)
        words = f"`{name}` has no cluster `{shown(wanted)}`; it has {known}."
        return Refusal(reason=Reason.MALFORMED, words=words)
    return name, wanted


def _no_such_set(verb: Verb, name: str, sets: Mapping[str, ReplicationSet]) -> Refusal:
    close = closest(name, sets)
    hint = f" Did you mean `{close}`?" if close else ""
    if verb is Verb.START and name in set(Purpose):
        hint = f" A purpose is written `for={name}`."
    words = f"There is no replication set `{shown(name)}`.{hint} There are: {listed(sets)}."
    return Refusal(reason=Reason.MALFORMED, words=words)


def _purpose(value: str) -> Purpose | Refusal:
    name = value.replace("_", "-")
    if name not in set(Purpose):
        close = closest(name, Purpose)
        hint = f" Did you mean `for={close}`?" if close else ""
        words = f"No ceremony is for `{shown(value)}`.{hint} It can be for {listed(Purpose)}."
        return Refusal(reason=Reason.MALFORMED, words=words)
    return Purpose(name)


def _as_play(word: str) -> str:
    return word.casefold().replace("_", "-")


def _play(places: Sequence[str], sets: Iterable[str]) -> Play | Refusal | None:
    """Return the runbook that is named, wherever it stands beside the set's name; None: none is."""
    said = [_as_play(place) for place in places]
    named = [word for word in said if word in set(Play)]
    if len(named) == 1:
        return Play(named[0])
    known = set(sets)
    if all(place.casefold().partition("/")[0] in known for place in places):
        return None
    close = next((name for word in said if (name := closest(word, Play))), "")
    hint = f" Did you mean `{close}`?" if close else ""
    words = f"Say which runbook: {listed(Play)}.{hint} {_usage(Verb.RUN)}"
    return Refusal(reason=Reason.MALFORMED, words=words)


def _shift(places: Iterable[str], sets: Mapping[str, ReplicationSet]) -> ShiftWish:
    """Return what is wished, wherever it stands beside the set's name; status if nothing is."""
    said = [place.casefold() for place in places if place.casefold() not in sets]
    named = [word for word in said if word in set(ShiftWish)]
    return ShiftWish(named[0]) if named else ShiftWish.STATUS


def _ring_place(value: str) -> int | Refusal:
    """Return the ring place that is named; 0: none is."""
    if not value:
        return 0
    if value.isascii() and value.isdecimal() and 1 <= int(value) <= RING:
        return int(value)
    words = f"`place=` is a ring place, 1 to {RING}. {_usage(Verb.SHIFT)}"
    return Refusal(reason=Reason.MALFORMED, words=words)


def _later(what: str) -> Refusal:
    words = f"{what} comes later; this version does not do it. Nothing happened."
    return Refusal(reason=Reason.COMES_LATER, words=words)


def _usage(verb: Verb) -> str:
    shapes = {
        "for": "for=promote|update-primary|disable|drill",
        "cluster": "[cluster=NAME]",
        "reason": "[reason=…]",
        "place": "[place=N]",
    }
    place = {Verb.HELP: "", Verb.STATUS: " [SET]", Verb.HEALTH: " [SET]"}.get(verb, " SET")
    if verb is Verb.RUN:
        place = f" SET {'|'.join(Play)}"
    if verb is Verb.SHIFT:
        place = f" SET [{'|'.join(ShiftWish)}]"
    options = "".join(f" {shapes[name]}" for name in _OPTIONS[verb])
    return f"It is written `/dr {verb}{place}{options}`."
