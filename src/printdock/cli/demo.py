"""``printdock demo``: what it looks like, on designs and base images of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from printdock.cli.common import console, shown
from printdock.cli.demo_etsy import show_drafts
from printdock.cli.ingest import ingest_once
from printdock.cli.mockup_batches import render_once, write_sheet

if TYPE_CHECKING:
    from printdock.mockups.types import MockupSet
    from printdock.wiring import Services

#: The template that all sample designs are ingested for.
_TEMPLATE = "UVDTF 16oz"


@dataclass(frozen=True, slots=True)
class _Show:
    """Which designs a set of base images is shown with, and in which garment colours."""

    mockup_set: str
    designs: tuple[str, ...]
    colours: tuple[str, ...] = ()


_SHOWN = (
    _Show("Poster, framed", ("Harbor Days CMYK.jpg", "Bloom Wreath.png")),
    _Show("Glass can 16oz", ("Galaxy Tumbler Wrap 16bit.png", "Lemon Slices.webp")),
    _Show("Mug 11oz", ("Lake at Dusk.jpg", "Palm Cove Surf Club.png")),
    _Show("T-shirt, flat", ("Mountain Club 1985.png",), ("sage", "sand")),
    _Show("T-shirt, flat", ("Stay Groovy 256 colors.png",), ("black", "red")),
)


def demo(
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Keep the demo here; a temporary folder otherwise.")
    ] = None,
) -> None:
    """Draw sample designs, ingest them into a scratch home, and show what became of each; render mockups of some, and
    make drafts of these at a stand-in for Etsy."""
    from printdock.demo import draw
    from printdock.demo.bases import write_demo_packs
    from printdock.settings import load
    from printdock.wiring import open_services

    place = folder or Path(tempfile.mkdtemp(prefix="printdock-demo-"))
    with ThreadPoolExecutor(1) as drawing:
        packs = drawing.submit(write_demo_packs, place / "packs")  # takes a while, so it begins now
        console.print(f"Drawing sample designs into {place / 'designs'} …")
        drawn = draw(place / "designs")
        console.print(
            f"{len(drawn)} files. Now: [bold]printdock ingest {place / 'designs'} --template '{_TEMPLATE}'[/]\n"
        )
        settings = load(place / "home").model_copy(update={"database_url": None, "storage": None, "qnap_host": None})
        with open_services(settings) as services:
            ingest_once(services, services.template(_TEMPLATE, services.shop()), sorted(drawn))
            sheet = _mockups(services, packs, place)
            show_drafts(services, _TEMPLATE)
    console.print("\n[bold]The print files:[/]")
    for path in sorted((place / "home" / "nas").glob("*/*/*.png")):
        console.print(f"  {shown(str(path), 200)}", highlight=False)
    console.print(f"\n[bold]The mockups, to be looked at:[/] {shown(str(sheet), 300)}", highlight=False)
    console.print(f"\nLook around:  .venv/bin/printdock --home {place / 'home'} duplicates list", highlight=False)
    console.print(f"              .venv/bin/printdock --home {place / 'home'} mockups results", highlight=False)
    console.print(f"              .venv/bin/printdock --home {place / 'home'} verify", highlight=False)


def _mockups(services: Services, packs: Future[list[Path]], place: Path) -> Path:
    """Import the packs, render on each, and write the contact sheet; its path."""
    from printdock.mockups.pack import read_pack
    from printdock.mockups.sets import import_pack

    console.print("\nDrawing base images …")
    for folder in packs.result():
        imported = import_pack(
            services.database, services.storage, services.shop(), read_pack(folder), services.clock()
        ).mockup_set
        for show in _SHOWN:
            if show.mockup_set == imported.name:
                _show(services, imported, place / "designs", show)
    sheet = place / "mockups.jpg"
    write_sheet(services, None, sheet)
    return sheet


def _show(services: Services, mockup_set: MockupSet, designs: Path, show: _Show) -> None:
    from printdock.mockups.plan import find_print_files, make_plan

    template = services.template(mockup_set.template or _TEMPLATE, services.shop())
    sources = [designs / name for name in show.designs]
    numbers = _numbers(services, template.name, sources)
    with services.database.read() as connection:
        plan = make_plan(mockup_set, template, find_print_files(connection, template, numbers), show.colours or None)
    report = render_once(services, plan)
    console.print(
        f"[bold]{shown(mockup_set.name)}[/]: {len(numbers)} designs, {report.rendered} mockups "
        f"in {report.seconds:.1f} s, {report.failed} failed",
        highlight=False,
    )


def _numbers(services: Services, template: str, sources: Sequence[Path]) -> list[int]:
    """The designs' numbers for that template; print files that are not there yet are made."""
    from printdock.designs.ingest import ingest
    from printdock.designs.queries import show_design

    shop = services.shop()
    report = ingest(services.upload(services.template(template, shop), report=lambda event: None), sources)
    keys = [entry["design"] or entry["duplicate_of"] for entry in report.files if entry["outcome"] != "failed"]
    with services.database.read() as connection:
        found = [one for key in keys for one in show_design(connection, shop, key)]
    return [one["number"] for one in found if one["template"] == template]
