"""``printdock mockups``: the sets of base images a shop shows its designs on."""

from __future__ import annotations

import json as jsonlib
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from printdock.cli.common import console, errors_console, print_json, shown
from printdock.cli.context import HomeOption, JsonOption, ShopOption, services_for
from printdock.errors import PackRefused, Problem, UsageError

if TYPE_CHECKING:
    from printdock.mockups.pack import Pack
    from printdock.mockups.types import MockupSet
    from printdock.shops.queries import Shop
    from printdock.wiring import Services

app = typer.Typer(help="The base images a shop shows its designs on.", no_args_is_help=True)

DistortionOption = Annotated[
    float, typer.Option("--distortion", min=0, help="Percent that an area may distort the print before it is told.")
]


@app.command("import")
def import_(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder with mockup.toml and its pictures.")],
    name: Annotated[str | None, typer.Option("--name", help="Another name than the pack's own.")] = None,
    old_masks: Annotated[
        Path | None,
        typer.Option("--old-masks", help="A mockup group of the replaced system as JSON; DIR holds its photos."),
    ] = None,
    shop: ShopOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Take a pack in as a mockup set, in place of one of the same name. The same pack again changes nothing."""
    from printdock.mockups.pack import read_pack
    from printdock.mockups.sets import import_pack

    with services_for(home) as services:
        chosen = services.shop(shop)
        try:
            pack = read_pack(folder) if old_masks is None else _old(old_masks, folder)
            problems = _checked(services, chosen, pack)
            done = import_pack(services.database, services.storage, chosen, pack, services.clock(), name=name)
        except PackRefused as refused:
            raise _refused(refused, json) from refused
    for problem in problems:
        errors_console.print(_line(problem), highlight=False, soft_wrap=True)
    if json:
        print_json(
            _data(done.mockup_set) | {"changed": done.changed, "written": done.written, "warnings": _plain(problems)}
        )
        return
    count = len(done.mockup_set.pictures)
    what = (
        f"Imported {shown(done.mockup_set.name)}: {count} pictures"
        if done.changed
        else f"{shown(done.mockup_set.name)} is unchanged"
    )
    console.print(f"{what}, {done.written} files stored.")


@app.command("export")
def export(
    name: str,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that is empty, or is made.")],
    shop: ShopOption = None,
    home: HomeOption = None,
) -> None:
    """Write a set as the pack it was imported from."""
    from printdock.mockups.pack import write_pack

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not an empty folder.", remedy="Name a new one.")
    with services_for(home) as services:
        pack = _stored(services, services.shop(shop), name)
    write_pack(pack, folder)
    console.print(f"Exported {shown(name)} to {shown(str(folder), 200)}: {len(pack.files)} pictures and mockup.toml.")


@app.command("list")
def list_(shop: ShopOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """The shop's mockup sets."""
    from printdock.mockups.sets import list_sets

    with services_for(home) as services:
        chosen = services.shop(shop)
        with services.database.read() as connection:
            found = list_sets(connection, chosen)
    if json:
        print_json([_data(one) for one in found])
        return
    table = Table("set", "template", "pictures", "mockups per design", "output", box=None, pad_edge=False)
    for one in found:
        mockups = sum(max(1, len(picture.colours)) for picture in one.pictures)
        output = f"{one.longest_side} px, {one.output.format}"
        table.add_row(shown(one.name), shown(one.template or "any"), str(len(one.pictures)), str(mockups), output)
    console.print(table if found else "No mockup sets yet: printdock mockups import DIR")


@app.command()
def show(name: str, shop: ShopOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """One set: its pictures, their areas and colours."""
    from printdock.mockups.sets import find_set, stored_manifest

    with services_for(home) as services:
        chosen = services.shop(shop)
        with services.database.read() as connection:
            found = find_set(connection, chosen, name)
        manifest = stored_manifest(services.database, services.storage, chosen, name)
    data = _data(found)
    for picture, table in zip(data["pictures"], manifest.picture, strict=True):
        picture["file"] = table.file
        picture["areas"] = [area.model_dump(mode="json", exclude_defaults=True) for area in table.area]
    if json:
        print_json(data)
        return
    for key, value in data.items():
        if key != "pictures":
            console.print(f"[dim]{key:12}[/] {shown(str(value), 200)}", highlight=False)
    rows = Table("picture", "name", "file", "areas", "colours", box=None, pad_edge=False)
    for picture in data["pictures"]:
        areas = ", ".join(f"{area['kind']} {area.get('name', '')}".strip() for area in picture["areas"])
        colours = ", ".join(picture["colours"])
        rows.add_row(
            str(picture["index"]), *(shown(word, 60) for word in (picture["name"], picture["file"], areas, colours))
        )
    console.print(rows)


@app.command()
def check(
    pack: Annotated[str, typer.Argument(metavar="DIR|NAME", help="A pack's folder, or a set of the shop.")],
    distortion: DistortionOption = 10.0,
    shop: ShopOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Look for what cannot be rendered, and what would not look right. Exit code 3 when there are errors."""
    from printdock.mockups.pack import read_pack

    with services_for(home) as services:
        chosen = services.shop(shop)
        try:
            read = read_pack(Path(pack)) if Path(pack).is_dir() else _stored(services, chosen, pack)
            problems = _checked(services, chosen, read, distortion / 100)
        except PackRefused as refused:
            problems = list(refused.problems)
    ok = all(problem.level != "error" for problem in problems)
    if json:
        print_json({"ok": ok, "problems": _plain(problems)})
    else:
        for problem in problems:
            console.print(_line(problem), highlight=False, soft_wrap=True)
        console.print(_verdict(problems))
    raise typer.Exit(0 if ok else 3)


@app.command()
def remove(name: str, shop: ShopOption = None, json: JsonOption = False, home: HomeOption = None) -> None:
    """Remove a set and its stored pictures. Mockups rendered with it stay."""
    from printdock.mockups.sets import remove_set

    with services_for(home) as services:
        chosen = services.shop(shop)
        files = remove_set(services.database, services.storage, chosen, name)
    print_json({"removed": name, "files": files}) if json else console.print(f"Removed {shown(name)}: {files} files.")


def _old(file: Path, folder: Path) -> Pack:
    from printdock.mockups.old_masks import old_pack

    try:
        document = jsonlib.loads(file.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} cannot be read: {error}.") from error
    if not isinstance(document, dict):
        raise UsageError(f"{file} is not a mockup group.", remedy="Save the old GET /mockups/by-id as JSON.")
    return old_pack(document, folder)


def _stored(services: Services, shop: Shop, name: str) -> Pack:
    from printdock.mockups.sets import stored_pack

    return stored_pack(services.database, services.storage, shop, name)


def _checked(services: Services, shop: Shop, pack: Pack, distortion: float = 0.1) -> list[Problem]:
    from printdock.mockups.linted import lint

    return lint(services.database, shop, pack, distortion=distortion)


def _refused(refused: PackRefused, json: bool) -> typer.Exit:
    if json:
        print_json({"ok": False, "problems": _plain(refused.problems)})
    for problem in refused.problems:
        errors_console.print(_line(problem), highlight=False, soft_wrap=True)
    errors_console.print("Nothing was imported.", style="red")
    return typer.Exit(3)


def _line(problem: Problem) -> str:
    style = "red" if problem.level == "error" else "yellow"
    remedy = f" - [dim]{shown(problem.remedy, 300)}[/]" if problem.remedy else ""
    where = f"{shown(problem.file, 300)}:{problem.line}:"
    return f"{where} [{style}]{problem.level} {problem.code}[/] {shown(problem.message, 400)}{remedy}"


def _verdict(problems: list[Problem]) -> str:
    errors = sum(problem.level == "error" for problem in problems)
    warnings = len(problems) - errors
    if not problems:
        return "[green]ok[/]"
    return f"{errors} errors, {warnings} warnings"


def _plain(problems: Any) -> list[dict[str, Any]]:
    return [asdict(problem) for problem in problems]


def _data(one: MockupSet) -> dict[str, Any]:
    return {
        "name": one.name,
        "template": one.template,
        "pattern": one.pattern,
        "longest_side": one.longest_side,
        "format": str(one.output.format),
        "quality": one.output.quality,
        "max_bytes": one.output.max_bytes,
        "pictures": [
            {"index": p.index, "name": p.name, "colours": list(p.colours), "digest": p.digest.hex()}
            for p in one.pictures
        ],
    }
