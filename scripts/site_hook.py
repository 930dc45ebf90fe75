"""What turns the repository's pages into a site: the repository's README is a page, too, and links out of docs/ are words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from properdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[1]
#: The README's page, beside the index of docs/, which is README.md there.
OVERVIEW = "readme.md"
#: A block of code inside an item of a list, which Python's Markdown knows only by its indentation.
_IN_LIST = re.compile(r"^ {1,3}```\w*\n(.*?)^ {1,3}```\n", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")


def on_files(files: Any, config: Any) -> Any:
    """Add the README."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    files.append(File.generated(config, OVERVIEW, content=_LINK.sub(_from_root, text)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Mend links that lead out of docs/, and blocks of code in lists."""
    return _IN_LIST.sub(_indented, _LINK.sub(_from_docs, markdown))


def _from_root(link: re.Match[str]) -> str:
    words, target = link.groups()
    if target.startswith("docs/"):
        return f"[{words}]({target.removeprefix('docs/')})"
    return link.group() if target.startswith(("http:", "https:", "#")) else words


def _from_docs(link: re.Match[str]) -> str:
    words, target = link.groups()
    if target.startswith("../README.md"):
        return f"[{words}]({OVERVIEW}{target.removeprefix('../README.md')})"
    return words if target.startswith("../") and not (ROOT / "docs" / target[3:]).exists() else link.group()


def _indented(block: re.Match[str]) -> str:
    lines = (f"        {line.strip()}\n" for line in block.group(1).splitlines())
    return f"\n{''.join(lines)}\n"
