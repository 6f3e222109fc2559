"""One replica of several: appends until it has won so often, and prints the numbers it won."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ceremonies import store
from ceremonies.identity import Identity
from ceremonies.log import Head, SetLog


def main() -> None:
    """Run with URL, PEM file, set, count."""
    url, pem, set_name, count = sys.argv[1:]
    identity = Identity.load(Path(pem))
    log = SetLog(store.connect(url), workspace="T0CONCLAVE", set_name=set_name, identity=identity)
    head = log.load()[-1].head
    won: list[int] = []
    while len(won) < int(count):
        outcome = log.append(head, at=3, who="U0BEN", cause=None, events=[{"type": "raced"}])
        if isinstance(outcome, Head):
            head = log.follow(head)[-1].head
            continue
        won.append(outcome.n)
        head = outcome.head
    print(json.dumps(won))  # noqa: T201 — its parent reads it


main()
