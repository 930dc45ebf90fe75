"""``printdock templates``: the products a shop sells."""

from __future__ import annotations

import csv
import json as jsonlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from printdock.cli.common import console, print_json, shown
from printdock.cli.context import HomeOption, JsonOption, ShopOption, services_for
from printdock.errors import UsageError
from printdock.imaging.types import Fit, Recipe

if TYPE_CHECKING:
    from printdock.templates.queries import Template

app = typer.Typer(help="The products a shop sells, and how art becomes a print file for each.", no_args_is_help=True)


@app.command("list")
def list_(shop: ShopOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """The shop's templates, and the presets that are added when first used."""
    from printdock.templates.presets import PRESETS
    from printdock.templates.queries import list_templates, recipe_data

    with services_for(home) as services:
        chosen = services.shop(shop)
        with services.database.read() as connection:
            own = list_templates(connection, chosen)
    names = {template.name for template in own}
    presets = {name: recipe for name, recipe in PRESETS.items() if name not in names}
    if json:
        print_json(
            [_data(one) for one in own]
            + [{"name": n, "preset": True, "recipe": recipe_data(r)} for n, r in presets.items()]
        )
        return
    table = Table("template", "size", "fit", "next number", box=None, pad_edge=False)
    for template in own:
        table.add_row(shown(template.name), _size(template.recipe), template.recipe.fit, str(template.next_number))
    for name, recipe in presets.items():
        table.add_row(f"[dim]{shown(name)}[/]", f"[dim]{_size(recipe)}[/]", f"[dim]{recipe.fit}[/]", "[dim]preset[/]")
    console.print(table)


@app.command()
def show(name: str, shop: ShopOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """All settings of one template."""
    with services_for(home) as services:
        data = _data(services.template(name, services.shop(shop)))
    if json:
        print_json(data)
        return
    for key, value in ({k: v for k, v in data.items() if k != "recipe"} | data["recipe"]).items():
        console.print(f"[dim]{key:18}[/] {shown(str(value))}", highlight=False)


@app.command()
def add(
    name: str,
    width: Annotated[float | None, typer.Option("--width", help="Print width, inches.")] = None,
    height: Annotated[float | None, typer.Option("--height", help="Print height, inches.")] = None,
    like: Annotated[str | None, typer.Option("--like", help="Start from this preset.")] = None,
    dpi: Annotated[int | None, typer.Option("--dpi", help="Dots per inch.")] = None,
    fit: Annotated[Fit | None, typer.Option("--fit", help="How art meets the print area.")] = None,
    canvas: Annotated[str | None, typer.Option("--canvas", help="Transparent canvas, inches: WIDTHxHEIGHT.")] = None,
    margin: Annotated[float | None, typer.Option("--margin", help="Kept free on every side, inches.")] = None,
    rotate_to_fit: Annotated[
        bool | None, typer.Option("--rotate-to-fit/--no-rotate-to-fit", help="Turn art that fits better on its side.")
    ] = None,
    mirror: Annotated[bool | None, typer.Option("--mirror/--no-mirror", help="Left-right, for sublimation.")] = None,
    despeckle: Annotated[bool | None, typer.Option("--despeckle/--no-despeckle", help="Erase stray specks.")] = None,
    needs_alpha: Annotated[
        bool | None,
        typer.Option("--needs-alpha/--no-needs-alpha", help="Warn of art without a transparent background."),
    ] = None,
    max_upscale: Annotated[
        float | None, typer.Option("--max-upscale", help="Warn when enlarged more than this.")
    ] = None,
    alpha_threshold: Annotated[
        int | None, typer.Option("--alpha-threshold", help="Alpha up to this is nothing.")
    ] = None,
    error: Annotated[
        list[str] | None, typer.Option("--error", help="A print warning that refuses a file; repeatable.")
    ] = None,
    prefix: Annotated[str | None, typer.Option("--prefix", help="UV or DTF; from the name when not given.")] = None,
    pattern: Annotated[str | None, typer.Option("--pattern", help="File name pattern.")] = None,
    first_number: Annotated[int | None, typer.Option("--first-number", help="The first print file's number.")] = None,
    shop: ShopOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Add a template."""
    given = {
        "width_in": width, "height_in": height, "dpi": dpi, "fit": None if fit is None else str(fit),
        "canvas_in": None if canvas is None else _pair(canvas), "margin_in": margin, "rotate_to_fit": rotate_to_fit,
        "mirror": mirror, "despeckle": despeckle, "needs_alpha": needs_alpha, "max_upscale": max_upscale,
        "alpha_threshold": alpha_threshold, "errors": error or None,
        "prefix": prefix, "pattern": pattern, "first_number": first_number,
    }  # fmt: skip
    values = _preset(like) | {key: value for key, value in given.items() if value is not None}
    if "width_in" not in values or "height_in" not in values:
        raise UsageError("A template needs --width and --height in inches, or --like a preset.")
    with services_for(home) as services:
        template = _add(services, services.shop(shop), name, values)
    print_json(_data(template)) if json else console.print(f"Added {shown(name)}: {_size(template.recipe)}.")


@app.command("set")
def set_(
    name: str,
    next_number: Annotated[int, typer.Option("--next-number", help="The next print file's number (only upwards).")],
    shop: ShopOption = None,
    home: HomeOption = None,
) -> None:
    """Move a template's next number on, past files that already exist."""
    from printdock.templates.queries import skip_numbers

    with services_for(home) as services:
        template = services.template(name, services.shop(shop))
        if next_number < template.next_number:
            raise UsageError(
                f"The next number is {template.next_number}; {next_number} is below it.",
                remedy="Numbers are never given out twice.",
            )
        with services.database.write() as connection:
            skip_numbers(connection, template, next_number - 1)
    console.print(f"The next number of {shown(name)} is {next_number}.")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A JSON list or a CSV with a header row.")],
    shop: ShopOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Add templates from a file: name, width_in, height_in and any other setting of a template. All, or none."""
    from printdock.templates.queries import find_template

    rows = _read(file)
    with services_for(home) as services:
        chosen = services.shop(shop)
        with services.database.read() as connection:
            taken = [row["name"] for row in rows if find_template(connection, chosen, row["name"]) is not None]
        if taken:
            raise UsageError(f"The shop already has {', '.join(map(repr, taken))}.", code="template_exists")
        with services.database.write() as connection:
            added = [_add_row(connection, chosen, row, services.clock()) for row in rows]
    print_json([_data(one) for one in added]) if json else console.print(f"Added {len(added)} templates.")


def _preset(name: str | None) -> dict[str, Any]:
    from printdock.templates.presets import PRESETS
    from printdock.templates.queries import recipe_data

    if name is None:
        return {}
    if name not in PRESETS:
        raise UsageError(f"There is no preset {name!r}.", remedy="Known are: " + ", ".join(PRESETS) + ".")
    return recipe_data(PRESETS[name])


def _add(services: Any, shop: Any, name: str, values: dict[str, Any]) -> Template:
    with services.database.write() as connection:
        return _add_row(connection, shop, values | {"name": name}, services.clock())


def _add_row(connection: Any, shop: Any, row: dict[str, Any], now: Any) -> Template:
    from printdock.templates.naming import DEFAULT_PATTERN
    from printdock.templates.queries import FIRST_NUMBER, add_template, recipe_from

    naming = ("name", "prefix", "pattern", "first_number")
    return add_template(
        connection,
        shop,
        row["name"],
        recipe_from({key: value for key, value in row.items() if key not in naming}),
        now,
        prefix=row.get("prefix"),
        pattern=row.get("pattern") or DEFAULT_PATTERN,
        first_number=int(row.get("first_number", FIRST_NUMBER)),
    )


def _read(file: Path) -> list[dict[str, Any]]:
    try:
        text = file.read_text("utf-8-sig")
        rows = jsonlib.loads(text) if file.suffix.lower() == ".json" else list(csv.DictReader(text.splitlines()))
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} cannot be read: {error}.") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) and row.get("name") for row in rows):
        raise UsageError(f"{file} must be a list of templates, each with a name.")
    return rows if file.suffix.lower() == ".json" else [_from_csv(row) for row in rows]


def _from_csv(row: dict[str, str]) -> dict[str, Any]:
    """A CSV row's words as values; empty cells are left to the defaults."""
    numbers = {
        "width_in": float,
        "height_in": float,
        "margin_in": float,
        "max_upscale": float,
        "dpi": int,
        "alpha_threshold": int,
        "first_number": int,
    }
    values: dict[str, Any] = {}
    for key, word in row.items():
        if key is None or not (word or "").strip():
            continue
        word = word.strip()
        try:
            if key in numbers:
                values[key] = numbers[key](word)
            elif key in ("rotate_to_fit", "mirror", "despeckle", "needs_alpha"):
                values[key] = word.lower() in ("1", "yes", "true")
            elif key == "canvas_in":
                values[key] = _pair(word)
            elif key == "errors":
                values[key] = word.split()
            else:
                values[key] = word
        except ValueError as error:
            raise UsageError(f"{row['name']!r}: {key} cannot be {word!r}.") from error
    return values


def _pair(text: str) -> list[float]:
    try:
        width, height = (float(part) for part in text.lower().split("x"))
    except ValueError as error:
        raise UsageError(f"{text!r} is not WIDTHxHEIGHT in inches.") from error
    return [width, height]


def _data(template: Template) -> dict[str, Any]:
    from printdock.templates.queries import recipe_data

    return {
        "name": template.name,
        "shop": template.shop.name,
        "prefix": template.prefix,
        "pattern": template.pattern,
        "next_number": template.next_number,
        "recipe": recipe_data(template.recipe),
    }


def _size(recipe: Recipe) -> str:
    return f"{recipe.width_in:g} x {recipe.height_in:g} in, {recipe.dpi} DPI"
