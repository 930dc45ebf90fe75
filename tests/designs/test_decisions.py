"""Decisions on matches, and deleted designs: nothing is lost, everything can be undone, wherever it is cut off."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select, text

from printdock.db.tables import match_pictures, print_files
from printdock.designs import ledger
from printdock.designs.bin import GRACE, delete_design
from printdock.designs.catalog import one_design
from printdock.designs.decisions import Word, decide, restore_design, undo
from printdock.designs.matches import list_matches
from printdock.designs.sides import SIDE_BYTES
from printdock.errors import Conflict, NotFound
from printdock.imaging.codec import decode
from printdock.mockups.emptying import empty_bin
from tests.designs.conftest import Library, art, now
from tests.designs.deciding import Draw, alike, assert_clean, content, cut, numbers, waiting
from tests.services.ssh import wait_for


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
