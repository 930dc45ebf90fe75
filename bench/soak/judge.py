"""What must hold at the end: nothing lost, nothing twice, nothing left over, memory flat."""

from __future__ import annotations

import statistics
import time
from typing import Any

from bench.soak.sellers import Told
from bench.soak.site import Memory, Soak

#: Jobs still under way this long after the last upload are stuck, seconds.
SETTLE_S = 180.0
#: A process may hold so much more at the end of the quiet half than at its begin, megabytes.
FLAT_MB = 40.0


def settle(there: Soak) -> float:
    """Seconds until no job waits or runs; AssertionError when some are stuck."""
    began = time.monotonic()
    while (left := there.ask("SELECT count(*) FROM jobs WHERE state IN ('pending', 'processing')")) != 0:
        assert time.monotonic() - began < SETTLE_S, f"{left} jobs are stuck"
        time.sleep(0.5)
    return time.monotonic() - began


def judged(there: Soak, told: Told, quiet_since: float) -> dict[str, Any]:
    """The figures, and ``wrong``: sentences for what does not hold."""
    designs = there.ask("SELECT count(*) FROM designs")
    twice = there.ask("SELECT count(*) - count(DISTINCT path) FROM print_files")
    open_uploads = there.ask("SELECT count(*) FROM uploads WHERE state IN ('receiving', 'queued', 'processing')")
    failed = there.ask("SELECT count(*) FROM jobs WHERE state = 'failed'")
    mockup_jobs = there.ask("SELECT count(*) FROM jobs WHERE kind LIKE '%mockup%'")
    failed_mockups = there.ask("SELECT count(*) FROM jobs WHERE kind LIKE '%mockup%' AND state = 'failed'")
    mockups = there.ask("SELECT count(*) FROM mockups")
    unshown = there.ask("SELECT count(*) FROM designs WHERE id NOT IN (SELECT design_id FROM mockups)")
    verified = there.command("verify", "--deep")
    incoming = [one for one in (there.home / "incoming").rglob("*") if one.is_file() and one.name != ".place"]
    spooled = [one for one in (there.home / "spool").rglob("*") if one.is_file()]
    memory = _memory(there, quiet_since)
    wrong = [
        *(f"lost: {name}" for name in told.lost),
        *(
            [f"{designs} designs in the database, {len(told.stored)} answered as stored"]
            * (designs != len(told.stored))
        ),
        *([f"{unshown} designs have no mockup"] * bool(unshown)),
        *([f"{twice} paths are given twice"] * bool(twice)),
        *(["a worker ended by itself"] * any(worker.poll() is not None for worker in there.workers)),
        *([f"{open_uploads} uploads have no end"] * bool(open_uploads)),
        *([f"verify: {verified['shops']}"] * (not verified["clean"])),
        *([f"left in the spool: {spooled}"] * bool(spooled)),
        *([f"{one['part']} grew by {one['grew_mb']} MB" for one in memory if one["grew_mb"] > FLAT_MB]),
    ]
    return {
        "uploads": told.uploads,
        "uploads_sent_again": told.again,
        "uploads_without_room": told.no_room,
        "answers": dict(told.answers),
        "designs": designs,
        "new_art_refused": len(told.refused_new),
        "mockups": mockups,
        "mockup_jobs": mockup_jobs,
        "mockup_jobs_failed_percent": round(100 * failed_mockups / max(1, mockup_jobs), 2),
        "jobs_failed": failed,
        "incoming_files_left": len(incoming),
        "connections_cut": there.line.cuts,
        "memory": memory,
        "wrong": wrong,
    }


def _memory(there: Soak, since: float) -> list[dict[str, Any]]:
    """Of each process that lived through the quiet half: what it held in its first and its last quarter."""
    rows = []
    for one in there.memory.values():
        held = [bytes_ for at, bytes_ in one.samples if at >= since]
        if len(held) >= 8 and _lived_on(one, there):
            part = len(held) // 4
            first, last = statistics.median(held[:part]), statistics.median(held[-part:])
            rows.append({"part": one.part, "first_mb": round(first / 1e6, 1), "last_mb": round(last / 1e6, 1),
                         "grew_mb": round((last - first) / 1e6, 1), "peak_mb": round(max(held) / 1e6, 1)})  # fmt: skip
    return rows


def _lived_on(one: Memory, there: Soak) -> bool:
    newest = max(kept.samples[-1][0] for kept in there.memory.values())
    return newest - one.samples[-1][0] < 10
