"""What the linter says of a pack, held against the shop's own template."""

from __future__ import annotations

from printdock.db.engine import Database
from printdock.errors import Problem
from printdock.imaging.types import Recipe
from printdock.mockups.check import DISTORTION, check
from printdock.mockups.pack import Pack
from printdock.shops.queries import Shop
from printdock.templates.presets import PRESETS
from printdock.templates.queries import find_template


def lint(database: Database, shop: Shop, pack: Pack, *, distortion: float = DISTORTION) -> list[Problem]:
    """`check.check` with the recipe of the shop's template of the pack's name, or of the preset of that name."""
    return check(pack, recipe_of(database, shop, pack.manifest.template), distortion=distortion)


def recipe_of(database: Database, shop: Shop, template: str | None) -> Recipe | None:
    """The recipe of the shop's template, or of the preset, of that name; None where there is neither."""
    if template is None:
        return None
    with database.read() as connection:
        found = find_template(connection, shop, template)
    return PRESETS.get(template) if found is None else found.recipe
