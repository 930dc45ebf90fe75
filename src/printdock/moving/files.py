"""The planned print files get their rows, in order: read, fingerprinted from their pixels, and written down in groups.

Files stay where they are; where the old ones lie in another storage they are copied under the same names. Nothing is
removed, and nothing that is there is written over. Looking is done on ``workers`` threads, bounded by bytes.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from printdock.db.tables import print_files, shops, templates
from printdock.designs.adopt import Looked, as_it_is, look_at, take_in
from printdock.errors import InputRefused, KeyTaken, PrintdockError, StorageNotFound, StorageRefused
from printdock.imaging.codec import probe
from printdock.imaging.prepare import reserve
from printdock.listings.templates import set_own_words
from printdock.moving.old_tables import moment
from printdock.moving.parts import Move
from printdock.moving.plan import FILES, ROWS, highest_number
from printdock.pipeline.flow import Budget, workers
from printdock.storage.base import is_temporary
from printdock.storage.publish import temporary_mark
from printdock.templates.queries import Template, find_template, skip_numbers

_PLANNED = """
SELECT p.*, d.description FROM plan p LEFT JOIN design_images d ON d.rowid = p.design
WHERE p.shop = ? AND p.folder = ? ORDER BY p.position
"""


@dataclass(frozen=True, slots=True)
class _Planned:
    name: str
    path: str
    number: int | None
    from_row: bool
    since: datetime | None
    description: str


def bring_files(move: Move, folders: set[str]) -> bool:
    """Take in what is planned. Answers False when it was asked to stop before the end."""
    assert move.shop is not None
    for folder in sorted(folders):
        with move.parts.database.write() as connection:
            template = find_template(connection, move.shop, folder)
            assert template is not None
            highest = highest_number(move, folder)
            if highest is not None:
                # First of all: a file that needs another number then gets one that nobody has, whoever comes later.
                skip_numbers(connection, template, highest)
        if not _Bringing(move, template).run():
            return False
    return True


class _Bringing:
    """One template's files."""

    def __init__(self, move: Move, template: Template) -> None:
        self._move, self._template = move, template
        self._budget = Budget(size=move.parts.memory_bytes, count=max(2, 2 * move.parts.workers))
        self._ready: list[tuple[_Planned, Looked]] = []
        self._done = 0

    def run(self) -> bool:
        """Whether it came to the end."""
        move = self._move
        total = move.staging.count(f"SELECT count(*) FROM ({_PLANNED})", move.name, self._template.name)
        if move.parts.copies:
            self._clear_half_written()
        waiting: deque[tuple[_Planned, Future[Looked]]] = deque()
        most = max(2, 2 * move.parts.workers)
        with workers(move.parts.workers, "printdock-move") as pool:
            for planned in self._planned():
                if move.parts.stop.is_set():
                    break
                waiting.append((planned, self._start(pool, planned)))
                if len(waiting) >= most:
                    self._settle(*waiting.popleft(), total)
            while waiting:
                self._settle(*waiting.popleft(), total)
        self._write()
        return not move.parts.stop.is_set()

    def _planned(self) -> Iterator[_Planned]:
        for row in self._move.staging.rows(_PLANNED, self._move.name, self._template.name):
            yield _planned(row, self._template)

    def _clear_half_written(self) -> None:
        """Copies of these files that a killed run left half written."""
        storage = self._move.parts.storage
        left = [entry.key for entry in storage.list(self._template.folder) if is_temporary(entry.key)]
        for planned in self._planned() if left else ():
            mark = f"{self._template.folder}/{temporary_mark(planned.name)}"
            for key in left:
                if key.startswith(mark):
                    storage.delete(key)

    def _start(self, pool: ThreadPoolExecutor, planned: _Planned) -> Future[Looked]:
        return pool.submit(self._look, planned)

    def _look(self, planned: _Planned) -> Looked:
        parts = self._move.parts
        with parts.files.open(planned.path) as stream:
            data = stream.read()
        info = probe(data, max_pixels=parts.max_pixels)
        held = reserve(info, as_it_is(info, self._template))
        self._budget.take(held)
        try:
            looked = look_at(data, self._template, planned.path, max_pixels=parts.max_pixels)
        finally:
            self._budget.give_back(held)
        if parts.copies:
            parts.storage.put(planned.path, data)
        return looked

    def _settle(self, planned: _Planned, looking: Future[Looked], total: int) -> None:
        try:
            self._ready.append((planned, looking.result()))
        except (InputRefused, KeyTaken, StorageNotFound, StorageRefused) as error:
            self._refused(planned, error)
        self._done += 1
        if len(self._ready) >= self._move.parts.group:
            self._write()
        self._move.parts.report(f"{self._template.name}: {self._done} of {total} print files")

    def _refused(self, planned: _Planned, error: PrintdockError) -> None:
        table = ROWS if planned.from_row else FILES
        tally = self._move.tally(table)
        tally.new, tally.left_out = tally.new - 1, tally.left_out + 1
        self._move.problem(table, error.code, planned.path, error.message, error.remedy)

    def _write(self) -> None:
        """One transaction for what is ready. What somebody else took in meanwhile is left out."""
        if not self._ready:
            return
        ready, self._ready = self._ready, []
        shop, template = self._template.shop, self._template
        with self._move.parts.database.write() as connection:
            # As a claim does: numbers follow each other, and a running upload notices that there is more to compare with.
            connection.execute(update(shops).where(shops.c.id == shop.id).values(revision=shops.c.revision + 1))
            connection.execute(select(templates.c.id).where(templates.c.id == template.id).with_for_update())
            there = select(print_files.c.path).where(
                print_files.c.shop_id == shop.id, print_files.c.path.in_([planned.path for planned, _ in ready])
            )
            known = set(connection.execute(there).scalars())
            for planned, looked in ready:
                if planned.path not in known:
                    since = planned.since or self._move.parts.clock()
                    taken = take_in(connection, template, looked, since, number=planned.number)
                    if planned.description:
                        set_own_words(connection, shop, taken.design, {"description": planned.description})


def _planned(row: sqlite3.Row, template: Template) -> _Planned:
    path = f"{template.folder}/{row['name']}"
    since, description = moment(row["created_at"]), row["description"] or ""
    return _Planned(row["name"], path, row["number"], row["design"] is not None, since, description)


def known_paths(move: Move, paths: Sequence[str]) -> set[str]:
    """Which of ``paths`` the library has."""
    if move.shop is None:
        return set()
    wanted = select(print_files.c.path).where(print_files.c.shop_id == move.shop.id, print_files.c.path.in_(paths))
    with move.parts.database.read() as connection:
        return set(connection.execute(wanted).scalars())
