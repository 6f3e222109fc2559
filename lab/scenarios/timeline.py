"""The live timeline of a scenario: who did what, what Slack shows, what Vault said."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.emoji import Emoji
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from lab.enterprise import ReplicationRange, Seen

_WATCHED = {
    "generate-operation-token/attempt": "attempt",
    "generate-operation-token/update": "share",
    "secondary/promote": "promote",
    "operation-token/delete": "delete token",
    "primary/demote": "demote",
    "primary/secondary-token": "activation token",
    "secondary/update-primary": "update-primary",
}
_STYLE = {"PUT": "cyan", "POST": "cyan", "DELETE": "magenta"}


class Timeline:
    """Prints a line for each thing that happens, with the seconds since the curtain rose."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._since = time.monotonic()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._watcher: threading.Thread | None = None

    @contextmanager
    def setting_up(self, what: str) -> Iterator[None]:
        """Show that something takes a moment, and how long it took."""
        before = time.monotonic()
        with self._console.status(f"{what} …"):
            yield
        took = time.monotonic() - before
        self._console.print(f"[dim]{what}: {took:.1f} s[/]")

    def begins(self, title: str, words: str) -> None:
        """Say what the plot is, and start the clock."""
        self._console.print(Panel(words, title=title, title_align="left", border_style="dim"))
        self._since = time.monotonic()

    def watch_vault(self, vaults: ReplicationRange) -> None:
        """From now on, print what Vault is asked about the ceremony, and what it says."""
        self._watcher = threading.Thread(
            target=self._follow, args=(vaults,), name="timeline", daemon=True
        )
        self._watcher.start()

    def hesitates(self, seconds: float = 0.7) -> None:
        """Somebody reads, looks for their share, types: people take a moment."""
        self._closing.wait(seconds)

    def close(self) -> None:
        """Print nothing more by itself."""
        self._closing.set()
        if self._watcher is not None:
            self._watcher.join(2)

    def person(self, who: str, words: str) -> None:
        """Somebody does something."""
        self._line(who, words, style="bold green")

    def slack(self, who: str, words: str) -> None:
        """Somebody reads something in Slack."""
        self._line(f"→ {who}", Emoji.replace(words), style="blue")

    def fate(self, words: str) -> None:
        """Something happens to the clusters."""
        self._line("***", words, style="bold red")

    def proof(self, words: str, *, holds: bool) -> bool:
        """One line of the proof; returns whether it holds."""
        mark = Text("✔ " if holds else "✘ ", style="bold green" if holds else "bold red")
        with self._lock:
            self._console.print(mark + Text(words))
        return holds

    def _line(self, who: str, words: str, *, style: str) -> None:
        row = Table.grid(padding=(0, 1))
        row.add_column(width=8, justify="right", style="dim")
        row.add_column(width=11, style=style, no_wrap=True)
        row.add_column(overflow="fold")
        first, *more = words.splitlines() or [""]
        text = Text(first)
        text.append("".join(f"\n{line}" for line in more), style="dim")
        row.add_row(f"{time.monotonic() - self._since:.1f} s", who, text)
        with self._lock:
            self._console.print(row)

    def _follow(self, vaults: ReplicationRange) -> None:
        told = 0
        while not self._closing.wait(0.05):
            seen = vaults.record.find()
            for each in seen[told:]:
                self._tell(each)
            told = len(seen)

    def _tell(self, seen: Seen) -> None:
        what = next((name for path, name in _WATCHED.items() if path in seen.path), None)
        if what is None or seen.method not in _STYLE:
            return
        answer = seen.status if seen.status is not None else "no reply"
        words = f"{seen.method} …/{seen.path.rsplit('/', 2)[-2]}/{seen.path.rsplit('/', 1)[-1]}"
        self._line(f"Vault {seen.cluster}", f"{words} → {answer}  ({what})", style="yellow")
