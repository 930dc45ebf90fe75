"""Art that takes another's place: on it goes wherever it was cut off, in the hands of one process, and nothing is lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, BinaryIO

import pytest
from sqlalchemy import event, insert, select, text
from uuid_utils.compat import uuid7

from printdock.db.tables import IS_REPLACING, matches, replacements
from printdock.designs import lease, replace
from printdock.designs.decisions import PAGE, decide, finish_all, undo
from printdock.designs.lease import LEASE
from printdock.designs.matches import Match, find_match
from printdock.designs.verify import verify_shop
from printdock.errors import StorageUnavailable
from tests.designs.conftest import Library, now
from tests.designs.deciding import Cut, Draw, alike, assert_clean, content
from tests.services.ssh import wait_for


@pytest.mark.parametrize("word", ["replace", "undo"])
def test_replacing_goes_on_wherever_it_was_cut_off(library: Library, draw: Draw, word: str) -> None:
    match, (fox, cut_fox) = alike(library, draw)
    both = {content(library, fox), content(library, cut_fox)}
    for changes in range(6):
        undone = word == "undo"
        if undone:
            decide(library.desk(), match.id, "replace")
        before = content(library, fox)
        with pytest.raises(StorageUnavailable):
            desk = library.desk(storage=Cut(library, changes))
            undo(desk, match.id) if undone else decide(desk, match.id, "replace")
        there = {path.read_bytes() for path in library.root.rglob("*.png")}
        assert there >= both, f"both arts are whole after {changes} changes"
        verify_shop(library.shop, library.database, library.storage, library.spool, now, repair=True)
        assert content(library, fox) != before
        assert_clean(library, deleted=0 if undone else 1)
        if not undone:
            undo(library.desk(), match.id)
    assert {content(library, fox), content(library, cut_fox)} == both


class SlowNas:
    """A storage whose every call takes ``call_s`` of the ``clock``, while another process tries to take over."""

    def __init__(self, library: Library, call_s: float, *, waits: bool = False) -> None:
        self._library, self._call_s, self._waits = library, call_s, waits
        self._passed, self.calls = timedelta(0), 0

    def clock(self) -> datetime:
        return now() + self._passed

    def put(self, key: str, data: bytes) -> None:
        self._library.storage.put(key, data)
        self._pass()

    def delete(self, key: str) -> None:
        self._library.storage.delete(key)
        self._pass()

    def open(self, key: str) -> BinaryIO:
        return self._library.storage.open(key)

    def _pass(self) -> None:
        parts = self._library.shop, self._library.database, self._library.storage
        with self._library.database.read() as connection:
            before = connection.execute(select(replacements.c.lease_until)).scalar_one_or_none()
        if before is None:
            return  # they have changed places; what follows is tidying up
        self.calls += 1
        self._passed += timedelta(seconds=self._call_s)
        if self._waits:
            wait_for(lambda: self._lease() > before + timedelta(seconds=self._call_s / 2), "the lease to be renewed")
        assert replace.finish(*parts, self.clock) == 0, "another process has taken over"

    def _lease(self) -> datetime:
        with self._library.database.read() as connection:
            return connection.execute(select(replacements.c.lease_until)).scalar_one()


def test_a_slow_nas_loses_nobody_the_files_that_change_places(library: Library, draw: Draw) -> None:
    match, (fox, cut_fox) = alike(library, draw)
    old, new = content(library, fox), content(library, cut_fox)
    slow = SlowNas(library, LEASE.total_seconds() * 0.4)  # two calls for one lease, and there are five
    decide(library.desk(storage=slow, clock=slow.clock), match.id, "replace")
    assert slow.calls == 5
    assert content(library, fox) == new and content(library, cut_fox) == old
    assert_clean(library, deleted=1)


def test_one_step_that_takes_longer_than_a_lease(library: Library, draw: Draw, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "RENEW_EVERY_S", 0.01)
    match, (fox, cut_fox) = alike(library, draw)
    new = content(library, cut_fox)
    slow = SlowNas(library, LEASE.total_seconds() * 2, waits=True)
    decide(library.desk(storage=slow, clock=slow.clock), match.id, "replace")
    assert slow.calls == 5 and content(library, fox) == new
    assert_clean(library, deleted=1)


class Frozen(SlowNas):
    """A process that sleeps for longer than its lease in its n-th change of the storage, while another one goes on."""

    def __init__(self, library: Library, call: int) -> None:
        super().__init__(library, 2 * LEASE.total_seconds())
        self._left = call

    def _pass(self) -> None:
        self._left -= 1
        if self._left == 0:
            self._passed += timedelta(seconds=self._call_s)
            parts = self._library.shop, self._library.database, self._library.storage
            assert replace.finish(*parts, self.clock) == 1


@pytest.mark.parametrize("call", [1, 3, 5])
def test_who_wakes_up_after_another_has_taken_over_changes_nothing(library: Library, draw: Draw, call: int) -> None:
    match, (fox, cut_fox) = alike(library, draw)
    old, new = content(library, fox), content(library, cut_fox)
    frozen = Frozen(library, call)
    decide(library.desk(storage=frozen, clock=frozen.clock), match.id, "replace")
    assert content(library, fox) == new and content(library, cut_fox) == old
    assert_clean(library, deleted=1)


@pytest.mark.parametrize("deep", [False, True])
def test_a_check_leaves_alone_what_a_living_process_moves(library: Library, draw: Draw, deep: bool) -> None:
    match, (fox, cut_fox) = alike(library, draw)
    new = content(library, cut_fox)
    found = []

    class Checked(Cut):
        def _change(self) -> None:
            parts = library.shop, library.database, library.storage, library.spool
            found.append(verify_shop(*parts, now, repair=True, deep=deep))

    decide(library.desk(storage=Checked(library, 0)), match.id, "replace")
    *moving, tidying = found
    assert len(moving) == 5 and all(one.problems == [] for one in moving)
    assert [one.code for one in tidying.problems] == ["left_aside"]
    assert content(library, fox) == new
    assert_clean(library, deleted=1)


def cut_off(library: Library, draw: Draw) -> tuple[Match, dict[str, Any], bytes]:
    """A replacement that stopped in the middle; the entry that is to have new art, and that art."""
    match, (fox, cut_fox) = alike(library, draw)
    new = content(library, cut_fox)
    with pytest.raises(StorageUnavailable):
        decide(library.desk(storage=Cut(library, 2)), match.id, "replace")
    return match, fox, new


def copies(library: Library, match: Match, count: int, **other: Any) -> None:
    """So many more matches like this one."""
    with library.database.write() as connection:
        row = connection.execute(select(matches).where(matches.c.id == match.id)).one()._asdict()
        del row["id"]
        connection.execute(insert(matches), [row | other for _ in range(count)])


@pytest.mark.parametrize("newer", ["done", "stuck"])
def test_a_replacement_goes_on_however_many_were_decided_since(library: Library, draw: Draw, newer: str) -> None:
    match, fox, new = cut_off(library, draw)
    done = {"undo": {"step": "done"}, "undo_until": now()}
    stuck = {"undo": None, "undo_until": None, "design_id": uuid7()}  # nothing that could be replaced
    copies(library, match, 1001 if newer == "done" else 2 * PAGE, **(done if newer == "done" else stuck))
    library.ingest(draw("hen.png", 8))
    assert content(library, fox) == new
    with library.database.read() as connection:
        assert find_match(connection, library.shop, match.id).row.undo["step"] == "done"


def test_open_replacements_are_found_by_their_own_index(library: Library, draw: Draw) -> None:
    match, _, _ = cut_off(library, draw)
    copies(library, match, 3000, undo={"step": "done"}, undo_until=now())
    explain, plans = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}[library.database.dialect], list[str]()

    def explained(connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if IS_REPLACING in statement and not statement.startswith("EXPLAIN"):
            plans.append(str(connection.exec_driver_sql(explain + statement, parameters).all()))

    with library.database.write() as connection:
        connection.execute(text("ANALYZE matches"))
    event.listen(library.database.engine, "before_cursor_execute", explained)
    finish_all(library.desk())
    assert plans and all("ix_matches_replacing" in plan for plan in plans), plans


def test_a_replacement_that_cannot_go_on_keeps_nobody_waiting(library: Library, draw: Draw) -> None:
    cut_off(library, draw)
    for path in library.root.rglob("*.png"):
        path.write_bytes(b"somebody else's")
    report = library.ingest(draw("hen.png", 8))
    assert [one["outcome"] for one in report.files] == ["stored"]
    assert verify_shop(library.shop, library.database, library.storage, library.spool, now, deep=True).problems
