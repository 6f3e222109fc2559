"""Who and what is served now, as one value that a reload replaces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ceremonies.roster import Roster
from ceremonies.topology import ReplicationSet


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The roster and the sets as configured now; replaced as a whole on SIGHUP."""

    roster: Roster
    sets: Mapping[str, ReplicationSet]
