"""The pages in a real Chromium against a real server: quick, small, and quiet?

    python -m bench.pages [loads drop library] [--files 100] [--designs 100000] [--json FILE]

loads    what each page costs: bytes, time to its largest part, what jumps, what blocks; here, and on a slow phone
drop     many large files dropped in, and three times as many: the page's main thread, the server's memory
library  a library of many designs: first picture, blank screens while scrolling, the page's memory

Browser and server share this machine's cores. SQLite, and a folder as storage: what an installation begins with.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench import pages_drop, pages_library, pages_loads
from tests.browser.chromium import chromium

PARTS = ("loads", "drop", "library")

console = Console()


def tell(sentence: str) -> None:
    console.print(sentence, style="dim", highlight=False)


def run(parts: list[str], files: int, designs: int) -> dict[str, Any]:
    """The chosen parts, one after the other, each with a server of its own."""
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="printdock-pages-") as name, chromium(whole=True) as browser:
        folder = Path(name)
        if "loads" in parts:
            result["loads"] = pages_loads.run(browser, folder, tell)
        if "drop" in parts:
            result["drop"] = [pages_drop.run(browser, folder / f"drop {at}", files * at, tell) for at in (1, 3)]
        if "library" in parts:
            result["library"] = pages_library.run(browser, folder, designs, tell)
    return result


def show(result: dict[str, Any]) -> None:
    """As tables."""
    if rows := result.get("loads"):
        table = Table(*rows[0], box=None, pad_edge=False)
        for row in rows:
            table.add_row(*(str(value) for value in row.values()))
        console.print(table)
    for part in ("drop", "library"):
        if part in result:
            columns = result[part] if part == "drop" else [result[part]]
            table = Table(part, *("" for _ in columns), box=None, pad_edge=False)
            for name in columns[0]:
                table.add_row(name, *(str(column[name]) for column in columns))
            console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", help=", ".join(PARTS))
    parser.add_argument("--files", type=int, default=100)
    parser.add_argument("--designs", type=int, default=100_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    result = run(options.parts or list(PARTS), options.files, options.designs)
    show(result)
    if options.json:
        options.json.write_text(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
