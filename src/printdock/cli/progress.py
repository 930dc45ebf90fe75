"""Progress while an upload runs, and its summary afterwards."""

from __future__ import annotations

from collections import Counter
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from printdock.cli.common import console, errors_console, megabytes, shown
from printdock.designs.item import Event, Stage

if TYPE_CHECKING:
    from printdock.designs.ingest import Report

#: Rows of the summary table; longer uploads show what needs a person, and counts.
_MOST_ROWS = 40


class UploadProgress:
    """A bar over the files of one upload, with how many have reached each stage and an estimate. Thread-safe."""

    def __init__(self, total: int) -> None:
        self._reached: Counter[str] = Counter()
        self._outcomes: Counter[str] = Counter()
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[stages]}", style="dim"),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=errors_console,
            disable=not errors_console.is_terminal,
        )
        self._task = self._bar.add_task("Ingesting", total=total, stages="")

    def __enter__(self) -> UploadProgress:
        self._bar.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def report(self, event: Event) -> None:
        """Take note of one event; failures are said at once."""
        self._reached[event.stage] += 1
        if event.stage is Stage.SETTLED and event.answer is not None:
            outcome = event.answer["outcome"]
            self._outcomes[outcome] += 1
            if outcome == "failed":
                self._bar.console.print(f"[red]failed[/] {shown(event.source)}: {shown(event.answer['reason'], 400)}")
            self._bar.advance(self._task)
        self._bar.update(self._task, stages=self._stages())

    def _stages(self) -> str:
        parts = [f"{stage} {self._reached[stage]}" for stage in (Stage.READ, Stage.PREPARED, Stage.DECIDED)]
        parts += [
            f"{word} {self._outcomes[word]}" for word in ("stored", "duplicate", "failed") if self._outcomes[word]
        ]
        return " · ".join(parts)


def print_report(report: Report, where: str, *, dry_run: bool = False) -> None:
    """The summary: a row a file (of long uploads only those that need a look), then the counts."""
    rows = report.files
    if len(rows) > _MOST_ROWS:
        rows = [row for row in rows if row["outcome"] != "stored" or row["similar_to"] or row["warnings"]][:_MOST_ROWS]
    if rows:
        console.print(_table(rows))
    left = len(report.files) - len(rows)
    if left:
        console.print(f"… and {left} more: printdock uploads show {report.upload}", style="dim")
    verb = "would be stored" if dry_run else "stored"
    similar = sum(1 for row in report.files if row["similar_to"])
    console.print(
        f"[bold]{report.stored} {verb}[/] (of them {similar} similar), {report.duplicates} duplicates, "
        f"{report.failed} failed, in {report.seconds:.1f} s. Storage: {shown(where)}",
        highlight=False,
    )
    if similar or report.duplicates:
        console.print("Look at duplicates and similar ones: printdock duplicates list", style="dim")


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("outcome", no_wrap=True)
    table.add_column("file", overflow="fold")
    table.add_column("stored as, or why not", overflow="fold")
    for row in rows:
        table.add_row(_outcome(row), shown(row["source"].rsplit("/", 1)[-1], 60), _detail(row))
    return table


def _outcome(row: dict[str, Any]) -> str:
    if row["outcome"] == "stored":
        return "[yellow]stored, similar[/]" if row["similar_to"] else "[green]stored[/]"
    return "[cyan]duplicate[/]" if row["outcome"] == "duplicate" else "[bold red]failed[/]"


def _detail(row: dict[str, Any]) -> str:
    lines = []
    if row["path"]:
        size = f"{row['width']} x {row['height']} px, {row['dpi']} DPI, {megabytes(row['bytes'])}"
        lines.append(f"{shown(row['path'].rsplit('/', 1)[-1])}  [dim]{size}[/]")
    if row["reason"]:
        lines.append(shown(row["reason"], 300))
    lines += [f"[yellow]{shown(warning, 200)}[/]" for warning in row["warnings"]]
    return "\n".join(lines)
