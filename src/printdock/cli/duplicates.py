"""``printdock duplicates``: what was refused or flagged, and a person's decision on it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from printdock.cli.common import console, errors_console, print_json, shown
from printdock.cli.context import HomeOption, JsonOption, ShopOption, services_for

if TYPE_CHECKING:
    from printdock.designs.decisions import Desk, Word
    from printdock.designs.matches import Match
    from printdock.wiring import Services

app = typer.Typer(
    help="What was refused as a duplicate or flagged as similar; decide, and it sticks.", no_args_is_help=True
)

IdArgument = Annotated[int, typer.Argument(help="The match's number, from `duplicates list`.")]


@app.command("list")
def list_(
    everything: Annotated[bool, typer.Option("--all", help="Decided ones too.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many to show at most.")] = 100,
    shop: ShopOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """What waits for a decision, newest first."""
    from printdock.designs.matches import list_matches

    with services_for(home) as services:
        chosen = services.shop(shop)
        with services.database.read() as connection:
            found = list_matches(connection, chosen, decided=everything, limit=limit)
    if json:
        print_json([match.as_dict() for match in found])
        return
    table = Table("id", "kind", "newcomer", "matches", "distance", "decision", box=None, pad_edge=False)
    for match in found:
        row = match.row
        newcomer = match.newcomer_path or row.source
        table.add_row(
            str(row.id), row.kind, shown(newcomer.rsplit("/", 1)[-1], 50),
            shown((match.matched_path or "?").rsplit("/", 1)[-1], 50), f"{row.distance:.1f}", row.decision or "",
        )  # fmt: skip
    console.print(table if found else "Nothing waits for a decision.")


@app.command()
def show(match: IdArgument, shop: ShopOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """The evidence of one match."""
    from printdock.designs.matches import find_match

    with services_for(home) as services:
        chosen = services.shop(shop)
        with services.database.read() as connection:
            found = find_match(connection, chosen, match)
    if json:
        print_json(found.as_dict())
        return
    for key, value in found.as_dict().items():
        if key != "evidence":
            console.print(f"[dim]{key:16}[/] {shown(str(value), 200)}", highlight=False)
    for key, value in found.row.evidence.items():
        console.print(f"[dim]{key:16}[/] {shown(str(value), 400)}", highlight=False)
    if found.row.decision is None:
        console.print(f"Decide: printdock duplicates keep|drop|replace {match}", style="dim")
    else:
        console.print(f"Undo: printdock duplicates undo {match}", style="dim")


@app.command()
def keep(match: IdArgument, shop: ShopOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """Both are wanted: a refused file is stored after all, a similar one loses its flag."""
    _decide(match, "keep", shop, json, home)


@app.command()
def drop(match: IdArgument, shop: ShopOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """The newcomer is not wanted: a refused file stays refused, a similar design is deleted (kept for 30 days)."""
    _decide(match, "drop", shop, json, home)


@app.command()
def replace(match: IdArgument, shop: ShopOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """The newcomer's art takes the place of what the shop has, which keeps its number and name.

    The earlier art lies under the newcomer's number, deleted, for 30 days: `duplicates undo` brings it back.
    """
    _decide(match, "replace", shop, json, home)


@app.command()
def undo(match: IdArgument, shop: ShopOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """Take a decision back: everything is as it was before."""
    from printdock.designs.decisions import undo as take_back

    with services_for(home) as services:
        found = take_back(_desk(services, shop), match)
    print_json(found.as_dict()) if json else console.print(f"Match {match} waits for a decision again.")


def _decide(match: int, word: Word, shop: str | None, json: bool, home: Path | None) -> None:
    from printdock.designs.decisions import decide
    from printdock.designs.ingest import ingest

    with services_for(home) as services:
        desk = _desk(services, shop)
        done = decide(desk, match, word)
        found, source = done.match, Path(done.match.row.source)
        if not done.send_again:
            print_json(found.as_dict()) if json else console.print(_said(found, word))
            return
        if not _is_same_file(found, source):
            errors_console.print(
                f"Noted. {shown(str(source))} is gone or changed: ingest the file again, and it is stored."
            )
            return
        upload = services.upload(services.template(found.template, desk.shop), report=lambda event: None)
        report = ingest(upload, [source])
    if json:
        print_json(report.as_dict())
    else:
        entry = report.files[0]
        console.print(f"{entry['outcome']}: {shown(entry['path'] or entry['reason'] or '', 300)}")
    raise typer.Exit(3 if report.failed else 0)


def _desk(services: Services, shop: str | None) -> Desk:
    from printdock.designs.decisions import Desk

    return Desk(services.shop(shop), services.database, services.storage, services.clock)


def _said(found: Match, word: Word) -> str:
    name = shown((found.newcomer_path or found.row.source).rsplit("/", 1)[-1])
    if word == "replace":
        return f"{shown((found.matched_path or '').rsplit('/', 1)[-1])} has the art of {name} now."
    return f"{'Kept' if word == 'keep' else 'Dropped'} {name}."


@app.command("import-hashes")
def import_hashes(
    file: Annotated[Path, typer.Argument(help="CSV with filename (or file_path), phash, ahash, dhash, whash in hex.")],
    shop: ShopOption = None,
    home: HomeOption = None,
) -> None:
    """Import the replaced system's hashes: a newcomer with the same ones is stored and flagged, never refused."""
    from printdock.designs.old_hashes import import_csv

    with services_for(home) as services:
        count = import_csv(services.database, services.shop(shop), file)
    console.print(f"Imported the hashes of {count} designs.")


def _is_same_file(match: Match, source: Path) -> bool:
    try:
        with source.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").digest() == bytes(match.row.sha256)
    except OSError:
        return False
