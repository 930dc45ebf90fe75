"""The pages build into a site: without a warning, every page of them, and nothing loaded from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, PAGES, ROOT, blocks, name


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "properdocs", "build", "--strict", "-f", "mkdocs.yml", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    return folder


def _address(page: Path) -> str:
    return page.with_suffix(".html").as_posix().replace("README.html", "index.html")


def test_every_page_is_there_and_can_be_reached(site: Path) -> None:
    shown = {page.relative_to(site).as_posix() for page in site.rglob("*.html")}
    assert {_address(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")} | {"readme.html"} <= shown
    linked = {
        (page.parent / target).resolve().relative_to(site.resolve()).as_posix()
        for page in site.rglob("*.html")
        if page.name != "404.html"
        for target in re.findall(r'href="([^":#?]+\.html)', page.read_text())
    }
    assert shown - linked <= {"404.html"}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_blocks_of_code_and_tables_are_such_in_the_site(site: Path, page: Path) -> None:
    html = site / ("readme.html" if page.parent == ROOT else _address(page.relative_to(DOCS)))
    text = html.read_text()
    assert len(re.findall("<pre>", text)) == len(blocks(page))
    assert "|---" not in re.sub(r"<pre>.*?</pre>|<code>.*?</code>", "", text, flags=re.DOTALL)


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        loaded = re.findall(r'(?:src|<link[^>]* href)="(https?:)?//', page.read_text())
        assert not loaded, page.name
