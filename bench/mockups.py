"""Mockups in a batch beside one at a time: CPU seconds, and the most memory a batch takes.

    python -m bench.mockups [--rounds 3] [--json FILE]

*Batch*: 20 designs x 5 bases in one process, from its start to its end, rows in SQLite, files in a folder. *One at a
time*: the same 100 in one process, too, but with cold caches: for each mockup the design is read and decoded anew, the
base loaded and prepared anew, the result stored and recorded by itself. The two take turns. Both write the same bytes.
Memory is that of processes with 10, 20 and 40 designs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from sqlalchemy import insert
from uuid_utils.compat import uuid7

from bench.rendering import SHAPES, WATERMARK, art, photo
from printdock.db.engine import Database
from printdock.db.schema import ready
from printdock.db.tables import designs, print_files
from printdock.designs.item import Limits
from printdock.imaging.codec import decode, encode_png
from printdock.mockups.batch import Batch
from printdock.mockups.kept import Kept
from printdock.mockups.plan import Plan, find_print_files, make_plan
from printdock.mockups.render import render_batch
from printdock.mockups.types import LoadedPicture, MockupSet, SetPicture
from printdock.pipeline.limits import keep_memory
from printdock.rendering.types import BaseImage, Blend, PrintArea
from printdock.shops.queries import Shop, ensure_shop
from printdock.storage.base import Storage
from printdock.storage.local import LocalStorage
from printdock.templates.queries import Template, ensure_template, recipe_data

PHOTO_SIDE = 2400
BASES: dict[str, PrintArea] = {
    "polygon": PrintArea(SHAPES["polygon"]),
    "quad": PrintArea(SHAPES["quad"], feather=2.0),
    "mug": PrintArea(SHAPES["mesh"], shading=0.8),
    "shirt": PrintArea(SHAPES["quad"], blend=Blend.MULTIPLY, shading=0.8),
    "poster": PrintArea(SHAPES["polygon"], shading=0.4),
}


def now() -> datetime:
    return datetime.now(UTC)


def draw(folder: Path, count: int) -> None:
    """Designs as print files, base photos as JPEGs, and the rows: what every measured process begins with."""
    database, storage = Database(f"sqlite:///{folder / 'printdock.db'}"), LocalStorage(folder / "nas")
    ready(database)
    with database.write() as connection:
        shop = ensure_shop(connection, "My Shop", now())
        template = ensure_template(connection, shop, "UVDTF 16oz", now())
    for index in range(count):
        pixels = np.roll(art(), index * 97, axis=1)
        data = encode_png(pixels, 400)
        _add_row(database, shop, template, 100 + index, data, pixels.shape)
        storage.put(template.path(100 + index), data)
    done, jpeg = cv2.imencode(".jpg", cv2.cvtColor(photo(PHOTO_SIDE), cv2.COLOR_RGBA2BGR))
    assert done
    for name in BASES:
        storage.put(f"bases/{name}.jpg", jpeg.tobytes())
    database.close()


def _add_row(database: Database, shop: Shop, template: Template, number: int, data: bytes, shape: Any) -> None:
    design = uuid7()
    row = {
        "id": uuid7(), "shop_id": shop.id, "template_id": template.id, "design_id": design, "number": number,
        "path": template.path(number), "state": "stored", "width": shape[1], "height": shape[0], "dpi": 400,
        "bytes": len(data), "sha256": hashlib.sha256(data).digest(), "recipe": recipe_data(template.recipe),
        "created_at": now(), "stored_at": now(),
    }  # fmt: skip
    with database.write() as connection:
        connection.execute(insert(designs).values(id=design, shop_id=shop.id, name=str(number), created_at=now()))
        connection.execute(insert(print_files).values(row))


def load(storage: Storage, _mockup_set: MockupSet, picture: SetPicture, /) -> LoadedPicture:
    with storage.open(f"bases/{picture.name}.jpg") as stream:
        pixels = decode(stream.read())
    return LoadedPicture(BaseImage(PHOTO_SIDE, PHOTO_SIDE, (BASES[picture.name],), watermark=WATERMARK), pixels)


def plan_of(database: Database, count: int) -> Plan:
    with database.write() as connection:
        shop = ensure_shop(connection, "My Shop", now())
        template = ensure_template(connection, shop, "UVDTF 16oz", now())
        files = find_print_files(connection, template)[:count]
    pictures = tuple(SetPicture(name, at, hashlib.sha256(name.encode()).digest()) for at, name in enumerate(BASES))
    return make_plan(MockupSet(uuid7(), shop, "Bench", None, pictures), template, files)


def work(mode: str, folder: Path, count: int) -> dict[str, Any]:
    """One measured process: its CPU seconds, wall seconds, peak, and a digest of everything it wrote."""
    keep_memory()
    database, storage = Database(f"sqlite:///{folder / 'printdock.db'}"), LocalStorage(folder / "nas")
    plan, batch = plan_of(database, count), Batch(database, storage, load, Kept(256_000_000), now, Limits(workers=2))
    started = time.perf_counter()
    if mode == "batch":
        entries = render_batch(batch, plan).mockups
    else:
        ones = [Plan(plan.mockup_set, plan.template, (mockup,)) for mockup in plan.mockups]
        entries = [render_batch(batch, one).mockups[0] for one in ones]
    wall = time.perf_counter() - started
    assert all(entry["outcome"] == "rendered" for entry in entries), entries[0]
    database.close()
    used = resource.getrusage(resource.RUSAGE_SELF)
    status = Path("/proc/self/status").read_text()
    peak = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024
    written = hashlib.sha256("".join(entry["sha256"] for entry in entries).encode()).hexdigest()
    return {"cpu_s": used.ru_utime + used.ru_stime, "wall_s": wall, "peak_mb": peak / 1e6, "written": written}


def measured(mode: str, count: int, template: Path) -> dict[str, Any]:
    """`work` in a fresh process on a copy of ``template``."""
    with tempfile.TemporaryDirectory(prefix="printdock-bench-") as name:
        subprocess.run(["cp", "-r", f"{template}/.", name], check=True)
        command = [sys.executable, "-m", "bench.mockups", "--work", mode, "--folder", name, "--designs", str(count)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def run(rounds: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="printdock-bench-") as name:
        template = Path(name)
        draw(template, 40)
        found: dict[str, list[dict[str, Any]]] = {"batch": [], "one at a time": []}
        for _ in range(rounds):
            for mode, runs in found.items():
                runs.append(measured(mode, 20, template))
        peaks = {
            count: [measured("batch", count, template)["peak_mb"] for _ in range(rounds)] for count in (10, 20, 40)
        }
        start = measured("batch", 0, template)
    assert len({one["written"] for runs in found.values() for one in runs}) == 1, "both must write the same bytes"
    rows = [_row(mode, runs, start["cpu_s"]) for mode, runs in found.items()]
    rows[1]["by_batch"] = round(rows[1]["cpu_s"] / rows[0]["cpu_s"], 2)
    memory = [{"designs": count, "peak_mb": round(statistics.median(one), 1)} for count, one in peaks.items()]
    return {"rounds": rounds, "idle_peak_mb": round(start["peak_mb"], 1), "results": rows, "memory": memory}


def _row(mode: str, runs: list[dict[str, Any]], start: float) -> dict[str, Any]:
    """``cpu_s``: without what a process with nothing to do takes."""
    cpu = statistics.median(one["cpu_s"] for one in runs) - start
    return {
        "mockups": f"100, {mode}",
        "cpu_s": round(cpu, 2),
        "cpu_ms_each": round(cpu * 10, 1),
        "wall_s": round(statistics.median(one["wall_s"] for one in runs), 2),
        "peak_mb": round(statistics.median(one["peak_mb"] for one in runs), 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--work")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--designs", type=int, default=20)
    options = parser.parse_args()
    if options.work:
        print(json.dumps(work(options.work, options.folder, options.designs)))
        return
    result = run(options.rounds)
    for row in result["results"]:
        print("  ".join(f"{key} {value}" for key, value in row.items()))
    print(f"peak MB of a batch: {result['memory']}; of a process with nothing to do {result['idle_peak_mb']}")
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
