"""``printdock verify`` and ``bench``: is all well, and how fast."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from printdock.cli.common import console, errors_console, print_json, shown
from printdock.cli.context import HomeOption, JsonOption, ShopOption, services_for

if TYPE_CHECKING:
    from printdock.designs.verify import Verification
    from printdock.wiring import Services


def verify(
    repair: Annotated[bool, typer.Option("--repair", help="Mend what is found; nothing is lost by it.")] = False,
    deep: Annotated[bool, typer.Option("--deep", help="Read every file and compare its digest.")] = False,
    shop: ShopOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Check that every row has its file and every file its row. Exit code 3 when something is left to mend."""
    with services_for(home) as services:
        found = verify_shops(services, shop, repair=repair, deep=deep)
    clean = all(one.clean for one in found)
    if json:
        print_json({"clean": clean, "shops": [one.as_dict() for one in found]})
    else:
        for one in found:
            print_verification(one)
    raise typer.Exit(0 if clean else 3)


def verify_shops(
    services: Services, shop: str | None, *, repair: bool = False, deep: bool = False
) -> list[Verification]:
    """Check the shop of that name, or all; says on stderr what is being looked at."""
    from printdock.designs.verify import verify_shop
    from printdock.mockups.emptying import empty_bin
    from printdock.mockups.verify import verify_mockups
    from printdock.shops.queries import list_shops

    with services.database.read() as connection:
        shops = [one for one in list_shops(connection) if shop in (None, one.name)]
    with errors_console.status("Checking") as status:

        def show(path: str) -> None:
            status.update(f"Checking {shown(path)}")

        whole = (services.database, services.storage, services.spool, services.clock)
        found = [verify_shop(one, *whole, repair=repair, deep=deep, report=show) for one in shops]
        if repair:
            for each in shops:
                while empty_bin(each, *whole):
                    pass
        parts = (services.database, services.storage, services.clock)
        for each, result in zip(shops, found, strict=True):
            verify_mockups(each, *parts, result, repair=repair, deep=deep, report=show)
    return found


def print_verification(found: Verification) -> None:
    """What a check found, in lines."""
    done = found.recovered
    if done.confirmed or done.released or done.sent:
        console.print(f"Recovered: {done.confirmed} confirmed, {done.released} undone, {done.sent} from the spool.")
    for problem in found.problems:
        mended = f" [green]{shown(problem.repaired, 200)}[/]" if problem.repaired else ""
        console.print(f"[red]{problem.code}[/] {shown(problem.path, 160)}: {shown(problem.message, 200)}{mended}")
    for note in found.notes:
        console.print(shown(note, 200), style="dim")
    if found.uncompared:
        console.print(
            f"{found.uncompared} were stored while the search for look-alikes was off: --repair has them compared again.",
            style="dim",
        )
    word = "[green]clean[/]" if found.clean else "[red]not clean[/]: printdock verify --repair"
    waiting = f", {found.spooled} wait in the spool" if found.spooled else ""
    waiting += f", {found.deleted} deleted ones are kept for a while" if found.deleted else ""
    mockups = f", {found.mockups} mockups" if found.mockups else ""
    console.print(f"{shown(found.shop)}: {found.files} files as they should be{mockups}{waiting}; {word}")


def bench(
    images: Annotated[Path, typer.Option("--images", help="A folder of designs to measure with.")],
    template: Annotated[str, typer.Option("--template", "-t", help="The product they are sized for.")] = "UVDTF 16oz",
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="Times each variant is run, interleaved.")] = 3,
    json: JsonOption = False,
) -> None:
    """Each optimisation turned off in turn by its setting, all off, all on: CPU, wall time, memory."""
    from printdock.ablation import compare, print_table

    result = compare(images, template=template, rounds=rounds, tell=errors_console.print)
    if json:
        print_json(result)
    else:
        print_table(result, console)
