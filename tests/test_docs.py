"""The pages of docs/: their links lead somewhere, their pictures are small, their commands exist."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
import typer

from printdock.cli.app import app

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

#: Largest picture of a page, and of the README, bytes.
PICTURE, FIRST_PICTURE = 120_000, 200_000

_LINK = re.compile(r"\]\(([^)#\s]+)?(#[^)\s]+)?\)")
_COMMAND = re.compile(r"(?:^|`)(?:\.venv/bin/)?printdock ((?:[a-z-]+ ?)+)", re.MULTILINE)


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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_exist(page: Path) -> None:
    for words in _COMMAND.findall(page.read_text()):
        command: click.Command = typer.main.get_command(app)
        for word in words.split():
            if not isinstance(command, click.Group):
                break
            assert word in command.commands, f"printdock {words}"
            command = command.commands[word]


def test_the_index_knows_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    assert [page.name for page in PAGES[1:] if page.name != "README.md" and f"({page.name})" not in index] == []
