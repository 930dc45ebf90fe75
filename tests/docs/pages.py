"""The pages of the documentation, and what is code in them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
#: The README and every page below docs/.
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
#: The same but those that are written from the code.
WRITTEN = [page for page in PAGES if page.name not in ("errors.md", "options.md")]

_FENCED = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")


def name(page: Path) -> str:
    """Of a page, for people."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[str]:
    """The blocks of code of a page."""
    return [code for _language, code in _FENCED.findall(page.read_text(encoding="utf-8"))]


def spans(page: Path) -> list[str]:
    """What stands in backticks, outside of blocks. The bar that a table's cell has to escape is a bar."""
    return [one.replace("\\|", "|") for one in _SPAN.findall(_FENCED.sub("", page.read_text(encoding="utf-8")))]


def code(page: Path) -> str:
    """Blocks and spans, a line each."""
    return "\n".join([*blocks(page), *spans(page)])


def rows(page: Path, *, first: str) -> dict[str, list[str]]:
    """The rows of its tables whose first cell begins with ``first``: further cells by the first, without its backticks."""
    lines = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {first}")]
    cells = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]
    return {row[0].strip("`"): row[1:] for row in cells}
