"""Decisions on matches, and deleted designs: nothing is lost, everything can be undone, wherever it is cut off."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pytest
from sqlalchemy import event, insert, select, text
from uuid_utils.compat import uuid7

from printdock.db.tables import IS_REPLACING, match_pictures, matches, print_files, replacements
from printdock.designs import lease, ledger, replace
from printdock.designs.bin import GRACE, delete_design
from printdock.designs.catalog import Filter, one_design, page_of_designs
from printdock.designs.decisions import PAGE, Word, decide, finish_all, restore_design, undo
from printdock.designs.lease import LEASE
from printdock.designs.matches import Match, find_match, list_matches
from printdock.designs.sides import SIDE_BYTES
from printdock.designs.verify import verify_shop
from printdock.errors import Conflict, NotFound, StorageUnavailable
from printdock.imaging.codec import decode
from printdock.mockups.emptying import empty_bin
from tests.designs.conftest import Library, art, now
from tests.services.ssh import wait_for

Draw = Callable[..., Path]


def cut(seed: int, strip: int = 5) -> Any:
    pixels = art(seed)
    rows, columns = (np.flatnonzero((pixels[:, :, 3] > 2).any(axis=axis)) for axis in (1, 0))
    return np.ascontiguousarray(pixels[rows[0] + strip : rows[-1] + 1, columns[0] + strip : columns[-1] + 1])


def alike(library: Library, draw: Draw) -> tuple[Match, list[dict[str, Any]]]:
    """A stored design, and a look-alike that was stored and flagged; and their answers."""
    report = library.ingest(draw("fox.png", 3), draw("fox cut.png", 0, pixels=cut(3)))
    assert [one["outcome"] for one in report.files] == ["stored", "stored"] and report.files[1]["similar_to"]
    return waiting(library)[0], report.files


def waiting(library: Library) -> list[Match]:
    with library.database.read() as connection:
        return list_matches(connection, library.shop)


def numbers(library: Library, **wanted: Any) -> list[int]:
    with library.database.read() as connection:
        found = page_of_designs(connection, library.shop, Filter(**wanted), before=None, limit=50)
    return [file.number for design in found for file in design.print_files]


def content(library: Library, entry: dict[str, Any]) -> bytes:
    return (library.root / entry["path"]).read_bytes()


def assert_clean(library: Library, *, deleted: int = 0) -> None:
    found = verify_shop(library.shop, library.database, library.storage, library.spool, now, deep=True)
    assert found.clean and found.problems == [] and found.deleted == deleted


def later(by: timedelta) -> Callable[[], datetime]:
    return lambda: now() + by


def test_both_sides_are_kept_with_a_match_stored_or_refused(library: Library, draw: Draw) -> None:
    alike(library, draw)
    library.ingest(draw("fox again.png", 3, level=9))
    with library.database.read() as connection:
        rows = connection.execute(select(match_pictures)).all()
        refused = next(one for one in list_matches(connection, library.shop) if one.row.kind == "duplicate")
    assert sorted((row.match_id == refused.id, row.side) for row in rows) == [
        (False, "newcomer"), (False, "stored"), (True, "newcomer"),
    ]  # fmt: skip
    for row in rows:
        shown = decode(bytes(row.webp))
        assert shown.shape[:2] == (row.height, row.width) and len(row.webp) <= SIDE_BYTES
    similar = next(one for one in waiting(library) if one.row.kind == "similar")
    assert np.shape(similar.row.evidence["matrix"]) == (2, 3)


def test_dropping_keeps_the_files_and_undoing_brings_all_back(library: Library, draw: Draw) -> None:
    match, (fox, cut_fox) = alike(library, draw)
    for _ in range(2):  # twice is once
        dropped = decide(library.desk(), match.id, "drop").match
    assert (dropped.row.decision, dropped.row.decided_by) == ("drop", "Rose")
    assert numbers(library) == [fox["number"]] and numbers(library, deleted=True) == [cut_fox["number"]]
    again = library.ingest(draw("fox cut.png", 0, pixels=cut(3))).files[0]
    assert (again["outcome"], again["duplicate_of"]) == ("duplicate", fox["design"]), "a decision sticks"
    assert_clean(library, deleted=1)
    for _ in range(2):
        undo(library.desk(), match.id)
    assert numbers(library) == [cut_fox["number"], fox["number"]]
    assert [one.id for one in waiting(library)] == [match.id]
    again = library.ingest(draw("fox cut.png", 0, pixels=cut(3))).files[0]
    assert (again["outcome"], again["duplicate_of"]) == ("duplicate", cut_fox["design"])
    assert_clean(library)


def test_replacing_gives_the_stored_number_the_new_art_and_undoing_takes_it_back(library: Library, draw: Draw) -> None:
    match, (fox, cut_fox) = alike(library, draw)
    old, new = content(library, fox), content(library, cut_fox)
    decide(library.desk(), match.id, "replace")
    assert content(library, fox) == new and content(library, cut_fox) == old
    assert numbers(library) == [fox["number"]]
    with library.database.read() as connection:
        assert one_design(connection, library.shop, match.row.matched_design_id).name == "fox"
    assert_clean(library, deleted=1)
    for name, pixels in (("fox cut.png", cut(3)), ("fox.png", art(3))):
        answer = library.ingest(draw(name, 0, pixels=pixels)).files[0]
        assert (answer["outcome"], answer["duplicate_of"]) == ("duplicate", fox["design"]), name
    with pytest.raises(Conflict, match="replaced"), library.database.write() as connection:
        restore_design(connection, library.desk(), match.row.design_id)
    undo(library.desk(), match.id)
    assert content(library, fox) == old and content(library, cut_fox) == new
    assert numbers(library) == [cut_fox["number"], fox["number"]] and len(waiting(library)) == 1
    assert_clean(library)
    assert len(library.files()) == 2, "nothing is left aside"


class Cut:
    """A storage that is gone after so many changes."""

    def __init__(self, library: Library, changes: int) -> None:
        self._storage, self._left = library.storage, changes

    def put(self, key: str, data: bytes) -> None:
        self._change()
        self._storage.put(key, data)

    def delete(self, key: str) -> None:
        self._change()
        self._storage.delete(key)

    def open(self, key: str) -> BinaryIO:
        return self._storage.open(key)

    def _change(self) -> None:
        if self._left == 0:
            raise StorageUnavailable("Gone.")
        self._left -= 1


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


@pytest.mark.parametrize("word", ["drop", "replace"])
def test_two_who_decide_at_once_decide_once(library: Library, draw: Draw, word: Word) -> None:
    match, (_, cut_fox) = alike(library, draw)
    with ThreadPoolExecutor(2) as pool:
        with library.database.write() as connection:
            ledger.hold(connection, library.shop)  # until both have come as far as they can
            deciding = [pool.submit(decide, library.desk(), match.id, word) for _ in range(2)]
            if library.database.dialect == "postgresql":
                wait_for(lambda: waiting_for_locks(library) == 2, "both to wait")
        assert {one.result().match.row.decision for one in deciding} == {word}
    undo(library.desk(), match.id)
    answer = library.ingest(draw("fox cut.png", 0, pixels=cut(3))).files[0]
    assert (answer["outcome"], answer["duplicate_of"]) == ("duplicate", cut_fox["design"])
    assert_clean(library)


def waiting_for_locks(library: Library) -> int:
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with library.database.read() as connection:
        return int(connection.execute(text(waits)).scalar_one())


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


def test_a_refused_file_replaces_when_it_is_sent_again(library: Library, draw: Draw) -> None:
    fox = library.ingest(draw("fox.png", 3)).files[0]
    again = draw("fox again.png", 3, level=9)
    library.ingest(again)
    (match,) = waiting(library)
    assert decide(library.desk(), match.id, "replace").send_again
    sent = library.ingest(again).files[0]
    assert sent["outcome"] == "stored"
    assert numbers(library) == [fox["number"]] and numbers(library, deleted=True) == [sent["number"]]
    assert library.ingest(again).files[0]["duplicate_of"] == fox["design"]
    undo(library.desk(), match.id)
    assert sorted(numbers(library)) == [fox["number"], sent["number"]]
    assert_clean(library)


def test_keeping_can_be_undone_until_the_file_is_stored(library: Library, draw: Draw) -> None:
    library.ingest(draw("fox.png", 3))
    again = draw("fox again.png", 3, level=9)
    library.ingest(again)
    (match,) = waiting(library)
    decide(library.desk(), match.id, "keep")
    with pytest.raises(Conflict, match="decided before"):
        decide(library.desk(), match.id, "drop")
    undo(library.desk(), match.id)
    assert library.ingest(again).files[0]["outcome"] == "duplicate"
    decide(library.desk(), match.id, "keep")
    assert library.ingest(again).files[0]["outcome"] == "stored"
    with pytest.raises(Conflict) as raised:
        undo(library.desk(), match.id)
    assert raised.value.code == "stored_meanwhile"


def test_a_deleted_design_refuses_nobody_and_comes_back_as_it_was(library: Library, draw: Draw) -> None:
    fox = library.ingest(draw("fox.png", 3)).files[0]
    (key,) = [row.design_id for row in rows(library)]
    with library.database.write() as connection:
        delete_design(connection, library.shop, key, now())
    assert numbers(library) == [] and numbers(library, deleted=True, search=str(fox["number"])) == [fox["number"]]
    with pytest.raises(NotFound), library.database.read() as connection:
        one_design(connection, library.shop, key)
    fresh = library.ingest(draw("fox.png", 3), draw("other.png", 3, level=9)).files
    assert [one["outcome"] for one in fresh] == ["stored", "duplicate"] and fresh[0]["design"] != fox["design"]
    with library.database.write() as connection:
        restore_design(connection, library.desk(), key)
    assert numbers(library) == [fresh[0]["number"], fox["number"]]
    assert_clean(library)


def test_what_is_not_brought_back_goes_when_its_time_is_up(library: Library, draw: Draw) -> None:
    match, (fox, cut_fox) = alike(library, draw)
    decide(library.desk(), match.id, "drop")
    parts = library.shop, library.database, library.storage, library.spool
    assert empty_bin(*parts, later(GRACE - timedelta(hours=1))) == 0
    assert content(library, cut_fox)
    assert empty_bin(*parts, later(GRACE)) == 1 and empty_bin(*parts, later(GRACE)) == 0
    assert library.files() == [fox["path"]] and numbers(library, deleted=True) == []
    with pytest.raises(Conflict) as raised:
        undo(library.desk(clock=later(GRACE)), match.id)
    assert raised.value.code == "too_late"
    assert_clean(library)


def rows(library: Library) -> Any:
    with library.database.read() as connection:
        return connection.execute(select(print_files).where(print_files.c.shop_id == library.shop.id)).all()
