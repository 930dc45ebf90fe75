"""``printdock mockups render``, ``results`` and ``sheet``: a shop's designs on its base images."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from printdock.cli.common import console, errors_console, megabytes, print_json, shown
from printdock.cli.context import HomeOption, JsonOption, ShopOption, services_for, stoppable
from printdock.errors import UsageError

if TYPE_CHECKING:
    from printdock.mockups.batch import Progress as BatchProgress
    from printdock.mockups.plan import Plan
    from printdock.mockups.render import Report
    from printdock.wiring import Services

#: Rows of the summary table; longer batches show what failed, and counts.
_MOST_ROWS = 40

SetOption = Annotated[str, typer.Option("--set", help="The mockup set: see `printdock mockups list`.")]
TemplateOption = Annotated[
    str | None, typer.Option("--template", "-t", help="The product; the set's own when not given.")
]
DesignOption = Annotated[list[int] | None, typer.Option("--design", help="A design's number; may be given again.")]


def render(
    set_name: SetOption,
    template: TemplateOption = None,
    design: DesignOption = None,
    every: Annotated[bool, typer.Option("--all", help="All of the template's designs.")] = False,
    colour: Annotated[
        list[str] | None, typer.Option("--colour", help="Only in this colour; may be given again.")
    ] = None,
    sample: Annotated[int | None, typer.Option("--sample", min=1, help="Only the first so many, for approval.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Render all again; replace files of other origin.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be rendered, write nothing.")] = False,
    shop: ShopOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Render designs on the base images of a set: only what is not there already.

    Exit code 0 when every mockup is there, 3 when some failed, 2 for wrong use.
    """
    if bool(design) == every and not (sample and not design):
        raise UsageError("Which designs?", remedy="Give --design NUMBER (again for more), or --all.")
    with services_for(home) as services, stoppable(services.stop):
        chosen = services.shop(shop)
        plan = services.mockup_plan(chosen, set_name, template, numbers=design or None, colours=colour or None)
        whole = len(plan.mockups)
        if sample:
            plan = plan.sample(sample)
        report = render_once(services, plan, force=force, dry_run=dry_run)
        where = services.settings.storage_shown
    if json:
        print_json(report.as_dict())
    else:
        _print_report(report, where, dry_run=dry_run)
    if sample and len(plan.mockups) < whole and not json:
        console.print(
            f"A sample of {whole} mockups. When they are as you want them, run the same without --sample:\n"
            f"  {_command(set_name, template, design, colour)}",
            highlight=False,
        )
    raise typer.Exit(3 if report.failed else 0)


def render_once(services: Services, plan: Plan, *, force: bool = False, dry_run: bool = False) -> Report:
    """One batch, with progress on stderr."""
    from printdock.mockups.render import render_batch

    with BatchBar(len(plan.mockups)) as bar:
        return render_batch(services.mockup_batch(report=bar.report, force=force, dry_run=dry_run), plan)


def results(
    set_name: Annotated[str | None, typer.Option("--set", help="Only those of this set.")] = None,
    template: TemplateOption = None,
    design: DesignOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="Most rows.")] = 1000,
    shop: ShopOption = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Rendered mockups and where they are stored."""
    from printdock.mockups.ledger import list_results

    with services_for(home) as services:
        chosen = services.shop(shop)
        with services.database.read() as connection:
            found = list_results(
                connection, chosen, numbers=design or (), set_name=set_name, template=template, limit=limit
            )
    if json:
        print_json(found)
        return
    table = Table("design", "set", "picture", "colour", "size", "path", box=None, pad_edge=False)
    for one in found:
        size = f"{one['width']} x {one['height']}, {megabytes(one['bytes'])}"
        words = (one["set"], one["picture"], one["colour"] or "", size)
        table.add_row(str(one["number"]), *(shown(word, 40) for word in words), shown(one["path"], 200))
    console.print(table if found else "No mockups yet: printdock mockups render --set NAME --all")


def sheet(
    set_name: SetOption,
    out: Annotated[Path, typer.Option("--out", help="The JPEG to write.")],
    template: TemplateOption = None,
    design: DesignOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=400, help="Most mockups on it.")] = 60,
    shop: ShopOption = None,
    home: HomeOption = None,
) -> None:
    """Rendered mockups of a set side by side in one picture, to be looked at."""
    with services_for(home) as services:
        count = write_sheet(services, set_name, out, template=template, design=design, limit=limit, shop=shop)
    console.print(f"{count} mockups: {shown(str(out), 300)}", highlight=False)


def write_sheet(
    services: Services,
    set_name: str | None,
    out: Path,
    *,
    template: str | None = None,
    design: list[int] | None = None,
    limit: int = 60,
    shop: str | None = None,
) -> int:
    """Write the contact sheet; answers how many mockups are on it. Raises `UsageError` where there are none."""
    from printdock.mockups.ledger import list_results
    from printdock.mockups.sheet import contact_sheet

    chosen = services.shop(shop)
    with services.database.read() as connection:
        found = list_results(
            connection, chosen, numbers=design or (), set_name=set_name, template=template, limit=limit
        )
    if not found:
        raise UsageError(
            "There are no mockups to show.", remedy="Render some: printdock mockups render --set NAME --all"
        )
    data = contact_sheet(services.storage, found)
    try:
        out.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}.") from error
    return len(found)


def _command(set_name: str, template: str | None, design: list[int] | None, colour: list[str] | None) -> str:
    words = ["printdock mockups render --set", f"'{set_name}'"]
    words += [f"--template '{template}'"] if template else []
    words += [f"--design {number}" for number in design] if design else ["--all"]
    words += [f"--colour '{name}'" for name in colour or ()]
    return shown(" ".join(words), 500)


class BatchBar:
    """A bar over the mockups of a batch, with an estimate and how the base images fare. Thread-safe."""

    def __init__(self, total: int) -> None:
        self._counts = {"rendered": 0, "fresh": 0, "failed": 0}
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[words]}", style="dim"),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=errors_console,
            disable=not errors_console.is_terminal,
        )
        self._task = self._bar.add_task("Rendering", total=total, words="")

    def __enter__(self) -> BatchBar:
        self._bar.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def report(self, progress: BatchProgress) -> None:
        """Take note of one mockup; failures are said at once."""
        outcome = progress.entry["outcome"]
        self._counts[outcome] += 1
        if outcome == "failed":
            what = f"{progress.entry['number']} on {progress.entry['picture']}"
            self._bar.console.print(f"[red]failed[/] {shown(what)}: {shown(progress.entry['reason'], 400)}")
        words = " · ".join(f"{word} {count}" for word, count in self._counts.items() if count)
        words += f" · bases {megabytes(progress.cached_bytes)}, found {progress.cached_share:.0%}"
        self._bar.update(self._task, advance=1, words=words)


def _print_report(report: Report, where: str, *, dry_run: bool) -> None:
    rows = report.mockups
    if len(rows) > _MOST_ROWS:
        rows = [row for row in rows if row["outcome"] == "failed"][:_MOST_ROWS]
    if rows:
        table = Table("outcome", "design", "picture", "stored as, or why not", box=None, pad_edge=False)
        for row in rows:
            table.add_row(_OUTCOMES[row["outcome"]], str(row["number"]), _picture(row), _detail(row))
        console.print(table)
    left = len(report.mockups) - len(rows)
    if left:
        console.print(f"… and {left} more: printdock mockups results --set '{shown(report.mockup_set)}'", style="dim")
    verb = "would be rendered" if dry_run else "rendered"
    console.print(
        f"[bold]{report.rendered} {verb}[/], {report.fresh} were there already, {report.failed} failed, "
        f"in {report.seconds:.1f} s. Storage: {shown(where)}",
        highlight=False,
    )


_OUTCOMES = {"rendered": "[green]rendered[/]", "fresh": "[cyan]fresh[/]", "failed": "[bold red]failed[/]"}


def _picture(row: dict[str, Any]) -> str:
    return shown(f"{row['picture']}, {row['colour']}" if row["colour"] else row["picture"], 40)


def _detail(row: dict[str, Any]) -> str:
    if row["outcome"] == "failed":
        return shown(row["reason"], 300)
    size = f"  [dim]{row['width']} x {row['height']} px, {megabytes(row['bytes'])}[/]" if row["bytes"] else ""
    return shown(row["path"].rsplit("/", 1)[-1]) + size
