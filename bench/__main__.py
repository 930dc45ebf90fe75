"""All benchmarks, or the ones named: tables on the terminal, figures as JSON in ``.cache/bench/``.

make bench                      all of them (long: a library of a million designs is made, twice)
make bench ARGS="speed library" two of them
make bench ARGS=promises        what printdock promises, in about a quarter of an hour
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench import library, scale, speed
from bench.designs import rasterise
from printdock.ablation import ingest_command, measure, print_table

RESULTS = Path(__file__).parents[1] / ".cache" / "bench"
console = Console()


def tell(sentence: str) -> None:
    console.print(sentence, style="dim", highlight=False)


def run_speed(options: argparse.Namespace) -> dict[str, Any]:
    result = speed.run(options.designs, options.rounds, tell)
    _table(result["results"])
    return result


def run_ablation(options: argparse.Namespace) -> dict[str, Any]:
    result = speed.ablation(max(options.designs), options.rounds, tell)
    print_table(result, console)
    return result


def run_library(options: argparse.Namespace) -> dict[str, Any]:
    result = library.run(options.sizes, tell)
    for rows in (result["results"], result["memory"]):
        if rows:
            _table(rows)
    return result


def run_scale(options: argparse.Namespace) -> dict[str, Any]:
    result = scale.run([size for size in options.sizes if size >= scale.LEAST], tell)
    _table([{key: value for key, value in row.items() if not isinstance(value, dict)} for row in result["results"]])
    for database, model in result["models"].items():
        console.print(database, model or "a model needs three sizes")
    return result


def run_memory(options: argparse.Namespace) -> dict[str, Any]:
    """Peaks of whole processes: nothing to do, a hundred designs of 3000 px, one of 12,000 x 12,000 px."""
    with tempfile.TemporaryDirectory(prefix="printdock-memory-") as name:
        folder = Path(name)
        (folder / "none").mkdir()
        (folder / "big").mkdir()
        _draw_big(folder / "big" / "big.png")
        rows = []
        work = {
            "nothing": folder / "none",
            "100 x 3000 px": rasterise.folder(100),
            "12,000 x 12,000 px": folder / "big",
        }
        for title, images in work.items():
            ran = measure(ingest_command(folder / f"home of {title}", images, speed.TEMPLATE), {})
            rows.append({"work": title, "stored": ran.output["stored"], "peak_mb": round(ran.peak_bytes / 1e6, 1),
                         "wall_s": round(ran.wall_s, 2), "cpu_s": round(ran.cpu_s, 2)})  # fmt: skip
            rows[-1]["above_start_mb"] = round(rows[-1]["peak_mb"] - rows[0]["peak_mb"], 1)
    _table(rows)
    return {"results": rows}


def _draw_big(path: Path) -> None:
    """A 12,000 x 12,000 px RGBA design, drawn in a process of its own, so that its memory is not ours."""
    code = (
        "import sys, numpy as np, pyvips;"
        "r = np.random.default_rng(3); a = np.zeros((3000, 3000, 4), np.uint8);"
        "a[300:2700, 200:2800] = np.kron(r.integers(30, 255, (40, 40, 4)), np.ones((60, 65, 1))).astype(np.uint8);"
        "i = pyvips.Image.new_from_array(a).copy(interpretation='srgb');"
        "i.resize(4).pngsave(sys.argv[1], compression=3)"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)


def _module(flag: str, *command: str) -> Callable[[argparse.Namespace], dict[str, Any]]:
    """A benchmark with a command line and JSON file of its own."""

    def run(_options: argparse.Namespace) -> dict[str, Any]:
        with tempfile.NamedTemporaryFile(suffix=".json") as out:
            subprocess.run([sys.executable, "-m", *command, flag, out.name], check=True)
            result: dict[str, Any] = json.loads(Path(out.name).read_text())
        return result

    return run


BENCHES: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "speed": run_speed,
    "ablation": run_ablation,
    "memory": run_memory,
    "library": run_library,
    "scale": run_scale,
    "rendering": _module("--json", "bench.rendering"),
    "mockups": _module("--json", "bench.mockups"),
    "jobs": _module("--json", "bench.jobs"),
    "sftp": _module("--json", "bench.sftp_speed"),
    "s3": _module("--json", "bench.s3_speed"),
    "uploads": _module("--json", "bench.uploads"),
    "load": _module("--json", "bench.load"),
    "upgrade": _module("--json", "bench.upgrade"),
    "moving": _module("--json", "bench.moving"),
    "pages": _module("--json", "bench.pages"),
    "duplicates": _module("--out", "bench.duplicates.run", "--cases", "24"),
    "promises": _module("--json", "bench.promises"),
}
#: Those that run others again.
_TOGETHER = {"promises"}


def _table(rows: list[dict[str, Any]]) -> None:
    table = Table("", *(str(index + 1) for index in range(len(rows))), box=None, pad_edge=False, show_header=False)
    for key in rows[0]:
        table.add_row(key, *(str(row.get(key, "")) for row in rows))
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure; see the module.")
    parser.add_argument(
        "bench", nargs="*", default=[one for one in BENCHES if one not in _TOGETHER], help=", ".join(BENCHES)
    )
    parser.add_argument("--designs", type=int, nargs="+", default=[10, 50, 100])
    parser.add_argument("--sizes", type=int, nargs="+", default=[0, 10_000, 100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    unknown = set(options.bench) - set(BENCHES)
    if unknown:
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
    RESULTS.mkdir(parents=True, exist_ok=True)
    machine = {"python": platform.python_version(), "cores": len(os.sched_getaffinity(0)), "load": os.getloadavg()}
    for name in options.bench:
        console.rule(name)
        result = {"machine": machine, **BENCHES[name](options)}
        (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n")
    console.print(f"\nAs JSON: {RESULTS}")


if __name__ == "__main__":
    main()
