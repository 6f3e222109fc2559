"""Checking a whole log: every hash, every signature, every key, and all that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ceremonies.chain import EMPTY, Head, Row, Scope
from ceremonies.errors import LogBroken
from ceremonies.identity import PublicIdentity
from ceremonies.trust import Trust

_FAULTS_TOLD = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong where entry `n` stands, in words."""

    n: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What checking a log found: the first hundred faults, oldest first."""

    entries: int
    head: Head
    keys: tuple[str, ...]
    faults: tuple[Fault, ...]

    @property
    def holds(self) -> bool:
        """Whether the whole chain holds."""
        return not self.faults


def verified(rows: Iterable[Row], *, scope: Scope, own: PublicIdentity) -> Verification:
    """Check these rows, which are the whole log; `own` is the key that must have signed in it.

    Goes on after a fault from what is stored there, so that one change is told as one fault.
    """
    trust = Trust(scope, own)
    faults: list[Fault] = []
    head, entries = EMPTY, 0
    for row in rows:
        entries += 1
        try:
            entry = scope.read(head, row)
            trust.take(entry)
            trust.check(entry)
        except LogBroken as error:
            faults.append(Fault(n=head.n + 1, words=str(error)))
        head = row.head if row.n else Head(n=head.n + 1, hash=row.head.hash)
    try:
        trust.settle()
    except LogBroken as error:
        faults.append(Fault(n=head.n, words=str(error)))
    return Verification(
        entries=entries, head=head, keys=trust.keys, faults=tuple(faults[:_FAULTS_TOLD])
    )
