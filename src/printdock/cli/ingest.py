"""``printdock ingest``: the main job."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from printdock.cli.common import errors_console, print_json
from printdock.cli.context import HomeOption, JsonOption, ShopOption, services_for, stoppable
from printdock.cli.progress import UploadProgress, print_report

if TYPE_CHECKING:
    from printdock.designs.ingest import Report
    from printdock.templates.queries import Template
    from printdock.wiring import Services

#: A watched folder is quiet when nothing changed for so long, ms: a file still being copied there is not taken half.
QUIET_MS = 2_000


def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Pictures, or folders of pictures.")],
    template: Annotated[str, typer.Option("--template", "-t", help="The product, such as 'UVDTF 16oz'.")],
    shop: ShopOption = None,
    json: JsonOption = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Decide everything, write nothing.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on, and take in what is added to the folders.")] = False,
    home: HomeOption = None,
) -> None:
    """Trim, size and store designs as print files; refuse what the shop already has.

    Exit code 0 when every file ended as stored or duplicate, 3 when some failed, 2 for wrong use.
    """
    from printdock.designs.admit import find_sources

    with services_for(home) as services, stoppable(services.stop):
        chosen = services.template(template, services.shop(shop))
        sources = list(find_sources(paths))
        failed = ingest_once(services, chosen, sources, json=json, dry_run=dry_run).failed
        if watch:
            for added in _watched(services, paths):
                failed += ingest_once(services, chosen, added, json=json, dry_run=dry_run).failed
    raise typer.Exit(3 if failed else 0)


def ingest_once(
    services: Services, template: Template, sources: list[Path], *, json: bool = False, dry_run: bool = False
) -> Report:
    """One upload, with progress on stderr and its report on stdout."""
    from printdock.designs.ingest import ingest as run

    with UploadProgress(len(sources)) as progress:
        upload = services.upload(template, report=progress.report, dry_run=dry_run)
        report = run(upload, sources)
    if json:
        print_json(report.as_dict())
    else:
        print_report(report, services.settings.storage_shown, dry_run=dry_run)
    return report


def _watched(services: Services, paths: list[Path]) -> Iterator[list[Path]]:
    """Groups of files that were added or changed, once the folders are quiet, until stopped."""
    from watchfiles import Change, watch

    from printdock.designs.admit import find_sources

    folders = [path for path in paths if path.is_dir()]
    errors_console.print(f"Watching {len(folders)} folder(s). Ctrl-C ends it.")
    changes = watch(*folders, debounce=60_000, step=QUIET_MS, stop_event=services.stop, raise_interrupt=False)
    for change in changes:
        touched = {Path(name).absolute() for kind, name in change if kind is not Change.deleted}
        added = [path for path in find_sources(folders) if path.absolute() in touched]
        if added:
            yield added
