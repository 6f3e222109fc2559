"""The end of the process at a given time, whatever its threads wait for."""

from __future__ import annotations

import os
import sys
import threading
import time

import structlog

log = structlog.get_logger()


def leave_at(deadline: float, *, status: int = 0) -> None:
    """End the process then (monotonic seconds), if it has not ended by itself.

    Python waits for the threads of every pool, and one may be asking a Vault that is silent. What
    is open then is in the log as an intent, and another replica adopts it.
    """

    def leave() -> None:
        threading.Event().wait(max(0.0, deadline - time.monotonic()))
        alive = [thread.name for thread in threading.enumerate() if not thread.daemon]
        log.warning("process.left", threads=sorted(alive))
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)

    threading.Thread(target=leave, name="leaving", daemon=True).start()
