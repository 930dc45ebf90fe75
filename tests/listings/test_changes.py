"""A draft that is there is changed only where it differs; what the seller did at Etsy stays; undo brings things back."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from printdock.db.tables import mockups
from printdock.errors import (
    EtsyNotFound,
    UsageError,
)
from printdock.listings import journal
from printdock.listings.work import make_draft, undo_last
from tests.listings.conftest import Studio, utc_now
from tests.listings.goods import picture


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """SQLite; what the other database could do otherwise is in test_journal.py and test_many.py."""
    return f"sqlite:///{tmp_path / 'printdock.db'}"


def test_an_update_changes_only_what_differs(ready: Studio) -> None:
    key = ready.one()
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
    key = ready.one()
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
    key = ready.one()
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
    key = ready.one()
    with ready.desk() as desk:
        make_draft(desk, key)
        (draft,) = ready.drafts()
        draft.state = "active"
        stored = ready.template(tags=["rose"])
        assert ready.plan(desk, stored)[0].action == "published"
        assert make_draft(desk, key).outcome == "published" and draft.fields["tags"] == ["cup wrap", "uv dtf"]
        assert make_draft(desk, key, published=True).outcome == "changed" and draft.fields["tags"] == ["rose"]


def test_a_draft_deleted_at_etsy_is_not_made_again_unasked(ready: Studio) -> None:
    key = ready.one()
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
    key = ready.one()
    with ready.desk() as desk:
        make_draft(desk, key)
        (draft,) = ready.drafts()
        second = {**draft.inventory[0], "property_values": [{"property_id": 200, "values": ["red"], "value_ids": [1]}]}
        draft.inventory.append(second)
        ready.template(price="9.00")
        made = make_draft(desk, key)
    assert len(draft.inventory) == 2 and made.outcome == "same" and made.changes[0]["kept"]
