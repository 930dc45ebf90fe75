"""The kinds of jobs on a real shop: they do what the commands do, stop where it does no harm, and go on from there."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import cv2
import numpy as np
import pytest
from sqlalchemy import select, update

from printdock.db.tables import mockups, print_files
from printdock.designs.ingest import ingest
from printdock.designs.thumbnails import thumbnail_key
from printdock.errors import Cancelled, StorageError, StorageRefused, StorageUnavailable, UsageError, passes
from printdock.jobs.job import State
from printdock.jobs.kinds import KINDS, new_job
from printdock.jobs.work import Result, Work
from printdock.mockups.pack import read_pack
from printdock.mockups.sets import import_pack
from printdock.templates.queries import add_template
from tests.designs.conftest import SMALL, art, draw
from tests.jobs.conftest import Office
from tests.mockups.conftest import MANIFEST, write_folder

__all__ = ["draw"]


@dataclass
class Shop:
    """An office whose shop has three designs and a set of mockups."""

    office: Office
    root: Path
    files: list[Any]

    def run(
        self,
        kind: str,
        data: dict[str, Any] | None = None,
        *,
        stop_at: int | None = None,
        job: UUID | None = None,
        **services: Any,
    ) -> tuple[Result, list[dict[str, Any]]]:
        """Run a job's function here, and stop it once ``stop_at`` things are done; answers what it told."""
        stop, told = threading.Event(), []

        def progress(new: dict[str, Any]) -> None:
            told.append(new)
            if stop_at is not None and new["done"] >= stop_at:
                stop.set()

        made = new_job(kind, data or {})
        row = self.office.find(job or self.office.enqueue(kind, wake=False, input=made.input))
        work = Work(row, replace(self.office.services.until(stop), **services), stop, progress)
        return KINDS[kind].run(work), told

    def stored(self, *parts: str) -> dict[str, int]:
        """Stored files below the shop's folder, and when each was written."""
        folder = self.root.joinpath("My Shop", *parts)
        return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def shop(office: Office, tmp_path: Path, draw: Callable[..., Path]) -> Shop:
    services = office.services
    chosen = services.shop()
    with services.database.write() as connection:
        template = add_template(connection, chosen, "Small", SMALL, services.clock())
    report = ingest(services.upload(template, report=lambda event: None), [draw(f"{n}.png", n) for n in (1, 2, 3)])
    assert report.stored == 3
    pack = read_pack(write_folder(tmp_path / "pack", MANIFEST.replace("Poster 18x24", "Small")))
    import_pack(services.database, services.storage, chosen, pack, services.clock())
    with services.database.read() as connection:
        files = list(connection.execute(select(print_files).order_by(print_files.c.number)))
    return Shop(office, tmp_path / "home" / "nas", files)


def test_mockups_are_rendered_and_counted(shop: Shop) -> None:
    made = shop.office.enqueue("render_mockups", input={"set": "Wall"})
    shop.office.hire()
    job = shop.office.wait(made, seconds=60)
    assert job.state is State.COMPLETED and job.result is not None and job.progress is not None
    assert (job.result["rendered"], job.result["fresh"], job.result["failed"]) == (9, 0, 0)
    assert (job.progress["done"], job.progress["total"], job.progress["seconds_left"]) == (9, 9, 0.0)
    assert len(shop.stored("Mockups", "Small")) == 18  # each with its thumbnail


def test_a_stopped_batch_goes_on_where_it_was(shop: Shop) -> None:
    with pytest.raises(Cancelled):
        shop.run("render_mockups", {"set": "Wall"}, stop_at=1)
    before = shop.stored("Mockups", "Small")
    assert 2 <= len(before) < 18
    result, _told = shop.run("render_mockups", {"set": "Wall"})
    assert result.data["rendered"] + result.data["fresh"] == 9 and result.data["fresh"] >= 1
    after = shop.stored("Mockups", "Small")
    assert len(after) == 18 and {name: after[name] for name in before} == before


def test_a_forced_batch_goes_on_where_it_was_too(shop: Shop) -> None:
    shop.run("render_mockups", {"set": "Wall"})
    job = shop.office.enqueue("render_mockups", wake=False, input={"set": "Wall", "force": True})
    with pytest.raises(Cancelled):
        shop.run("render_mockups", {"set": "Wall"}, stop_at=1, job=job)
    result, _told = shop.run("render_mockups", {"set": "Wall"}, job=job)
    assert 1 <= result.data["fresh"] < 9 and result.data["rendered"] + result.data["fresh"] == 9
    with shop.office.services.database.read() as connection:
        rendered = list(connection.execute(select(mockups.c.rendered_at)).scalars())
    assert len(rendered) == 9 and min(rendered) > shop.office.find(job).created_at


def test_mockups_of_some_designs(shop: Shop) -> None:
    first, second, third = shop.files
    numbers, _told = shop.run("render_mockups", {"set": "Wall", "numbers": [first.number]})
    assert numbers.data["rendered"] == 3
    designs, _told = shop.run(
        "render_mockups", {"set": "Wall", "designs": [str(second.design_id)], "colours": ["navy"]}
    )
    assert designs.data["rendered"] == 2
    sample, _told = shop.run("render_mockups", {"set": "Wall", "sample": 1, "numbers": [third.number]})
    assert sample.data["rendered"] == 1
    for wrong in ({"designs": [str(uuid4())]}, {"numbers": [9]}, {"set": "Door"}, {"template": "None such"}):
        with pytest.raises(UsageError):
            shop.run("render_mockups", {"set": "Wall", **wrong})


@pytest.mark.parametrize(
    "error",
    [
        StorageUnavailable("The NAS is away."),
        StorageUnavailable("The NAS does not answer in time.", code="storage_timeout"),
        StorageRefused("The NAS's disk is full.", code="disk_full"),
    ],
    ids=lambda error: error.code,
)
def test_a_batch_whose_storage_went_away_is_tried_again(shop: Shop, error: StorageError) -> None:
    inner = shop.office.services.storage

    class Away:
        def __getattr__(self, name: str) -> Any:
            return getattr(inner, name)

        def put(self, key: str, data: bytes) -> None:
            raise error

    with pytest.raises(StorageUnavailable, match="9 of 9") as raised:
        shop.run("render_mockups", {"set": "Wall"}, storage=Away())
    assert raised.value.code == error.code and passes(raised.value)
    assert shop.run("render_mockups", {"set": "Wall"})[0].data["rendered"] == 9


def test_a_batch_waits_for_print_files_that_are_spooled(shop: Shop) -> None:
    with shop.office.services.database.write() as connection:
        connection.execute(update(print_files).where(print_files.c.number == 100).values(state="spooled"))
    with pytest.raises(StorageUnavailable, match="3 of 9") as raised:
        shop.run("render_mockups", {"set": "Wall"})
    assert raised.value.code == "print_file_spooled"
    with shop.office.services.database.write() as connection:
        connection.execute(update(print_files).values(state="stored"))
    assert shop.run("render_mockups", {"set": "Wall"})[0].data["rendered"] == 3


def test_a_file_that_cannot_be_read_costs_its_mockups_only(shop: Shop) -> None:
    (shop.root / shop.files[0].path).write_bytes(b"no picture")
    result, _told = shop.run("render_mockups", {"set": "Wall"})
    assert (result.data["rendered"], result.data["failed"]) == (6, 3)
    assert {failure["number"] for failure in result.data["failures"]} == {shop.files[0].number}


def test_verify_finds_and_mends(shop: Shop) -> None:
    (shop.root / shop.files[0].path).unlink()
    found, told = shop.run("verify")
    assert (found.data["clean"], found.data["files"], found.data["problems_found"]) == (False, 2, 1)
    assert told[-1]["done"] == 3
    mended, _told = shop.run("verify", {"repair": True})
    assert mended.data["clean"] and mended.data["problems"][0]["repaired"]
    again, _told = shop.run("verify", {"deep": True})
    assert again.data["clean"] and again.data["problems"] == []


def test_verify_stops_between_two_files(shop: Shop) -> None:
    with pytest.raises(Cancelled):
        shop.run("verify", stop_at=1)


def test_thumbnails_are_made_once(shop: Shop) -> None:
    result, told = shop.run("thumbnails")
    assert result.data == {"made": 3, "there": 0, "failed": 0, "failures": []} and told[-1]["done"] == 3
    folder = (".printdock", "thumbnails")
    made = shop.stored(*folder)
    assert set(made) == {f"{file.sha256.hex()}{size}.webp" for file in shop.files for size in ("", ".224")}
    again, _told = shop.run("thumbnails")
    assert again.data["there"] == 3 and shop.stored(*folder) == made
    verified, _told = shop.run("verify")
    assert verified.data["clean"] and verified.data["notes"] == []  # they are nobody's print files


def test_thumbnails_show_the_art(shop: Shop) -> None:
    shop.run("thumbnails", {"print_files": [str(shop.files[0].id)]})
    assert len(shop.stored(".printdock", "thumbnails")) == 2
    whole = cv2.imread(str(shop.root / shop.files[0].path), cv2.IMREAD_UNCHANGED)
    small = cv2.imread(str(shop.root / thumbnail_key("My Shop", shop.files[0].sha256)), cv2.IMREAD_UNCHANGED)
    assert whole is not None and small is not None
    assert max(small.shape[:2]) == min(400, max(whole.shape[:2])) and small.shape[2] == 4
    reduced = cv2.resize(whole, small.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(reduced[..., 3].astype(int) - small[..., 3]).mean() < 3
    opaque = (reduced[..., 3] == 255) & (small[..., 3] == 255)
    assert opaque.any() and np.abs(reduced[opaque].astype(int) - small[opaque])[..., :3].mean() < 8


def test_a_thumbnail_that_cannot_be_made_costs_no_other(shop: Shop) -> None:
    (shop.root / shop.files[1].path).write_bytes(b"no picture")
    result, _told = shop.run("thumbnails")
    assert (result.data["made"], result.data["failed"]) == (2, 1)
    assert result.data["failures"][0]["number"] == shop.files[1].number
    with pytest.raises(Cancelled):
        shop.run("thumbnails", stop_at=1)


def test_all_kinds_run_at_once_on_one_set_of_services(shop: Shop) -> None:
    """One storage, one database, one spool, many threads: jobs of every kind, and an upload beside them."""
    office, services = shop.office, shop.office.services
    office.hire(slots=4)
    kinds = [("render_mockups", {"set": "Wall"}), ("verify", {"repair": True}), ("thumbnails", {}), ("probe", {})]
    made = [office.enqueue(kind, input=data) for kind, data in kinds * 2]
    with services.database.read() as connection:
        row = connection.execute(select(print_files.c.template_id)).first()
    assert row is not None
    template = services.template("Small", services.shop())
    paths = []
    for seed in range(20, 26):
        path = shop.root.parent / f"{seed}.png"
        ok, data = cv2.imencode(".png", art(seed)[..., [2, 1, 0, 3]])
        assert ok
        path.write_bytes(data.tobytes())
        paths.append(path)
    assert ingest(services.upload(template, report=lambda event: None), paths).stored == 6
    for job in made:
        found = office.wait(job, seconds=60)
        assert found.state is State.COMPLETED, found
    result, _told = shop.run("verify", {"deep": True})
    assert result.data["clean"] and result.data["files"] == 9
