"""Drafts that were made are deleted again: only drafts, only as printdock left them, once, whatever becomes of answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update

from printdock.db.etsy_tables import listing_removals, listings
from printdock.demo.etsy import Fault
from printdock.errors import EtsyParked, EtsyReconnect, EtsyUnavailable, UsageError
from printdock.listings.journal import State
from printdock.listings.removal import Outcome, removals_of, remove_draft, remove_drafts
from printdock.listings.work import make_draft
from tests.listings.conftest import Studio


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'printdock.db'}"


@pytest.fixture
def made(ready: Studio) -> UUID:
    """A draft that is done."""
    key = ready.one()
    with ready.desk() as desk:
        make_draft(desk, key)
    return key


def test_a_draft_is_deleted_once_and_its_journal_says_how_it_was(ready: Studio, made: UUID) -> None:
    with ready.desk() as desk:
        assert remove_draft(desk, made).outcome is Outcome.REMOVED
        calls = sum(ready.etsy.arrived.values())
        assert remove_draft(desk, made).outcome is Outcome.REMOVED, "twice is once"
        assert sum(ready.etsy.arrived.values()) == calls, "what is known is not asked again"
    assert ready.drafts() == [] and ready.entry(made).state is State.GONE
    with ready.database.read() as tables:
        row = tables.execute(select(listing_removals)).one()
        assert removals_of(tables, ready.shop, [made])[made].outcome is Outcome.REMOVED
    assert row.begun_at <= row.sent_at <= row.ended_at and row.before["fields"]["title"].startswith("UV 100")
    assert row.before["inventory"]["products"][0]["sku"] == "UV-00100" and len(row.before["images"]) == 5


@pytest.mark.parametrize("fault", [Fault.COMMIT_THEN_DROP, Fault.ERROR_500])
def test_lost_answers_and_faults(ready: Studio, made: UUID, fault: Fault) -> None:
    ready.etsy.faults.plan(fault, "deleteListing")
    with ready.desk() as desk:
        assert remove_draft(desk, made).outcome is Outcome.REMOVED
    assert ready.drafts() == []


def test_killed_after_it_was_deleted_the_next_run_knows_that_it_was(ready: Studio, made: UUID) -> None:
    ready.etsy.faults.plan(Fault.COMMIT_THEN_DROP, "deleteListing")
    ready.etsy.faults.plan(Fault.ERROR_500, "deleteListing", times=9)
    with ready.desk() as desk:
        with pytest.raises(EtsyUnavailable):
            remove_draft(desk, made)  # it stops after the listing was deleted, and before anybody knows
        assert ready.drafts() == [] and ready.entry(made).state is State.DONE
        assert remove_draft(desk, made).outcome is Outcome.REMOVED
    assert ready.entry(made).state is State.GONE


def test_what_the_seller_deleted_is_gone_and_not_printdocks_doing(ready: Studio, made: UUID) -> None:
    ready.etsy.world.listings.clear()
    with ready.desk() as desk:
        assert remove_draft(desk, made).outcome is Outcome.GONE
    assert ready.etsy.count("deleteListing") == 0 and ready.entry(made).state is State.GONE


def test_what_is_no_draft_any_more_is_never_touched(ready: Studio, made: UUID) -> None:
    (draft,) = ready.drafts()
    with ready.desk() as desk:
        for state in ("active", "inactive", "expired", "sold_out"):
            draft.state = state
            assert remove_draft(desk, made, edited=True).outcome is Outcome.PUBLISHED
    assert ready.etsy.count("deleteListing") == 0 and ready.entry(made).state is State.DONE


def test_a_sellers_own_work_is_left_alone_unless_meant(ready: Studio, made: UUID) -> None:
    (draft,) = ready.drafts()
    draft.fields["description"] = "By hand"
    draft.inventory[0]["offerings"][0]["price"] = 9.0
    draft.images.reverse()
    for rank, placed in enumerate(draft.images, 1):
        placed.rank = rank
    with ready.desk() as desk:
        left = remove_draft(desk, made)
        assert (left.outcome, left.differs) == (Outcome.EDITED, ("description", "inventory", "pictures"))
        assert ready.etsy.count("deleteListing") == 0
        assert remove_draft(desk, made, edited=True).outcome is Outcome.REMOVED


def test_what_was_never_made_and_what_nobody_knows(ready: Studio) -> None:
    key = ready.one()
    with ready.desk() as desk:
        assert remove_draft(desk, key).outcome is Outcome.NEVER
        with ready.database.write() as tables:
            tables.execute(update(listings).values(state="unknown"))
        with pytest.raises(UsageError, match="not known yet"):
            remove_draft(desk, key)


def test_many_at_once_stop_at_the_days_limit_and_go_on(ready: Studio) -> None:
    stored = ready.stock(4, pictures=1)
    entries: list[str] = []
    with ready.desk() as desk:
        keys = ready.enter(desk, stored)
        for key in keys:
            make_draft(desk, key)
        ready.etsy.faults.tired_s = 1
        ready.etsy.faults.plan(Fault.TIRED, "deleteListing", skip=2)
        done = remove_drafts(desk, keys, lambda entry: entries.append(entry["outcome"]))
        assert {one["outcome"] for one in done} <= {"removed", "waiting"} and len(entries) == 4
        codes = [one["error"]["code"] for one in done if "error" in one]
        assert EtsyParked.code in codes and len(ready.drafts()) >= 1
        desk.wait(1.05)
        assert {one["outcome"] for one in remove_drafts(desk, keys, lambda entry: None)} == {"removed"}
    assert ready.drafts() == []


def test_a_connection_that_may_not_delete_says_connect_again(ready: Studio, made: UUID) -> None:
    with ready.desk() as desk:
        older = replace(desk, connected=replace(desk.connected, scopes=("listings_r", "listings_w")))
        with pytest.raises(EtsyReconnect) as raised:
            remove_draft(older, made)
    assert raised.value.code == "etsy_scope_missing" and ready.etsy.count("deleteListing") == 0
