"""What drafts share, and what must not be shared: pictures, the buyers' file, titles, rows."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from printdock.db.etsy_tables import listings, shared_images
from printdock.db.tables import print_files
from printdock.demo.etsy import Fault
from printdock.errors import (
    EtsyUnavailable,
    EtsyUnknown,
)
from printdock.listings.desk import Patience
from printdock.listings.shared import add_shared_picture
from printdock.listings.work import make_draft
from tests.imaging.art import disc, png
from tests.listings.conftest import Studio, utc_now


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """SQLite; what the other database could do otherwise is in test_journal.py and test_many.py."""
    return f"sqlite:///{tmp_path / 'printdock.db'}"


def test_a_shared_picture_is_uploaded_once(ready: Studio) -> None:
    add_shared_picture(ready.storage, ready.shop, "Size chart.png", png(disc(600, 600)))
    stored = ready.stock(4, shared_pictures=["Size chart.png"])
    with ready.desk() as desk:
        keys = ready.enter(desk, stored)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda key: make_draft(desk, key), keys))
        charts = {draft.images[-1].image for draft in ready.drafts()}
        assert len(charts) == 1 and ready.etsy.count("uploadListingImage") == 4 * 5 + 1
        assert all(len(draft.images) == 6 for draft in ready.drafts())
        _forget_image(ready, charts.pop())
        _more(ready)
        (key,) = ready.enter(desk, stored)
        make_draft(desk, key)
    with ready.database.read() as tables:
        assert len(list(tables.execute(select(shared_images)))) == 1


def test_a_shared_picture_is_uploaded_once_by_many_at_once(ready: Studio) -> None:
    add_shared_picture(ready.storage, ready.shop, "Size chart.png", png(disc(600, 600)))
    stored = ready.stock(4, pictures=1, shared_pictures=["Size chart.png"])
    ready.etsy.faults.slow_s = 0.5
    with ready.desk() as desk, ThreadPoolExecutor(4) as pool:
        keys = ready.enter(desk, stored)
        ready.etsy.faults.plan(Fault.COMMIT_THEN_SLOW, "uploadListingImage", skip=4, times=4)
        list(pool.map(lambda key: make_draft(desk, key), keys))
    assert ready.etsy.count("uploadListingImage") == 4 + 1


def _forget_image(ready: Studio, image: int) -> None:
    """As when the listing that it was uploaded to is deleted, should Etsy then forget it."""
    for draft in ready.drafts():
        draft.images = [placed for placed in draft.images if placed.image != image]
    del ready.etsy.world.images[image]


def _more(ready: Studio) -> None:
    from printdock.templates.queries import find_template
    from tests.listings.goods import stock

    with ready.database.write() as tables:
        product = find_template(tables, ready.shop, "UVDTF 16oz")
        assert product is not None
        stock(tables, ready.storage, product, range(200, 201))


@pytest.mark.parametrize("fault", [None, Fault.COMMIT_THEN_DROP, Fault.ERROR_500])
def test_a_download_has_its_file_once(fault: Fault | None, ready: Studio) -> None:
    key = ready.one(type="download")
    if fault is not None:
        ready.etsy.faults.plan(fault, "uploadListingFile")
    with ready.desk() as desk:
        make_draft(desk, key)
        (draft,) = ready.drafts()
        assert [file.name for file in draft.files] == ["UV 100 UVDTF_16oz_100.png"]
        assert draft.listing_type == "download" and "shipping_profile_id" not in draft.fields
        assert make_draft(desk, key).outcome == "same"
    ready.assert_exact(1)


def test_another_print_file_replaces_the_buyers_file(ready: Studio) -> None:
    key = ready.one(type="download")
    with ready.desk() as desk:
        make_draft(desk, key)
        (draft,) = ready.drafts()
        (old,) = draft.files
        art = b"\x89PNG\r\n\x1a\nother art"
        with ready.database.write() as tables:
            path = tables.execute(select(print_files.c.path)).scalar_one()
            ready.storage.delete(path)
            ready.storage.put(path, art)
            tables.execute(update(print_files).values(sha256=hashlib.sha256(art).digest(), bytes=len(art)))
        assert [change.field for change in ready.plan(desk, ready.template(type="download"))[0].changes] == ["file"]
        assert make_draft(desk, key).outcome == "changed"
        (new,) = draft.files
        assert new.id != old.id and new.sha256 == hashlib.sha256(art).hexdigest()
        assert draft.listing_type == "download", "the old one went when the new one was there"


def test_titles_that_nothing_tells_apart_are_refused(ready: Studio) -> None:
    stored = ready.stock(2, title="Always the same")
    with ready.desk() as desk:
        planned = ready.plan(desk, stored)
        assert [one.problems[0].code for one in planned] == ["title_repeated"] * 2
        assert ready.enter(desk, stored) == []


def test_an_equal_draft_that_is_open_is_waited_for(ready: Studio) -> None:
    stored = ready.stock(2)
    with ready.desk(Patience(looks_s=(0.0,), sends=1)) as desk:
        first, second = ready.enter(desk, stored)
        ready.template(title="Always the same")
        ready.etsy.faults.plan(Fault.ERROR_500, "createDraftListing")
        with pytest.raises(EtsyUnknown):
            make_draft(desk, first)
        with pytest.raises(EtsyUnavailable, match="same title"):
            make_draft(desk, second)


def test_the_row_of_a_worker_that_died_elsewhere_is_free_after_its_lease(ready: Studio) -> None:
    key = ready.one()
    owner = "|".join(["elsewhere", "boot", "1", "1", "x"])
    with ready.database.write() as tables:
        tables.execute(update(listings).values(owner=owner, lease_until=utc_now() + timedelta(minutes=1)))
    with ready.desk() as desk:
        with pytest.raises(EtsyUnavailable, match="Another worker"):
            make_draft(desk, key)
        with ready.database.write() as tables:
            tables.execute(update(listings).values(lease_until=utc_now()))
        assert make_draft(desk, key).outcome == "created"
