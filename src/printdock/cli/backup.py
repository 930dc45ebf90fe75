"""``printdock backup`` and ``restore``: copies of everything, and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from printdock.cli.common import console, errors_console, megabytes, print_json, shown
from printdock.cli.context import HomeOption, JsonOption, services_for, stoppable
from printdock.errors import UsageError

if TYPE_CHECKING:
    from printdock.backup.check import Checked
    from printdock.backup.make import Made
    from printdock.backup.restore import Restored
    from printdock.backup.source import Progress, Report

FolderArgument = Annotated[Path, typer.Argument(metavar="DIR", help="The backup's folder; not below the storage's.")]


def backup(
    folder: FolderArgument,
    check: Annotated[bool, typer.Option("--check", help="Only read the backup, and compare every digest.")] = False,
    snapshot: Annotated[str | None, typer.Option("--snapshot", help="With --check: only this one.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Read every file again, known or not.")] = False,
    keep: Annotated[int | None, typer.Option("--keep", min=1, help="Remove all but the newest N snapshots.")] = None,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Copy database and files to DIR, while the shop works; only what is new. Exit code 3 when --check finds damage."""
    if check:
        _check(folder, snapshot, json)
    from printdock.backup.folder import BackupFolder
    from printdock.backup.make import make_backup
    from printdock.wiring import library_of

    target = BackupFolder(folder.absolute())
    with services_for(home) as services, _progress("Copying") as report, stoppable(services.stop):
        _refuse_inside(folder, services.settings.storage_url)
        made = make_backup(target, library_of(services), services.clock(), full=full, report=report)
        removed = target.keep_only(keep) if keep is not None else (0, 0)
        secret = services.settings.home / "secret" if services.settings.secret is None else None
    if json:
        print_json({**made.as_dict(), "snapshots_removed": removed[0], "files_removed": removed[1]})
    else:
        _print_made(made, removed, secret)


def restore(
    folder: FolderArgument,
    snapshot: Annotated[str | None, typer.Option("--snapshot", help="Its name; the newest one if not given.")] = None,
    survived: Annotated[
        bool, typer.Option("--storage-survived", help="The storage has its files still: put back only what misses.")
    ] = False,
    deep: Annotated[bool, typer.Option("--deep", help="Read every restored file in the final check, too.")] = False,
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Fill an empty printdock from a backup, then verify it. Exit code 3 when something is not as it was."""
    from printdock.backup.folder import BackupFolder
    from printdock.backup.restore import restore as bring_back
    from printdock.cli.library import verify_shops
    from printdock.wiring import library_of

    source = BackupFolder(folder.absolute())
    with services_for(home) as services:
        with _progress("Restoring") as report, stoppable(services.stop):
            marker = services.settings.home / "restore.json"
            done = bring_back(
                source, source.snapshot(snapshot), library_of(services), marker, survived=survived, report=report
            )
        found = verify_shops(services, None, deep=deep)
    clean = all(one.clean for one in found)
    if json:
        print_json({**done.as_dict(), "clean": clean, "verified": [one.as_dict() for one in found]})
    else:
        from printdock.cli.library import print_verification

        _print_restored(done)
        for one in found:
            print_verification(one)
    raise typer.Exit(0 if clean and done.whole else 3)


def _check(folder: Path, name: str | None, json: bool) -> None:
    from printdock.backup.check import check_backup
    from printdock.backup.folder import BackupFolder

    target = BackupFolder(folder.absolute())
    chosen = target.snapshots() if name is None else [target.snapshot(name)]
    with _progress("Checking") as report:
        checked = check_backup(target, chosen, report=report)
    if json:
        print_json(checked.as_dict())
    else:
        _print_checked(checked)
    raise typer.Exit(3 if checked.damaged else 0)


def _refuse_inside(folder: Path, storage_url: str) -> None:
    if "://" not in storage_url and folder.resolve().is_relative_to(Path(storage_url).expanduser().resolve()):
        raise UsageError(
            "The backup would lie in the storage itself.", remedy="Choose another folder, on another disk."
        )


@contextmanager
def _progress(word: str) -> Iterator[Report]:
    with errors_console.status(word) as status:

        def show(progress: Progress) -> None:
            count = f"{progress.files:,} files, {megabytes(progress.copied_bytes)}"
            status.update(f"{word} ({progress.stage}): {count} [dim]{shown(progress.name)}[/]")

        yield show


def _print_made(made: Made, removed: tuple[int, int], secret: Path | None) -> None:
    one = made.snapshot
    console.print(
        f"[green]Snapshot {one.name}[/]: {one.files:,} files, {megabytes(one.bytes)}, {sum(one.rows.values()):,} rows. "
        f"New: {made.copied:,} files, {megabytes(made.copied_bytes)}.",
        highlight=False,
    )
    if made.gone:
        console.print(f"{made.gone} files were removed while they were to be copied.", style="dim")
    if made.apart:
        console.print(
            f"{made.apart} files are not in the storage as their rows say: printdock verify --deep names them.",
            style="yellow",
        )
    if removed[0]:
        console.print(f"Removed {removed[0]} older snapshots and {removed[1]} files that only they had.", style="dim")
    where = f"the file {shown(str(secret), 200)}" if secret else "PRINTDOCK_SECRET"
    console.print(
        f"Not in it, on purpose: {where}, which opens the Etsy tokens, and settings.toml. Keep copies of both elsewhere.",
        style="dim",
        highlight=False,
    )


def _print_restored(done: Restored) -> None:
    console.print(
        f"Snapshot {done.snapshot}: {done.files:,} files ({done.copied:,} copied, {megabytes(done.copied_bytes)}), "
        f"{done.rows:,} rows.",
        highlight=False,
    )
    for name in done.damaged:
        console.print(f"[red]damaged in the backup[/] {shown(name, 200)}")
    for name in done.taken:
        console.print(f"[red]another file has its name[/] {shown(name, 200)}")
    for name in done.apart:
        console.print(f"[red]not as its row says[/] {shown(name, 200)}")
    if done.mockups:
        console.print(f"{done.mockups} mockups are newer than their rows: they are rendered again.", style="dim")
    if not done.opens_secrets:
        console.print(
            "This server's secret is another one than the snapshot's: put the file secret back (or PRINTDOCK_SECRET), or "
            "connect Etsy again. Everybody signs in again.",
            style="yellow",
        )


def _print_checked(checked: Checked) -> None:
    for name in checked.damaged:
        console.print(f"[red]damaged[/] {shown(name, 200)}")
    word = "[red]not sound[/]" if checked.damaged else "[green]sound[/]"
    console.print(
        f"{checked.snapshots} snapshots, {checked.contents:,} files read ({megabytes(checked.bytes)}): {word}",
        highlight=False,
    )
