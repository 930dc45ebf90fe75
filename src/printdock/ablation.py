"""What each optimisation is worth: it is turned off by its setting, all else the same, on the same designs.

Every measurement is a process of its own, so that CPU time and peak memory are the operating system's figures; the
variants take turns in each round, so that a busy machine slows all of them alike; medians are reported.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from printdock.errors import PrintdockError

#: Change -> the setting that undoes it. "mockups in the background" is a property of requests, not of `ingest`.
UNDO: dict[str, dict[str, str]] = {
    "1 parallel uploads": {"PRINTDOCK_STORE_TRANSFERS": "1"},
    "2 duplicate index": {"PRINTDOCK_DUPLICATES": "exact"},
    "4 bulk statements": {"PRINTDOCK_BATCH_IMAGES": "1"},
    "5 connection pool": {"NAS_MAX_CONNECTIONS": "1"},
    "6 small batches": {"PRINTDOCK_BATCH_MB": "100", "PRINTDOCK_BATCH_IMAGES": "100"},
    "7 look-ups cached": {"PRINTDOCK_LOOKUP_CACHE": "0"},
}


@dataclass(frozen=True, slots=True)
class Run:
    """One measured process. Seconds, and bytes of peak resident memory."""

    wall_s: float
    cpu_s: float
    peak_bytes: int
    output: dict[str, Any]


#: Runs a command and prints its usage. A process begins its peak memory with that of the one that started it, so
#: measured processes are started by this small one.
_LAUNCH = """
import json, resource, subprocess, sys, time
started = time.perf_counter()
code = subprocess.call(sys.argv[2:])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
usage = [code, time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024]
open(sys.argv[1], "w").write(json.dumps(usage))
"""


def measure(command: list[str], environment: Mapping[str, str]) -> Run:
    """Run ``command`` (which prints one JSON document) and measure it. Raises `PrintdockError` when it fails."""
    with tempfile.TemporaryDirectory(prefix="printdock-measure-") as folder:
        usage = Path(folder) / "usage"
        launch = [sys.executable, "-S", "-c", _LAUNCH, str(usage), *command]
        done = subprocess.run(launch, capture_output=True, env={**os.environ, **environment}, check=False)
        code, wall, cpu, peak = json.loads(usage.read_text())
    if code not in (0, 3):
        words = done.stderr.decode(errors="replace")[-500:]
        raise PrintdockError(f"{command[0]} ended with {code}: {words}", code="bench_failed")
    return Run(wall, cpu, peak, json.loads(done.stdout))


def ingest_command(home: Path, images: Path, template: str) -> list[str]:
    """The command that ingests ``images`` into ``home`` and prints its report."""
    return [sys.executable, "-m", "printdock", "ingest", str(images), "-t", template, "--home", str(home), "--json"]


def compare(
    images: Path,
    *,
    template: str,
    rounds: int,
    tell: Callable[[str], None],
    environment: Mapping[str, str] | None = None,
    before_each: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Measure all variants on ``images``; each run begins with an empty home (and so an empty library).

    ``environment`` may name another storage for all runs, and ``before_each`` empties it. Answers medians by variant, as plain data.
    """
    everything = {key: value for undo in UNDO.values() for key, value in undo.items()} | {"PRINTDOCK_BATCH_IMAGES": "1"}
    variants = {"all on": {}, **{f"without {name}": undo for name, undo in UNDO.items()}, "all off": everything}
    runs: dict[str, list[Run]] = {name: [] for name in variants}
    for turn in range(rounds):
        for name, undo in variants.items():
            tell(f"round {turn + 1} of {rounds}: {name}")
            before_each()
            with tempfile.TemporaryDirectory(prefix="printdock-bench-") as folder:
                command = ingest_command(Path(folder), images, template)
                runs[name].append(measure(command, {**(environment or {}), **undo}))
    return {"images": str(images), "rounds": rounds, "variants": {name: summary(taken) for name, taken in runs.items()}}


def summary(runs: list[Run]) -> dict[str, Any]:
    """Medians of ``runs``, per file where that makes sense."""
    files = max(1, len(runs[0].output["files"]))
    wall, cpu = statistics.median(run.wall_s for run in runs), statistics.median(run.cpu_s for run in runs)
    return {
        "files": files,
        "stored": runs[0].output["stored"],
        "wall_s": round(wall, 3),
        "cpu_s": round(cpu, 3),
        "wall_ms_per_file": round(wall / files * 1000, 1),
        "cpu_ms_per_file": round(cpu / files * 1000, 1),
        "peak_mb": round(statistics.median(run.peak_bytes for run in runs) / 1e6, 1),
    }


def print_table(result: dict[str, Any], console: Console) -> None:
    """The variants as a table, each against "all on"."""
    table = Table("variant", "wall s", "x", "CPU s", "x", "peak MB", "stored", box=None, pad_edge=False)
    best = result["variants"]["all on"]
    for name, row in result["variants"].items():
        ratios = (f"{row[key] / best[key]:.2f}" for key in ("wall_s", "cpu_s"))
        wall, cpu = ratios
        table.add_row(
            name, f"{row['wall_s']:.2f}", wall, f"{row['cpu_s']:.2f}", cpu, f"{row['peak_mb']:.0f}", str(row["stored"])
        )
    console.print(table)
