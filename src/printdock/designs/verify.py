"""Does every row have its file, and every file its row? And with ``repair``, make it so without losing anything."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Row, Table, select, update

from printdock.db.engine import Database
from printdock.db.tables import print_files, replacements
from printdock.designs.adopt import adopt
from printdock.designs.digests import digest_of, holds, size_now
from printdock.designs.lease import Clock, is_dead
from printdock.designs.recover import Recovered, recover_shop
from printdock.designs.replace import folder_of
from printdock.designs.uncompared import compare_again, count_uncompared
from printdock.errors import InputRefused, StorageNotFound
from printdock.imaging.codec import decode
from printdock.shops.queries import Shop
from printdock.storage.base import Storage, is_temporary
from printdock.storage.spool import Spool
from printdock.templates.queries import Template, list_templates

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is not as it should be; ``repaired`` says what was done about it."""

    code: str
    path: str
    message: str
    repaired: str | None = None


@dataclass(slots=True)
class Verification:
    """What a check of one shop found."""

    shop: str
    files: int = 0  # rows whose file is there
    mockups: int = 0  # rendered mockups whose file is there
    spooled: int = 0  # rows whose file waits in the spool for the storage
    uncompared: int = 0  # files whose design nothing is compared with, stored while the search was off
    deleted: int = 0  # rows whose file is kept for a while, in case the design is brought back
    notes: list[str] = field(default_factory=list)  # files that are nobody's print file
    problems: list[Problem] = field(default_factory=list)
    recovered: Recovered = field(default_factory=Recovered)

    @property
    def clean(self) -> bool:
        """Nothing is wrong (any more)."""
        return all(problem.repaired for problem in self.problems)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for ``--json``."""
        return asdict(self) | {"clean": self.clean}


@dataclass(frozen=True, slots=True)
class _Check:
    shop: Shop
    database: Database
    storage: Storage
    spool: Spool
    clock: Clock
    repair: bool
    deep: bool
    found: Verification
    report: Callable[[str], None]

    def problem(self, code: str, path: str, message: str, repair: Callable[[], str | None] | None = None) -> None:
        """Note a problem, mended by ``repair`` (which says what it did) where that is asked for."""
        repaired = repair() if self.repair and repair is not None else None
        self.found.problems.append(Problem(code, path, message, repaired))


def verify_shop(
    shop: Shop,
    database: Database,
    storage: Storage,
    spool: Spool,
    clock: Clock,
    *,
    repair: bool = False,
    deep: bool = False,
    report: Callable[[str], None] = lambda path: None,
) -> Verification:
    """Check ``shop``, after finishing or undoing what a crash cut off.

    Sizes are compared; with ``deep`` each file is read and its digest compared. Memory grows with the largest
    template folder (about 200 bytes a file), not with the library. ``report`` is told each path.
    """
    found = Verification(shop.name)
    found.recovered = recover_shop(shop, database, storage, spool, clock)
    check = _Check(shop, database, storage, spool, clock, repair, deep, found, report)
    with database.read() as connection:
        templates = list_templates(connection, shop)
    for template in templates:
        _check_template(check, template)
    _check_spool(check)
    _check_aside(check)
    if repair:
        compare_again(shop, database, storage, report=report)
    with database.read() as connection:
        found.uncompared = count_uncompared(connection, shop)
    return found


def _check_template(check: _Check, template: Template) -> None:
    there = {entry.key: entry.size for entry in check.storage.list(template.folder)}
    busy = False
    for row in _rows(check, template):
        check.report(row.path)
        size = there.pop(row.path, None)
        busy = busy or row.state == "storing"
        match row.state:
            case "stored":
                _check_stored(check, row, size)
            case "spooled":
                check.found.spooled += 1
            case "deleted" if row.kept_until is not None:
                check.found.deleted += 1  # may be brought back; the sweep removes it when its time is up
            case "deleted" if size is not None:
                check.problem(
                    "dropped_file", row.path, "It was dropped, but its file is still there.", _removal(check, row.path)
                )
            case "missing" if size is not None:
                check.problem("found_again", row.path, "It was missing, and is there again.", _return(check, row))
            case _:
                pass
    for path, size in there.items():
        _check_unknown(check, template, path, size, busy)


def _rows(check: _Check, template: Template) -> Iterator[Row[Any]]:
    wanted = select(print_files).where(print_files.c.shop_id == check.shop.id, print_files.c.template_id == template.id)
    last = -1
    while True:
        page = wanted.where(print_files.c.number > last).order_by(print_files.c.number).limit(1000)
        with check.database.read() as connection:
            rows = connection.execute(page).all()
        if not rows:
            return
        yield from rows
        last = rows[-1].number


def _check_stored(check: _Check, row: Row[Any], size: int | None) -> None:
    if not _is_as_stored(check, row, size):
        size = size_now(check.storage, row.path)  # people go on working: the folder was listed before the row was read
    if _is_as_stored(check, row, size) or _changes_places(check, row):
        check.found.files += 1
    elif not still_says_so(check.database, print_files, row, "state", "path", "sha256"):
        pass  # the next check sees it as it is then
    elif size is None:
        check.problem("file_missing", row.path, "Its file is not in the storage.", _mark_missing(check, row))
    elif size != row.bytes:
        message = f"Its file has {size:,} bytes instead of {row.bytes:,}."
        check.problem("file_changed", row.path, message, _take_as_is(check, row))
    else:
        check.problem("file_changed", row.path, "Its file has other bytes than were stored.", _take_as_is(check, row))


def _is_as_stored(check: _Check, row: Row[Any], size: int | None) -> bool:
    return size == row.bytes and (not check.deep or holds(check.storage, row.path, bytes(row.sha256)))


def still_says_so(database: Database, table: Table, row: Row[Any], *columns: str) -> bool:
    """Whether ``table`` still has the shop's ``row``, with the same in these columns."""
    same = (table.c[name] == getattr(row, name) for name in ("shop_id", "id", *columns))
    with database.read() as connection:
        return connection.execute(select(table.c.id).where(*same)).first() is not None


def _changes_places(check: _Check, row: Row[Any]) -> bool:
    """Whether a living process is moving the file right now: it is not yet what its row says, or no longer."""
    moved = (replacements.c.print_file_id == row.id) | (replacements.c.newcomer_file_id == row.id)
    wanted = select(replacements.c.owner, replacements.c.lease_until).where(
        replacements.c.shop_id == check.shop.id, moved
    )
    with check.database.read() as connection:
        found = connection.execute(wanted).all()
    return any(not is_dead(one.owner, one.lease_until, check.clock()) for one in found)


def _check_unknown(check: _Check, template: Template, path: str, size: int, busy: bool) -> None:
    if is_temporary(path):
        if not busy:
            check.problem("half_written", path, "A half-written file of a process that ended.", _removal(check, path))
        return
    if not path.lower().endswith(".png") or path.rsplit("/", 1)[-1].startswith("."):
        check.found.notes.append(f"{path} is not a print file of printdock.")
        return

    def take() -> str | None:
        try:
            number = adopt(check.database, check.storage, template, path, check.clock)
        except InputRefused as refusal:
            log.warning("%s stays as it is: %s", path, refusal)
            return None
        except StorageNotFound:
            return "It is gone by now."
        return f"Taken into the library as number {number}."

    check.problem("unknown_file", path, f"No row knows this file ({size:,} bytes).", take)


def _check_spool(check: _Check) -> None:
    own = [key for key in check.spool.waiting() if key.startswith(f"{check.shop.name}/")]
    wanted = select(print_files.c.path).where(print_files.c.shop_id == check.shop.id, print_files.c.path.in_(own))
    with check.database.read() as connection:
        known = set(connection.execute(wanted).scalars())
    for key in own:
        if key not in known:
            check.problem("spool_without_row", key, "The spool holds a file that no row knows.", _unspool(check, key))


def _check_aside(check: _Check) -> None:
    """What a process that ended left between two steps of replacing art; the art itself lies under its own name."""
    there = [
        entry.key for entry in check.storage.list(folder_of(check.shop))
    ]  # before the rows: none is put without one
    with check.database.read() as connection:
        used = set(
            connection.execute(select(replacements.c.aside).where(replacements.c.shop_id == check.shop.id)).scalars()
        )
    for key in there:
        if key not in used:
            check.problem("left_aside", key, "Left over from art that was replaced.", _removal(check, key))


def _unspool(check: _Check, key: str) -> Callable[[], str]:
    def work() -> str:
        check.spool.discard(key)
        return "Removed from the spool: its upload was undone, and its source answers as new."

    return work


def _removal(check: _Check, path: str) -> Callable[[], str]:
    def work() -> str:
        check.storage.delete(path)
        return "Removed."

    return work


def _mark_missing(check: _Check, row: Row[Any]) -> Callable[[], str]:
    def work() -> str:
        _set(check, row, state="missing")
        return f"Marked as missing: ingest its source again, and it comes back as number {row.number}."

    return work


def _return(check: _Check, row: Row[Any]) -> Callable[[], str]:
    def work() -> str:
        entry = check.storage.stat(row.path)
        _set(check, row, state="stored", bytes=entry.size, sha256=digest_of(check.storage, row.path))
        return "Marked as stored."

    return work


def _take_as_is(check: _Check, row: Row[Any]) -> Callable[[], str]:
    def work() -> str:
        with check.storage.open(row.path) as stream:
            data = stream.read()
        try:
            decode(data)  # all of it: a header says nothing of a file that was cut off
        except InputRefused:
            check.storage.delete(row.path)
            _set(check, row, state="missing")
            return f"No picture any more: removed. Ingest its source again, and it comes back as number {row.number}."
        _set(check, row, bytes=len(data), sha256=digest_of(check.storage, row.path))
        return "Still a picture: taken as somebody's edit."

    return work


def _set(check: _Check, row: Row[Any], **values: Any) -> None:
    changed = update(print_files).where(print_files.c.shop_id == check.shop.id, print_files.c.id == row.id)
    with check.database.write() as connection:
        connection.execute(changed.values(**values))
