"""Everything the bot ever sent, word for word: what a canary is searched in."""

from __future__ import annotations

import contextlib
import json
import threading


class Archive:
    """Grows only. Each entry says where it came in, then the text."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[str] = []

    def keep(self, door: str, text: str) -> None:
        """Remember this, and JSON once more with its escapes undone."""
        kept = [f"{door} {text}"]
        with contextlib.suppress(ValueError):
            plain = json.dumps(json.loads(text), ensure_ascii=False)
            kept += [f"{door} {plain}"] if plain != text else []
        with self._lock:
            self._entries.extend(kept)

    def entries(self) -> list[str]:
        """Return all that came, oldest first."""
        with self._lock:
            return list(self._entries)
