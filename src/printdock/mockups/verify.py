"""Does every rendered mockup have its file? With ``repair``, rows whose file is not theirs are forgotten, and so rendered
again when next asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from printdock.db.engine import Database
from printdock.db.tables import mockups
from printdock.designs.digests import holds, size_now
from printdock.designs.lease import Clock
from printdock.designs.verify import Problem, Verification, still_says_so
from printdock.mockups import ledger
from printdock.mockups.naming import THUMBNAILS, folder_of, thumbnail_of
from printdock.shops.queries import Shop
from printdock.storage.base import Entry, Storage, is_temporary
from printdock.templates.queries import Template, list_templates

#: A file half-written for so long is being written by nobody, even where the storage's clock is wrong by minutes.
HALF_WRITTEN_FOR = timedelta(hours=1)

_AGAIN = "Forgotten: the next `printdock mockups render` makes it again."


@dataclass(frozen=True, slots=True)
class _Check:
    shop: Shop
    database: Database
    storage: Storage
    clock: Clock
    repair: bool
    deep: bool
    found: Verification
    report: Callable[[str], None]

    def problem(self, code: str, path: str, message: str, repair: Callable[[], str]) -> None:
        self.found.problems.append(Problem(code, path, message, repair() if self.repair else None))


def verify_mockups(
    shop: Shop,
    database: Database,
    storage: Storage,
    clock: Clock,
    found: Verification,
    *,
    repair: bool = False,
    deep: bool = False,
    report: Callable[[str], None] = lambda path: None,
) -> None:
    """Add to ``found`` what the shop's mockups are like, as `verify_shop` does for print files.

    Files that no row knows (those of an earlier system, say) are noted and left alone; base pictures are not looked at.
    Memory grows with the largest folder of mockups.
    """
    check = _Check(shop, database, storage, clock, repair, deep, found, report)
    with database.read() as connection:
        templates = list_templates(connection, shop)
    for template in templates:
        _check_template(check, template)


def _check_template(check: _Check, template: Template) -> None:
    folder = folder_of(template)
    there = {entry.key: entry for entry in check.storage.list(folder)}
    thumbnails = f"{folder}/{THUMBNAILS}/"
    for row in ledger.pages(check.database.read, check.shop, template.id):
        check.report(row.path)
        there.pop(thumbnail_of(row.path), None)  # one that is missing is made again with its mockup
        _check_row(check, row, there.pop(row.path, None))
    for path, entry in there.items():
        if is_temporary(path):
            _check_temporary(check, entry)
        elif not path.startswith(thumbnails):
            check.found.notes.append(f"{path} is not a mockup that printdock rendered.")


def _check_row(check: _Check, row: Row[Any], entry: Entry | None) -> None:
    def forget() -> str:
        with check.database.write() as connection:
            ledger.forget(connection, check.shop, row.id)
        return _AGAIN

    size = None if entry is None else entry.size
    if not _is_as_rendered(check, row, size):
        size = size_now(check.storage, row.path)  # people go on working: the folder was listed before the row was read
    if _is_as_rendered(check, row, size):
        check.found.mockups += 1
    elif not still_says_so(check.database, mockups, row, "key", "path", "sha256"):
        pass  # the next check sees it as it is then
    elif size is None:
        check.problem("mockup_missing", row.path, "Its file is not in the storage.", forget)
    elif size != row.bytes:
        message = f"Its file has {size:,} bytes instead of {row.bytes:,}."
        check.problem("mockup_changed", row.path, message, forget)
    else:
        check.problem("mockup_changed", row.path, "Its file has other bytes than were stored.", forget)


def _is_as_rendered(check: _Check, row: Row[Any], size: int | None) -> bool:
    return size == row.bytes and (not check.deep or holds(check.storage, row.path, bytes(row.sha256)))


def _check_temporary(check: _Check, entry: Entry) -> None:
    def remove() -> str:
        check.storage.delete(entry.key)
        return "Removed."

    if check.clock() - datetime.fromtimestamp(entry.modified, tz=check.clock().tzinfo) >= HALF_WRITTEN_FOR:
        check.problem("half_written", entry.key, "A half-written file of a process that ended.", remove)
