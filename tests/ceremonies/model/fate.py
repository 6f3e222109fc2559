"""What may go wrong at a border that a replica's step passes.

A replica's step meets its borders one after the other: log, keychain, cluster. A `Fate` strikes at
one of them: the replica dies, a reply is cut, or the world goes on for a minute while it hangs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ceremonies.errors import VaultError
from ceremonies.vault import errors as e
from tests.ceremonies.model.vault import NODE


class Died(BaseException):
    """The replica's process is gone; nobody may catch it on the way."""


class Blow(StrEnum):
    """What strikes a step of a replica at one of its borders."""

    NONE = "none"
    DIES_BEFORE = "dies-before"
    DIES_AFTER = "dies-after"
    CUT_BEFORE = "cut-before"  # Vault only: sent, never arrived
    CUT_AFTER = "cut-after"  # Vault only: done, the reply is lost
    HANGS_AFTER = "hangs-after"  # for longer than an intent lasts


@dataclass
class Fate:
    """A blow at the `border`-th border from here, and what others do while a replica hangs."""

    blow: Blow = Blow.NONE
    border: int = 0
    hangs: float = 0  # seconds
    restarted: bool = False  # a commander who sees nothing happen meanwhile wants a new attempt
    meanwhile: Callable[[], None] = lambda: None

    @contextmanager
    def strikes(self, *, vault: bool) -> Iterator[None]:
        """Pass one border."""
        here = self.blow is not Blow.NONE and self.border == 0
        self.border -= 1
        blow = self.blow if here else Blow.NONE
        cut = e.NoReply(node=NODE, fault=e.Fault.CUT)
        if blow is Blow.DIES_BEFORE:
            raise Died
        if vault and blow is Blow.CUT_BEFORE:
            raise cut
        problem: VaultError | None = None
        try:
            yield
        except VaultError as refused:
            problem = refused
        if blow is Blow.DIES_AFTER:
            raise Died
        if vault and blow is Blow.CUT_AFTER:
            raise cut
        if blow is Blow.HANGS_AFTER:
            self.blow = Blow.NONE
            self.meanwhile()
        if problem is not None:
            raise problem


class Fated(Protocol):
    """Whoever takes the step: a new fate comes with each."""

    fate: Fate
