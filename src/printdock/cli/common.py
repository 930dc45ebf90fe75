"""How the command line shows things: consoles, printable names, JSON."""

from __future__ import annotations

import json
import sys
from typing import Any

from rich.console import Console
from rich.markup import escape

from printdock.errors import EtsyError, PrintdockError

console = Console()
errors_console = Console(stderr=True)


def shown(text: str, most: int = 80) -> str:
    """``text`` on one line, safe for a terminal and for rich's markup; the middle is left out past ``most``."""
    plain = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
    if len(plain) > most:
        plain = f"{plain[: most // 2 - 1]}…{plain[-(most // 2) :]}"
    return escape(plain)


def print_json(document: Any) -> None:
    """One document on stdout. ASCII only: names that are not text travel as escapes."""
    json.dump(document, sys.stdout, indent=2)
    sys.stdout.write("\n")
    sys.stdout.flush()


def say_error(error: PrintdockError) -> None:
    """An error in words on stderr: what happened, then what to do."""
    remedy = error.told if isinstance(error, EtsyError) else error.remedy
    errors_console.print(f"[bold red]{escape(error.message)}[/] {escape(remedy)}", highlight=False)


def megabytes(size: int) -> str:
    """A size for people."""
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.1f} kB"
