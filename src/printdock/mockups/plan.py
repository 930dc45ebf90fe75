"""Designs x base images x colours as one plan: what will be rendered, in which order, under which names.

The order is always the same: designs by number, each on the set's pictures by index, each in the picture's colours.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from printdock.db.tables import print_files
from printdock.errors import UsageError
from printdock.imaging.recipe import place
from printdock.mockups.naming import check_pattern, folder_of, mockup_name, thumbnail_of
from printdock.mockups.types import RENDERER_VERSION, MockupSet, SetPicture
from printdock.templates.queries import Template, recipe_from

#: States of print files that mockups are asked for; those that cannot be read now fail with their reason.
_WANTED = ("stored", "spooled", "missing")

#: Most numbers asked for in one query.
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class PrintFile:
    """The print file whose art a mockup shows. ``size``: its bytes.

    ``rotated``, ``mirrored``: how the art was laid for printing, which is undone before it is shown.
    """

    id: UUID
    design: UUID
    number: int
    path: str
    state: str
    sha256: bytes
    width: int  # px
    height: int  # px
    size: int
    rotated: bool = False
    mirrored: bool = False


@dataclass(frozen=True, slots=True)
class Mockup:
    """One picture to be rendered. ``key``: SHA-256 of everything that decides its pixels and its bytes."""

    print_file: PrintFile
    picture: SetPicture
    colour: str | None
    path: str
    key: bytes

    @property
    def thumbnail(self) -> str:
        return thumbnail_of(self.path)


@dataclass(frozen=True, slots=True)
class Plan:
    """Mockups of one set for one template. Takes about half a kilobyte a mockup."""

    mockup_set: MockupSet
    template: Template
    mockups: tuple[Mockup, ...]

    def by_design(self) -> Iterator[tuple[PrintFile, list[Mockup]]]:
        """The mockups of each design together."""
        for _key, group in groupby(self.mockups, key=lambda mockup: mockup.print_file.id):
            found = list(group)
            yield found[0].print_file, found

    def sample(self, count: int) -> Plan:
        """The first ``count`` for approval, spread over pictures and colours first, then over designs."""
        designs = [found for _print_file, found in self.by_design()]
        if not designs:
            return self
        wide, tall = len(designs[0]), len(designs)
        spread = (designs[(at % wide + at // wide) % tall][at % wide] for at in range(min(count, wide * tall)))
        chosen = {mockup.path for mockup in spread}
        return Plan(self.mockup_set, self.template, tuple(m for m in self.mockups if m.path in chosen))


def find_print_files(
    connection: Connection,
    template: Template,
    numbers: Sequence[int] | None = None,
    designs: Sequence[UUID] | None = None,
) -> list[PrintFile]:
    """The template's print files by number: these ``numbers``, those of these ``designs``, or all.

    Raises `UsageError` naming one there is none of.
    """
    if designs is not None:
        numbers = sorted({*(numbers or ()), *_numbers_of(connection, template, designs)})
    wanted = select(print_files).where(
        print_files.c.shop_id == template.shop.id,
        print_files.c.template_id == template.id,
        print_files.c.state.in_(_WANTED),
        print_files.c.sha256.is_not(None),
    )
    if numbers is None:
        return [print_file_of(row) for row in connection.execute(wanted.order_by(print_files.c.number))]
    asked = sorted(set(numbers))
    found = []
    for start in range(0, len(asked), _CHUNK):
        some = wanted.where(print_files.c.number.in_(asked[start : start + _CHUNK]))
        found += [print_file_of(row) for row in connection.execute(some.order_by(print_files.c.number))]
    unknown = sorted(set(asked) - {one.number for one in found})
    if unknown:
        raise UsageError(
            f"The template {template.name!r} has no print file {unknown[0]}.",
            code="unknown_design",
            remedy="See `printdock designs list`.",
        )
    return found


def _numbers_of(connection: Connection, template: Template, designs: Sequence[UUID]) -> list[int]:
    asked = sorted(set(designs))
    found: dict[UUID, int] = {}
    for start in range(0, len(asked), _CHUNK):
        some = select(print_files.c.design_id, print_files.c.number).where(
            print_files.c.shop_id == template.shop.id,
            print_files.c.template_id == template.id,
            print_files.c.state.in_(_WANTED),
            print_files.c.design_id.in_(asked[start : start + _CHUNK]),
        )
        found |= {row.design_id: row.number for row in connection.execute(some.order_by(print_files.c.number))}
    unknown = [design for design in asked if design not in found]
    if unknown:
        raise UsageError(
            f"The template {template.name!r} has no print file of the design {unknown[0]}.",
            code="unknown_design",
            remedy="See `printdock designs list`.",
        )
    return list(found.values())


def make_plan(
    mockup_set: MockupSet, template: Template, files: Iterable[PrintFile], colours: Sequence[str] | None = None
) -> Plan:
    """Every design on every picture of the set, in all of the picture's colours or only in ``colours``.

    A picture that is not recoloured is always there, once; one that has none of ``colours`` is left out.
    Raises `UsageError` for a set of another template, an unknown colour, and names that are not one each.
    """
    check_pattern(mockup_set.pattern)
    if mockup_set.template not in (None, template.name):
        raise UsageError(
            f"The set {mockup_set.name!r} is for the template {mockup_set.template!r}, not {template.name!r}."
        )
    variants = list(_variants(mockup_set, colours))
    settings = _settings(mockup_set)
    mockups = []
    for file in files:
        for picture, colour in variants:
            name = mockup_name(mockup_set, template, file.number, picture, colour)
            key = _key(settings, file, picture, colour)
            mockups.append(Mockup(file, picture, colour, f"{folder_of(template)}/{name}", key))
    _refuse_repeats(mockup_set, mockups)
    return Plan(mockup_set, template, tuple(mockups))


def _variants(mockup_set: MockupSet, colours: Sequence[str] | None) -> Iterator[tuple[SetPicture, str | None]]:
    offered = {colour for picture in mockup_set.pictures for colour in picture.colours}
    unknown = [colour for colour in colours or () if colour not in offered]
    if unknown:
        known = ", ".join(sorted(offered)) or "none"
        raise UsageError(
            f"The set {mockup_set.name!r} has no colour {unknown[0]!r}.",
            code="unknown_colour",
            remedy=f"It has: {known}.",
        )
    for picture in sorted(mockup_set.pictures, key=lambda picture: picture.index):
        if not picture.colours:
            yield picture, None
        for colour in picture.colours:
            if colours is None or colour in colours:
                yield picture, colour


def _settings(mockup_set: MockupSet) -> list[Any]:
    output = mockup_set.output
    return [RENDERER_VERSION, mockup_set.longest_side, str(output.format), output.quality, output.max_bytes]


def _key(settings: list[Any], file: PrintFile, picture: SetPicture, colour: str | None) -> bytes:
    parts = [*settings, file.sha256.hex(), file.rotated, file.mirrored, picture.digest.hex(), colour]
    return hashlib.sha256(json.dumps(parts).encode()).digest()


def _refuse_repeats(mockup_set: MockupSet, mockups: Sequence[Mockup]) -> None:
    """Storages exist that do not tell capital letters from small ones: names differ in more than that."""
    seen: set[str] = set()
    for mockup in mockups:
        folded = mockup.path.casefold()
        if folded in seen:
            raise UsageError(
                f"Two mockups of the set {mockup_set.name!r} would be called {mockup.path.rsplit('/', 1)[-1]!r}.",
                code="names_not_unique",
                remedy="Give the set a pattern with {index} and, where it is recoloured, {colour}.",
            )
        seen.add(folded)


def print_file_of(row: Row[Any]) -> PrintFile:
    """The print file of a row of ``print_files``."""
    recipe = recipe_from(row.recipe)
    # Of a file that was taken in as it was, the size of its art is not known, nor whether it was turned.
    rotated = row.art_width is not None and place(row.art_width, row.art_height, recipe).rotated
    return PrintFile(
        row.id,
        row.design_id,
        row.number,
        row.path,
        row.state,
        bytes(row.sha256),
        row.width,
        row.height,
        row.bytes,
        rotated,
        recipe.mirror,
    )
