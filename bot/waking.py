"""Waking people whom Slack cannot reach: pagers, phones and mail, through Apprise."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from urllib.parse import urlsplit

import apprise
import structlog

log = structlog.get_logger()

PATIENCE_S = 20.0


def check(urls: Sequence[str]) -> tuple[str, ...]:
    """Return the labels of the URLs that Apprise does not understand."""
    return tuple(label(url, n) for n, url in enumerate(urls, 1) if not apprise.Apprise().add(url))


def wake(urls: Sequence[str], *, title: str, body: str) -> tuple[str, ...]:
    """Notify by every URL at once; return the labels of those that failed within 20 s.

    Title and body carry no nonce and no secret: they leave by ways that we do not know.
    """
    if not urls:
        return ()
    pool = ThreadPoolExecutor(len(urls), "wake")
    calls = {pool.submit(_notify, url, title, body): label(url, n) for n, url in enumerate(urls, 1)}
    done, late = wait(calls, timeout=PATIENCE_S)
    pool.shutdown(wait=False, cancel_futures=True)
    failed = {calls[call] for call in late} | {calls[call] for call in done if not call.result()}
    for name in sorted(failed):
        log.warning("waking.failed", way=name)
    return tuple(sorted(failed))


def label(url: str, number: int) -> str:
    """Return what a way of waking people is called in public: its kind and place in the list."""
    return f"{urlsplit(url).scheme or 'unknown'} (urls[{number - 1}])"


def _notify(url: str, title: str, body: str) -> bool:
    notifier = apprise.Apprise()
    if not notifier.add(url):
        return False
    try:
        return bool(notifier.notify(title=title, body=body))
    except Exception:  # noqa: BLE001 — plugins of many hands; one that breaks must not stop others
        return False
