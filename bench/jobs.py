"""How soon a job starts, and what a job costs beside its work.

    python -m bench.jobs [--jobs 1000] [--json FILE]

*Start*: jobs that do nothing are enqueued one by one, 20 to 60 ms apart ("light load") or a second apart ("idle"); the
time is from before the enqueuing transaction to the moment the worker writes into the row, so it holds both commits'
ways to the disk. *Many*: as many empty jobs as asked, enqueued in one transaction and then done; overhead is wall time
a job, all slots together. *In process*: SQLite, the worker's threads in the enqueuing process. *On Redis*: PostgreSQL
with fsync on, two `printdock worker` processes.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from printdock.db.tables import jobs
from printdock.jobs import records
from printdock.jobs.broker import Broker, broker_for
from printdock.jobs.job import NewJob, State
from printdock.jobs.worker import EmbeddedWorker
from printdock.settings import Settings
from printdock.wiring import Services, open_services
from tests.services.postgres import Postgres, find_programs
from tests.services.redis import RedisServer, find_redis

SLOTS = 4


def start_times(services: Services, broker: Broker, many: int, pause_s: tuple[float, float]) -> dict[str, float]:
    """Milliseconds from enqueuing to start."""
    shop, chance = services.shop().id, random.Random(1)
    begun: dict[Any, datetime] = {}
    for _each in range(many):
        time.sleep(chance.uniform(*pause_s))
        now = services.clock()
        with services.database.write() as connection:
            made = records.enqueue(connection, shop, NewJob("probe"))
        broker.wake()
        begun[made] = now
    _wait(services)
    wanted = select(jobs.c.id, jobs.c.started_at).where(jobs.c.id.in_(list(begun)))
    with services.database.read() as connection:
        took = sorted((row.started_at - begun[row.id]).total_seconds() * 1e3 for row in connection.execute(wanted))
    return {
        "p50_ms": round(statistics.median(took), 1),
        "p95_ms": round(took[int(len(took) * 0.95)], 1),
        "max_ms": round(took[-1], 1),
    }


def many_jobs(services: Services, broker: Broker, many: int) -> dict[str, float]:
    """Wall time of ``many`` empty jobs."""
    shop = services.shop().id
    began = time.monotonic()
    with services.database.write() as connection:
        records.enqueue_all(connection, shop, [NewJob("probe")] * many)
    enqueued = time.monotonic()
    broker.wake(many=many)
    _wait(services)
    ended = time.monotonic()
    return {
        "enqueue_ms_a_job": round((enqueued - began) * 1e3 / many, 3),
        "wall_s": round(ended - enqueued, 2),
        "overhead_ms_a_job": round((ended - enqueued) * 1e3 / many, 2),
    }


def _wait(services: Services) -> None:
    while True:
        with services.database.read() as connection:
            counts = records.counts(connection)
        if not counts[State.PENDING] and not counts[State.PROCESSING]:
            return
        time.sleep(0.02)


@contextmanager
def in_process(folder: Path) -> Iterator[tuple[Services, Broker]]:
    """SQLite, and a worker in this process."""
    with open_services(Settings(PRINTDOCK_HOME=folder)) as services:
        broker = Broker()
        worker = EmbeddedWorker(services, broker, slots=SLOTS)
        worker.start()
        yield services, broker
        worker.close()
        broker.close()


@contextmanager
def on_redis(folder: Path, workers: int = 2) -> Iterator[tuple[Services, Broker]]:
    """PostgreSQL, Redis, and worker processes."""
    with ExitStack() as stack:
        postgres = stack.enter_context(Postgres(find_programs(), durable=True))
        redis = stack.enter_context(RedisServer(find_redis()))
        values = {"PRINTDOCK_HOME": str(folder), "DATABASE_URL": postgres.create_database(), **redis.environment}
        services = stack.enter_context(open_services(Settings(**values)))
        broker = broker_for(services)
        stack.callback(broker.close)
        for _each in range(workers):
            stack.enter_context(_process({**os.environ, **values}))
        yield services, broker


@contextmanager
def _process(environment: dict[str, str]) -> Iterator[None]:
    command = [sys.executable, "-m", "printdock", "worker", "--slots", str(SLOTS)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "Working" in process.stderr.readline()
        yield
        process.terminate()


def run(many: int, starts: int, idle: int) -> dict[str, Any]:
    """Both ways, one after the other."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="printdock-jobs-") as name:
        for title, opened in (("in process, SQLite", in_process), ("Redis, PostgreSQL, 2 workers", on_redis)):
            with opened(Path(name) / title.split(",")[0].replace(" ", "-")) as (services, broker):
                light = start_times(services, broker, starts, (0.02, 0.06))
                seldom = start_times(services, broker, idle, (1.0, 1.0))
                row = {"way": title, **{f"light_{key}": value for key, value in light.items()}}
                row |= {f"idle_{key}": value for key, value in seldom.items()}
                rows.append(row | many_jobs(services, broker, many))
    return {"jobs": many, "starts": starts, "slots_a_worker": SLOTS, "load": os.getloadavg(), "results": rows}


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure jobs; see the module.")
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--starts", type=int, default=200)
    parser.add_argument("--idle", type=int, default=15)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    result = run(options.jobs, options.starts, options.idle)
    table = Table("", *(row["way"] for row in result["results"]), box=None, pad_edge=False)
    for key in list(result["results"][0])[1:]:
        table.add_row(key, *(str(row[key]) for row in result["results"]))
    Console().print(table)
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
