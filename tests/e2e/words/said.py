"""What Vault is let say, and what somebody outside asks of it."""

from __future__ import annotations

from lab.enterprise import Answer
from lab.stage import Stage

DR = "sys/replication/dr/secondary"


def says(status: int, text: str) -> Answer:
    """Return an answer in Vault's form, or a page if it is one."""
    return Answer(status, text if text.startswith("<") else {"errors": [text]})


def outsider(stage: Stage, method: str, leaf: str, **body: object) -> None:
    """Let somebody with a terminal ask Vault for something, past the bot."""
    stage.vaults.request("b", method, f"{DR}/{leaf}", body).raise_for_status()


def blames(text: str, about: str) -> bool:
    """Return whether a line about this names anybody."""
    return any("@" in line for line in text.splitlines() if about in line)
