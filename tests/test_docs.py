"""The pages of docs/: their links lead somewhere, their pictures are small, their commands exist."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

import pytest
import typer

from printdock.cli.app import app

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

#: Largest picture of a page, and of the README, bytes.
PICTURE, FIRST_PICTURE = 120_000, 200_000

_LINK = re.compile(r"\]\(([^)#\s]+)?(#[^)\s]+)?\)")
_FENCED, _SPAN = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL), re.compile(r"`([^`\n]+)`")
_COMMAND = re.compile(r"^(?:\S*/)?printdock ((?:[a-z-]+ ?)+)", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target, part in _LINK.findall(page.read_text()):
        if target.startswith(("http:", "https:")):
            continue
        there = (page.parent / target).resolve() if target else page
        assert there.exists(), target
        if part and there.suffix == ".md":
            titles = re.findall(r"^#+ (.+)$", there.read_text(), re.MULTILINE)
            assert part[1:] in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}, part


def test_pictures_are_small_and_shown() -> None:
    shown = {
        (page.parent / name).resolve()
        for page in PAGES
        for name in re.findall(r"!\[[^]]*\]\(([^)]+)\)", page.read_text())
    }
    for picture in (ROOT / "docs" / "pictures").iterdir():
        assert picture in shown, f"{picture.name} is on no page"
        assert picture.stat().st_size <= (FIRST_PICTURE if picture.stem == "readme" else PICTURE), picture.name


def _code(text: str) -> str:
    """Blocks and spans of code, a line each."""
    return "\n".join([*_FENCED.findall(text), *_SPAN.findall(_FENCED.sub("", text))])


@functools.cache
def _commands() -> Any:
    return typer.main.get_command(app)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_exist(page: Path) -> None:
    for words in _COMMAND.findall(_code(page.read_text())):
        command = _commands()
        for word in words.split():
            below = getattr(command, "commands", None)  # a group's; what follows a command is its argument
            if below is None:
                break
            assert word in below, f"printdock {words}"
            command = below[word]


def test_the_index_knows_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    assert [page.name for page in PAGES[1:] if page.name != "README.md" and f"({page.name})" not in index] == []
