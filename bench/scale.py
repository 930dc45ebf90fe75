"""What a library costs as it grows: look-ups for new designs, pages and commands, bytes; and a model of what is beyond.

python -m bench scale --sizes 100000 1000000 5000000

Both databases are filled at each size (`bench.scale_rows`; five million designs are 31 GB in PostgreSQL and take ten
minutes), and every operation is timed as the page, the command or the worker calls it. The model is fitted to all sizes but
the largest, and says how far off it is there. Libraries that were filled before are used again where
PRINTDOCK_SCALE_POSTGRESQL (a URL of a server's database ``postgres``) and PRINTDOCK_SCALE_FOLDER (for SQLite) say where.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import make_url, text

from bench import scale_model, scale_operations, scale_rows
from bench.library import arrivals, cost, looks
from bench.scale_model import Measured
from bench.scale_operations import Operation
from printdock.db.engine import Database
from printdock.db.schema import upgrade
from printdock.designs import index
from printdock.imaging.fingerprint import Fingerprint, fingerprint
from printdock.templates.queries import Template
from tests.services.postgres import Postgres, find_programs

#: Smallest library that anything is learnt from.
LEAST = 10_000

#: Sizes that are only modelled.
BEYOND = (10_000_000, 20_000_000, 50_000_000, 100_000_000)

#: shared_buffers of a PostgreSQL that is started here.
BUFFERS = "2GB"

_ROUNDS = 5


def run(sizes: Sequence[int], tell: Callable[[str], None], backends: str = "both") -> dict[str, Any]:
    """Measure each database at each size, then model."""
    prints = [fingerprint(look) for look in looks(100)]
    seeds, newcomers = prints[:60], arrivals(prints[:60], prints[60:])
    results: list[dict[str, Any]] = []
    with _places(backends) as places:
        for kind, url_of in places.items():
            for size in sizes:
                tell(f"{kind}, {size:,} designs")
                database, templates = _library(url_of(size), size, seeds, tell)
                results.append({"database": kind, "designs": size, **_measure(database, templates, size, newcomers)})
                database.close()
                tell(f"  {results[-1]}")
    models = {f"{kind}, {what}": modelled(results, kind, what) for kind in places for what in ("ms", "cpu_ms")}
    return {"results": results, "models": models}


@contextmanager
def _places(backends: str) -> Iterator[dict[str, Callable[[int], str]]]:
    """By database: where the library of a size is, or is to be."""
    server = os.environ.get("PRINTDOCK_SCALE_POSTGRESQL")
    folder = os.environ.get("PRINTDOCK_SCALE_FOLDER")
    places: dict[str, Callable[[int], str]] = {}
    with tempfile.TemporaryDirectory(prefix="printdock-scale-") as temporary:
        if backends in ("both", "sqlite"):
            places["sqlite"] = lambda size: f"sqlite:///{folder or temporary}/sqlite-{size}/printdock.db"
        if backends == "sqlite":
            yield places
        elif server is not None:
            yield places | {"postgresql": lambda size: _database_at(server, size)}
        else:
            with Postgres(find_programs(), buffers=BUFFERS) as own:
                yield places | {"postgresql": lambda size: _database_at(own.url("postgres"), size)}


def _database_at(server: str, size: int) -> str:
    url = make_url(server)
    name = f"printdock_scale_{size}"
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    return url.set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)


def _library(
    url: str, size: int, seeds: Sequence[Fingerprint], tell: Callable[[str], None]
) -> tuple[Database, tuple[Template, ...]]:
    database = Database(url)
    templates = scale_rows.filled(database)
    if templates is None:
        scale_rows.fill(database, size, seeds, tell)
        templates = scale_rows.filled(database)
    upgrade(database)  # one that was filled before may lack a revision
    assert templates is not None
    return database, templates


def _measure(
    database: Database, templates: Sequence[Template], size: int, newcomers: dict[str, list[Fingerprint]]
) -> dict[str, Any]:
    row: dict[str, Any] = _bytes(database)
    for name, some in newcomers.items():
        wall, p95, cpu, compared = cost(database, templates[0], some)
        met = _met(database, templates[0], some)
        row |= {f"{name}_ms": round(wall, 3), f"{name}_p95_ms": round(p95, 3), f"{name}_cpu_ms": round(cpu, 3),
                f"{name}_met": round(met, 1), f"{name}_compared": round(compared, 1)}  # fmt: skip
    with database.read() as connection:
        sample = scale_operations.Sample.of(connection, templates[0], size)
    row["quick_ms"] = _times(database, scale_operations.quick(sample), _ROUNDS)
    row["growing_ms"] = _times(database, scale_operations.growing(sample), 2)
    return row


def _met(database: Database, template: Template, newcomers: Sequence[Fingerprint]) -> float:
    """How many designs a newcomer meets in its bands."""
    with database.read() as connection:
        return statistics.mean(len(few) for few in index.candidates(connection, template.shop, newcomers))


def _times(database: Database, operations: dict[str, Operation], rounds: int) -> dict[str, float]:
    """The median of some times that are not the first, ms."""
    times = {}
    for name, work in operations.items():
        taken = []
        for _round in range(rounds + 1):
            with database.write() as connection:
                began = time.perf_counter()
                work(connection)
                taken.append(time.perf_counter() - began)
        times[name] = round(statistics.median(taken[1:]) * 1000, 2)
    return times


_SIZES = (
    "SELECT pg_database_size(current_database()), pg_relation_size('bands'), pg_relation_size('pk_bands'),"
    " (SELECT CAST(reltuples AS bigint) FROM pg_class WHERE relname = 'bands')"
)


def _bytes(database: Database) -> dict[str, Any]:
    if database.dialect == "sqlite":
        return {"bytes": Path(str(database.url.database)).stat().st_size}
    with database.read() as connection:
        whole, table, keys, rows = connection.execute(text(_SIZES)).one()
    return {"bytes": whole, "bands_bytes": table, "bands_index_bytes": keys, "bands": rows}


def modelled(results: Sequence[dict[str, Any]], database: str, what: str) -> dict[str, Any]:
    """The model of one database: fitted to all sizes but the largest, checked there, and what it says beyond. ``what``:
    "ms" of the clock, or "cpu_ms" of printdock's process, which others on the machine disturb less."""
    rows = sorted((row for row in results if row["database"] == database), key=lambda row: row["designs"])
    points = [
        Measured(kind, row["designs"], row[f"{kind}_met"], row[f"{kind}_{what}"])
        for row in rows
        for kind in ("new", "mixed", "hot")
    ]
    largest = rows[-1]["designs"]
    known = [point for point in points if point.designs < largest]
    if len({point.designs for point in known}) < 2:
        return {}
    model = scale_model.fit(known)
    checked = {point.kind: {"measured_ms": point.ms, "modelled_ms": round(model.ms(point.kind, largest), 2),
                            "error": round(scale_model.error(model, point), 3)}
               for point in points if point.designs == largest}  # fmt: skip
    best = scale_model.fit(points)
    beyond = {size: {kind: round(best.ms(kind, size), 2) for kind in best.growth} for size in BEYOND if size > largest}
    return {"fitted": asdict(model), "checked": checked, "fitted_to_all": asdict(best), "beyond_ms": beyond}
