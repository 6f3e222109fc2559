"""Somebody's own terminal: the command that a card shows, run as it stands there, and its secrets.

`vault` is OpenBao's command line there, which reads the same arguments and the same standard input.
"""

from __future__ import annotations

import html
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from lab.openbao_node import find_bao
from lab.sights import Seen

_FENCED = re.compile(r"```(.+?)```", re.DOTALL)


def commands(card: Seen) -> tuple[str, ...]:
    """Return the commands that stand on this card in lines of their own, as they are copied."""
    texts = [block["text"]["text"] for block in card.message.blocks if block["type"] == "section"]
    return tuple(html.unescape(each) for text in texts for each in _FENCED.findall(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """A shell with a home of its own, in which nobody has logged in."""

    home: Path

    def types(
        self, command: str, *pasted: str, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Return what the command came to when each of these was pasted and Enter was pressed."""
        return subprocess.run(
            ["/usr/bin/env", "bash", "--noprofile", "--norc", "-c", command],
            input="".join(f"{text}\n" for text in pasted),
            env={"PATH": f"{self._bin()}:{os.environ['PATH']}", "HOME": str(self.home)}
            | environment,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    def _bin(self) -> Path:
        where = self.home / "bin"
        where.mkdir(parents=True, exist_ok=True)
        vault = where / "vault"
        if not vault.exists():
            vault.symlink_to(find_bao())
        return where
