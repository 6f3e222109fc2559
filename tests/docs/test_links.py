"""What a page points to is there."""

from __future__ import annotations

import pytest

from tests.docs.pages import ROOT, Page, page, pages


@pytest.mark.parametrize("one", pages(), ids=lambda one: one.name)
def test_links_lead_somewhere(one: Page) -> None:
    """Each link within the repository names a file that is there, and a heading on it."""
    for link in one.links():
        if link.startswith("https://"):
            continue
        where, _, anchor = link.partition("#")
        target = (one.path.parent / where).resolve() if where else one.path
        assert target.exists(), f"{one.name}: {link}"
        assert target.is_relative_to(ROOT), f"{one.name}: {link}"
        if anchor:
            assert anchor in Page(target).anchors(), f"{one.name}: {link}"


@pytest.mark.parametrize("one", pages(), ids=lambda one: one.name)
def test_files_that_are_named_are_there(one: Page) -> None:
    """A path in code style, from the root, is a file or a folder."""
    rooms = ("bot/", "ceremonies/", "docs/", "holder/", "lab/", "tests/")
    for span, _ in one.spans():
        if span.startswith(rooms) and " " not in span:
            assert (ROOT / span).exists(), f"{one.name}: {span}"


def test_every_decision_is_listed() -> None:
    """The list of decisions has each page, once."""
    listed = page("docs/decisions/index.md").links()
    there = {path.name for path in (ROOT / "docs/decisions").glob("*.md")} - {"index.md"}
    assert sorted(listed) == sorted(there)


def test_every_page_can_be_reached() -> None:
    """From the README one comes to every page by links."""
    reached, ahead = set(), [page("README.md")]
    while ahead:
        one = ahead.pop()
        reached.add(one.name)
        targets = [(one.path.parent / link.partition("#")[0]).resolve() for link in one.links()]
        ahead += [p for p in pages() if p.path in targets and p.name not in reached]
    assert {one.name for one in pages()} == reached
