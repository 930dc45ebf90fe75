"""``printdock doctor``: every missing or broken piece, and what mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer
from rich.table import Table

from printdock.cli.common import console, print_json, shown
from printdock.cli.context import HomeOption, JsonOption, settings_for
from printdock.errors import UsageError

if TYPE_CHECKING:
    from printdock.cli.checkup.finding import Finding
    from printdock.settings import Settings

_MARKS = {
    "ok": "[green]ok[/]      ",
    "warn": "[yellow]look[/]    ",
    "bad": "[red]bad[/]     ",
    "skipped": "[dim]skipped[/] ",
}


def doctor(json: JsonOption = False, home: HomeOption = None) -> None:
    """Look at every piece, and name what is missing or broken and what mends it. Exit code 3 when anything is bad."""
    try:
        settings = settings_for(home)
    except UsageError as error:
        _tell_of_settings(error, json)
        raise typer.Exit(3) from error
    healthy, checks = True, []
    for part, finding in _findings(settings):
        healthy = healthy and finding.level != "bad"
        checks.append(_document(part, finding))
        if not json:
            _print_finding(part, finding)
    in_force = {one.variable: one.value for one in settings.in_force()}
    if json:
        print_json({"ok": healthy, "facts": _facts(settings), "checks": checks, "settings": in_force})
    else:
        _print_settings(in_force)
    raise typer.Exit(0 if healthy else 3)


def _findings(settings: Settings) -> Any:
    import logging

    from printdock.cli.checkup.finding import Patient
    from printdock.cli.checkup.registry import examine
    from printdock.wiring import utc_now

    for chatty in ("asyncssh", "stamina"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    patient = Patient(settings, utc_now)
    try:
        yield from examine(patient)
    finally:
        patient.close()


def _tell_of_settings(error: UsageError, json: bool) -> None:
    from printdock.cli.checkup.finding import refused

    finding = refused(error, "See the settings table in the README.")
    if json:
        print_json({"ok": False, "facts": {}, "checks": [_document("settings", finding)], "settings": {}})
    else:
        _print_finding("settings", finding)


def _document(part: str, finding: Finding) -> dict[str, Any]:
    return {
        "part": part,
        "ok": finding.level != "bad",
        "level": finding.level.value,
        "detail": finding.detail,
        "remedy": finding.remedy,
    }


def _facts(settings: Settings) -> dict[str, str]:
    from importlib.metadata import version

    return {"printdock": version("printdock"), "home": str(settings.home), "storage": settings.storage_shown}


def _print_finding(part: str, finding: Finding) -> None:
    console.print(f"{_MARKS[finding.level]}{part}: {shown(finding.detail, 300)}", highlight=False)
    if finding.remedy:
        console.print(f"        [bold]→ {shown(finding.remedy, 300)}[/]", highlight=False)


def _print_settings(in_force: dict[str, str | None]) -> None:
    table = Table("setting", "in force", box=None, pad_edge=False)
    for name, value in in_force.items():
        table.add_row(name, "" if value is None else shown(value, 200))
    console.print()
    console.print(table)
