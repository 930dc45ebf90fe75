"""Drafts are made once and made right, whatever becomes of answers, of Etsy and of this process."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from printdock.db.etsy_tables import listings, shared_images
from printdock.db.tables import mockups, print_files
from printdock.demo.etsy import Fault
from printdock.errors import (
    EtsyNotFound,
    EtsyParked,
    EtsyReconnect,
    EtsyRefused,
    EtsyUnavailable,
    EtsyUnknown,
    ListingRefused,
    UsageError,
)
from printdock.listings import journal
from printdock.listings.desk import Patience
from printdock.listings.fingerprint import of_draft
from printdock.listings.journal import State
from printdock.listings.shared import add_shared_picture
from printdock.listings.work import make_draft, undo_last
from tests.imaging.art import disc, png
from tests.listings.conftest import Studio, utc_now
from tests.listings.goods import picture


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """SQLite; what the other database could do otherwise is in test_journal.py and test_many.py."""
    return f"sqlite:///{tmp_path / 'printdock.db'}"


@pytest.fixture
def ready(studio: Studio) -> Studio:
    studio.connect()
    return studio


def _one(ready: Studio, **changes: Any) -> Any:
    """A design, entered in the journal."""
    stored = ready.stock(1, **changes)
    with ready.desk() as desk:
        (key,) = ready.enter(desk, stored)
    return key


def test_a_draft_with_pictures_in_order_and_its_sku(ready: Studio) -> None:
    key = _one(ready)
    with ready.desk() as desk:
        made = make_draft(desk, key)
        assert (made.outcome, made.notes) == ("created", ())
        ready.assert_exact(1)
        calls = sum(ready.etsy.arrived.values())
        again = make_draft(desk, key)
        assert again.outcome == "same" and sum(ready.etsy.arrived.values()) - calls == 2, "it is only looked at"
        assert [one.action for one in ready.plan(desk, ready.template())] == ["same"]
    assert ready.etsy.count("createDraftListing") == 1


def test_a_plan_sends_nothing_and_shows_all(ready: Studio) -> None:
    stored = ready.stock(2)
    with ready.desk() as desk:
        first, second = ready.plan(desk, stored)
    assert (first.action, second.action) == ("create", "create") and ready.drafts() == []
    shown = {change["field"]: change["after"] for change in first.as_dict()["changes"]}
    assert (
        shown["title"] == "UV 100 | Design 100 cup wrap" and shown["sku"] == "UV-00100" and len(shown["pictures"]) == 5
    )
    assert set(ready.etsy.arrived) & {"createDraftListing", "updateListing", "uploadListingImage"} == set()


#: What may happen to the call that makes the draft, and whether it was made then.
LOST = [
    (Fault.COMMIT_THEN_DROP, True),
    (Fault.COMMIT_THEN_500, True),
    (Fault.COMMIT_THEN_SLOW, True),
    (Fault.COMMIT_THEN_GARBLED, True),
    (Fault.LATE, True),
    (Fault.DROP, False),
    (Fault.ERROR_500, False),
    (Fault.HTML_502, False),
]


@pytest.mark.parametrize(("fault", "made"), LOST)
def test_a_lost_answer_is_looked_up_before_anything_is_sent_again(fault: Fault, made: bool, ready: Studio) -> None:
    key = _one(ready)
    ready.etsy.faults.plan(fault, "createDraftListing")
    ready.etsy.faults.late_s, ready.etsy.faults.slow_s = 0.8, 1.0
    with ready.desk(timeout_s=0.5) as desk:
        result = make_draft(desk, key)
    ready.assert_exact(1)
    assert ready.etsy.count("createDraftListing") == (1 if made else 2)
    assert any("was lost" in note for note in result.notes) == made


def test_a_draft_that_shows_up_after_all_patience_is_told(ready: Studio) -> None:
    key = _one(ready)
    ready.etsy.faults.plan(Fault.LATE, "createDraftListing")
    ready.etsy.faults.late_s = 3600.0
    with ready.desk(Patience(looks_s=(0.0, 0.05))) as desk:
        make_draft(desk, key)
        late = [draft for draft in ready.drafts() if not draft.images]
        assert len(late) == 1
        ready.etsy.world.clock.forward(3700)
        with ready.database.write() as tables:
            tables.execute(update(listings).values(state="made"))
        assert any(str(late[0].id) in note and "delete it" in note for note in make_draft(desk, key).notes)


def test_what_keeps_failing_is_looked_up_in_the_next_run(ready: Studio) -> None:
    key = _one(ready)
    ready.etsy.faults.plan(Fault.ERROR_500, "createDraftListing", times=99)
    with ready.desk(Patience(looks_s=(0.0,))) as desk:
        with pytest.raises(EtsyUnknown):
            make_draft(desk, key)
        assert ready.entry(key).state is State.UNKNOWN and ready.etsy.count("createDraftListing") == 3
        ready.etsy.faults.clear()
        make_draft(desk, key)
    ready.assert_exact(1)


def test_a_process_that_died_after_sending_leaves_one_draft(ready: Studio) -> None:
    key = _one(ready)
    with ready.desk() as desk:
        (planned,) = ready.plan(desk, ready.template())
        desk.etsy.create_draft(ready.at_etsy.id, planned.draft.fields)
        with ready.database.write() as tables:  # as `kill -9` leaves it just then
            tables.execute(
                update(listings).values(
                    state="sending", first_sent_at=utc_now(), sends=1, fingerprint=of_draft(planned.draft)
                )
            )
        make_draft(desk, key)
    ready.assert_exact(1)
    assert ready.etsy.count("createDraftListing") == 1


def test_two_workers_at_one_draft_make_one(ready: Studio) -> None:
    key = _one(ready)

    def work(_number: int) -> str:
        with ready.desk() as desk:
            try:
                return make_draft(desk, key).outcome
            except EtsyUnavailable as error:
                return error.code

    with ThreadPoolExecutor(3) as pool:
        outcomes = list(pool.map(work, range(3)))
    assert "created" in outcomes and set(outcomes) <= {"created", "same", "listing_busy"}
    ready.assert_exact(1)


def test_a_draft_of_somebody_else_is_not_taken_for_it(ready: Studio) -> None:
    """Equal drafts are told apart by what the journal owns, and by when they were made."""
    key = _one(ready)
    ready.etsy.faults.plan(Fault.COMMIT_THEN_DROP, "createDraftListing")
    with ready.desk() as desk:
        make_draft(desk, key)
        (first,) = ready.drafts()
        first.created -= 7200  # an old draft of the same title
        with ready.database.write() as tables:
            tables.execute(update(listings).values(state="gone"))
            journal.begin_again(tables, ready.shop, key, utc_now())
        ready.etsy.faults.plan(Fault.ERROR_500, "createDraftListing")
        make_draft(desk, key)
    assert len(ready.drafts()) == 2 and ready.entry(key).etsy_listing_id != first.id


def test_several_that_could_be_it_are_for_a_person(ready: Studio) -> None:
    key = _one(ready)
    ready.etsy.faults.plan(Fault.COMMIT_THEN_DROP, "createDraftListing")
    with ready.desk() as desk:
        ready.etsy.faults.plan(Fault.COMMIT_THEN_500, "createDraftListing")
        with pytest.raises(EtsyUnavailable):
            _hidden(ready, desk, key)
        with pytest.raises(UsageError, match="listings settle") as raised:
            make_draft(desk, key)
        entry = ready.entry(key)
        assert raised.value.code == "listing_ask" and entry.candidates is not None and len(entry.candidates) == 2
        with pytest.raises(UsageError, match="listings settle"):
            make_draft(desk, key)
        with ready.database.write() as tables:
            with pytest.raises(UsageError, match="not one of"):
                journal.settle(tables, ready.shop, key, 1, utc_now())
            journal.settle(tables, ready.shop, key, entry.candidates[0], utc_now())
        assert make_draft(desk, key).etsy_listing == entry.candidates[0]


def _hidden(ready: Studio, desk: Any, key: Any) -> None:
    """Two drafts are made while Etsy's lists are away, then a third send finds nobody."""
    hasty = replace(desk, patience=Patience(looks_s=(), sends=2))
    try:
        make_draft(hasty, key)
    except EtsyUnknown:
        raise EtsyUnavailable("as planned") from None


def test_none_of_them_makes_a_new_one(ready: Studio) -> None:
    key = _one(ready)
    ready.etsy.faults.plan(Fault.COMMIT_THEN_DROP, "createDraftListing", times=2)
    with ready.desk() as desk:
        with pytest.raises(EtsyUnavailable):
            _hidden(ready, desk, key)
        with pytest.raises(UsageError):
            make_draft(desk, key)
        with ready.database.write() as tables:
            journal.settle(tables, ready.shop, key, None, utc_now())
        ready.etsy.faults.plan(Fault.COMMIT_THEN_DROP, "createDraftListing")
        make_draft(desk, key)
    assert len(ready.drafts()) == 3 and ready.entry(key).state is State.DONE


def test_what_is_refused_is_not_sent_again_and_says_why(ready: Studio) -> None:
    key = _one(ready)
    with ready.desk() as desk:
        ready.at_etsy.sections.clear()  # known from the plan; deleted at Etsy since
        with pytest.raises(EtsyRefused, match="Shop section not found") as raised:
            make_draft(desk, key)
        entry = ready.entry(key)
        assert entry.state is State.REFUSED and entry.error is not None and "section" in entry.error["message"]
        assert raised.value.request_id in entry.error["remedy"]
        with pytest.raises(ListingRefused, match="has no 'Cup wraps'"):
            make_draft(desk, key)  # the names were read again, so it is found before it is sent
    assert ready.etsy.count("createDraftListing") == 1


def test_a_bad_draft_is_not_sent(ready: Studio) -> None:
    stored = ready.stock(1)
    with ready.desk() as desk:
        (key,) = ready.enter(desk, stored)
        ready.template(title="x" * 200, shipping_profile="")
        with pytest.raises(ListingRefused) as raised:
            make_draft(desk, key)
    assert [one.code for one in raised.value.problems] == ["title_long", "shipping_missing"]
    assert ready.etsy.count("createDraftListing") == 0


def test_an_ended_connection_stops_and_leaves_the_row_as_it_was(ready: Studio) -> None:
    key = _one(ready)
    with ready.desk() as desk:
        ready.etsy.tokens.forget(ready.at_etsy.user_id)
        with pytest.raises(EtsyReconnect):
            make_draft(desk, key)
    assert ready.entry(key).state is State.PLANNED
    ready.connect()
    with ready.desk() as desk:
        make_draft(desk, key)
    ready.assert_exact(1)


@pytest.mark.parametrize("operation", ["createDraftListing", "uploadListingImage", "updateListing"])
def test_a_days_limit_parks_in_the_middle_and_it_goes_on(operation: str, ready: Studio) -> None:
    key = _one(ready)
    ready.etsy.faults.plan(Fault.TIRED, operation)
    ready.etsy.faults.tired_s = 1
    with ready.desk() as desk:
        with pytest.raises(EtsyParked, match="goes on at") as raised:
            make_draft(desk, key)
        desk.wait(max(0.0, raised.value.until - utc_now().timestamp()) + 0.05)
        make_draft(desk, key)
    ready.assert_exact(1)


@pytest.mark.parametrize("operation", ["uploadListingImage", "updateListing", "getListing", "updateListingInventory"])
@pytest.mark.parametrize("fault", [Fault.COMMIT_THEN_DROP, Fault.COMMIT_THEN_500, Fault.HTML_502, Fault.TOO_MANY])
def test_faults_after_the_draft_was_made(operation: str, fault: Fault, ready: Studio) -> None:
    key = _one(ready)
    ready.etsy.faults.plan(fault, operation, skip=1 if operation == "uploadListingImage" else 0, times=2)
    ready.etsy.faults.retry_after_s = 0
    with ready.desk() as desk:
        make_draft(desk, key)
    ready.assert_exact(1)


def test_pictures_that_settle_late_are_waited_for(ready: Studio) -> None:
    ready.etsy.world.settle_s = 3600
    key = _one(ready)
    with ready.desk() as desk:
        make_draft(desk, key)
    ready.assert_exact(1)


def test_an_order_that_etsy_did_not_take_is_noticed(ready: Studio) -> None:
    ready.etsy.world.settle_s = 3600
    key = _one(ready)
    ready.etsy.faults.plan(Fault.IGNORED, "updateListing")
    with ready.desk() as desk:
        make_draft(desk, key)
    ready.assert_exact(1)


def test_an_order_that_etsy_never_takes_is_no_success(ready: Studio) -> None:
    ready.etsy.world.settle_s = 3600
    key = _one(ready)
    ready.etsy.faults.plan(Fault.IGNORED, "updateListing", times=9)
    with ready.desk() as desk, pytest.raises(EtsyUnavailable, match="in order yet"):
        make_draft(desk, key)
    assert ready.entry(key).state is State.MADE


def test_a_field_that_etsy_did_not_take_is_said(ready: Studio) -> None:
    key = _one(ready)
    with ready.desk() as desk:
        make_draft(desk, key)
        ready.template(tags=["rose"])
        ready.etsy.faults.plan(Fault.IGNORED, "updateListing")
        assert "Etsy did not take tags" in make_draft(desk, key).notes[0]


def test_a_picture_that_is_none_is_refused_by_name(ready: Studio) -> None:
    key = _one(ready)
    with ready.database.read() as tables:
        path = tables.execute(select(mockups.c.path).order_by(mockups.c.path)).scalars().first()
    assert path is not None
    ready.storage.delete(path)
    ready.storage.put(path, b"no picture")
    with ready.desk() as desk, pytest.raises(Exception, match=r"UV 100_1\.jpg is not a picture"):
        make_draft(desk, key)
    entry = ready.entry(key)
    assert entry.state is State.MADE and entry.etsy_listing_id is not None, "what was made is on record"


# -- changes ----------------------------------------------------------------------------------------------------------


def test_an_update_changes_only_what_differs(ready: Studio) -> None:
    key = _one(ready)
    with ready.desk() as desk:
        make_draft(desk, key)
        before = dict(ready.etsy.arrived)
        stored = ready.template(tags=["cup wrap", "rose"], price="4.00")
        (planned,) = ready.plan(desk, stored)
        assert planned.action == "change"
        assert [change.field for change in planned.changes] == ["tags", "inventory"]
        assert planned.changes[0].as_dict() == {
            "field": "tags", "before": ["cup wrap", "uv dtf"], "after": ["cup wrap", "rose"], "kept": False,
        }  # fmt: skip
        assert make_draft(desk, key).outcome == "changed"
    (draft,) = ready.drafts()
    assert draft.fields["tags"] == ["cup wrap", "rose"] and draft.inventory[0]["offerings"][0]["price"] == 4.0
    after = ready.etsy.arrived
    assert after["uploadListingImage"] == before["uploadListingImage"]
    assert after["updateListing"] == before["updateListing"] + 1


def test_what_the_seller_changed_at_etsy_stays(ready: Studio) -> None:
    key = _one(ready)
    with ready.desk() as desk:
        make_draft(desk, key)
        (draft,) = ready.drafts()
        draft.fields["title"] = "My own title"
        draft.inventory[0]["offerings"][0]["price"] = 9.0
        mine = ready.etsy.world.images[draft.images[0].image]
        added = replace(mine, id=ready.etsy.world.new_id(), sha256="mine")
        ready.etsy.world.images[added.id] = added
        draft.images = [replace(draft.images[0], image=added.id, rank=9), *draft.images[:4]]
        stored = ready.template(tags=["rose"])
        (planned,) = ready.plan(desk, stored)
        assert {change.field: change.kept for change in planned.changes} == {
            "title": True, "tags": False, "inventory": True,
        }  # fmt: skip
        make_draft(desk, key)
        assert draft.fields["title"] == "My own title" and draft.fields["tags"] == ["rose"]
        assert draft.inventory[0]["offerings"][0]["price"] == 9.0
        assert "mine" in ready.shown(draft) and len(draft.images) == 5, "pictures are the seller's, too"
        make_draft(desk, key, overwrite=True)
        assert draft.fields["title"] == "UV 100 | Design 100 cup wrap"
    ready.assert_exact(1)


def test_new_mockups_replace_old_ones_and_undo_brings_them_back(ready: Studio) -> None:
    key = _one(ready)
    with ready.desk() as desk:
        make_draft(desk, key)
        (draft,) = ready.drafts()
        old, old_title = ready.shown(draft), draft.fields["title"]
        _replace_mockup(ready, 3)
        stored = ready.template(title="New {number}", price="5.00")
        assert ready.plan(desk, stored)[0].action == "change"
        make_draft(desk, key)
        assert ready.shown(draft)[2] == hashlib.sha256(picture(100, 3, " new")).hexdigest()
        assert (ready.shown(draft)[:2], ready.shown(draft)[3:]) == (old[:2], old[3:])
        assert set(undo_last(desk, key)) == {"title", "pictures", "inventory"}
        assert ready.shown(draft) == old and draft.fields["title"] == old_title
        assert draft.inventory[0]["offerings"][0]["price"] == 3.5
        with pytest.raises(UsageError, match="no change"):
            undo_last(desk, key)
        make_draft(desk, key)
        assert draft.fields["title"] == "New 100" and ready.shown(draft)[2] != old[2]
        assert len(draft.images) == 5, "the pictures that came back are known as printdock's"
        uploads = ready.etsy.count("uploadListingImage")
        _replace_mockup(ready, 3, "")
        make_draft(desk, key)
        assert ready.shown(draft) == old and ready.etsy.count("uploadListingImage") == uploads, "attached by its id"


def _replace_mockup(ready: Studio, index: int, more: str = " new") -> None:
    data = picture(100, index, more)
    with ready.database.write() as tables:
        path = tables.execute(select(mockups.c.path).where(mockups.c.picture_index == index)).scalar_one()
        ready.storage.delete(path)
        ready.storage.put(path, data)
        digest = hashlib.sha256(data).digest()
        tables.execute(update(mockups).where(mockups.c.path == path).values(sha256=digest, bytes=len(data)))


def test_a_published_listing_is_left_alone(ready: Studio) -> None:
    key = _one(ready)
    with ready.desk() as desk:
        make_draft(desk, key)
        (draft,) = ready.drafts()
        draft.state = "active"
        stored = ready.template(tags=["rose"])
        assert ready.plan(desk, stored)[0].action == "published"
        assert make_draft(desk, key).outcome == "published" and draft.fields["tags"] == ["cup wrap", "uv dtf"]
        assert make_draft(desk, key, published=True).outcome == "changed" and draft.fields["tags"] == ["rose"]


def test_a_draft_deleted_at_etsy_is_not_made_again_unasked(ready: Studio) -> None:
    key = _one(ready)
    with ready.desk() as desk:
        make_draft(desk, key)
        ready.etsy.world.listings.clear()
        stored = ready.template(tags=["rose"])
        assert ready.plan(desk, stored)[0].action == "gone"
        with pytest.raises(EtsyNotFound):
            make_draft(desk, key)
        with ready.database.write() as tables:
            journal.begin_again(tables, ready.shop, key, utc_now())
        assert make_draft(desk, key).outcome == "created"
    ready.assert_exact(1)


def test_variations_of_the_seller_are_left_alone(ready: Studio) -> None:
    key = _one(ready)
    with ready.desk() as desk:
        make_draft(desk, key)
        (draft,) = ready.drafts()
        second = {**draft.inventory[0], "property_values": [{"property_id": 200, "values": ["red"], "value_ids": [1]}]}
        draft.inventory.append(second)
        ready.template(price="9.00")
        made = make_draft(desk, key)
    assert len(draft.inventory) == 2 and made.outcome == "same" and made.changes[0]["kept"]


# -- shared pictures, files, titles -----------------------------------------------------------------------------------


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
    key = _one(ready, type="download")
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
    key = _one(ready, type="download")
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
    key = _one(ready)
    owner = "|".join(["elsewhere", "boot", "1", "1", "x"])
    with ready.database.write() as tables:
        tables.execute(update(listings).values(owner=owner, lease_until=utc_now() + timedelta(minutes=1)))
    with ready.desk() as desk:
        with pytest.raises(EtsyUnavailable, match="Another worker"):
            make_draft(desk, key)
        with ready.database.write() as tables:
            tables.execute(update(listings).values(lease_until=utc_now()))
        assert make_draft(desk, key).outcome == "created"
