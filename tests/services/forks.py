"""Processes forked from one that has imported printdock already: a second of work less for each.

They are processes of their own in all that counts: environment, files, exit code, what a signal does to them. Those that
must have no past (imports, start-up) are started as programs instead.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

#: Seconds that a command may take.
PATIENCE = 120.0

#: The one fork server of this process. It imports these when it starts, which is when the first process is asked for.
context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(
    [
        "printdock.cli.app", "printdock.wiring", "printdock.settings", "printdock.designs.ingest",
        "printdock.designs.verify", "printdock.designs.matches", "printdock.storage.sftp", "printdock.storage.resilient",
        "printdock.storage.local", "printdock.db.migrations.versions.v0001_first_schema", "printdock.listings.tokens",
        "alembic.command", "psycopg", "sqlalchemy.dialects.postgresql", "tests.end_to_end.killed", "tests.listings.worker",
        "tests.services.forks",
    ]
)  # fmt: skip


def run_printdock(
    *arguments: str, input: str = "", environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """What ``printdock arguments`` answers to ``input``, with this process's environment or ``environment`` alone.

    Raises `subprocess.TimeoutExpired` after `PATIENCE`.
    """
    with tempfile.TemporaryDirectory(prefix="printdock-run-") as name:
        folder = Path(name)
        (folder / "in").write_text(input)
        given = dict(os.environ if environment is None else environment)
        process = context.Process(target=_run, args=(arguments, given, Path.cwd(), folder))
        process.start()
        process.join(PATIENCE)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(arguments, PATIENCE, *_words(folder))
        return subprocess.CompletedProcess(arguments, process.exitcode, *_words(folder))


def _words(folder: Path) -> list[str]:
    return [(folder / stream).read_text() if (folder / stream).exists() else "" for stream in ("out", "err")]


def _run(arguments: tuple[str, ...], environment: dict[str, str], here: Path, folder: Path) -> None:
    os.chdir(here)
    os.environ.clear()
    os.environ.update(environment)
    for descriptor, stream, how in ((0, "in", os.O_RDONLY), (1, "out", os.O_WRONLY), (2, "err", os.O_WRONLY)):
        handle = os.open(folder / stream, how | (os.O_CREAT if how else 0), 0o600)
        os.dup2(handle, descriptor)
        os.close(handle)
    sys.stdin = os.fdopen(0, closefd=False)
    sys.argv = ["printdock", *arguments]
    from printdock.__main__ import main

    main()
