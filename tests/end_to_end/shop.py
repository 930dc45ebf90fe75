"""A shop under test: its home, database and storage, the command line run on it, and what must hold after any fault."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import shutil
import signal
import struct
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from tests.end_to_end import killed
from tests.end_to_end.killed import Fault, Plan
from tests.services import forks

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE, PREFIX, DPI = "Small", "DTF", 150
#: Seconds a run may take before the test gives up on it; the slowest takes 10 on a busy machine.
PATIENCE = 600.0 if os.environ.get("SLOW_TESTS") else 60.0

_numbers = count()


class Run:
    """A command that is running, or has ended."""

    def __init__(self, arguments: list[str], plan: Plan, folder: Path, *, fresh: bool) -> None:
        number = next(_numbers)
        self.arguments, self._out, self._err = arguments, folder / f"out-{number}", folder / f"err-{number}"
        self._started = time.monotonic()
        if fresh:
            planned = folder / f"plan-{number}"
            planned.write_bytes(pickle.dumps(plan))
            command = [
                sys.executable,
                str(Path(killed.__file__)),
                str(planned),
                str(self._out),
                str(self._err),
                *arguments,
            ]
            environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"}
            self._process: Any = subprocess.Popen(command, stdin=subprocess.DEVNULL, env=environment)
        else:
            self._process = forks.context.Process(
                target=killed.run, args=(arguments, plan, self._out, self._err), daemon=True
            )
            self._process.start()

    @property
    def running(self) -> bool:
        return self._code() is None

    def signal(self, number: int) -> None:
        os.kill(self._process.pid, number)

    def wait(self) -> Run:
        """Until it ends. A run that hangs says where, and fails the test."""
        deadline = self._started + PATIENCE
        while self.running and time.monotonic() < deadline:
            time.sleep(0.01)
        if self.running:
            self.signal(signal.SIGUSR2)
            time.sleep(0.5)
            self.signal(signal.SIGKILL)
            raise AssertionError(f"{self.arguments} did not end in {PATIENCE:.0f} s:\n{self.err[-9000:]}")
        return self

    def _code(self) -> int | None:
        code: int | None = (
            self._process.poll() if isinstance(self._process, subprocess.Popen) else self._process.exitcode
        )
        return code

    @property
    def code(self) -> int:
        """The exit code; minus the signal that killed it."""
        code = self.wait()._code()
        assert code is not None
        return code

    @property
    def out(self) -> str:
        return self._out.read_text() if self._out.exists() else ""

    @property
    def err(self) -> str:
        return self._err.read_text(errors="replace") if self._err.exists() else ""

    @property
    def document(self) -> Any:
        """What ``--json`` printed."""
        assert self.wait().out, f"{self.arguments} printed nothing (exit {self.code}):\n{self.err[-3000:]}"
        return json.loads(self.out)

    @property
    def files(self) -> list[dict[str, Any]]:
        files: list[dict[str, Any]] = self.document["files"]
        return files

    @property
    def outcomes(self) -> Counter[str]:
        return Counter(entry["outcome"] for entry in self.files)

    @property
    def codes(self) -> Counter[str]:
        """The codes of what failed."""
        return Counter(entry["reason"].split(":", 1)[0] for entry in self.files if entry["outcome"] == "failed")

    def expect(self, code: int) -> Run:
        """Itself, once it ended with ``code``."""
        assert self.code == code, (
            f"exit {self.code} instead of {code}: {self.arguments}\n{self.out[-3000:]}\n{self.err[-5000:]}"
        )
        return self


@dataclass
class Shop:
    """One home with its database and storage. ``root``: where stored files lie on this machine's disk."""

    home: Path
    scratch: Path
    root: Path
    environment: dict[str, str] = field(default_factory=dict)
    template: str = TEMPLATE

    @property
    def database_url(self) -> str:
        return self.environment.get("DATABASE_URL", f"sqlite:///{self.home / 'printdock.db'}")

    def start(self, *arguments: str, plan: Plan = Plan(), fresh: bool = False, **environment: str) -> Run:  # noqa: B008
        """Begin a command."""
        kept = {
            key: value for key, value in os.environ.items() if not key.startswith(("PRINTDOCK_", "NAS_", "DATABASE_"))
        }
        given = {**kept, "PRINTDOCK_HOME": str(self.home), "COLUMNS": "250", **self.environment, **environment}
        return Run(list(arguments), replace(plan, environment=given), self.scratch, fresh=fresh)

    def run(self, *arguments: str, **options: Any) -> Run:
        return self.start(*arguments, **options).wait()

    def begin_ingest(self, *paths: Path, faults: Sequence[Fault] = (), plan: Plan = Plan(), **options: Any) -> Run:  # noqa: B008
        plan = replace(plan, faults=(*plan.faults, *faults))
        return self.start("ingest", "--json", "--template", self.template, "--", *map(str, paths), plan=plan, **options)

    def ingest(self, *paths: Path, **options: Any) -> Run:
        return self.begin_ingest(*paths, **options).wait()

    def begin_dry_run(self, *paths: Path) -> Run:
        return self.start("ingest", "--dry-run", "--json", "--template", self.template, "--", *map(str, paths))

    def hold(self) -> Hold:
        folder = self.scratch / f"hold-{next(_numbers)}"
        folder.mkdir()
        return Hold(folder)

    # -- what is there ------------------------------------------------------------------------------------------

    def rows(self, query: str) -> list[Any]:
        engine = create_engine(self.database_url)
        try:
            with engine.connect() as connection:
                return list(connection.execute(text(query)).all())
        finally:
            engine.dispose()

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        tables = ("designs", "fingerprints", "bands", "print_files", "sources", "matches", "uploads", "upload_files")
        return {table: int(self.rows(f"SELECT count(*) FROM {table}")[0][0]) for table in tables}

    def stored(self) -> dict[str, Path]:
        """Every file under the storage root, half-written ones too, by key."""
        return {path.relative_to(self.root).as_posix(): path for path in sorted(self.root.rglob("*")) if path.is_file()}

    def spooled(self) -> list[Path]:
        return sorted((self.home / "spool").glob("*"))

    def key(self, number: int) -> str:
        return f"My Shop/{self.template}/{PREFIX} {number:03d} {self.template}_{number:03d}.png"


@dataclass(frozen=True)
class Hold:
    """A place where a run stops and waits."""

    folder: Path

    def at(self, boundary: str, nth: int = 1) -> Fault:
        return Fault(boundary, nth, self.folder)

    def wait(self, run: Run) -> None:
        """Until the run has arrived there."""
        deadline = time.monotonic() + PATIENCE
        while not (self.folder / "reached").exists():
            assert run.running, f"it ended (exit {run.code}) before it got there:\n{run.out[-2000:]}\n{run.err[-3000:]}"
            assert time.monotonic() < deadline, f"it never got there:\n{run.err[-3000:]}"
            time.sleep(0.01)

    def release(self) -> None:
        (self.folder / "go").touch()


def wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.01)


# -- the invariant ----------------------------------------------------------------------------------------------------


def assert_answered(run: Run, sources: Iterable[Path]) -> None:
    """Every file has exactly one entry, in order; the counts are those of the entries; failures have a code and say why."""
    document = run.document
    assert [entry["source"] for entry in document["files"]] == [str(path) for path in sources]
    counted = Counter(entry["outcome"] for entry in document["files"])
    assert set(counted) <= {"stored", "duplicate", "failed"}
    assert (document["stored"], document["duplicates"], document["failed"]) == (
        counted["stored"], counted["duplicate"], counted["failed"],
    )  # fmt: skip
    for entry in document["files"]:
        if entry["outcome"] == "failed":
            code, _, reason = entry["reason"].partition(": ")
            assert code.isidentifier() and code.islower() and code != "internal_error", entry
            assert "\n" not in reason and len(reason) > 10, entry
    assert run.code == (3 if counted["failed"] else 0)


def assert_whole(shop: Shop, runs: Sequence[Run], *, distinct: int, deleted: int = 0, missing: int = 0) -> None:
    """Nothing is lost, nothing is there twice, nothing is half there; ``distinct`` designs are stored, and the files of
    those that were ``deleted`` are kept for a while.

    ``runs``: those that ended in order, the last of which had nothing fail.
    """
    rows = shop.rows(
        "SELECT number, path, state, bytes, sha256, width, height, dpi, owner, was, kept_until FROM print_files"
    )
    states = Counter(row.state for row in rows)
    assert states == Counter({"stored": distinct, "deleted": deleted, "missing": missing}), states
    assert all(row.owner is None for row in rows)
    assert len({row.number for row in rows}) == len(rows), "numbers are unique"
    waiting = [row for row in rows if row.was == "spooled"]  # deleted before it was sent: kept where it is
    kept = {
        row.path: row for row in rows if row.state == "stored" or (row.kept_until is not None and row not in waiting)
    }
    files = shop.stored()
    extra, lost = sorted(set(files) - set(kept)), sorted(set(kept) - set(files))
    assert not extra, f"files that no row knows, or half-written ones: {extra}"
    assert not lost, f"rows without a file: {lost}"
    for path, row in kept.items():
        _assert_is_print_file(files[path], row)
    _assert_entries_are_true(runs, files)
    _assert_nothing_dangles(shop)
    assert bool(shop.spooled()) == bool(waiting), shop.spooled()
    verified = shop.run("verify", "--json", "--deep")
    (found,) = verified.expect(0).document["shops"]
    assert found["problems"] == [] and found["notes"] == [], found
    assert set(found["recovered"].values()) == {0}, "the last run left nothing to recover"
    assert found["files"] == distinct


def _assert_is_print_file(path: Path, row: Any) -> None:
    data = path.read_bytes()
    assert len(data) == row.bytes
    assert hashlib.sha256(data).digest() == bytes(row.sha256)
    assert dimensions(data) == (row.width, row.height, row.dpi)


def dimensions(png: bytes) -> tuple[int, int, int]:
    """Width, height and DPI as the file itself says, read without the product's code."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n") and png.endswith(b"IEND\xaeB`\x82")
    width, height = struct.unpack(">II", png[16:24])
    at = png.index(b"pHYs") + 4
    across, down, unit = struct.unpack(">IIB", png[at : at + 9])
    assert across == down and unit == 1
    return width, height, round(across * 0.0254)


def _assert_entries_are_true(runs: Sequence[Run], files: dict[str, Path]) -> None:
    stored = [entry for run in runs for entry in run.files if entry["outcome"] == "stored"]
    assert len({entry["path"] for entry in stored}) == len(stored), "stored exactly once over all runs"
    for entry in stored:
        if entry["path"] in files:  # else it was dropped since
            data = files[entry["path"]].read_bytes()
            assert hashlib.sha256(data).hexdigest() == entry["sha256"]
            assert (len(data), *dimensions(data)) == (entry["bytes"], entry["width"], entry["height"], entry["dpi"])
    if runs:
        assert runs[-1].outcomes["failed"] == 0
    for run in runs:
        assert len({entry["source"] for entry in run.files}) == len(run.files)


def _assert_nothing_dangles(shop: Shop) -> None:
    """No design without a print file, no fingerprint or band of a design that is gone, no answer that leads nowhere."""
    nowhere = {
        "designs": "SELECT id FROM designs d WHERE NOT EXISTS (SELECT 1 FROM print_files p WHERE p.design_id = d.id)",
        "bands": "SELECT design_id FROM bands b WHERE NOT EXISTS "
        "(SELECT 1 FROM fingerprints f WHERE f.design_id = b.design_id)",
        "fingerprints": "SELECT design_id FROM fingerprints f WHERE NOT EXISTS "
        "(SELECT 1 FROM bands b WHERE b.design_id = f.design_id) "
        "AND f.design_id NOT IN (SELECT id FROM designs WHERE deleted_at IS NOT NULL)",
        "sources": "SELECT sha256 FROM sources s WHERE NOT EXISTS (SELECT 1 FROM print_files p "
        "WHERE p.id = s.print_file_id AND p.state IN ('stored', 'missing'))",
        "open matches": "SELECT id FROM matches m WHERE m.decision IS NULL AND NOT EXISTS "
        "(SELECT 1 FROM designs d WHERE d.id = m.matched_design_id)",
        "similar designs": "SELECT id FROM designs d WHERE d.similar_to IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM designs o WHERE o.id = d.similar_to)",
    }
    found = {what: rows for what, query in nowhere.items() if (rows := shop.rows(query))}
    assert not found, found


def copy_home(template: Path, home: Path) -> None:
    """A home with a schema and the template, made once and copied: a second less for each test."""
    shutil.copytree(template, home)
