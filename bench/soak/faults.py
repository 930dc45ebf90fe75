"""What breaks, for how long, and how it is mended."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.soak.site import Soak
from tests.services import disk

#: Left free on a disk that is "full", bytes.
_LEFT = 20_000


@dataclass(frozen=True)
class Fault:
    """``begin`` breaks it, ``end`` mends it ``seconds`` later. ``ours``: a process of printdock's dies.

    ``disk``: the fault needs the disks of its own that only root can mount.
    """

    name: str
    seconds: float
    begin: Callable[[Soak], None]
    end: Callable[[Soak], None]
    ours: bool = False
    disk: bool = False


@dataclass
class Happened:
    """One fault that was. ``recovered_s``: from its end to the next design stored; None when none was in time."""

    name: str
    at_s: float
    lasted_s: float
    recovered_s: float | None


def _nothing(_: Soak) -> None:
    return


def _delay(seconds: float) -> Callable[[Soak], None]:
    def change(there: Soak) -> None:
        there.line.delay_s = seconds

    return change


def _disk_of(folder: Callable[[Soak], Path]) -> tuple[Callable[[Soak], None], Callable[[Soak], None]]:
    return lambda there: disk.fill(folder(there), _LEFT), lambda there: disk.empty(folder(there))


FAULTS = (
    Fault("a worker is killed (-9)", 3, Soak.kill_worker, Soak.start_worker, ours=True),
    Fault("the server is killed (-9)", 3, Soak.kill_server, Soak.start_server, ours=True),
    Fault("clients' connections are cut", 1, lambda there: there.line.sever(), _nothing),
    Fault("every packet takes 200 ms longer", 15, _delay(0.2), _delay(0.0)),
    Fault("Redis is killed, comes back empty", 8, lambda there: there.redis.kill(), lambda there: there.redis.start()),
    Fault("Redis hangs, connections open", 15, lambda there: there.redis.freeze(), lambda there: there.redis.thaw()),
    Fault("PostgreSQL is restarted", 4, lambda there: there.postgres.stop(), lambda there: there.postgres.start()),
    Fault("PostgreSQL is killed (immediate)", 6, lambda there: there.postgres.kill(), lambda there: there.postgres.start()),
    Fault("PostgreSQL hangs, connections open", 20, lambda there: there.postgres.freeze(), lambda there: there.postgres.thaw()),
    Fault("the NAS's sessions are killed", 1, lambda there: there.nas.kill_sessions(), _nothing),
    Fault("the NAS loses power", 15, lambda there: there.nas.kill(), lambda there: there.nas.start()),
    Fault("the NAS hangs, connections open", 20, lambda there: there.nas.pause(), lambda there: there.nas.resume()),
    Fault("the NAS's disk is full", 15, *_disk_of(lambda there: there.nas.root), disk=True),
    Fault("printdock's own disk is full", 15, *_disk_of(lambda there: there.home), disk=True),
)  # fmt: skip


def fewest_turns(faults: Sequence[Fault], happened: Sequence[Happened]) -> Fault:
    """The first of those that have happened least often: in a short soak each comes once before any comes again."""
    turns = Counter(one.name for one in happened)
    return min(faults, key=lambda fault: turns[fault.name])


def happen(there: Soak, fault: Fault, since: float, patience_s: float) -> Happened:
    """Break it, wait, mend it, and wait until a design is stored that was not before."""
    began = time.monotonic()
    fault.begin(there)
    time.sleep(fault.seconds)
    fault.end(there)
    ended = time.monotonic()
    before = None
    while time.monotonic() - ended < patience_s:
        stored = there.ask("SELECT count(*) FROM print_files WHERE state = 'stored'")
        if stored >= 0:
            if before is not None and stored > before:
                return Happened(fault.name, began - since, ended - began, time.monotonic() - ended)
            before = stored if before is None else before
        time.sleep(0.1)
    return Happened(fault.name, began - since, ended - began, None)
