"""Processes forked from one that has imported printdock already: a second of work less for each, two for a server.

They are processes of their own in all that counts: environment, files, exit code, what a signal does to them. Those that
must have no past (imports, start-up) are started as programs instead.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

#: Seconds that a command may take.
PATIENCE = 120.0

#: The one fork server of this process. It imports these when it starts, which is when the first process is asked for.
context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(
    [
        "printdock.cli.app", "printdock.asgi", "granian", "printdock.wiring", "printdock.settings",
        "printdock.designs.ingest", "printdock.designs.verify", "printdock.designs.matches", "printdock.storage.sftp",
        "printdock.storage.resilient", "printdock.storage.local", "printdock.db.migrations.versions.v0001_first_schema",
        "printdock.listings.tokens", "alembic.command", "alembic.config", "psycopg", "sqlalchemy.dialects.postgresql",
        "tests.end_to_end.killed", "tests.listings.worker", "rich._emoji_codes", "printdock.backup.make",
        "printdock.backup.restore", "tests.services.forks", "tests.services.prepared",
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
        streams = (folder / "in", folder / "out", folder / "err")
        process = context.Process(target=_run, args=(arguments, given, Path.cwd(), streams))
        process.start()
        process.join(PATIENCE)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(arguments, PATIENCE, *_words(folder))
        return subprocess.CompletedProcess(arguments, process.exitcode, *_words(folder))


def _words(folder: Path) -> list[str]:
    return [(folder / stream).read_text() if (folder / stream).exists() else "" for stream in ("out", "err")]


class Forked:
    """``printdock arguments`` that runs, in a session of its own. Both its streams are added to the file ``log``."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        streams = (Path(os.devnull), log, log)
        self._process = context.Process(target=_run, args=(arguments, dict(environment), Path.cwd(), streams, True))
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def signal(self, number: int) -> None:
        """No-op once it has ended."""
        if not self.ended():
            os.kill(self.pid, number)

    def ended(self) -> bool:
        return self._process.exitcode is not None

    def wait(self, timeout_s: float) -> int:
        """Its exit code, minus the signal that killed it. Raises `AssertionError` where it does not end."""
        self._process.join(timeout_s)
        code = self._process.exitcode
        assert code is not None, f"process {self.pid} did not end in {timeout_s:.0f} s"
        return code


class Program:
    """The same, started as a program: it has the imports before it."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        command = [sys.executable, "-m", "printdock", *arguments]
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )
        self.pid = self._process.pid

    def signal(self, number: int) -> None:
        """No-op once it has ended."""
        self._process.send_signal(number)

    def ended(self) -> bool:
        return self._process.poll() is not None

    def wait(self, timeout_s: float) -> int:
        """Its exit code, minus the signal that killed it. Raises `subprocess.TimeoutExpired` where it does not end."""
        return self._process.wait(timeout_s)


def _run(
    arguments: Sequence[str],
    environment: dict[str, str],
    here: Path,
    streams: tuple[Path, Path, Path],
    own_session: bool = False,
) -> None:
    if own_session:
        os.setsid()
    # As in a process that was started as a program: else what it forks itself would begin with all the imports.
    multiprocessing.set_start_method(None, force=True)
    os.chdir(here)
    os.environ.clear()
    os.environ.update(environment)
    for descriptor, path in enumerate(streams):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND if descriptor else os.O_RDONLY, 0o600)
        os.dup2(handle, descriptor)
        os.close(handle)
    sys.stdin = os.fdopen(0, closefd=False)
    sys.argv = ["printdock", *arguments]
    from printdock.__main__ import main

    main()
