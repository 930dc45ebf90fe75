"""The pages build into a site: without a warning, every page of them, and nothing loaded from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, ROOT


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "properdocs", "build", "--strict", "-f", "mkdocs.yml", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    return folder


def test_every_page_is_there_and_can_be_reached(site: Path) -> None:
    shown = {page.relative_to(site).as_posix() for page in site.rglob("*.html")}
    wanted = {page.relative_to(DOCS).with_suffix(".html").as_posix() for page in DOCS.rglob("*.md")}
    assert {page.replace("README.html", "index.html") for page in wanted} | {"readme.html"} <= shown
    linked = {
        (page.parent / target).resolve().relative_to(site.resolve()).as_posix()
        for page in site.rglob("*.html")
        if page.name != "404.html"
        for target in re.findall(r'href="([^":#?]+\.html)', page.read_text())
    }
    assert shown - linked <= {"404.html"}


def test_what_is_code_in_the_pages_is_code_in_the_site(site: Path) -> None:
    for page in site.rglob("*.html"):
        prose = re.sub(r"<pre>.*?</pre>", "", page.read_text(), flags=re.DOTALL)
        assert not re.search(r"<code>[^<]*\n {2}", prose), f"{page.name}: a block of code that became words"
        assert not re.search(r"```|\|---", re.sub(r"<code>.*?</code>", "", prose, flags=re.DOTALL)), page.name


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        loaded = re.findall(r'(?:src|<link[^>]* href)="(https?:)?//', page.read_text())
        assert not loaded, page.name
