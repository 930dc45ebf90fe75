"""``printdock listings``: listing templates, what they name, the seller's words, shared pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from printdock.cli.common import console, print_json, shown
from printdock.cli.context import HomeOption, JsonOption, ShopOption, services_for
from printdock.cli.etsy import TRADEMARK
from printdock.errors import UsageError

app = typer.Typer(help=f"Drafts at Etsy. {TRADEMARK}", no_args_is_help=True)
templates_app = typer.Typer(help="Listing templates: what the drafts of a product say.", no_args_is_help=True)
pictures_app = typer.Typer(help="Pictures that many drafts show, such as size charts.", no_args_is_help=True)
app.add_typer(templates_app, name="templates")
app.add_typer(pictures_app, name="pictures")

#: The largest file with templates or words that is read, bytes.
_MOST_BYTES = 20_000_000


def _text_of(file: Path) -> str:
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise UsageError(f"{file} is too large: {_MOST_BYTES / 1e6:.0f} MB are the most.", code="file_too_large")
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {error}.", code="unreadable_file") from error


@templates_app.command("list")
def list_templates(shop: ShopOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """The shop's listing templates."""
    from printdock.listings.templates import list_listing_templates

    with services_for(home) as services:
        chosen = services.shop(shop)
        with services.database.read() as connection:
            found = [one.template for one in list_listing_templates(connection, chosen)]
    if json:
        print_json([one.as_dict() for one in found])
        return
    table = Table("template", "product", "type", "price", "title", box=None, pad_edge=False)
    for one in found:
        table.add_row(shown(one.name), shown(one.product), one.type, str(one.price or ""), shown(one.title, 60))
    console.print(table if found else "No listing templates. Import some: printdock listings templates import FILE")


@templates_app.command("show")
def show_template(name: str, shop: ShopOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """All of one listing template."""
    from printdock.listings.templates import get_listing_template

    with services_for(home) as services:
        chosen = services.shop(shop)
        with services.database.read() as connection:
            data = get_listing_template(connection, chosen, name).template.as_dict()
    if json:
        print_json(data)
        return
    for key, value in data.items():
        if value not in (None, "", [], {}):
            console.print(f"[dim]{key:22}[/] {shown(str(value), 400)}", highlight=False)


@templates_app.command("import")
def import_templates(
    file: Annotated[Path, typer.Argument(help="CSV with a header row, or JSON (a list, or one template).")],
    shop: ShopOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Add listing templates, or replace those of the same names. All, or none."""
    from printdock.listings.spreadsheet import read_templates
    from printdock.listings.templates import save_listing_template

    read = read_templates(_text_of(file), is_json=file.suffix.lower() == ".json")
    with services_for(home) as services:
        chosen = services.shop(shop)
        with services.database.write() as connection:
            for one in read:
                save_listing_template(connection, chosen, one, services.clock())
    names = [one.name for one in read]
    print_json({"imported": names}) if json else console.print(f"Imported {len(names)} listing templates.")


@templates_app.command("export")
def export_templates(
    file: Annotated[Path, typer.Argument(help="The CSV to write.")], shop: ShopOption = None, home: HomeOption = None
) -> None:
    """Write all listing templates as CSV, which `import` takes back."""
    from printdock.listings.spreadsheet import write_templates
    from printdock.listings.templates import list_listing_templates

    with services_for(home) as services:
        chosen = services.shop(shop)
        with services.database.read() as connection:
            found = [one.template for one in list_listing_templates(connection, chosen)]
    try:
        file.write_text(write_templates(found), "utf-8", newline="")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}.", code="unwritable_file") from error
    console.print(f"Wrote {len(found)} listing templates to {shown(str(file))}.")


@templates_app.command("remove")
def remove_template(name: str, shop: ShopOption = None, home: HomeOption = None) -> None:
    """Remove a listing template that no draft was made from."""
    from printdock.listings.templates import remove_listing_template

    with services_for(home) as services:
        chosen = services.shop(shop)
        with services.database.write() as connection:
            remove_listing_template(connection, chosen, name)
    console.print(f"Removed {shown(name)}.")


@app.command()
def names(
    kind: Annotated[
        str | None,
        typer.Argument(
            help="section, shipping_profile, return_policy, processing_profile, production_partners or category."
        ),
    ] = None,
    search: Annotated[str | None, typer.Option("--search", help="Only names that hold this.")] = None,
    shop: ShopOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """What the shop has at Etsy, as listing templates name it."""
    from datetime import timedelta

    from printdock.listings.directory import load_directory

    kinds = ("section", "shipping_profile", "return_policy", "processing_profile", "production_partners", "category")
    if kind is not None and kind not in kinds:
        raise UsageError(f"There is no kind {kind!r}.", remedy="Known are: " + ", ".join(kinds) + ".")
    with services_for(home) as services, services.etsy_desk(services.shop(shop)) as desk:
        directory = load_directory(desk, fresh=timedelta(0))
    asked = [kind] if kind else [one for one in kinds if one != "category"]
    found: dict[str, list[dict[str, Any]]] = {}
    for one in asked:
        things: list[dict[str, Any]] = (
            [{"id": node.id, "name": node.path} for node in directory.category if node.leaf]
            if one == "category"
            else [{"id": thing.id, "name": thing.name} for thing in directory.named(one)]
        )
        found[one] = [thing for thing in things if not search or search.casefold() in thing["name"].casefold()]
    if json:
        print_json(found)
        return
    table = Table("kind", "name", "id", box=None, pad_edge=False)
    for one, things in found.items():
        for thing in things:
            table.add_row(one, shown(thing["name"], 120), str(thing["id"]))
    console.print(table)


@app.command()
def words(
    file: Annotated[Path, typer.Argument(help="CSV: a column number or design, then one for each of your own fields.")],
    template: Annotated[str | None, typer.Option("--product", help="The product whose numbers these are.")] = None,
    shop: ShopOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Your own words about designs, for placeholders in listing templates. An empty cell removes a word."""
    from printdock.listings.spreadsheet import read_words
    from printdock.listings.words import take_words

    rows = read_words(_text_of(file))
    with services_for(home) as services:
        chosen = services.shop(shop)
        product = None if template is None else services.template(template, chosen)
        with services.database.write() as connection:
            take_words(connection, chosen, product, rows)
    print_json({"designs": len(rows)}) if json else console.print(f"Words about {len(rows)} designs are kept.")


@pictures_app.command("add")
def add_picture(
    files: Annotated[list[Path], typer.Argument(help="JPG or PNG; called by its file name.")],
    shop: ShopOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Store pictures that listing templates then name in shared_pictures."""
    from printdock.listings.shared import MOST_BYTES, add_shared_picture

    added = []
    with services_for(home) as services:
        chosen = services.shop(shop)
        for file in files:
            try:
                with file.open("rb") as stream:
                    data = stream.read(MOST_BYTES + 1)
            except OSError as error:
                raise UsageError(f"{file} cannot be read: {error.strerror}.", code="unreadable_file") from error
            added.append(add_shared_picture(services.storage, chosen, file.name, data).name)
    print_json({"added": added}) if json else console.print(f"Added {len(added)} pictures.")


@pictures_app.command("list")
def list_pictures(shop: ShopOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """The shared pictures there are."""
    from printdock.listings.shared import list_shared_pictures

    with services_for(home) as services:
        found = list_shared_pictures(services.storage, services.shop(shop))
    print_json(found) if json else console.print("\n".join(map(shown, found)) or "None.")
