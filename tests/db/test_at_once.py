"""Two writers who make the same thing in the same moment: one makes it, both go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier, get_ident
from typing import Any

import pytest
from sqlalchemy import Connection, event

from printdock.accounts.roles import Role
from printdock.accounts.users import add_member, add_user
from printdock.db.engine import Database
from printdock.errors import Conflict, UsageError
from printdock.listings.template import ListingTemplate
from printdock.listings.templates import add_listing_template, save_listing_template
from printdock.shops.queries import add_shop, ensure_shop
from printdock.templates.presets import PRESETS
from printdock.templates.queries import add_template, ensure_template

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
    """What ``make`` answered or raised to each writer, all of whom looked before anybody wrote (PostgreSQL).

    SQLite lets one writer begin at a time: there they come after each other, whatever they do.
    """
    looked = Barrier(WRITERS)
    waited: set[int] = set()
    waits = database.engine.dialect.name == "postgresql"

    def hold(connection: Connection, cursor: object, statement: str, *others: object) -> None:
        if waits and statement.startswith("INSERT") and get_ident() not in waited:
            waited.add(get_ident())
            looked.wait(10)

    def write(_: int) -> Any:
        try:
            with database.write() as connection:
                return make(connection)
        except (Conflict, UsageError) as error:
            return error

    event.listen(database.engine, "before_cursor_execute", hold)
    try:
        with ThreadPoolExecutor(WRITERS) as pool:
            return list(pool.map(write, range(WRITERS)))
    finally:
        event.remove(database.engine, "before_cursor_execute", hold)


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
