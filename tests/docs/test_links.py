"""Links lead somewhere, pictures are small and shown, the index knows every page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, PAGES, ROOT, name

#: Largest picture of a page, and of the README, bytes.
PICTURE, FIRST_PICTURE = 120_000, 200_000

_LINK = re.compile(r"\]\(([^)#\s]+)?(#[^)\s]+)?\)")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    for target, part in _LINK.findall(page.read_text()):
        if target.startswith(("http:", "https:")):
            continue
        there = (page.parent / target).resolve() if target else page
        assert there.exists(), target
        if part and there.suffix == ".md":
            assert part[1:] in anchors(there), f"{target}{part}"


def anchors(page: Path) -> set[str]:
    """What its titles can be reached by."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def test_pictures_are_small_and_shown() -> None:
    shown = {
        (page.parent / target).resolve()
        for page in PAGES
        for target in re.findall(r"!\[[^]]*\]\(([^)]+)\)", page.read_text())
    }
    for picture in (DOCS / "pictures").iterdir():
        assert picture in shown, f"{picture.name} is on no page"
        assert picture.stat().st_size <= (FIRST_PICTURE if picture.stem == "readme" else PICTURE), picture.name


def test_pictures_say_what_they_show() -> None:
    for page in PAGES:
        assert not re.findall(r"!\[\s*\]", page.read_text()), name(page)


@pytest.mark.parametrize("folder", [DOCS, DOCS / "decisions"], ids=name)
def test_the_index_knows_every_page(folder: Path) -> None:
    index = (folder / "README.md").read_text()
    assert [
        page.name for page in folder.glob("*.md") if page.name != "README.md" and f"({page.name})" not in index
    ] == []


def test_files_that_pages_name_are_there() -> None:
    """In backticks: paths below the repository's own folders."""
    path = re.compile(r"`((?:src|tests|bench|scripts|deploy|docs|web)/[\w./*-]+)`")
    for page in PAGES:
        for target in path.findall(page.read_text()):
            assert list(ROOT.glob(target.rstrip("/"))) or target.startswith("web/dist"), f"{name(page)}: {target}"
