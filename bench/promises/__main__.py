"""``python -m bench.promises``: see the package."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markdown import Markdown

import bench.promises
from bench.promises import page
from bench.promises.keeping import Measuring, kept
from bench.promises.parts import PARTS
from bench.promises.rows import PROMISES

#: Percent of the cores: a machine that does so little beside a part does nothing else.
QUIET = 15.0

console = Console()


def measure(names: list[str]) -> None:
    """Measure these parts and keep their figures."""
    for name in names:
        console.rule(name)
        measuring = Measuring(name)
        measuring.keep(PARTS[name](lambda sentence: console.print(sentence, style="dim", highlight=False)))


def machine(found: dict[str, dict[str, Any]]) -> str:
    """Where and when the figures come from, in a sentence."""
    days = sorted({data["about"]["at"][:10] for data in found.values()})
    when = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    busy = [name for name, data in found.items() if data["about"]["busy_percent"] >= QUIET]
    parts = "part" if len(busy) == 1 else "parts"
    beside = f"; other work ran beside the {parts} {', '.join(busy)}" if busy else ", with nothing else running"
    return (
        f"Measured on {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, {when}{beside}."
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=bench.promises.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parts", nargs="*", default=list(PARTS), choices=list(PARTS))
    parser.add_argument("--write", action="store_true", help="put the figures into docs/promises.md")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    measure(options.parts)
    found = kept()
    console.print(Markdown(page.promises(found)), Markdown(page.chaos(found)))
    if options.write:
        page.write(found, machine(found))
    broken = [one.name for one in PROMISES if one.part in found and not one.kept(found[one.part])]
    if options.json:
        kept_ones = {one.name: one.name not in broken for one in PROMISES if one.part in found}
        options.json.write_text(json.dumps({"kept": kept_ones, "parts": found}, indent=2))
    for name in broken:
        console.print(f"[red]not kept:[/] {name}", highlight=False)
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
