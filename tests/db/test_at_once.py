"""Two writers who make the same thing in the same moment: one makes it, both go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection

from printdock.accounts.roles import Role
from printdock.accounts.users import add_member, add_user
from printdock.db.engine import Database
from printdock.errors import Conflict, UsageError
from printdock.listings.template import ListingTemplate
from printdock.listings.templates import (
    add_listing_template,
    change_listing_template,
    list_listing_templates,
    save_listing_template,
)
from printdock.shops.queries import add_shop, ensure_shop
from printdock.templates.presets import PRESETS
from printdock.templates.queries import add_template, ensure_template
from tests.db.together import all_look_first, at_once

NOW = datetime(2026, 1, 2, tzinfo=UTC)
WRITERS = 4
_PRESET = "UVDTF 16oz"
_LISTING = ListingTemplate(name="Cups", title="{number} cup", description="A cup.")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


def _at_once(database: Database, make: Callable[[Connection], Any]) -> list[Any]:
    """What ``make`` answered or raised to each writer, all of whom looked before anybody wrote."""

    def write(_: int) -> Any:
        with database.write() as connection:
            return make(connection)

    with all_look_first(database, WRITERS):
        return at_once(write, WRITERS, Conflict, UsageError)


def _codes(answers: list[Any]) -> list[str]:
    return sorted(one.code if isinstance(one, Conflict | UsageError) else "made" for one in answers)


def test_the_first_uploads_of_a_product_share_its_template(database: Database) -> None:
    with database.write() as connection:
        shop = ensure_shop(connection, "north", NOW)
    answers = _at_once(database, lambda connection: ensure_template(connection, shop, _PRESET, NOW))
    assert len({one.id for one in answers}) == 1


def test_one_shop_is_made_of_a_name(database: Database) -> None:
    assert len({one.id for one in _at_once(database, lambda there: ensure_shop(there, "north", NOW))}) == 1
    assert _codes(_at_once(database, lambda there: add_shop(there, "south", NOW))) == ["made"] + ["shop_exists"] * 3


def test_a_new_template_of_a_name_that_is_taken_meanwhile_is_refused(database: Database) -> None:
    with database.write() as connection:
        shop = ensure_shop(connection, "north", NOW)
    recipe = PRESETS[_PRESET]
    answers = _at_once(database, lambda connection: add_template(connection, shop, "cups", recipe, NOW))
    assert _codes(answers) == ["made"] + ["template_exists"] * 3


def test_people_and_members_are_added_once(database: Database) -> None:
    with database.write() as connection:
        shop = ensure_shop(connection, "north", NOW)
        user = add_user(connection, "b@example.com", "B", None, NOW)
    answers = _at_once(database, lambda there: add_user(there, "a@example.com", "A", None, NOW))
    assert _codes(answers) == ["made"] + ["user_exists"] * 3
    answers = _at_once(database, lambda there: add_member(there, shop.id, user.id, Role.OWNER, NOW))
    assert _codes(answers) == ["made"] + ["member_exists"] * 3


def test_listing_templates_are_saved_by_all_and_added_by_one(database: Database) -> None:
    with database.write() as connection:
        shop = ensure_shop(connection, "north", NOW)
    answers = _at_once(database, lambda there: save_listing_template(there, shop, _LISTING, NOW))
    assert len({one.id for one in answers}) == 1
    answers = _at_once(database, lambda there: save_listing_template(there, shop, _LISTING, NOW))
    assert _codes(answers) == ["made"] * 4
    other = ListingTemplate(name="Mugs", title="{number} mug", description="A mug.")
    answers = _at_once(database, lambda there: add_listing_template(there, shop, other, NOW))
    assert _codes(answers) == ["listing_template_exists"] * 3 + ["made"]


def test_of_two_listing_templates_one_is_renamed_to_a_name(database: Database) -> None:
    with database.write() as connection:
        shop = ensure_shop(connection, "north", NOW)
        keys = [
            save_listing_template(connection, shop, _LISTING.model_copy(update={"name": name}), NOW).id for name in "ab"
        ]

    def rename(number: int) -> Any:
        with database.write() as connection:
            return change_listing_template(connection, shop, keys[number], _LISTING, NOW)

    with all_look_first(database, 2, "UPDATE"):
        answers = at_once(rename, 2, Conflict)
    assert _codes(answers) == ["listing_template_exists", "made"]
    with database.write() as connection:
        names = sorted(one.template.name for one in list_listing_templates(connection, shop))
        assert names[0] == "Cups" and names[1] in "ab"
        lost = keys[answers.index(next(one for one in answers if isinstance(one, Conflict)))]
        with pytest.raises(Conflict):
            change_listing_template(connection, shop, lost, _LISTING, NOW)
        assert change_listing_template(connection, shop, lost, _LISTING.model_copy(update={"name": "free"}), NOW), (
            "it goes on"
        )
