"""What a library of a million designs costs: look-ups for a batch of twenty, and the memory of an upload.

`bench.library_rows` makes the library.
"""

from __future__ import annotations

import gc
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import text

from bench import library_rows
from bench.designs import rasterise
from bench.servers import servers
from printdock.ablation import ingest_command, measure
from printdock.db.engine import Database
from printdock.db.schema import ready
from printdock.dedupe.nearest import nearest
from printdock.designs import index, known
from printdock.designs.compare import COARSE_LOOKS
from printdock.imaging.fingerprint import Fingerprint, fingerprint
from printdock.imaging.prepare import prepare
from printdock.imaging.types import Pixels
from printdock.shops.queries import ensure_shop
from printdock.templates.presets import PRESETS
from printdock.templates.queries import Template, ensure_template

TEMPLATE = "UVDTF 16oz"
BATCH = 20
MEMORY_SIZES = (0, 100_000, 1_000_000)
MEMORY_ROUNDS = 9


def looks(count: int) -> list[Pixels]:
    """The looks of real designs."""
    return [prepare(path.read_bytes(), PRESETS[TEMPLATE]).look for path in rasterise.designs(count)]


def look_up(database: Database, template: Template, batch: Sequence[Fingerprint]) -> int:
    """Everything that finding near designs asks of the database for one batch; answers how many are left to compare."""
    digests = [bytes([number]) * 32 for number in range(len(batch))]
    with database.read() as connection:
        known.known_files(connection, template, digests)
        known.kept_apart(connection, template.shop, digests)
        found = index.candidates(connection, template.shop, batch)
        near = [nearest(one, met, COARSE_LOOKS) for one, met in zip(batch, found, strict=True)]
        keys = {candidate.id for few in near for candidate in few}
        if keys:
            index.stored_fingerprints(connection, template.shop, keys)
    return len(keys)


def cost(
    database: Database, template: Template, newcomers: Sequence[Fingerprint], rounds: int = 25
) -> tuple[float, float, float, float]:
    """For batches of twenty newcomers, per image: median and 95th percentile of the wall ms, median of this process's
    CPU ms, and how many designs are left to compare with."""
    random = np.random.default_rng(2)
    wall, cpu, kept = [], [], []
    for turn in range(rounds + 5):  # the first ones warm up: connections, prepared statements
        batch = [newcomers[number] for number in random.choice(len(newcomers), BATCH, replace=False)]
        started, worked = time.perf_counter(), time.process_time()
        left = look_up(database, template, batch) / BATCH
        if turn >= 5:
            wall.append((time.perf_counter() - started) / BATCH * 1000)
            cpu.append((time.process_time() - worked) / BATCH * 1000)
            kept.append(left)
    return statistics.median(wall), sorted(wall)[int(rounds * 0.95)], statistics.median(cpu), statistics.mean(kept)


def arrivals(seeds: Sequence[Fingerprint], new: Sequence[Fingerprint]) -> dict[str, list[Fingerprint]]:
    """Newcomers: ``new`` art; ``mixed`` is half new, a quarter in the layouts of the families, by their sizes, a
    quarter like nothing else but for chance; ``hot`` is all in the largest family's layout, whose bands are full."""
    random = np.random.default_rng(3)
    layouts = library_rows.families(seeds)
    picked = [layouts[min(int(random.zipf(1.3)), len(layouts)) - 1] for _ in range(len(new) // 2)]
    members = [library_rows.flipped(one, random, random.uniform(0, 0.08)) for one in picked]
    alone = [library_rows.flipped(one, random, 0.3) for one in seeds[: len(new) // 2]]
    hot = [library_rows.flipped(layouts[0], random, random.uniform(0, 0.08)) for _ in range(2 * BATCH)]
    return {"new": list(new), "mixed": [*new, *members, *alone], "hot": hot}


def run(
    sizes: Sequence[int], tell: Callable[[str], None], *, memory: bool = True, backends: str = "both"
) -> dict[str, Any]:
    """Both databases at each size (growing, so each row of the library is written once)."""
    pictures = looks(100)
    seeds = [fingerprint(look) for look in pictures[:60]]
    newcomers = arrivals(seeds, [fingerprint(look) for look in pictures[60:]])
    del pictures
    steps = [size - before for size, before in zip(sizes, (0, *sizes), strict=False)]
    results: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="printdock-library-") as name, servers(Path(name)) as found:
        folder = Path(name)
        urls = {"sqlite": f"sqlite:///{folder}/home/printdock.db", "postgresql": found.postgres.create_database()}
        used = {kind: url for kind, url in urls.items() if backends in ("both", kind)}
        libraries = {kind: _library(url) for kind, url in used.items()}
        homes: dict[int, Path] = {}
        for size, step in zip(sizes, steps, strict=True):
            tell(f"a library of {size:,} designs")
            rows = library_rows.made(step, seeds, size) if step else None
            for kind, (database, template) in libraries.items():
                started = time.perf_counter()
                if rows is not None:
                    library_rows.write(database, template.shop, rows)
                filled = time.perf_counter() - started
                results.append({"database": kind, "designs": size, **_row(database, template, newcomers)})
                tell(f"  {results[-1]} (filled in {filled:.0f} s)")
            if memory and size in MEMORY_SIZES and "sqlite" in libraries:
                homes[size] = _copied_home(libraries["sqlite"][0], folder / f"home-{size}")
        for database, _ in libraries.values():
            database.close()
        del rows
        gc.collect()
        peaks = _memory(homes, _folder(rasterise.designs(100)[60:72]), tell)
    return {"results": results, "memory": peaks}


def _row(database: Database, template: Template, newcomers: dict[str, list[Fingerprint]]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, some in newcomers.items():
        wall, p95, cpu, left = cost(database, template, some)
        row |= {f"{name}_ms": round(wall, 3), f"{name}_p95_ms": round(p95, 3), f"{name}_cpu_ms": round(cpu, 3),
                f"{name}_compared": round(left, 1)}  # fmt: skip
    return row


def _library(url: str) -> tuple[Database, Template]:
    database, now = Database(url), datetime.now(UTC)
    ready(database)
    with database.write() as connection:
        return database, ensure_template(connection, ensure_shop(connection, "My Shop", now), TEMPLATE, now)


def _copied_home(database: Database, home: Path) -> Path:
    """A home with this library as it is now."""
    database.close()
    home.mkdir()
    shutil.copyfile(str(database.url.database), home / "printdock.db")
    return home


def _folder(paths: Sequence[Path]) -> Path:
    """A folder with exactly these designs."""
    chosen = rasterise.CACHE / f"last-{len(paths)}"
    chosen.mkdir(exist_ok=True)
    for path in paths:
        if not (chosen / path.name).exists():
            (chosen / path.name).hardlink_to(path)
    return chosen


def _memory(homes: dict[int, Path], images: Path, tell: Callable[[str], None]) -> list[dict[str, Any]]:
    """Peak memory of an upload of new designs into each library, which is left as it was: in turns, medians."""
    peaks: dict[int, list[float]] = {size: [] for size in homes}
    for _turn in range(MEMORY_ROUNDS):
        for size, home in homes.items():
            with tempfile.TemporaryDirectory() as nas:
                ran = measure(ingest_command(home, images, TEMPLATE), {"PRINTDOCK_STORAGE": nas})
            peaks[size].append(ran.peak_bytes / 1e6)
            database = Database(f"sqlite:///{home}/printdock.db")
            _forget(database)
            database.close()
    rows = []
    for size, taken in peaks.items():
        rows.append({"designs": size, "peak_mb": round(statistics.median(taken), 1),
                     "least_mb": round(min(taken), 1), "most_mb": round(max(taken), 1)})  # fmt: skip
        tell(f"  memory of an upload: {rows[-1]}")
    return rows


def _forget(database: Database) -> None:
    own = "SELECT design_id FROM print_files"
    with database.write(foreign_keys=False) as connection:
        for statement in (
            f"DELETE FROM bands WHERE design_id IN ({own})",
            f"DELETE FROM coarse_pictures WHERE design_id IN ({own})",
            f"DELETE FROM fingerprints WHERE design_id IN ({own})",
            f"DELETE FROM designs WHERE id IN ({own})",
            *(f"DELETE FROM {table}" for table in ("matches", "sources", "upload_files", "print_files", "uploads")),
        ):
            connection.execute(text(statement))
