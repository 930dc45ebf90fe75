"""Templates: the products a shop sells, and how art becomes a print file for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from printdock.db.inserting import added
from printdock.db.tables import templates
from printdock.errors import UsageError
from printdock.imaging.types import Fit, Recipe
from printdock.shops.queries import Shop, check_folder_name
from printdock.templates.naming import DEFAULT_PATTERN, check_pattern, default_prefix, file_name
from printdock.templates.presets import PRESETS

#: Numbers start here when neither the seller nor the storage says otherwise (the replaced system's default).
FIRST_NUMBER = 100

#: The longest side a print file may have, inches and px: 10 ft of a 22 in roll at 600 DPI stays below both.
MAX_SIDE_IN, MAX_SIDE_PX = 240.0, 60_000


@dataclass(frozen=True, slots=True)
class Template:
    """One product of one shop. ``folder`` is its place in the storage, with ``/`` between parts."""

    id: int
    shop: Shop
    name: str
    prefix: str
    pattern: str
    recipe: Recipe
    next_number: int

    @property
    def folder(self) -> str:
        return f"{self.shop.name}/{self.name}"

    def path(self, number: int) -> str:
        """The stored path of print file ``number``."""
        name = file_name(self.pattern, prefix=self.prefix, number=number, template=self.name)
        return f"{self.folder}/{name}"


def list_templates(connection: Connection, shop: Shop) -> list[Template]:
    """The shop's templates by name."""
    rows = connection.execute(select(templates).where(templates.c.shop_id == shop.id).order_by(templates.c.name))
    return [_template(shop, row) for row in rows]


def find_template(connection: Connection, shop: Shop, name: str) -> Template | None:
    """The shop's template called ``name``, or None when there is none."""
    found = select(templates).where(templates.c.shop_id == shop.id, templates.c.name == name)
    row = connection.execute(found).one_or_none()
    return None if row is None else _template(shop, row)


def ensure_template(connection: Connection, shop: Shop, name: str, now: datetime) -> Template:
    """The template called ``name``; a preset of that name is added to the shop when it is first used.

    Raises `UsageError` listing the names there are.
    """
    found = find_template(connection, shop, name)
    if found is not None:
        return found
    if name not in PRESETS:
        names = sorted({template.name for template in list_templates(connection, shop)} | set(PRESETS))
        raise UsageError(
            f"There is no template {name!r}.", code="unknown_template", remedy="Known are: " + ", ".join(names) + "."
        )
    made = _added(connection, shop, name, PRESETS[name], now, default_prefix(name), DEFAULT_PATTERN, FIRST_NUMBER)
    if made is None:  # the first two uploads of a product, in the same moment
        made = find_template(connection, shop, name)
        assert made is not None
    return made


def add_template(
    connection: Connection,
    shop: Shop,
    name: str,
    recipe: Recipe,
    now: datetime,
    *,
    prefix: str | None = None,
    pattern: str = DEFAULT_PATTERN,
    first_number: int = FIRST_NUMBER,
) -> Template:
    """Add a template. Raises `UsageError` for a name that is taken or values that cannot be printed."""
    check_folder_name(name, "template")
    check_recipe(recipe)
    prefix = default_prefix(name) if prefix is None else prefix
    check_pattern(pattern, prefix=prefix, template=name)
    if first_number < 0:
        raise UsageError("The first number cannot be negative.")
    made = _added(connection, shop, name, recipe, now, prefix, pattern, first_number)
    if made is None:
        raise UsageError(f"The shop {shop.name} already has a template {name!r}.", code="template_exists")
    return made


def _added(
    connection: Connection,
    shop: Shop,
    name: str,
    recipe: Recipe,
    now: datetime,
    prefix: str,
    pattern: str,
    first_number: int,
) -> Template | None:
    row = {
        "shop_id": shop.id,
        "name": name,
        "prefix": prefix,
        "pattern": pattern,
        "recipe": recipe_data(recipe),
        "next_number": first_number,
        "created_at": now,
    }
    key = added(connection, templates, row)
    return None if key is None else Template(key, shop, name, prefix, pattern, recipe, first_number)


def template_by_id(connection: Connection, shop: Shop, key: int) -> Template | None:
    """The shop's template with this key, or None when there is none."""
    found = select(templates).where(templates.c.shop_id == shop.id, templates.c.id == key)
    row = connection.execute(found).one_or_none()
    return None if row is None else _template(shop, row)


def change_template(connection: Connection, template: Template) -> Template:
    """Write the recipe, prefix, pattern and next number of ``template``; print files made before stay as they are.

    Raises `UsageError` for values that cannot be printed or named, and for a next number below the one there is:
    numbers are never given out twice.
    """
    check_recipe(template.recipe)
    check_pattern(template.pattern, prefix=template.prefix, template=template.name)
    here = (templates.c.shop_id == template.shop.id) & (templates.c.id == template.id)
    # Upwards only, in one statement: an upload may be taking numbers at this moment.
    changed = connection.execute(
        update(templates)
        .where(here, templates.c.next_number <= template.next_number)
        .values(
            prefix=template.prefix,
            pattern=template.pattern,
            recipe=recipe_data(template.recipe),
            next_number=template.next_number,
        )
    )
    if changed.rowcount == 0:
        raise UsageError(
            f"The next number is past {template.next_number} already.",
            code="number_taken",
            remedy="Numbers are never given out twice.",
        )
    return template


def take_numbers(connection: Connection, template: Template, count: int) -> int:
    """Take ``count`` numbers in a row and answer the first. Never handed out again, whatever becomes of them."""
    taken = (
        update(templates)
        .where(templates.c.shop_id == template.shop.id, templates.c.id == template.id)
        .values(next_number=templates.c.next_number + count)
        .returning(templates.c.next_number)
    )
    return int(connection.execute(taken).scalar_one()) - count


def skip_numbers(connection: Connection, template: Template, highest: int) -> None:
    """The next number is past ``highest``: the storage already has files up to it."""
    connection.execute(
        update(templates)
        .where(
            templates.c.shop_id == template.shop.id, templates.c.id == template.id, templates.c.next_number <= highest
        )
        .values(next_number=highest + 1)
    )


def recipe_data(recipe: Recipe) -> dict[str, Any]:
    """``recipe`` as plain data; `recipe_from` reads it back."""
    data = asdict(recipe)
    return data | {"fit": str(recipe.fit), "errors": sorted(recipe.errors), "canvas_in": _pair(recipe.canvas_in)}


def recipe_from(data: dict[str, Any]) -> Recipe:
    """The recipe that ``data`` describes. Raises `UsageError` naming what is unknown or unusable."""
    known = {field.name for field in fields(Recipe)}
    unknown = sorted(set(data) - known)
    if unknown:
        raise UsageError(f"A template has no {unknown[0]!r}.", remedy="Known are: " + ", ".join(sorted(known)) + ".")
    try:
        values = data | {
            "fit": Fit(data.get("fit", Fit.CONTAIN)),
            "errors": frozenset(data.get("errors", ())),
            "canvas_in": None if data.get("canvas_in") is None else tuple(map(float, data["canvas_in"])),
        }
        recipe = Recipe(**values)
    except (TypeError, ValueError) as error:
        raise UsageError(f"A template cannot be read: {error}.") from error
    check_recipe(recipe)
    return recipe


def check_recipe(recipe: Recipe) -> None:
    """Raise `UsageError` unless a print file can be made by ``recipe``."""
    sides: Sequence[float] = (recipe.width_in, recipe.height_in, *(recipe.canvas_in or ()))
    if not all(isinstance(side, int | float) and 0 < side <= MAX_SIDE_IN for side in sides):
        raise UsageError(f"A print size must be above 0 and at most {MAX_SIDE_IN:g} in on each side.")
    if not 36 <= recipe.dpi <= 2400:
        raise UsageError(
            f"{recipe.dpi} DPI is not usable.", remedy="300 is usual, 400 for UV DTF, 600 for fine detail."
        )
    if max(sides) * recipe.dpi > MAX_SIDE_PX:
        raise UsageError(
            f"{max(sides):g} in at {recipe.dpi} DPI is more than {MAX_SIDE_PX:,} px.", remedy="Lower the DPI."
        )
    if not 0 <= recipe.margin_in < min(recipe.width_in, recipe.height_in) / 2:
        raise UsageError(f"A margin of {recipe.margin_in:g} in leaves no room for the art.")
    if not 0 <= recipe.alpha_threshold < 255:
        raise UsageError("The alpha threshold must be 0 to 254.")


def _pair(canvas: tuple[float, float] | None) -> list[float] | None:
    return None if canvas is None else list(canvas)


def _template(shop: Shop, row: Row[Any]) -> Template:
    return Template(row.id, shop, row.name, row.prefix, row.pattern, recipe_from(row.recipe), row.next_number)
