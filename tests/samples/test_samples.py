"""Sample data comes by a shop's ordinary way, and goes without a trace; what a person made stays."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, delete, insert, select
from uuid_utils.compat import uuid7

from printdock.db.etsy_tables import listings
from printdock.db.tables import fingerprints, matches, metadata, print_files
from printdock.demo import SAMPLES
from printdock.demo.bases import PACKS
from printdock.designs.catalog import Filter, page_of_designs
from printdock.designs.decisions import Desk, decide
from printdock.designs.ingest import ingest
from printdock.designs.verify import verify_shop
from printdock.errors import StorageUnavailable
from printdock.imaging.codec import decode, encode_png
from printdock.jobs import records
from printdock.jobs.kinds import samples
from printdock.jobs.work import Work
from printdock.listings.template import ListingTemplate
from printdock.listings.templates import save_listing_template
from printdock.mockups.pack import read_pack
from printdock.mockups.sets import import_pack, list_sets
from printdock.samples import remove
from printdock.samples.content import Group
from printdock.samples.tags import tagged
from printdock.settings import Settings
from printdock.shops.queries import Shop
from printdock.wiring import Services, open_services
from tests.browser.stock import cut
from tests.mockups.conftest import MANIFEST, write_folder

#: Tables that tell what happened; they are not the shop's things.
_TOLD = {"jobs", "events", "event_counters", "shops", "audit_log"}

SMALL = (Group("Sticker 3in", ("Coffee Badge 2019.png", "Book Stack.png", "Coffee Badge 2019_FINAL.png"), "wall", 3),)


@pytest.fixture
def services(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """A shop on each database; a few samples that are drawn at once."""
    folder = write_folder(tmp_path / "pack", MANIFEST.replace("Poster 18x24", "Sticker 3in"))
    monkeypatch.setattr(samples, "GROUPS", SMALL)
    monkeypatch.setitem(PACKS, "wall", lambda: read_pack(folder))
    with open_services(Settings(PRINTDOCK_HOME=tmp_path / "home", DATABASE_URL=database_url)) as opened:
        yield opened


def run(services: Services, kind: Any) -> dict[str, Any]:
    """One try of a job of that kind."""
    shop = services.shop()
    with services.database.write() as connection:
        key = records.enqueue(connection, shop.id, samples.samples_job(kind))
        job = records.find(connection, shop.id, key)
    work = Work(job, services, threading.Event(), lambda told: None)
    data = kind.run(work).data
    with services.database.write() as connection:
        jobs = metadata.tables["jobs"]
        connection.execute(delete(jobs).where(jobs.c.id == key))
    return dict(data)


def everything(services: Services) -> tuple[dict[str, Any], list[str]]:
    """All rows of the shop's things, and all files."""
    with services.database.read() as connection:
        rows = {
            table.name: sorted(map(str, connection.execute(select(table)).all()))
            for table in metadata.tables.values()
            if table.name not in _TOLD
        }
    return rows, sorted(entry.key for entry in services.storage.list(""))


def test_they_come_and_go_without_a_trace(services: Services) -> None:
    services.shop()
    before = everything(services)
    came = run(services, samples.ADD)
    assert came == {"designs": 2, "mockups": 3}
    assert run(services, samples.ADD) == {"designs": 0, "mockups": 0}, "twice is once"
    with services.database.read() as connection:
        assert {one.kind for one in tagged(connection, services.shop())} == {"upload", "set", "template"}
    gone = run(services, samples.REMOVE)
    assert (gone["print_files"], gone["mockups"], gone["sets"]) == (2, 3, 1)
    assert everything(services) == before


class Tiring:
    """A storage that deletes ``left`` files, and is away then."""

    def __init__(self, inner: Any, left: int) -> None:
        self._inner, self._left = inner, left

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def delete(self, key: str) -> None:
        if self._left == 0:
            raise StorageUnavailable("It is away.")
        self._left -= 1
        self._inner.delete(key)


def _own_design(services: Services, shop: Shop, folder: Path) -> UUID:
    """The seller has the art of a sample for a product of their own, and uses the sample's set for it."""
    folder.mkdir()
    art = folder / "mine.png"
    art.write_bytes(SAMPLES["Book Stack.png"](folder))
    template = services.template("Mug 11oz", shop)
    report = ingest(services.upload(template, report=lambda event: None), [art])
    assert report.stored == 1, report.files
    return UUID(report.files[0]["design"])


def test_what_a_person_made_stays_wherever_it_is_stopped(services: Services, tmp_path: Path) -> None:
    shop = services.shop()
    run(services, samples.ADD)
    design = _own_design(services, shop, tmp_path / "own")
    for left in range(40):
        place = remove.Place(shop, services.database, Tiring(services.storage, left), services.spool)
        try:
            removed = remove.remove_samples(place)
            break
        except StorageUnavailable:
            continue
    assert left > 4 and removed.kept_sets == ()
    rows, files = everything(services)
    assert [len(rows[name]) for name in ("designs", "print_files", "mockups", "samples", "mockup_sets")] == [
        1,
        1,
        0,
        0,
        0,
    ]
    assert str(design) in rows["print_files"][0]
    assert [name for name in files if "/.printdock/" not in name] == ["My Shop/Mug 11oz/DTF 100 Mug_11oz_100.png"]
    found = verify_shop(shop, services.database, services.storage, services.spool, services.clock, deep=True)
    assert found.problems == [] and found.files == 1


def test_a_set_that_was_changed_is_a_persons_own(services: Services, tmp_path: Path) -> None:
    shop = services.shop()
    run(services, samples.ADD)
    changed = read_pack(write_folder(tmp_path / "changed", MANIFEST.replace("radius = 90", "radius = 91")))
    assert import_pack(services.database, services.storage, shop, changed, services.clock()).changed
    assert run(services, samples.REMOVE)["kept_sets"] == ["Wall"]
    with services.database.read() as connection:
        assert [one.name for one in list_sets(connection, shop)] == ["Wall"]
        assert tagged(connection, shop) == []


def test_a_sample_whose_art_was_replaced_is_a_persons_own(services: Services, tmp_path: Path) -> None:
    shop = services.shop()
    run(services, samples.ADD)
    (tmp_path / "drawn").mkdir()
    sample = tmp_path / "drawn" / "Book Stack.png"
    sample.write_bytes(SAMPLES["Book Stack.png"](sample.parent))
    cut(sample, tmp_path / "own" / "mine.png")
    template = services.template(SMALL[0].template, shop)
    report = ingest(services.upload(template, report=lambda event: None), [tmp_path / "own" / "mine.png"])
    assert report.files[0]["similar_to"] is not None, report.files
    with services.database.read() as connection:
        key = connection.execute(select(matches.c.id).where(matches.c.design_id.is_not(None))).scalar_one()
    decide(Desk(shop, services.database, services.storage, services.clock), key, "replace")
    run(services, samples.REMOVE)
    found = verify_shop(shop, services.database, services.storage, services.spool, services.clock, deep=True)
    assert found.problems == [] and found.files == 1
    with services.database.read() as connection:
        (kept,) = page_of_designs(connection, shop, Filter(), before=None, limit=2)
    assert [one.sha256.hex() for one in kept.print_files] == [report.files[0]["sha256"]]


def test_art_of_a_sample_that_only_a_listing_keeps_is_new_again(services: Services, tmp_path: Path) -> None:
    shop = services.shop()
    run(services, samples.ADD)
    with services.database.write() as connection:
        listed = _list_all(connection, shop)
    run(services, samples.REMOVE)
    (tmp_path / "drawn").mkdir()
    mine, again = tmp_path / "drawn" / "mine.png", tmp_path / "drawn" / "again.png"
    mine.write_bytes(SAMPLES["Book Stack.png"](mine.parent))
    again.write_bytes(encode_png(decode(mine.read_bytes()), 150))
    template = services.template(SMALL[0].template, shop)
    answers = [ingest(services.upload(template, report=lambda told: None), [path]).files[0] for path in (mine, again)]
    first, second = answers
    assert (first["outcome"], first["similar_to"]) == ("stored", None), first
    assert (second["outcome"], second["duplicate_of"]) == ("duplicate", first["design"]), second
    with services.database.read() as connection:
        rows = connection.execute(select(listings.c.print_file_id)).scalars()
        assert set(rows) == listed, "what was listed stays"
        compared = connection.execute(select(fingerprints.c.design_id)).scalars().all()
        assert list(map(str, compared)) == [first["design"]], "and is compared with nothing"
    found = verify_shop(shop, services.database, services.storage, services.spool, services.clock, deep=True)
    assert found.problems == [] and found.files == 1


def _list_all(connection: Connection, shop: Shop) -> set[UUID]:
    """A listing of every print file."""
    now = datetime.now(UTC)
    text = ListingTemplate(name="Cups", title="{number} cup", description="A cup.")
    template = save_listing_template(connection, shop, text, now)
    files = connection.execute(select(print_files)).all()
    for file in files:
        row = {
            "id": uuid7(), "shop_id": shop.id, "template_id": template.id, "design_id": file.design_id,
            "print_file_id": file.id, "state": "made", "created_at": now, "updated_at": now,
        }  # fmt: skip
        connection.execute(insert(listings), [row])
    return {file.id for file in files}
