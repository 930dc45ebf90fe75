"""Runs the command line in a process of its own, with a fault built in: it kills itself, or stops and waits, at a
named boundary between two steps of an upload.

Started as a script for a process without a past, or through `multiprocessing`'s fork server (see `shop.Runner`), which
saves the second that the imports take.
"""

from __future__ import annotations

import faulthandler
import functools
import importlib
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

#: Name: (what is wrapped, whether the fault is before or after it). In the order in which a file meets them.
BOUNDARIES: dict[str, tuple[str, str]] = {
    "before the upload has a row": ("printdock.designs.ingest:open_upload", "before"),
    "after the upload has a row": ("printdock.designs.ingest:open_upload", "after"),
    "before reading": ("printdock.designs.admit:hashlib.sha256", "before"),
    "after admit": ("printdock.designs.ingest:admit", "after"),
    "after prepare": ("printdock.designs.ingest:prepare", "after"),
    "after fingerprint": ("printdock.designs.ingest:fingerprint", "after"),
    "before claim": ("printdock.designs.ledger:claim", "before"),
    "before claim is committed": ("printdock.designs.ledger:claim", "after"),
    "after claim is committed": ("printdock.designs.decide:Decider._claim", "after"),
    "before encode": ("printdock.designs.ingest:encode_png", "before"),
    "after encode": ("printdock.designs.ingest:encode_png", "after"),
    "before mark_encoded is committed": ("printdock.designs.ledger:mark_encoded", "after"),
    "after mark_encoded is committed": ("printdock.designs.store:Recorder._store", "before"),
    "local file half written": ("printdock.storage.local:_write_new", "half"),
    "local file written, not named": ("printdock.storage.local:publish", "before"),
    "local file named, put not over": ("printdock.storage.local:publish", "after"),
    "sftp file half written": ("printdock.storage.commands:Commands.write", "half"),
    "sftp file written, not named": ("printdock.storage.commands:Commands.rename", "before"),
    "before put": ("printdock.designs.store:Recorder._put", "before"),
    "after put": ("printdock.designs.store:Recorder._put", "after"),
    "spool file written, not named": ("printdock.storage.spool:publish", "before"),
    "spool file named, keep not over": ("printdock.storage.spool:publish", "after"),
    "before settle is committed": ("printdock.designs.ledger:settle", "after"),
    "before the answers are recorded": ("printdock.designs.store:Recorder._record", "before"),
    "after the answers are recorded": ("printdock.designs.store:Recorder._record", "after"),
    "before the counts are recorded": ("printdock.designs.ingest:finish_upload", "before"),
    "after the counts are recorded": ("printdock.designs.ingest:finish_upload", "after"),
    "replayed, before the row is confirmed": ("printdock.designs.recover:_confirm_spooled", "before"),
    "replayed, row confirmed, still in the spool": ("printdock.designs.recover:_confirm_spooled", "after"),
    "recover: before release is committed": ("printdock.designs.ledger:release", "after"),
    "replayed, before half-written files are removed": ("printdock.designs.recover:_HalfWritten.remove", "before"),
    "recover: before temporaries are removed": ("printdock.designs.recover:remove_temporaries", "before"),
    "mockups: before a row is withdrawn": ("printdock.mockups.ledger:withdraw", "before"),
    "mockups: before render": ("printdock.mockups.render:render", "before"),
    "mockups: before put": ("printdock.mockups.store:Store._put", "before"),
    "mockups: after put": ("printdock.mockups.store:Store._put", "after"),
    "mockups: before the rows are written": ("printdock.mockups.ledger:record", "before"),
    "mockups: before the rows are committed": ("printdock.mockups.ledger:record", "after"),
    "mockups: after the rows are committed": ("printdock.mockups.store:Store._record", "after"),
    "upload: before its end is committed": ("printdock.jobs.kinds.uploads:end", "after"),
    "upload: its end is committed, the job's is not": ("printdock.jobs.kinds.uploads:_result", "before"),
    "job: asked to stop": ("printdock.jobs.runner:Running.ask", "after"),
    "backup: a file is copied, not noted": ("printdock.backup.make:_copy", "after"),
    "backup: after the database": ("printdock.backup.make:_Work.copy_database", "after"),
    "backup: all is copied, it does not count yet": ("printdock.backup.folder:publish", "before"),
    "restore: before a file": ("printdock.backup.restore:_put", "before"),
    "restore: before the rows": ("printdock.backup.restore:load", "before"),
    "restore: after some tables": ("printdock.backup.tables:_copy_in", "after"),
    "restore: after the rows": ("printdock.backup.restore:load", "after"),
    "any event": ("printdock.cli.progress:UploadProgress.report", "before"),
    "any statement": ("sqlalchemy.engine.default:DefaultDialect.do_execute", "before"),
    "any commit": ("sqlalchemy.engine.default:DefaultDialect.do_commit", "after"),
}


@dataclass(frozen=True)
class Fault:
    """What to do at the ``nth`` time a boundary is met: die by SIGKILL, or (where ``hold`` is a folder) write a file
    ``reached`` there and go on once there is a file ``go``."""

    at: str
    nth: int = 1
    hold: Path | None = None


@dataclass(frozen=True)
class Plan:
    """What is different from an ordinary run. ``count``: a boundary-like ``module:name`` whose calls are counted into
    ``notes`` (a folder), where the peak memory goes too. ``database_patience_s`` and ``quick_sftp`` shorten waits that
    have no setting."""

    faults: tuple[Fault, ...] = ()
    count: tuple[str, ...] = ()
    notes: Path | None = None
    database_patience_s: float | None = None
    quick_sftp: bool = False
    environment: dict[str, str] = field(default_factory=dict)


def run(arguments: list[str], plan: Plan, out: Path, err: Path) -> None:
    """Run ``printdock arguments`` in this process, which ends with its exit code."""
    _redirect(out, err)
    os.environ.clear()
    os.environ.update(plan.environment)
    faulthandler.register(signal.SIGUSR2, all_threads=True)  # a test that waits in vain shows where we are
    _build_in(plan)
    sys.argv = ["printdock", *arguments]
    from printdock.cli.app import run as run_cli

    run_cli()


def _redirect(out: Path, err: Path) -> None:
    for path, descriptor in ((out, 1), (err, 2)):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(handle, descriptor)
        os.close(handle)


def _build_in(plan: Plan) -> None:
    for fault in plan.faults:
        target, when = BOUNDARIES[fault.at]
        _wrap(target, when, _Trigger(fault))
    for target in plan.count:
        assert plan.notes is not None
        _wrap(target, "before", _Counter(plan.notes / target.rsplit(":")[-1]))
    if plan.database_patience_s is not None:
        _be_impatient(plan.database_patience_s)
    if plan.quick_sftp:
        _hurry_sftp()


class _Trigger:
    def __init__(self, fault: Fault) -> None:
        self._fault, self._seen, self._lock = fault, 0, threading.Lock()

    def is_due(self) -> bool:
        with self._lock:
            self._seen += 1
            return self._seen == self._fault.nth

    def pull(self) -> None:
        folder = self._fault.hold
        if folder is None:
            os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(60)  # never comes back
        else:
            (folder / "reached").touch()
            deadline = time.monotonic() + 120
            while not (folder / "go").exists():
                if time.monotonic() > deadline:
                    os._exit(97)
                time.sleep(0.005)


class _Counter:
    """Counts calls: the size of a file is their number, whatever becomes of the process."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def is_due(self) -> bool:
        os.write(self._handle, b".")
        return False

    def pull(self) -> None:
        raise AssertionError


def _wrap(target: str, when: str, trigger: _Trigger | _Counter) -> None:
    holder, name = _find(target)
    original = getattr(holder, name)
    wrapped = {"before": _before, "after": _after, "half": _half}[when](original, trigger)
    setattr(holder, name, functools.wraps(original)(wrapped))


def _find(target: str) -> tuple[Any, str]:
    module, path = target.split(":")
    holder: Any = importlib.import_module(module)
    *owners, name = path.split(".")
    for owner in owners:
        holder = getattr(holder, owner)
    return holder, name


def _before(original: Callable[..., Any], trigger: _Trigger | _Counter) -> Callable[..., Any]:
    def wrapped(*arguments: Any, **named: Any) -> Any:
        if trigger.is_due():
            trigger.pull()
        return original(*arguments, **named)

    return wrapped


def _after(original: Callable[..., Any], trigger: _Trigger | _Counter) -> Callable[..., Any]:
    def wrapped(*arguments: Any, **named: Any) -> Any:
        answer = original(*arguments, **named)
        if trigger.is_due():
            trigger.pull()
        return answer

    return wrapped


def _half(original: Callable[..., Any], trigger: _Trigger | _Counter) -> Callable[..., Any]:
    """The last argument is the data: half of it is written for good before the fault."""
    if original.__name__ == "_write_new":

        def write_new(path: Path, data: bytes) -> None:
            if trigger.is_due():
                original(path, data[: len(data) // 2])
                trigger.pull()
                path.unlink()
            original(path, data)

        return write_new

    async def write(self: Any, handle: bytes, data: bytes) -> Any:
        if trigger.is_due():
            for answer in await original(self, handle, data[: len(data) // 2]):
                await answer
            trigger.pull()
        return await original(self, handle, data)

    return write


def _be_impatient(patience_s: float) -> None:
    from printdock import wiring

    limits = wiring.limits
    wiring.limits = lambda settings: replace(limits(settings), database_patience_s=patience_s)


def _hurry_sftp() -> None:
    from printdock.storage.connect import Timeouts
    from printdock.storage.sftp import SftpStorage

    defaults = SftpStorage.__init__.__kwdefaults__
    assert isinstance(defaults["timeouts"], Timeouts)
    defaults["timeouts"] = Timeouts(connect_s=1.0, no_progress_s=0.7, check_s=0.5)


def _main() -> None:
    """``killed.py PLAN OUT ERR ARGUMENTS...`` with a pickled plan: a process that was never forked."""
    import pickle

    plan: Plan = pickle.loads(Path(sys.argv[1]).read_bytes())
    try:
        run(sys.argv[4:], plan, Path(sys.argv[2]), Path(sys.argv[3]))
    finally:
        if plan.notes is not None:
            (plan.notes / "peak_rss").write_text(str(_peak_bytes()))


def _peak_bytes() -> int:
    """Most memory this process had so far. Linux counts that of the process which started it into ru_maxrss."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    from tests.end_to_end.killed import _main as main  # so that a pickled plan finds its class

    main()
