"""Waking people whom Slack cannot reach, through Apprise: pagers, phones, mail.

What is sent is read by machines of others: words only, never a nonce, never a secret.
"""

from __future__ import annotations

import logging
import threading
import time
import warnings
from collections import Counter
from collections.abc import Sequence
from functools import cache
from types import ModuleType

PATIENCE_S = 20.0


def wake(urls: Sequence[str], title: str, body: str, *, seconds: float = PATIENCE_S) -> list[str]:
    """Tell everybody behind these Apprise URLs; return the names of those that failed.

    All are told at once. One that has not succeeded after `seconds` counts as failed; it may
    still get through. A name is the URL's scheme, numbered where there are several of one.
    """
    attempts = [_Attempt(url, title, body) for url in urls]
    deadline = time.monotonic() + seconds
    for attempt in attempts:
        attempt.thread.join(max(0.0, deadline - time.monotonic()))
    return [name for name, one in zip(labels(urls), attempts, strict=True) if not one.succeeded]


def is_known(url: str) -> bool:
    """Return whether Apprise knows how to use this URL; nothing is sent."""
    return _apprise().Apprise.instantiate(url) is not None


def labels(urls: Sequence[str]) -> tuple[str, ...]:
    """Return a name for each URL that tells neither host nor key: `pagerduty`, `mailto #2`."""
    schemes = [url.partition("://")[0].casefold() for url in urls]
    several = {scheme for scheme, count in Counter(schemes).items() if count > 1}
    return tuple(
        f"{scheme} #{number}" if scheme in several else scheme
        for number, scheme in enumerate(schemes, 1)
    )


class _Attempt:
    """One URL, told in a thread of its own that nobody has to wait for."""

    def __init__(self, url: str, title: str, body: str) -> None:
        self.succeeded = False
        self.thread = threading.Thread(
            target=self._tell, args=(url, title, body), name="waking", daemon=True
        )
        self.thread.start()

    def _tell(self, url: str, title: str, body: str) -> None:
        # Apprise's own failures come as False; a plugin's mistake ends this thread's work only.
        try:
            target = _apprise().Apprise.instantiate(url)
            self.succeeded = bool(target and target.notify(title=title, body=body))
        except Exception:  # noqa: BLE001 — the outermost frame of a thread that runs plugins
            self.succeeded = False


@cache
def _apprise() -> ModuleType:
    """Return Apprise with all its ways, loaded on first use: a second that many never need."""
    with warnings.catch_warnings():
        # Its plugins import what Python is about to retire; nobody here can mend that.
        warnings.simplefilter("ignore", DeprecationWarning)
        import apprise  # noqa: PLC0415 — see above

        # It names URLs, hosts and replies in its warnings; we tell of failures by label.
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
        apprise.Apprise.instantiate("json://127.0.0.1")
    return apprise
