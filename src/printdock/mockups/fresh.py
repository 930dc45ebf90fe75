"""What stands already: rows and files held against a plan. The same design, picture and settings render nothing twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from printdock.errors import InputRefused, UsageError
from printdock.mockups.ledger import Standing, standing
from printdock.mockups.naming import folder_of
from printdock.mockups.outcomes import Fresh
from printdock.mockups.plan import Mockup, Plan
from printdock.storage.base import Storage


@dataclass(frozen=True, slots=True)
class Look:
    """Rows by path, and the sizes of files by path. Files take about 200 bytes each."""

    rows: dict[str, Standing]
    files: dict[str, int]

    def fresh(self, mockup: Mockup, since: datetime | None = None) -> Fresh | None:
        """The stored mockup, where it is what would be rendered, its files are there, and not from before ``since``."""
        row = self.rows.get(mockup.path)
        if row is None or row.key != mockup.key:
            return None
        if since is not None and row.rendered_at < since:
            return None
        if self.files.get(mockup.path) != row.size or mockup.thumbnail not in self.files:
            return None
        return Fresh(row.width, row.height, row.size, row.sha256)

    def is_ours(self, mockup: Mockup) -> bool:
        """Whether what stands under the mockup's name, if anything, may be replaced: it has a row, or a thumbnail.

        A thumbnail is stored before its mockup, so a run that was cut off before it wrote rows is known by them.
        """
        return mockup.path in self.rows or mockup.thumbnail in self.files or mockup.path not in self.files

    def refuse_foreign(self, mockup: Mockup) -> None:
        """Raise `InputRefused` (name_taken) where a file that printdock did not render has the mockup's name."""
        if not self.is_ours(mockup):
            raise name_taken(mockup)


def name_taken(mockup: Mockup) -> InputRefused:
    return InputRefused(
        f"A file that printdock did not render is already stored as {mockup.path}.",
        code="name_taken",
        remedy="Move it away, or replace it with --force.",
    )


def look(connection: Connection, storage: Storage, plan: Plan) -> Look:
    """Look at the rows of ``plan`` and, with one listing, at the files of its folder.

    Raises `UsageError` where another set's mockups have the plan's names, and what the storage raises.
    """
    rows = standing(connection, plan)
    for path, row in rows.items():
        if row.set_name != plan.mockup_set.name:
            raise UsageError(
                f"{path} is a mockup of the set {row.set_name!r}.",
                code="names_not_unique",
                remedy="Give one of the two sets a pattern of its own, with {set} in it.",
            )
    return Look(rows, {entry.key: entry.size for entry in storage.list(folder_of(plan.template))})
