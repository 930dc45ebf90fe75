"""What a library of a million designs costs: look-ups for a batch of twenty, and the memory of an upload.

The library's fingerprints are made from those of real designs: a heavy tail of families (one layout with many texts)
whose members differ in some bits, and the rest on their own, all with real coarse pictures.
"""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import insert, text
from uuid_utils.compat import uuid7

from bench.designs import rasterise
from bench.servers import servers
from printdock.ablation import ingest_command, measure
from printdock.db.engine import Database
from printdock.db.schema import ready
from printdock.db.tables import bands, designs, fingerprints
from printdock.dedupe.nearest import nearest
from printdock.designs import known
from printdock.designs.compare import COARSE_LOOKS
from printdock.designs.ledger import band_rows_of, fingerprint_row
from printdock.imaging.fingerprint import SIGNATURE_BYTES, Fingerprint, Signature, fingerprint
from printdock.imaging.prepare import prepare
from printdock.imaging.types import Pixels
from printdock.shops.queries import Shop, ensure_shop
from printdock.templates.presets import PRESETS
from printdock.templates.queries import Template, ensure_template

TEMPLATE = "UVDTF 16oz"
BATCH = 20
_CHUNK = 5_000


def looks(count: int) -> list[Pixels]:
    """The looks of real designs."""
    return [prepare(path.read_bytes(), PRESETS[TEMPLATE]).look for path in rasterise.designs(count)]


def made(count: int, seeds: Sequence[Fingerprint]) -> Iterator[Fingerprint]:
    """``count`` fingerprints: each is a seed's with 5 to 45 % of its bits flipped, or, one in five, a member of a
    family (Zipf-distributed over 2,000 families, so the largest has thousands) with 0 to 8 % flipped."""
    random = np.random.default_rng(1)
    families = [_flipped(seeds[index % len(seeds)], random, 0.3) for index in range(2_000)]
    for _ in range(count):
        if random.random() < 0.2:
            yield _flipped(families[min(int(random.zipf(1.3)), len(families)) - 1], random, random.uniform(0, 0.08))
        else:
            yield _flipped(seeds[int(random.integers(len(seeds)))], random, random.uniform(0.05, 0.45))


def _flipped(seed: Fingerprint, random: np.random.Generator, share: float) -> Fingerprint:
    def turn(signature: Signature) -> Signature:
        mask = np.packbits(random.random(SIGNATURE_BYTES * 8, np.float32) < share)
        return Signature(signature.view, (np.frombuffer(signature.bits, np.uint8) ^ mask).tobytes())

    return Fingerprint(tuple(turn(signature) for signature in seed.signatures), seed.coarse, seed.aspect)


def fill(database: Database, template: Template, count: int, seeds: Sequence[Fingerprint]) -> None:
    """Add ``count`` designs to the library."""
    now = datetime.now(UTC)
    chunk: list[tuple[UUID, Fingerprint]] = []
    for one in made(count, seeds):
        chunk.append((uuid7(), one))
        if len(chunk) == _CHUNK:
            _insert(database, template.shop, chunk, now)
            chunk = []
    _insert(database, template.shop, chunk, now)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _insert(database: Database, shop: Shop, chunk: Sequence[tuple[UUID, Fingerprint]], now: datetime) -> None:
    if not chunk:
        return
    rows: dict[Any, list[dict[str, Any]]] = {designs: [], fingerprints: [], bands: []}
    for key, one in chunk:
        rows[designs].append({"id": key, "shop_id": shop.id, "name": "made", "created_at": now})
        rows[fingerprints].append(fingerprint_row(shop, key, one))
        rows[bands] += band_rows_of(shop, key, one)
    rows[bands].sort(key=lambda row: row["band"])
    with database.write() as connection:
        for table, values in rows.items():
            if database.dialect == "postgresql":
                _copy(connection, table, values)
            else:
                connection.execute(insert(table), values)


def _copy(connection: Any, table: Any, values: list[dict[str, Any]]) -> None:
    names = list(values[0])
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {table.name} ({', '.join(names)}) FROM STDIN") as copy:
        for row in values:
            copy.write_row([row[name] for name in names])
    cursor.close()


def look_up(database: Database, template: Template, batch: Sequence[Fingerprint]) -> int:
    """Everything that finding near designs asks of the database for one batch; answers how many are left to compare."""
    digests = [bytes([index]) * 32 for index in range(len(batch))]
    with database.read() as connection:
        known.known_files(connection, template, digests)
        known.kept_apart(connection, template.shop, digests)
        found = known.candidates(connection, template.shop, batch)
        near = [nearest(one, met, COARSE_LOOKS) for one, met in zip(batch, found, strict=True)]
        keys = {candidate.id for few in near for candidate in few}
        if keys:
            known.stored_fingerprints(connection, template.shop, keys)
    return len(keys)


def cost(database: Database, template: Template, newcomers: Sequence[Fingerprint], rounds: int = 25) -> dict[str, Any]:
    """Milliseconds an image, for batches of twenty newcomers."""
    random = np.random.default_rng(2)
    taken, kept = [], []
    for turn in range(rounds + 3):
        batch = [newcomers[index] for index in random.choice(len(newcomers), BATCH)]
        started = time.perf_counter()
        kept.append(look_up(database, template, batch) / BATCH)
        if turn >= 3:
            taken.append((time.perf_counter() - started) / BATCH * 1000)
    return {
        "ms_per_image": round(statistics.median(taken), 3),
        "p95_ms": round(sorted(taken)[int(len(taken) * 0.95)], 3),
        "compared_per_image": round(statistics.mean(kept), 2),
    }


def run(
    sizes: Sequence[int], tell: Callable[[str], None], *, memory: bool = True, backends: str = "both"
) -> dict[str, Any]:
    """Both databases at each size (growing, so each row of the library is written once)."""
    pictures = looks(100)
    seeds = [fingerprint(look) for look in pictures[:60]]
    newcomers = [fingerprint(look) for look in pictures[60:]]
    images = _folder(rasterise.designs(100)[60:])
    del pictures
    gc.collect()
    results = []
    with tempfile.TemporaryDirectory(prefix="printdock-library-") as folder, servers(Path(folder)) as found:
        urls = {"sqlite": f"sqlite:///{folder}/home/printdock.db", "postgresql": found.postgres.create_database()}
        for kind, url in urls.items():
            if backends not in ("both", kind):
                continue
            database = Database(url)
            ready(database)
            with database.write() as connection:
                template = ensure_template(
                    connection, ensure_shop(connection, "My Shop", datetime.now(UTC)), TEMPLATE, datetime.now(UTC)
                )
            before = 0
            for size in sizes:
                tell(f"{kind}: a library of {size:,} designs")
                fill(database, template, size - before, seeds)
                before = size
                row: dict[str, Any] = {"database": kind, "designs": size, **cost(database, template, newcomers)}
                if memory and kind == "sqlite":
                    row["peak_mb"] = _memory(database, Path(folder), images)
                tell(f"  {row}")
                results.append(row)
            database.close()
    return {"results": results}


def _folder(paths: Sequence[Path]) -> Path:
    """A folder with exactly these designs."""
    chosen = rasterise.CACHE / f"last-{len(paths)}"
    chosen.mkdir(exist_ok=True)
    for path in paths:
        if not (chosen / path.name).exists():
            (chosen / path.name).hardlink_to(path)
    return chosen


def _memory(database: Database, folder: Path, images: Path) -> float:
    """Peak memory of an upload of new designs into the library, which is left as it was; the median of three."""
    peaks = []
    for _turn in range(3):
        with tempfile.TemporaryDirectory() as nas:
            ran = measure(ingest_command(folder / "home", images, TEMPLATE), {"PRINTDOCK_STORAGE": nas})
        peaks.append(ran.peak_bytes / 1e6)
        _forget(database)
    return round(statistics.median(peaks), 1)


def _forget(database: Database) -> None:
    own = "SELECT design_id FROM print_files"
    with database.write(foreign_keys=False) as connection:
        for statement in (
            f"DELETE FROM bands WHERE design_id IN ({own})",
            f"DELETE FROM fingerprints WHERE design_id IN ({own})",
            f"DELETE FROM designs WHERE id IN ({own})",
            *(f"DELETE FROM {table}" for table in ("matches", "sources", "upload_files", "print_files", "uploads")),
        ):
            connection.execute(text(statement))
