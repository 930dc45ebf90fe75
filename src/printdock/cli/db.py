"""``printdock db``: the schema."""

from __future__ import annotations

import typer

from printdock.cli.common import console, print_json
from printdock.cli.context import HomeOption, JsonOption, settings_for

app = typer.Typer(help="The database's schema.", no_args_is_help=True)


@app.command()
def upgrade(json: JsonOption = False, home: HomeOption = None) -> None:
    """Bring the schema up to date, while servers are at work. Safe to run twice."""
    _tell(json, home, upgrade_first=True)


@app.command()
def status(json: JsonOption = False, home: HomeOption = None) -> None:
    """Which schema the database has. Exit code 3 when this program cannot work on it."""
    _tell(json, home, upgrade_first=False)


def _tell(json: bool, home: HomeOption, *, upgrade_first: bool) -> None:
    from printdock.db import schema
    from printdock.db.engine import Database

    database = Database(settings_for(home).database)
    try:
        now = schema.upgrade(database) if upgrade_first else schema.status(database)
    finally:
        database.close()
    if json:
        print_json({"current": now.current, "head": now.head, "up_to_date": now.up_to_date, "serves": now.serves})
    else:
        later = ", and works on later ones" if now.serves and not now.up_to_date else ""
        console.print(f"Schema {now.current or 'none yet'}; this program needs {now.head}{later}.")
    raise typer.Exit(0 if now.serves else 3)
