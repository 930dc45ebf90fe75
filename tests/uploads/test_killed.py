"""kill -9 of a worker wherever it takes in an upload: the next one finishes it, every file is stored and answered once."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from printdock.db.engine import Database
from printdock.jobs import records as jobs
from printdock.jobs.kinds import new_job
from printdock.shops.queries import ensure_shop
from printdock.templates.queries import find_template
from printdock.uploads import queries, records
from printdock.uploads.place import open_place
from printdock.uploads.types import Announced, Bounds, SentUpload
from tests.end_to_end.conftest import MakeShop, home_template, make_shop, shared_openssh, six_designs
from tests.end_to_end.killed import Fault, Plan
from tests.end_to_end.pictures import draw
from tests.end_to_end.shop import Run, Shop, assert_whole, wait_for

__all__ = ["home_template", "make_shop", "shared_openssh", "six_designs"]

#: A file's way, and how often each boundary is met before the fault strikes.
BOUNDARIES = [
    ("after claim is committed", 1),
    ("local file named, put not over", 3),
    ("before settle is committed", 2),
    ("before the answers are recorded", 2),
    ("upload: before its end is committed", 1),
    ("upload: its end is committed, the job's is not", 1),
]


#: So that a worker whose third file waits has not begun with the last ones.
LITTLE_AT_ONCE = {"PRINTDOCK_MEMORY_MB": "16", "PRINTDOCK_STORE_TRANSFERS": "1"}


@pytest.fixture(scope="session")
def twelve_designs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("twelve") / "designs"
    draw(folder, range(12))
    return folder


@pytest.fixture
def workers() -> Iterator[list[Run]]:
    running: list[Run] = []
    yield running
    for run in running:
        if run.running:
            run.signal(signal.SIGKILL)
            wait_for(lambda run=run: not run.running, "the worker to be gone")


def _queued(shop: Shop, sources: list[Path]) -> UUID:
    """An upload all of whose files have arrived."""
    database, now, upload = Database(shop.database_url), datetime.now(UTC), uuid7()
    place = open_place(shop.home / "incoming")
    place.make(upload)
    with database.write() as connection:
        here = ensure_shop(connection, "My Shop", now)
        template = find_template(connection, here, shop.template)
        assert template is not None
        announced = [Announced(path.name, path.stat().st_size) for path in sources]
        records.begin(
            connection, template, announced, upload=upload, place=place.id, by="tester", bounds=Bounds(100, 10**7),
            skip_known=True, now=now, expires_at=now + timedelta(hours=1),
        )  # fmt: skip
        for position, path in enumerate(sources):
            shutil.copyfile(path, place.path(upload, position))
            records.received(connection, here, upload, position, now=now, expires_at=now + timedelta(hours=1))
        job = new_job("ingest_upload", {"upload": str(upload)}, upload_id=upload, place=place.id)
        records.queue(connection, here, upload, enqueue=lambda: jobs.enqueue(connection, here.id, job), now=now)
    database.close()
    return upload


def _found(shop: Shop, upload: UUID) -> SentUpload:
    database = Database(shop.database_url)
    try:
        with database.read() as connection:
            return queries.find(connection, ensure_shop(connection, "My Shop", datetime.now(UTC)), upload)
    finally:
        database.close()


def _assert_finished(shop: Shop, upload: UUID, designs: list[Path], workers: list[Run]) -> None:
    workers.append(last := shop.start("worker"))
    wait_for(lambda: shop.rows("SELECT 1 FROM jobs WHERE state = 'completed'") != [], "the job to be completed")
    last.signal(signal.SIGTERM)
    assert last.code == 0, last.err
    found = _found(shop, upload)
    answers = [file.answer for file in found.files]
    assert [answer and (answer["source"], answer["outcome"]) for answer in answers] == [
        *((path.name, "stored") for path in designs), (designs[0].name, "duplicate"),
    ]  # fmt: skip
    assert (found.state, found.stored, found.duplicates, found.failed) == ("finished", len(designs), 1, 0)
    paths = [answer["path"] for answer in answers if answer is not None and answer["path"]]
    assert len(set(paths)) == len(designs) and set(paths) == set(shop.stored())
    assert list(open_place(shop.home / "incoming").present()) == []
    assert_whole(shop, [], distinct=len(designs))


@pytest.mark.parametrize(("boundary", "nth"), BOUNDARIES)
def test_killed_at_a_boundary_every_file_is_stored_and_answered_once(
    make_shop: MakeShop, six_designs: Path, workers: list[Run], boundary: str, nth: int
) -> None:
    shop, six = make_shop(), sorted(six_designs.iterdir())
    upload = _queued(shop, [*six, six[0]])
    killed = shop.start("worker", plan=Plan(faults=(Fault(boundary, nth=nth),)))
    assert killed.code == -signal.SIGKILL, f"the boundary was never met: exit {killed.code}\n{killed.err}"
    _assert_finished(shop, upload, six, workers)


def test_killed_three_times_with_postgresql(
    make_shop: MakeShop, postgres_url: str, six_designs: Path, workers: list[Run]
) -> None:
    shop, six = make_shop(database=postgres_url), sorted(six_designs.iterdir())
    upload = _queued(shop, [*six, six[0]])
    for boundary in ("after claim is committed", "local file named, put not over", "before the answers are recorded"):
        killed = shop.start("worker", plan=Plan(faults=(Fault(boundary),)))
        assert killed.code == -signal.SIGKILL, f"{boundary} was never met: exit {killed.code}\n{killed.err}"
    _assert_finished(shop, upload, six, workers)


def test_asked_to_end_a_worker_leaves_the_rest_to_the_next(
    make_shop: MakeShop, twelve_designs: Path, workers: list[Run]
) -> None:
    shop, twelve = make_shop(**LITTLE_AT_ONCE), sorted(twelve_designs.iterdir())
    upload = _queued(shop, [*twelve, twelve[0]])
    put, asked = shop.hold(), shop.hold()
    faults = (put.at("before put", nth=3), asked.at("job: asked to stop"))
    workers.append(first := shop.start("worker", plan=Plan(faults=faults)))
    put.wait(first)
    first.signal(signal.SIGTERM)
    asked.wait(first)
    asked.release()
    put.release()
    assert first.code == 0, first.err
    assert shop.rows("SELECT state FROM jobs") == [("pending",)]
    assert 0 < len(shop.stored()) < 12, "it stopped early, and finished what was begun"
    _assert_finished(shop, upload, twelve, workers)


def test_cancelled_while_it_runs_the_rest_is_answered_so(
    make_shop: MakeShop, twelve_designs: Path, workers: list[Run]
) -> None:
    shop, twelve = make_shop(**LITTLE_AT_ONCE), sorted(twelve_designs.iterdir())
    upload = _queued(shop, [*twelve, twelve[0]])
    put, asked = shop.hold(), shop.hold()
    faults = (put.at("before put", nth=2), asked.at("job: asked to stop"))
    workers.append(worker := shop.start("worker", plan=Plan(faults=faults)))
    put.wait(worker)
    ((job,),) = shop.rows("SELECT job_id FROM uploads")
    shop.run("jobs", "cancel", str(UUID(bytes=job) if isinstance(job, bytes) else job)).expect(0)
    asked.wait(worker)
    asked.release()
    put.release()
    wait_for(lambda: shop.rows("SELECT 1 FROM jobs WHERE state = 'cancelled'") != [], "the job to be cancelled")
    found = _found(shop, upload)
    assert found.state == "cancelled" and found.stored >= 1 and found.failed >= 1
    assert {file.answer["outcome"] for file in found.files if file.answer} <= {"stored", "failed"}
    assert all(file.answer is not None for file in found.files)
    assert found.stored == len(shop.stored()), "what was begun is finished, and nothing else is there"
