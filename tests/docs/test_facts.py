"""Facts that comments cite by number are on their page."""

from __future__ import annotations

import re

from tests.docs.pages import ROOT, page

ROOMS = ("bot", "ceremonies", "lab", "tests")
CITED = re.compile(r"facts/(vault|slack) ([0-9A][0-9.]*\d|\d|A\d(?: \d+)?)((?:, \d\.\d)*)")


def numbers_on(name: str) -> set[str]:
    """Return what can be cited: headings' numbers, and those of listed points."""
    text = page(f"docs/facts/{name}.md").text
    found = set(re.findall(r"^#+ (A?[\d.]*\d)\.? ", text, re.MULTILINE))
    found |= set(re.findall(r"^- \*\*(\d\.\d)\*\* ", text, re.MULTILINE))
    within = re.split(r"^## ", text, flags=re.MULTILINE)
    for part in within:
        head = part.split(".")[0]
        found |= {f"{head} {n}" for n in re.findall(r"^(\d+)\. ", part, re.MULTILINE)}
    return found


def test_each_citation_has_its_place() -> None:
    """A number in a comment is a heading or a point on the page."""
    known = {name: numbers_on(name) for name in ("vault", "slack")}
    cited = 0
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if path.parent.name == "docs":
                continue
            text = " ".join(path.read_text(encoding="utf-8").replace("#", " ").split())
            for name, first, others in CITED.findall(text):
                for number in [first, *others.replace(",", " ").split()]:
                    assert number in known[name], f"{path.relative_to(ROOT)}: {name} {number}"
                    cited += 1
    assert cited > 10


def test_one_way_to_cite() -> None:
    """Nothing cites facts in another form, or a file that is not in the repository."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if path.parent.name == "docs":
                continue
            text = path.read_text(encoding="utf-8")
            other = re.search(r"(?<!/)\bfacts \d|slack\.md|vault-dr\.md|slack docs", text)
            assert other is None, f"{path.relative_to(ROOT)}: {other}"
