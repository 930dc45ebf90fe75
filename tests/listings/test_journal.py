"""The laws of the journal hold on both databases, and drafts keep them when answers are lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from printdock.demo.etsy import Fault
from printdock.errors import EtsyUnavailable, LeaseLost, UsageError
from printdock.listings import journal
from printdock.listings.desk import Desk
from printdock.listings.journal import State
from printdock.listings.work import make_draft, undo_last
from printdock.shops.queries import ensure_shop
from tests.listings.conftest import Studio, utc_now


def _two(ready: Studio) -> list[UUID]:
    stored = ready.stock(2)
    with ready.desk() as desk:
        return ready.enter(desk, stored)


def _write(ready: Studio, key: UUID, owner: str, **values: Any) -> None:
    with ready.database.write() as tables:
        journal.take(tables, ready.shop, key, owner, utc_now())
        journal.write(tables, ready.shop, key, owner, utc_now(), **values)
        journal.release(tables, ready.shop, key, owner)


def test_a_listing_at_etsy_belongs_to_one_row(ready: Studio) -> None:
    first, second = _two(ready)
    _write(ready, first, "a", etsy_listing_id=7)
    with pytest.raises(IntegrityError) as raised:
        _write(ready, second, "a", etsy_listing_id=7)
    assert journal.is_taken(raised.value)


def test_one_open_question_for_what_looks_alike(ready: Studio) -> None:
    first, second = _two(ready)
    _write(ready, first, "a", state="unknown", fingerprint=b"f" * 32)
    with pytest.raises(IntegrityError) as raised:
        _write(ready, second, "a", state="sending", fingerprint=b"f" * 32)
    assert journal.is_taken(raised.value)
    _write(ready, first, "a", state="made", etsy_listing_id=7)
    _write(ready, second, "a", state="sending", fingerprint=b"f" * 32)


def test_a_row_is_made_once_for_a_print_file_and_a_template(ready: Studio) -> None:
    stored = ready.stock(1)
    with ready.desk() as desk:
        planned = ready.plan(desk, stored)
        for _twice in range(2):
            with ready.database.write() as tables:
                keys = {journal.enter(tables, ready.shop, stored.id, planned[0].subject, utc_now())}
    assert len(keys) == 1
    with ready.database.read() as tables:
        assert len(journal.list_entries(tables, ready.shop)) == 1


def test_who_lost_the_lease_writes_no_more(ready: Studio) -> None:
    key, _ = _two(ready)
    with ready.database.write() as tables:
        journal.take(tables, ready.shop, key, "a", utc_now())
    with pytest.raises(LeaseLost), ready.database.write() as tables:
        journal.write(tables, ready.shop, key, "b", utc_now(), state="done")


def test_another_shop_sees_nothing(ready: Studio) -> None:
    key, _ = _two(ready)
    with ready.database.write() as tables:
        other = ensure_shop(tables, "Other Prints", utc_now())
        with pytest.raises(UsageError, match="There is no listing"):
            journal.get_entry(tables, other, key)
        with pytest.raises(UsageError, match="There is no listing"):
            journal.take(tables, other, key, "a", utc_now())
        with pytest.raises(UsageError):
            journal.settle(tables, other, key, None, utc_now())
        assert journal.list_entries(tables, other) == [] and journal.owned(tables, other, [7]) == set()


@pytest.mark.parametrize("fault", [Fault.COMMIT_THEN_DROP, Fault.LATE, Fault.ERROR_500])
def test_lost_answers_on_both_databases(fault: Fault, ready: Studio) -> None:
    keys = _two(ready)
    ready.etsy.faults.plan(fault, "createDraftListing", times=2)
    ready.etsy.faults.late_s = 0.5
    with ready.desk() as desk, ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda key: _patiently(desk, key), keys))
        _write_templates_again(ready, desk, keys)
    assert [draft.fields["title"] for draft in ready.drafts()] != [] and len(ready.drafts()) == 2


def _patiently(desk: Desk, key: UUID) -> None:
    for _again in range(3):
        try:
            make_draft(desk, key)
            return
        except EtsyUnavailable:
            continue
    raise AssertionError("it did not end")


def _write_templates_again(ready: Studio, desk: Desk, keys: list[UUID]) -> None:
    ready.assert_exact(2)
    ready.template(tags=["rose"])
    for key in keys:
        assert make_draft(desk, key).outcome == "changed"
        assert undo_last(desk, key) == ["tags"]
    ready.assert_exact(2)


def test_a_refused_row_says_so_and_may_be_made_later(ready: Studio) -> None:
    key, _ = _two(ready)
    with ready.desk() as desk:
        section = ready.at_etsy.sections.copy()
        ready.at_etsy.sections.clear()
        with pytest.raises(Exception, match="Shop section not found"):
            make_draft(desk, key)
        assert ready.entry(key).state is State.REFUSED
        ready.at_etsy.sections.update(section)
        assert make_draft(desk, key).outcome == "created"
        assert ready.entry(key).error is None
