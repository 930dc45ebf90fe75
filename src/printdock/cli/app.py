"""The command line: translates arguments into use cases and outcomes into text, JSON and exit codes.

Exit codes: 0 all went well (every file stored or duplicate), 2 wrong use, 3 some files failed or a check found
something, 1 the command could not do its work.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from printdock.cli import (
    backup,
    db,
    demo,
    designs,
    doctor,
    drafts,
    duplicates,
    etsy,
    ingest,
    jobs,
    keys,
    library,
    listings,
    mockup_batches,
    mockups,
    moving,
    serve,
    storage,
    templates,
    upload,
    users,
    worker,
)
from printdock.cli.common import say_error
from printdock.cli.context import set_home
from printdock.errors import Conflict, NotFound, PrintdockError, UsageError

app = typer.Typer(
    name="printdock",
    help="Designs in, print-ready files on the NAS, no duplicates, no losses.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def main(
    home: Annotated[
        Path | None, typer.Option("--home", help="Folder of database, settings and nas/ (or PRINTDOCK_HOME).")
    ] = None,
) -> None:
    """Designs in, print-ready files on the NAS, no duplicates, no losses."""
    set_home(home)


app.command("ingest")(ingest.ingest)
app.command("upload")(upload.upload)
app.command("serve")(serve.serve)
app.add_typer(templates.app, name="templates")
app.add_typer(designs.app, name="designs")
app.add_typer(designs.uploads_app, name="uploads")
app.add_typer(duplicates.app, name="duplicates")
mockups.app.command("render")(mockup_batches.render)
mockups.app.command("results")(mockup_batches.results)
mockups.app.command("sheet")(mockup_batches.sheet)
app.add_typer(mockups.app, name="mockups")
app.add_typer(jobs.app, name="jobs")
app.command("worker")(worker.worker)
app.add_typer(users.app, name="users")
app.add_typer(keys.app, name="keys")
app.add_typer(etsy.app, name="etsy")
drafts.add_to(listings.app)
app.add_typer(listings.app, name="listings")
app.add_typer(storage.app, name="storage")
app.add_typer(db.app, name="db")
app.command("verify")(library.verify)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("doctor")(doctor.doctor)
app.command("migrate-from-craftflow")(moving.migrate_from_craftflow)
app.command("demo")(demo.demo)
app.command("bench")(library.bench)


def run() -> None:
    """Run the command line and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        # Names of files may hold anything; a terminal that cannot show a character must not end the command.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        app()
    except (UsageError, NotFound, Conflict) as error:
        say_error(error)
        sys.exit(2)
    except PrintdockError as error:
        say_error(error)
        sys.exit(1)
