"""What bringing over the replaced system costs: time per print file, and memory with a long table.

    python -m bench.moving [--files 200] [--rows 300000] [--json FILE]

Print files of 3800 x 1732 px (a dozen drawn designs, ingested, under as many names as asked for), in a folder, on SQLite. Then
a dry run over a table of many rows whose files are gone, for the memory that it takes.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.designs import rasterise
from printdock.ablation import Run, ingest_command, measure
from printdock.moving.old_tables import TABLES

SHOP, TEMPLATE = "Rose Prints", "UVDTF 16oz"
HASHES = dict.fromkeys(("phash", "ahash", "dhash", "whash"), "0123456789abcdef" * 4)

console = Console()


@contextmanager
def _export(folder: Path) -> Iterator[dict[str, Any]]:
    """A CSV file for each table, with one account and one product; a writer for each."""
    folder.mkdir()
    files = {table.name: (folder / f"{table.name}.csv").open("w", newline="") for table in TABLES}
    writers = {table.name: csv.DictWriter(files[table.name], table.columns, restval="") for table in TABLES}
    for writer in writers.values():
        writer.writeheader()
    writers["users"].writerow({"id": "u", "shop_name": SHOP})
    writers["etsy_product_templates"].writerow({"id": "t", "user_id": "u", "name": TEMPLATE})
    yield writers
    for file in files.values():
        file.close()


def _row(number: int, name: str) -> dict[str, str]:
    path = f"/share/Graphics/{SHOP}/{TEMPLATE}/{name}"
    moment = f"2024-{number // 2_000_000 + 1:02d}-01 10:00:00.{number % 1_000_000:06d}+00"
    return {"id": str(number), "user_id": "u", "filename": name, "file_path": path, "created_at": moment} | HASHES


def _print_files(folder: Path) -> Sequence[Path]:
    """A dozen, as printdock makes them."""
    command = ingest_command(folder / "home", rasterise.folder(12), TEMPLATE)
    measure(command, {"PRINTDOCK_STORAGE": str(folder / "made"), "PRINTDOCK_DUPLICATES": "off"})
    return sorted((folder / "made").rglob("*.png"))


def _move(folder: Path, home: str, nas: Path, *options: str) -> Run:
    command = ["migrate-from-craftflow", str(folder), "--json", "--home", home, *options]
    return measure([sys.executable, "-m", "printdock", *command], {"PRINTDOCK_STORAGE": str(nas)})


def files(count: int, folder: Path) -> dict[str, Any]:
    """Bring ``count`` print files over, then again."""
    made = _print_files(folder)
    nas = folder / "nas"
    (nas / SHOP / TEMPLATE).mkdir(parents=True)
    with _export(folder / "export") as tables:
        for number in range(count):
            name = f"UV {number:03d} UVDTF_16oz_{number:03d}.png"
            os.link(made[number % len(made)], nas / SHOP / TEMPLATE / name)
            tables["design_images"].writerow(_row(number, name))
    size = sum(path.stat().st_size for path in made) / len(made)
    first, again = (_move(folder / "export", str(folder / "new home"), nas) for _ in range(2))
    assert first.output["shops"][0]["tables"]["design_images"]["new"] == count, first.output
    return {
        "files": count,
        "mean_file_mb": round(size / 1e6, 2),
        "wall_s": round(first.wall_s, 1),
        "wall_ms_per_file": round(first.wall_s / count * 1e3, 1),
        "cpu_ms_per_file": round(first.cpu_s / count * 1e3, 1),
        "peak_mb": round(first.peak_bytes / 1e6),
        "again_wall_s": round(again.wall_s, 1),
        "again_peak_mb": round(again.peak_bytes / 1e6),
    }


def table(rows: int, folder: Path) -> dict[str, Any]:
    """A dry run over ``rows`` designs without files."""
    (folder / "nas").mkdir(exist_ok=True)
    name = f"export of {rows}"
    with _export(folder / name) as tables:
        for number in range(rows):
            tables["design_images"].writerow(_row(number, f"UV {number:03d} UVDTF_16oz_{number:03d}.png"))
    ran = _move(folder / name, str(folder / f"home of {rows}"), folder / "nas", "--dry-run")
    return {"rows": rows, "wall_s": round(ran.wall_s, 1), "peak_mb": round(ran.peak_bytes / 1e6)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rasterise.CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="printdock-moving-", dir=rasterise.CACHE.parent) as name:
        folder = Path(name)
        result = {
            "files": files(options.files, folder),
            "tables": [table(rows, folder) for rows in (options.rows // 100, options.rows)],
        }
    console.print_json(json.dumps(result))
    if options.json:
        options.json.write_text(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
