"""Templates: presets on first use, numbers taken once, recipes that survive the database."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from printdock.db.engine import Database
from printdock.db.schema import ready
from printdock.errors import UsageError
from printdock.imaging.types import Fit, Recipe
from printdock.shops.queries import ensure_shop
from printdock.templates.presets import PRESETS
from printdock.templates.queries import (
    add_template,
    check_recipe,
    ensure_template,
    find_template,
    recipe_data,
    recipe_from,
    skip_numbers,
    take_numbers,
)

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    ready(database)
    yield database
    database.close()


def test_a_preset_is_added_when_first_used_and_then_is_the_shops_own(database: Database) -> None:
    with database.write() as connection:
        shop = ensure_shop(connection, "My Shop", NOW)
        first = ensure_template(connection, shop, "UVDTF 16oz", NOW)
        assert ensure_template(connection, shop, "UVDTF 16oz", NOW) == first
    assert first.recipe == PRESETS["UVDTF 16oz"]
    assert first.path(906) == "My Shop/UVDTF 16oz/UV 906 UVDTF_16oz_906.png"


def test_an_unknown_template_names_the_known_ones(database: Database) -> None:
    with database.write() as connection:
        shop = ensure_shop(connection, "My Shop", NOW)
        with pytest.raises(UsageError, match="UVDTF 16oz"):
            ensure_template(connection, shop, "Nope", NOW)


def test_templates_of_another_shop_are_not_seen(database: Database) -> None:
    with database.write() as connection:
        mine, theirs = ensure_shop(connection, "Mine", NOW), ensure_shop(connection, "Theirs", NOW)
        add_template(connection, theirs, "Secret", Recipe(1, 1), NOW)
        assert find_template(connection, mine, "Secret") is None


def test_numbers_taken_at_once_never_collide(database: Database) -> None:
    with database.write() as connection:
        template = ensure_template(connection, ensure_shop(connection, "My Shop", NOW), "UVDTF 16oz", NOW)

    def take(count: int) -> range:
        with database.write() as connection:
            first = take_numbers(connection, template, count)
        return range(first, first + count)

    with ThreadPoolExecutor(8) as pool:
        taken = [number for numbers in pool.map(take, [1, 2, 3, 20] * 10) for number in numbers]
    assert sorted(taken) == list(range(100, 100 + len(taken)))


def test_numbers_are_only_skipped_upwards(database: Database) -> None:
    with database.write() as connection:
        template = ensure_template(connection, ensure_shop(connection, "My Shop", NOW), "UVDTF 16oz", NOW)
        skip_numbers(connection, template, 906)
        skip_numbers(connection, template, 5)
        assert take_numbers(connection, template, 1) == 907


@pytest.mark.parametrize("recipe", [*PRESETS.values(), Recipe(1, 2, canvas_in=(3, 4), errors=frozenset({"low_dpi"}))])
def test_a_recipe_survives_as_plain_data(recipe: Recipe) -> None:
    assert recipe_from(recipe_data(recipe)) == recipe


@pytest.mark.parametrize(
    "recipe",
    [Recipe(0, 1), Recipe(1, -1), Recipe(float("nan"), 1), Recipe(1, 1, dpi=1), Recipe(1000, 1), Recipe(200, 1, dpi=2400),
     Recipe(1, 1, margin_in=0.5), Recipe(1, 1, margin_in=-1), Recipe(1, 1, alpha_threshold=255)],
)  # fmt: skip
def test_a_recipe_that_cannot_be_printed_is_refused(recipe: Recipe) -> None:
    with pytest.raises(UsageError):
        check_recipe(recipe)


@pytest.mark.parametrize("name", ["", "a/b", "..", " x", "x ", ".hidden", "a\nb", "a\\b", "x" * 300])
def test_a_name_that_cannot_be_a_folder_is_refused(database: Database, name: str) -> None:
    with database.write() as connection:
        shop = ensure_shop(connection, "My Shop", NOW)
        with pytest.raises(UsageError):
            add_template(connection, shop, name, Recipe(1, 1, fit=Fit.COVER), NOW)
