"""``printdock migrate-from-craftflow``: bring over the system that printdock replaces."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from printdock.cli.common import console, errors_console, print_json, shown
from printdock.cli.context import HomeOption, JsonOption, services_for, stoppable
from printdock.errors import UsageError

if TYPE_CHECKING:
    from printdock.moving.move import Listing, Moved


def migrate_from_craftflow(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            envvar="CRAFTFLOW_DATABASE_URL",
            help="postgresql://user:password@host/name of the old database, or a folder of CSV exports of its tables.",
        ),
    ],
    files: Annotated[
        str | None,
        typer.Option("--files", help="Where the old files lie (sftp:// or a folder), where that is not the storage."),
    ] = None,
    shop: Annotated[list[str] | None, typer.Option("--shop", help="Only this old shop; repeatable.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would come and what cannot; write nothing.")
    ] = False,
    all_hashes: Annotated[
        bool, typer.Option("--all-hashes", help="Keep the old hashes of all designs, not only of those without a file.")
    ] = False,
    problems: Annotated[
        Path | None, typer.Option("--problems", help="Write every single problem into this CSV file.")
    ] = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Bring over templates, print files with their numbers, mockup sets and listing texts of the old system.

    The old database is only read; nothing on the NAS is removed or written over. Run it again whenever you like.
    Exit code 3 when something could not come, or needs a look.
    """
    with (
        services_for(home) as services,
        stoppable(services.stop),
        _listing(problems) as listing,
        errors_console.status("Moving") as status,
    ):
        moved = services.move_over(
            source,
            files=files,
            only=shop or (),
            dry_run=dry_run,
            all_hashes=all_hashes,
            report=lambda sentence: status.update(shown(sentence)),
            listing=listing,
        )
    if json:
        print_json(moved.as_dict())
    else:
        _print(moved)
    raise typer.Exit(0 if moved.all_came else 3)


@contextmanager
def _listing(file: Path | None) -> Iterator[Listing]:
    if file is None:
        yield lambda row: None
        return
    try:
        stream = file.open("w", newline="", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}.") from error
    with stream:
        writer = csv.writer(stream)
        writer.writerow(["shop", "table", "code", "what", "message", "remedy"])
        yield lambda row: writer.writerow(row)


def _print(moved: Moved) -> None:
    table = Table(
        "shop", "table", "rows", "comes" if moved.dry_run else "came", "there", "left out", box=None, pad_edge=False
    )
    for one in moved.shops:
        for name, counts in one["tables"].items():
            figures = (f"{counts[key]:,}" if key in counts else "" for key in ("rows", "new", "there", "left_out"))
            table.add_row(shown(one["shop"]), name, *figures)
    console.print(table)
    for problem in moved.problems:
        console.print(
            f"[yellow]{problem['code']}[/] {shown(problem['table'])}, {problem['count']:,}: {shown(problem['message'], 300)}"
            f" [dim]{shown(problem['remedy'], 300)}[/]",
            highlight=False,
        )
        for example in problem["examples"]:
            console.print(f"    {shown(example, 200)}", style="dim", highlight=False)
    if not moved.finished:
        console.print("Stopped before the end: run it again, and it goes on.", style="yellow")
    elif moved.dry_run:
        console.print("Nothing was written.")
