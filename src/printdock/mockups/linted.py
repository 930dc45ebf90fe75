"""What the linter says of a pack, held against the shop's own template."""

from __future__ import annotations

from printdock.db.engine import Database
from printdock.errors import Problem
from printdock.mockups.check import DISTORTION, check
from printdock.mockups.pack import Pack
from printdock.shops.queries import Shop
from printdock.templates.presets import PRESETS
from printdock.templates.queries import find_template


def lint(database: Database, shop: Shop, pack: Pack, *, distortion: float = DISTORTION) -> list[Problem]:
    """`check.check` with the recipe of the shop's template of the pack's name, or of the preset of that name."""
    name = pack.manifest.template
    if name is None:
        return check(pack, distortion=distortion)
    with database.read() as connection:
        template = find_template(connection, shop, name)
    return check(pack, PRESETS.get(name) if template is None else template.recipe, distortion=distortion)
