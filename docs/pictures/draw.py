# ruff: noqa: INP001 — a script beside its picture, no package
"""Draws docs/pictures/*.png from the real cards: blocks, HTML that looks like Slack, Chromium.

Run from the repository's root: `.venv/bin/python docs/pictures/draw.py`, with the pictures' names
for some of them only. It needs `chromium` on the PATH, which nothing else here does, and makes the
files smaller where `pngquant` is.
"""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

from docs.pictures import scenes  # noqa: E402 — the root is on the path only now
from docs.pictures.scenes import Shot  # noqa: E402
from tests.bot.cards import states  # noqa: E402

WIDTH = 1440
EMOJI = {
    "warning": "⚠️",
    "white_check_mark": "✅",
    "red_circle": "🔴",
    "no_entry": "⛔",
    "grey_question": "❔",
    "ballot_box_with_check": "☑️",
    "rotating_light": "🚨",
    "white_circle": "⚪",
    "hourglass_flowing_sand": "⏳",
    "raised_hand": "✋",
    "fast_forward": "⏩",
    "unlock": "🔓",
}
STYLE = """
* { box-sizing: border-box } body { margin: 0; padding: 22px; background: #fff; color: #1d1c1d;
  font: 14px/1.42 Lato, "Noto Color Emoji", sans-serif; display: flex; gap: 26px;
  align-items: flex-start }
figure { margin: 0; flex: 1; min-width: 0; display: flex; gap: 9px }
.face { width: 34px; height: 34px; border-radius: 8px; background: #4a154b; color: #fff; flex: none;
  text-align: center; font: bold 17px/34px Lato }
.body { flex: 1; min-width: 0 } .who { font-weight: 900 } .app { background: #ddd; color: #616061;
  font-size: 10px; font-weight: 700; border-radius: 2px; padding: 1px 3px; margin: 0 4px }
.at, .context { color: #616061; font-size: 12px } h3 { font: 900 17px/1.3 Lato; margin: 6px 0 8px }
.section { margin: 7px 0; overflow-wrap: anywhere } .fields { display: grid; gap: 8px 14px;
  grid-template-columns: 1fr 1fr; margin: 7px 0 } hr { border: 0; border-top: 1px solid #ddd;
  margin: 10px 0 } code { font: 12px/1.3 Menlo, "DejaVu Sans Mono", monospace; color: #c01343;
  background: #f8f8f8; border: 1px solid #ddd; border-radius: 3px; padding: 1px 3px }
pre { font: 12px/1.45 Menlo, "DejaVu Sans Mono", monospace; background: #f8f8f8; padding: 6px 8px;
  border: 1px solid #ddd; border-radius: 4px; margin: 4px 0; white-space: pre-wrap }
.actions { margin: 9px 0; display: flex; flex-wrap: wrap; gap: 7px } button { font: 700 13px Lato;
  border: 1px solid #bbb; border-radius: 4px; background: #fff; padding: 5px 10px }
.primary { background: #007a5a; border-color: #007a5a; color: #fff }
.danger { color: #e01e5a; border-color: #e01e5a } .mention { background: #e8f5fa; color: #1264a3;
  border-radius: 3px; padding: 0 2px } .context div { margin-top: 2px }
"""


PICTURES: dict[str, tuple[Callable[[], Iterator[Shot]], int]] = {
    "cards": (scenes.ceremony, 760),
    "runbook": (scenes.runbook, 900),
    "gate": (scenes.gate, 830),
    "alarms": (scenes.alarms, 340),
    "shifts": (scenes.shifts, 455),
}


def main(*names: str) -> None:
    """Draw these pictures anew, or all."""
    for picture in names or PICTURES:
        shots, height = PICTURES[picture]
        page = "".join(figure(shot) for shot in shots())
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "cards.html"
            file.write_text(f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>{page}")
            photograph(file, HERE / f"{picture}.png", height)


def figure(shot: Shot) -> str:
    """Return a message as HTML."""
    inside = "".join(map(block, shot.blocks))
    head = f"<span class=who>Conclave</span><span class=app>APP</span><span class=at>{shot.at}"
    return (
        "<figure><div class=face>C</div><div class=body>"
        f"<div>{head} · {shot.where}</span></div>{inside}</div></figure>"
    )


def block(given: dict[str, Any]) -> str:
    """Return one block as HTML."""
    match given:
        case {"type": "header", "text": text}:
            return f"<h3>{html.escape(text['text'])}</h3>"
        case {"type": "section", "fields": fields}:
            inner = "".join(f"<div>{mrkdwn(field['text'])}</div>" for field in fields)
            return f"<div class=fields>{inner}</div>"
        case {"type": "section", "text": text}:
            return f"<div class=section>{mrkdwn(text['text'])}</div>"
        case {"type": "actions", "elements": elements}:
            return f"<div class=actions>{''.join(map(button, elements))}</div>"
        case {"type": "context", "elements": elements}:
            inner = "".join(f"<div>{mrkdwn(element['text'])}</div>" for element in elements)
            return f"<div class=context>{inner}</div>"
        case _:
            return "<hr>"


def button(given: dict[str, Any]) -> str:
    """Return a button as HTML."""
    return f"<button class={given.get('style', 'plain')}>{given['text']['text']}</button>"


def mrkdwn(text: str) -> str:
    """Return Slack's markup as HTML: people by name, dates in UTC."""
    text = re.sub(r"<@(\w+)>", lambda m: f"<span class=mention>@{name(m[1])}</span>", text)
    text = re.sub(r"<!date\^(\d+)\^([^|>]+)\|[^>]*>", lambda m: date(int(m[1]), m[2]), text)
    text = re.sub(r"```([^`]+)```", r"<pre>\1</pre>", text)
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
    text = re.sub(r"(?<!\w)\*([^*\n]+)\*(?!\w)", r"<b>\1</b>", text)
    text = re.sub(r":([a-z_]+):", lambda m: EMOJI.get(m[1], m[0]), text)
    return text.replace("\n      ", "<br>&emsp;&emsp;").replace("\n", "<br>")


def name(slack: str) -> str:
    """Return a person's name."""
    return states.ROSTER.name_of(slack)


def date(seconds: int, form: str) -> str:
    """Return a date as a reader in UTC sees it on that day."""
    clock = "%H:%M:%S" if "time_secs" in form else "%H:%M"
    return (
        "today at " * ("time_secs" not in form) + f"{datetime.fromtimestamp(seconds, UTC):{clock}}"
    )


def photograph(page: Path, picture: Path, height: int) -> None:
    """Write a picture of the page."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("chromium is not on the PATH")
    command = [
        *(
            chromium,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-lcd-text",
            "--hide-scrollbars",
        ),
        *(f"--window-size={WIDTH},{height}", f"--screenshot={picture}", page.as_uri()),
    ]
    subprocess.run(command, check=True, timeout=60, capture_output=True)  # noqa: S603 — our own page
    smaller = shutil.which("pngquant")
    if smaller is not None:
        shrink = [smaller, "--force", "--skip-if-larger", "--output", str(picture), str(picture)]
        subprocess.run(shrink, check=True, timeout=60)  # noqa: S603 — our own picture


if __name__ == "__main__":
    main(*sys.argv[1:])
