"""``printdock designs`` and ``printdock uploads``: what the shop has, and what became of each file sent."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from printdock.cli.common import console, megabytes, print_json, shown
from printdock.cli.context import HomeOption, JsonOption, ShopOption, services_for

app = typer.Typer(help="What the shop has.", no_args_is_help=True)
uploads_app = typer.Typer(help="What became of the files of each upload.", no_args_is_help=True)

LimitOption = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="Most rows.")]


@app.command("list")
def list_(
    template: Annotated[str | None, typer.Option("--template", "-t", help="Only this template's.")] = None,
    search: Annotated[str | None, typer.Option("--search", help="Part of a name.")] = None,
    deleted: Annotated[bool, typer.Option("--deleted", help="Those that can be brought back.")] = False,
    limit: LimitOption = 50,
    shop: ShopOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Print files, newest first."""
    from printdock.designs.queries import list_designs

    with services_for(home) as services:
        chosen = services.shop(shop)
        with services.database.read() as connection:
            rows = list_designs(connection, chosen, template=template, search=search, deleted=deleted, limit=limit)
    if json:
        print_json(rows)
        return
    table = Table("number", "file", "design", "size", "state", box=None, pad_edge=False)
    for row in rows:
        size = f"{row['width']} x {row['height']}" + (f", {megabytes(row['bytes'])}" if row["bytes"] else "")
        state = row["state"] + (", similar" if row["similar_to"] else "")
        state += f", kept until {row['kept_until'][:10]}" if row["kept_until"] else ""
        table.add_row(str(row["number"]), shown(row["path"].rsplit("/", 1)[-1]), shown(row["name"], 40), size, state)
    nothing = "Nothing was deleted." if deleted else "No designs yet: printdock ingest FOLDER --template NAME"
    console.print(table if rows else nothing)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="Number, file name, stored path or id.")],
    shop: ShopOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """One design: its print files, print checks and look-alikes."""
    from printdock.designs.queries import show_design

    with services_for(home) as services:
        chosen = services.shop(shop)
        with services.database.read() as connection:
            rows = show_design(connection, chosen, name)
    if json:
        print_json(rows)
        return
    for row in rows:
        for key, value in row.items():
            if key != "preflight":
                console.print(f"[dim]{key:12}[/] {shown(str(value), 200)}", highlight=False)
        for key, value in (row["preflight"] or {}).items():
            console.print(f"[dim]{key:20}[/] {shown(str(value), 400)}", highlight=False)


NamesArgument = Annotated[list[str], typer.Argument(help="Numbers, file names, stored paths or ids.")]


@app.command()
def delete(names: NamesArgument, shop: ShopOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """Delete designs with their print files and mockups. They can be brought back for 30 days."""
    from printdock.designs.bin import delete_design
    from printdock.designs.queries import find_design

    with services_for(home) as services:
        chosen = services.shop(shop)
        with services.database.write() as connection:
            keys = [find_design(connection, chosen, name) for name in names]
            kept = [delete_design(connection, chosen, key, services.clock()) for key in keys]
    if json:
        rows = zip(keys, kept, strict=True)
        print_json([{"design": str(key), "kept_until": until.isoformat()} for key, until in rows])
        return
    for name, until in zip(names, kept, strict=True):
        console.print(f"Deleted {shown(name)}: `printdock designs restore` brings it back until {until:%Y-%m-%d}.")


@app.command()
def restore(names: NamesArgument, shop: ShopOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """Bring deleted designs back, as they were."""
    from printdock.designs.decisions import Desk, restore_design
    from printdock.designs.queries import find_design

    with services_for(home) as services:
        chosen = services.shop(shop)
        desk = Desk(chosen, services.database, services.storage, services.clock)
        with services.database.write() as connection:
            keys = [find_design(connection, chosen, name, deleted=True) for name in names]
            for key in keys:
                restore_design(connection, desk, key)
    print_json([{"design": str(key)} for key in keys]) if json else console.print(f"Back: {shown(', '.join(names))}.")


@uploads_app.command("list")
def uploads_list(
    limit: LimitOption = 20, shop: ShopOption = None, json: JsonOption = False, home: HomeOption = None
) -> None:
    """Uploads, newest first."""
    from printdock.designs.queries import list_uploads

    with services_for(home) as services:
        chosen = services.shop(shop)
        with services.database.read() as connection:
            rows = list_uploads(connection, chosen, limit)
    if json:
        print_json(rows)
        return
    table = Table("upload", "started", "template", "stored", "duplicates", "failed", box=None, pad_edge=False)
    for row in rows:
        started = row["started_at"][:19].replace("T", " ") + ("" if row["finished_at"] else " (not finished)")
        counts = (str(row[key]) for key in ("stored", "duplicates", "failed"))
        table.add_row(row["upload"], started, shown(row["template"]), *counts)
    console.print(table if rows else "No uploads yet: printdock ingest FOLDER --template NAME")


@uploads_app.command("show")
def uploads_show(
    upload: Annotated[str, typer.Argument(help="The upload's id, or its beginning.")],
    shop: ShopOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """What became of each file of an upload."""
    from printdock.designs.queries import show_upload

    with services_for(home) as services:
        chosen = services.shop(shop)
        with services.database.read() as connection:
            document = show_upload(connection, chosen, upload)
    if json:
        print_json(document)
        return
    table = Table("outcome", "file", "stored as, or why not", box=None, pad_edge=False)
    for row in document["files"]:
        detail = row["path"] or row["reason"] or ""
        table.add_row(row["outcome"], shown(row["source"].rsplit("/", 1)[-1], 60), shown(detail, 300))
    console.print(table)
