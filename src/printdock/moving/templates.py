"""Old products become templates, with the sizes the old system printed them in."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from printdock.errors import UsageError
from printdock.moving.old_tables import number, truth
from printdock.moving.parts import Move
from printdock.moving.products import Product, Size, products
from printdock.shops.queries import check_folder_name
from printdock.templates.queries import add_template, check_recipe, find_template, list_templates

TABLE, SIZES = "etsy_product_templates", "size_configs"

_OWN = """
SELECT t.* FROM etsy_product_templates t JOIN owners o ON o.user_id = t.user_id WHERE o.shop = ? ORDER BY t.name, t.id
"""


def old_products(move: Move) -> Iterator[sqlite3.Row]:
    """The shop's old products, each name once."""
    last = None
    for row in list(move.staging.rows(_OWN, move.name)):
        if row["name"] != last:
            yield row
        last = row["name"]


def bring_templates(move: Move) -> set[str]:
    """Make the templates that are not there yet; answers the folders of old products that have (or would have) one.

    A template of the same name is kept as it is.
    """
    folders = set()
    tally = move.tally(TABLE)
    tally.rows = move.staging.count("SELECT count(*) FROM (" + _OWN + ")", move.name)
    for row in old_products(move):
        if _bring(move, row):
            folders.add(str(row["name"]))
    again = tally.rows - tally.new - tally.there - tally.left_out
    if again:
        tally.there += again
        move.problem(
            TABLE, "same_name", move.name,
            "Products of one name share a folder on the NAS, so they are one template: the first one's.",
        )  # fmt: skip
    return folders


def _bring(move: Move, row: sqlite3.Row) -> bool:
    name, tally = str(row["name"] or ""), move.tally(TABLE)
    try:
        check_folder_name(name, "template")
        made = products(name, _sizes(move, row["id"]), _canvas(move, row["id"], None))
        for product in made:
            check_recipe(product.recipe)
    except (UsageError, ValueError) as error:
        tally.left_out += 1
        remedy = error.remedy if isinstance(error, UsageError) else ""
        move.problem(TABLE, "bad_template", name, f"It cannot be a template: {error}", remedy)
        return False
    new = [_add(move, product) for product in made]
    if new[0]:
        tally.new += 1
        _tell_sizes(move, name, made)
    else:
        tally.there += 1
    return True


def _add(move: Move, product: Product) -> bool:
    """Whether the template is new."""
    if move.parts.dry_run:
        if move.shop is None:
            return True
        with move.parts.database.read() as connection:
            return find_template(connection, move.shop, product.name) is None
    assert move.shop is not None
    with move.parts.database.write() as connection:
        if find_template(connection, move.shop, product.name) is not None:
            return False
        add_template(connection, move.shop, product.name, product.recipe, move.parts.clock())
    return True


def _tell_sizes(move: Move, name: str, made: list[Product]) -> None:
    first, *others = made
    if not first.size:
        recipe = first.recipe
        move.problem(
            SIZES, "no_size", name,
            f"It has no size in the old tables: it prints {recipe.width_in:g} x {recipe.height_in:g} in.",
            f"Look at `printdock templates show {name!r}`.",
        )  # fmt: skip
    elif others:
        names = ", ".join(product.name for product in others)
        move.problem(
            SIZES, "several_sizes", name,
            f"{name} prints the size {first.size!r}; the other sizes are templates of their own: {names}.",
        )  # fmt: skip


def _sizes(move: Move, product: str) -> list[Size]:
    found = []
    tally = move.tally(SIZES)
    for row in move.staging.rows("SELECT * FROM size_configs WHERE product_template_id = ? ORDER BY id", product):
        tally.rows += 1
        width, height = number(row["width_inches"]), number(row["height_inches"])
        if not width or not height or not truth(row["is_active"], True):
            tally.left_out += 1
            continue
        tally.new += 1
        found.append(Size(str(row["name"] or ""), width, height, _canvas(move, product, row["canvas_id"])))
    return list({size.name: size for size in found}.values())


def _canvas(move: Move, product: str, canvas: str | None) -> tuple[float, float] | None:
    """The canvas of that id, or the product's first active one."""
    query = "SELECT * FROM canvas_configs WHERE product_template_id = ? ORDER BY id"
    for row in list(move.staging.rows(query, product)):
        chosen = row["id"] == canvas if canvas else truth(row["is_active"], True)
        width, height = number(row["width_inches"]), number(row["height_inches"])
        if chosen and width and height:
            return width, height
    return None


def known_folders(move: Move) -> set[str]:
    """The names of the shop's templates."""
    if move.shop is None:
        return set()
    with move.parts.database.read() as connection:
        return {template.name for template in list_templates(connection, move.shop)}
