"""``python -m bench.soak``: see the package."""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

import bench.soak
from bench.promises.keeping import Measuring
from bench.soak.faults import FAULTS, Fault, Happened, fewest_turns, happen
from bench.soak.judge import judged, settle
from bench.soak.sellers import Seller, Told
from bench.soak.site import Soak, site

#: A fault that nothing is stored for so long after is not recovered from, seconds.
PATIENCE_S = 120.0
#: Between two faults, seconds; a short soak rests less, so that every fault has its turn.
REST_S = 8.0

console = Console()


def run(minutes: float, users: int, workers: int) -> dict[str, Any]:
    """All of it; the figures, the faults and what is wrong."""
    told, over, watched = Told(), threading.Event(), threading.Event()
    with tempfile.TemporaryDirectory(prefix="printdock-soak-") as name, site(Path(name), workers) as there:
        key = there.command("keys", "add", "soak", "--scope", "read", "--scope", "upload", "--scope", "write")["key"]
        seeds = itertools.count(1)
        sellers = [Seller(there, key, Path(name) / f"seller {n}", seeds, told, over) for n in range(users)]
        watch = threading.Thread(target=there.watch, args=(watched,), daemon=True)
        for thread in (watch, *sellers):
            thread.start()
        began = time.monotonic()
        half = began + minutes * 30
        happened: list[Happened] = []
        faults = [fault for fault in FAULTS if there.has_disks or not fault.disk]
        if len(faults) < len(FAULTS):
            console.print("disks are not filled: only root can mount some for that", style="yellow")
        _break(there, faults, happened, began, half, rest_s=min(REST_S, minutes))
        quiet_since = time.monotonic()
        around = [fault for fault in faults if not fault.ours]
        _break(there, around, happened, began, began + minutes * 60, rest_s=min(REST_S, minutes))
        over.set()
        for seller in sellers:
            seller.join(600)
            if seller.error is not None or seller.is_alive():
                raise RuntimeError("a seller gave up") from seller.error
        settled = settle(there)
        watched.set()
        result = judged(there, told, quiet_since)
    return {"minutes": minutes, "settled_s": round(settled, 1), "faults": [asdict(one) for one in happened], **result}


def _break(
    there: Soak, faults: Sequence[Fault], happened: list[Happened], began: float, until: float, rest_s: float
) -> None:
    """One fault after the other, what had the fewest turns first, until it is time; adds to ``happened``."""
    while True:
        time.sleep(rest_s)
        if time.monotonic() >= until:
            return
        one = happen(there, fewest_turns(faults, happened), began, PATIENCE_S)
        happened.append(one)
        back = "not in time" if one.recovered_s is None else f"{one.recovered_s:.1f} s"
        console.print(
            f"{one.at_s:6.0f} s  {one.name}, {one.lasted_s:.0f} s; the next design is stored after {back}", style="dim"
        )


def show(result: dict[str, Any]) -> None:
    """The chaos table, the figures, and what is wrong."""
    table = Table(
        "fault", "times", "lasted", "until the next design is stored: median", "longest", box=None, pad_edge=False
    )
    for name in dict.fromkeys(one["name"] for one in result["faults"]):
        of_name = [one for one in result["faults"] if one["name"] == name]
        took = sorted(PATIENCE_S if one["recovered_s"] is None else one["recovered_s"] for one in of_name)
        lasted = max(one["lasted_s"] for one in of_name)
        table.add_row(name, str(len(of_name)), f"{lasted:.0f} s", f"{took[len(took) // 2]:.1f} s", f"{took[-1]:.1f} s")
    console.print(table)
    for key, value in result.items():
        if key not in ("faults", "wrong", "memory"):
            console.print(f"{key:28} {value}", highlight=False)
    for one in result["memory"]:
        console.print(
            f"memory of a {one['part']:18} {one['first_mb']} MB, at the end {one['last_mb']} MB, peak {one['peak_mb']} MB",
            highlight=False,
        )
    console.print("[green]nothing is lost[/]" if not result["wrong"] else "[red]wrong:[/]")
    for sentence in result["wrong"]:
        console.print(f"  {sentence}", highlight=False)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=bench.soak.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--users", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    measuring = Measuring("soak")
    result = run(options.minutes, options.users, options.workers)
    measuring.keep(result)
    show(result)
    if options.json:
        options.json.write_text(json.dumps(result, indent=2))
    sys.exit(1 if result["wrong"] else 0)


if __name__ == "__main__":
    main()
