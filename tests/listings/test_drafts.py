"""Drafts are made once and made right, whatever becomes of answers, of Etsy and of this process."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from printdock.db.etsy_tables import listings
from printdock.db.tables import mockups
from printdock.demo.etsy import Fault
from printdock.designs.bin import bring_back, delete_design
from printdock.errors import (
    EtsyParked,
    EtsyReconnect,
    EtsyRefused,
    EtsyUnavailable,
    EtsyUnknown,
    ListingRefused,
    UsageError,
)
from printdock.listings import journal
from printdock.listings.batch import Options, make_drafts
from printdock.listings.desk import Patience
from printdock.listings.fingerprint import of_draft
from printdock.listings.journal import State
from printdock.listings.removal import Outcome, remove_draft
from printdock.listings.work import make_draft
from tests.listings.conftest import Studio, utc_now


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """SQLite; what the other database could do otherwise is in test_journal.py and test_many.py."""
    return f"sqlite:///{tmp_path / 'printdock.db'}"


def test_a_draft_with_pictures_in_order_and_its_sku(ready: Studio) -> None:
    key = ready.one()
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
    key = ready.one()
    ready.etsy.faults.plan(fault, "createDraftListing")
    ready.etsy.faults.late_s, ready.etsy.faults.slow_s = 0.8, 1.0
    with ready.desk(timeout_s=0.5) as desk:
        result = make_draft(desk, key)
    ready.assert_exact(1)
    assert ready.etsy.count("createDraftListing") == (1 if made else 2)
    assert any("was lost" in note for note in result.notes) == made


def test_a_draft_that_shows_up_after_all_patience_is_told(ready: Studio) -> None:
    key = ready.one()
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
    key = ready.one()
    ready.etsy.faults.plan(Fault.ERROR_500, "createDraftListing", times=99)
    with ready.desk(Patience(looks_s=(0.0,))) as desk:
        with pytest.raises(EtsyUnknown):
            make_draft(desk, key)
        assert ready.entry(key).state is State.UNKNOWN and ready.etsy.count("createDraftListing") == 3
        ready.etsy.faults.clear()
        make_draft(desk, key)
    ready.assert_exact(1)


def test_a_process_that_died_after_sending_leaves_one_draft(ready: Studio) -> None:
    key = ready.one()
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


def sent_then_deleted(ready: Studio, *, made: bool) -> UUID:
    """A row whose draft was sent by a process that died just then, and whose design was deleted."""
    key = ready.one()
    with ready.desk() as desk:
        (planned,) = ready.plan(desk, ready.template())
        if made:
            desk.etsy.create_draft(ready.at_etsy.id, planned.draft.fields)
    with ready.database.write() as tables:
        sent = {"first_sent_at": utc_now(), "sends": 1, "fingerprint": of_draft(planned.draft)}
        tables.execute(update(listings).values(state="sending", **sent))
        delete_design(tables, ready.shop, planned.subject.design, utc_now())
    return key


@pytest.mark.parametrize("by", ["its job", "any batch"])
def test_a_draft_whose_design_was_deleted_is_found_and_can_be_deleted(ready: Studio, by: str) -> None:
    key = sent_then_deleted(ready, made=True)
    with ready.desk() as desk:
        if by == "its job":
            with pytest.raises(UsageError, match="was deleted"):
                make_draft(desk, key)
        else:
            assert make_drafts(desk, [], Options(wait_s=0.0), lambda entry: None) == []
        (there,) = ready.drafts()
        entry = ready.entry(key)
        assert (entry.state, entry.etsy_listing_id) == (State.MADE, there.id)
        assert entry.error and entry.error["code"] == "design_deleted" and str(there.id) in entry.error["message"]
        assert ready.etsy.count("createDraftListing") == 1
        assert remove_draft(desk, key).outcome is Outcome.REMOVED
    assert ready.drafts() == []


def test_a_deleted_design_gets_no_draft_until_it_is_brought_back(ready: Studio) -> None:
    key = sent_then_deleted(ready, made=False)
    with ready.desk(Patience(looks_s=(0.0, 0.05))) as desk:
        for _ in range(2):
            with pytest.raises(UsageError, match="was deleted"):
                make_draft(desk, key)
            assert ready.entry(key).state is State.PLANNED
        assert ready.drafts() == [] and ready.etsy.count("createDraftListing") == 0
        with ready.database.write() as tables:
            bring_back(tables, ready.shop, ready.entry(key).design, utc_now())
        assert make_draft(desk, key).outcome == "created" and ready.entry(key).error is None
    ready.assert_exact(1)


def test_two_workers_at_one_draft_make_one(ready: Studio) -> None:
    key = ready.one()

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
    key = ready.one()
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
    key = ready.one()
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
    key = ready.one()
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
    key = ready.one()
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
    key = ready.one()
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
    key = ready.one()
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
    key = ready.one()
    ready.etsy.faults.plan(fault, operation, skip=1 if operation == "uploadListingImage" else 0, times=2)
    ready.etsy.faults.retry_after_s = 0
    with ready.desk() as desk:
        make_draft(desk, key)
    ready.assert_exact(1)


def test_pictures_that_settle_late_are_waited_for(ready: Studio) -> None:
    ready.etsy.world.settle_s = 3600
    key = ready.one()
    with ready.desk() as desk:
        make_draft(desk, key)
    ready.assert_exact(1)


def test_an_order_that_etsy_did_not_take_is_noticed(ready: Studio) -> None:
    ready.etsy.world.settle_s = 3600
    key = ready.one()
    ready.etsy.faults.plan(Fault.IGNORED, "updateListing")
    with ready.desk() as desk:
        make_draft(desk, key)
    ready.assert_exact(1)


def test_an_order_that_etsy_never_takes_is_no_success(ready: Studio) -> None:
    ready.etsy.world.settle_s = 3600
    key = ready.one()
    ready.etsy.faults.plan(Fault.IGNORED, "updateListing", times=9)
    with ready.desk() as desk, pytest.raises(EtsyUnavailable, match="in order yet"):
        make_draft(desk, key)
    assert ready.entry(key).state is State.MADE


def test_a_field_that_etsy_did_not_take_is_said(ready: Studio) -> None:
    key = ready.one()
    with ready.desk() as desk:
        make_draft(desk, key)
        ready.template(tags=["rose"])
        ready.etsy.faults.plan(Fault.IGNORED, "updateListing")
        assert "Etsy did not take tags" in make_draft(desk, key).notes[0]


def test_a_picture_that_is_none_is_refused_by_name(ready: Studio) -> None:
    key = ready.one()
    with ready.database.read() as tables:
        path = tables.execute(select(mockups.c.path).order_by(mockups.c.path)).scalars().first()
    assert path is not None
    ready.storage.delete(path)
    ready.storage.put(path, b"no picture")
    with ready.desk() as desk, pytest.raises(Exception, match=r"UV 100_1\.jpg is not a picture"):
        make_draft(desk, key)
    entry = ready.entry(key)
    assert entry.state is State.MADE and entry.etsy_listing_id is not None, "what was made is on record"
