"""The whole job against the old way: same designs, same PostgreSQL, same OpenSSH server, taking turns.

Each measurement is one process, from its start to its end. The bound is what the machine allows: the slower of CPU
time over cores, and the stored bytes at the speed of OpenSSH's own ``sftp`` in the same run.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.designs import rasterise
from bench.servers import Servers, servers
from printdock.ablation import Run, compare, ingest_command, measure

TEMPLATE = "UVDTF 16oz"


def run(counts: list[int], rounds: int, tell: Callable[[str], None], *, old_up_to: int = 1_000_000) -> dict[str, Any]:
    """Medians of both sides for each count of designs; of this side alone where there are more than ``old_up_to``."""
    results = []
    with tempfile.TemporaryDirectory(prefix="printdock-speed-") as folder, servers(Path(folder)) as found:
        idle = _idle(found)
        for count in counts:
            images = rasterise.folder(count)
            new: list[Run] = []
            old: list[Run] = []
            copies: list[float] = []
            for turn in range(rounds):
                tell(f"{count} designs, round {turn + 1} of {rounds}")
                new.append(_new(found, images))
                copies.append(_openssh_seconds(found))
                if count <= old_up_to:
                    old.append(_old(found, images))
            results.append(_row(count, new, old, copies, idle))
    return {"rounds": rounds, "idle_peak_mb": round(idle.peak_bytes / 1e6, 1), "results": results}


def _idle(found: Servers) -> Run:
    """printdock with nothing to do: the memory and time of its start."""
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as empty:
        url = found.postgres.create_database()
        environment = _trusted(found, Path(home), url)
        return measure(ingest_command(Path(home), Path(empty), TEMPLATE), environment)


def _trusted(found: Servers, home: Path, url: str) -> dict[str, str]:
    shutil.copy(found.nas.known_hosts, home / "known_hosts")
    return found.environment(url)


def _new(found: Servers, images: Path) -> Run:
    _empty(found)
    url = found.postgres.create_database()
    with tempfile.TemporaryDirectory() as home:
        measured = measure(ingest_command(Path(home), images, TEMPLATE), _trusted(found, Path(home), url))
    stored = [entry for entry in measured.output["files"] if entry["outcome"] == "stored"]
    for entry in stored:
        data = (found.nas.root / entry["path"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == entry["sha256"], f"{entry['path']} is not what was stored"
    measured.output["bytes"] = sum(entry["bytes"] for entry in stored)
    return measured


def _old(found: Servers, images: Path) -> Run:
    url = found.postgres.create_database()
    folder = found.nas.root / "old"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    # Images one after the other over one connection, look-ups and an INSERT for each; nothing is dropped, so that both
    # sides store the same files.
    command = [sys.executable, "-m", "bench.baseline.old_way", "--generation", "before", "--no-connection-per-file"]
    command += ["--keep-duplicates", "--sftp", f"{found.storage_url}/old"]
    command += ["--key", str(found.nas.key_file), "--database", url]
    measured = measure([*command, *map(str, sorted(images.glob("*.png")))], {})
    shutil.rmtree(folder)
    return measured


def _openssh_seconds(found: Servers) -> float:
    """How long OpenSSH's own ``sftp`` takes for the files that were just stored, over four connections."""
    files = sorted(path for path in found.nas.root.rglob("*.png"))
    target = found.nas.root / "copied"
    target.mkdir(exist_ok=True)
    batches = [files[start::4] for start in range(4) if files[start::4]]
    started = time.perf_counter()
    running = [_sftp(found, batch, target) for batch in batches]
    assert all(process.wait() == 0 for process in running)
    seconds = time.perf_counter() - started
    shutil.rmtree(target)
    return seconds


def _sftp(found: Servers, files: list[Path], target: Path) -> subprocess.Popen[bytes]:
    nas = found.nas
    options = ["-i", str(nas.key_file), "-o", f"UserKnownHostsFile={nas.known_hosts}", "-o", "BatchMode=yes"]
    options += ["-o", "Ciphers=aes128-gcm@openssh.com", "-P", str(nas.port), "-q", "-b", "-"]
    process = subprocess.Popen(
        ["sftp", *options, f"{nas.username}@{nas.host}"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    assert process.stdin is not None
    process.stdin.write("".join(f'put "{path}" "{target}/{path.name}"\n' for path in files).encode())
    process.stdin.close()
    return process


def _empty(found: Servers) -> None:
    for path in found.nas.root.iterdir():
        shutil.rmtree(path)


def _row(count: int, new: list[Run], old: list[Run], copies: list[float], idle: Run) -> dict[str, Any]:
    def median(runs: list[Run], what: Callable[[Run], float]) -> float:
        return statistics.median(what(run) for run in runs)

    if not old:
        wall, peak = median(new, lambda r: r.wall_s), median(new, lambda r: r.peak_bytes)
        return {
            "designs": count,
            "stored": new[0].output["stored"],
            "wall_s": round(wall, 2),
            "peak_mb": round(peak / 1e6, 1),
        }
    new_wall, old_wall = median(new, lambda r: r.wall_s), median(old, lambda r: r.wall_s)
    new_cpu, old_cpu = median(new, lambda r: r.cpu_s), median(old, lambda r: r.cpu_s)
    new_job, old_job = median(new, lambda r: r.output["seconds"]), median(old, lambda r: r.output["seconds_wall"])
    new_job_cpu, old_job_cpu = new_cpu - idle.cpu_s, median(old, lambda r: r.output["cpu_seconds"])
    bound = max(new_cpu / len(os.sched_getaffinity(0)), statistics.median(copies))
    # Per file: what we refuse as a duplicate, the old way stores.
    old_bytes = median(old, lambda r: r.output["bytes_out"] / r.output["stored"])
    new_bytes = median(new, lambda r: r.output["bytes"] / r.output["stored"])
    return {
        "designs": count,
        "stored": new[0].output["stored"],
        "wall_s": round(new_wall, 2),
        "old_wall_s": round(old_wall, 2),
        "wall_ratio": round(old_wall / new_wall, 1),
        "cpu_ratio": round(old_cpu / new_cpu, 1),
        "job_wall_s": round(new_job, 2),
        "old_job_wall_s": round(old_job, 2),
        "job_wall_ratio": round(old_job / new_job, 1),
        "job_cpu_s_per_image": round(new_job_cpu / count, 3),
        "old_job_cpu_s_per_image": round(old_job_cpu / count, 3),
        "job_cpu_ratio": round(old_job_cpu / new_job_cpu, 1),
        "bytes_ratio": round(new_bytes / old_bytes, 3),
        "bound_s": round(bound, 2),
        "wall_over_bound": round(new_wall / bound, 2),
        "wall_after_start_over_bound": round((new_wall - idle.wall_s) / bound, 2),
        "peak_mb": round(median(new, lambda r: r.peak_bytes) / 1e6, 1),
        "peak_above_start_mb": round((median(new, lambda r: r.peak_bytes) - idle.peak_bytes) / 1e6, 1),
        "old_peak_mb": round(median(old, lambda r: r.peak_bytes) / 1e6, 1),
    }


def ablation(count: int, rounds: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Each optimisation off in turn, on SFTP and SQLite in each run's own home (so that each begins empty)."""
    with tempfile.TemporaryDirectory(prefix="printdock-speed-") as folder, servers(Path(folder)) as found:
        environment = {
            "PRINTDOCK_NAS_KEY": str(found.nas.key_file),
            "PRINTDOCK_STORAGE": found.storage_url,
            "PRINTDOCK_KNOWN_HOSTS": str(found.nas.known_hosts),
        }
        return compare(
            rasterise.folder(count),
            template=TEMPLATE,
            rounds=rounds,
            tell=tell,
            environment=environment,
            before_each=lambda: _empty(found),
        )
