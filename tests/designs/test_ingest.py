"""The main job on both databases: every file one outcome, in order, nothing twice."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from printdock.db.tables import bands, designs, matches, print_files, sources, upload_files, uploads
from printdock.designs.decisions import decide
from printdock.designs.item import Duplicates, Event, Limits, Stage
from printdock.designs.matches import list_matches
from printdock.designs.outcomes import ANSWER_KEYS
from printdock.designs.verify import verify_shop
from printdock.errors import UsageError
from printdock.imaging.types import Fit, Recipe
from printdock.templates.queries import add_template
from tests.designs.conftest import Library, now

Draw = Callable[..., Path]


def outcomes(report: object) -> list[str]:
    return [entry["outcome"] for entry in report.files]


def count(library: Library, table: object) -> int:
    with library.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def assert_clean(library: Library) -> None:
    found = verify_shop(library.shop, library.database, library.storage, library.spool, now, deep=True)
    assert found.clean, found.problems


def test_a_batch_is_stored_with_rows_numbers_and_the_bytes_it_says(library: Library, draw: Draw) -> None:
    paths = [draw(f"{seed}.png", seed) for seed in range(5)]
    report = library.ingest(*paths)
    assert outcomes(report) == ["stored"] * 5
    assert [entry["source"] for entry in report.files] == [str(path) for path in paths]
    assert [entry["number"] for entry in report.files] == [100, 101, 102, 103, 104]
    for entry in report.files:
        assert tuple(entry) == ANSWER_KEYS
        stored = (library.root / entry["path"]).read_bytes()
        assert len(stored) == entry["bytes"] and hashlib.sha256(stored).hexdigest() == entry["sha256"]
        assert max(entry["width"], entry["height"]) == 300 and entry["dpi"] == 150
    assert count(library, print_files) == count(library, designs) == count(library, sources) == 5
    assert count(library, upload_files) == 5 and count(library, uploads) == 1
    assert_clean(library)


def test_the_same_files_again_are_duplicates_of_themselves(library: Library, draw: Draw) -> None:
    paths = [draw(f"{seed}.png", seed) for seed in range(3)]
    first, second = library.ingest(*paths), library.ingest(*paths)
    assert outcomes(second) == ["duplicate"] * 3
    assert [entry["duplicate_of"] for entry in second.files] == [entry["design"] for entry in first.files]
    assert len(library.files()) == 3
    assert_clean(library)


def test_duplicates_inside_one_upload_count_in_its_order(library: Library, draw: Draw) -> None:
    paths = [draw("a.png", 1), draw("b.png", 2), draw("a again.png", 1, level=9), draw("a copy.png", 1)]
    report = library.ingest(*paths)
    assert outcomes(report) == ["stored", "stored", "duplicate", "duplicate"]
    original = report.files[0]["design"]
    assert [entry["duplicate_of"] for entry in report.files[2:]] == [original, original]
    assert "a.png" in report.files[2]["reason"] or "100" in report.files[2]["reason"]
    assert_clean(library)


def test_a_batch_of_one_image_decides_the_same(library: Library, draw: Draw) -> None:
    paths = [draw("a.png", 1), draw("b.png", 2), draw("a again.png", 1, level=9)]
    assert outcomes(library.ingest(*paths, limits=Limits(batch_images=1))) == ["stored", "stored", "duplicate"]


def test_exact_search_takes_only_the_same_bytes_for_duplicates(library: Library, draw: Draw) -> None:
    paths = [draw("a.png", 1), draw("a again.png", 1, level=9), draw("a copy.png", 1)]
    report = library.ingest(*paths, duplicates=Duplicates.EXACT)
    assert outcomes(report) == ["stored", "stored", "duplicate"]
    assert count(library, bands) == 0


def test_without_search_everything_is_stored(library: Library, draw: Draw) -> None:
    paths = [draw("a.png", 1), draw("a copy.png", 1)]
    for _ in range(2):
        assert outcomes(library.ingest(*paths, duplicates=Duplicates.OFF)) == ["stored", "stored"]
    assert len(library.files()) == 4
    assert_clean(library)


def test_known_art_for_another_template_is_a_print_file_of_the_same_design(library: Library, draw: Draw) -> None:
    first = library.ingest(draw("a.png", 1))
    with library.database.write() as connection:
        other = add_template(connection, library.shop, "Wide", Recipe(3, 1, dpi=150, fit=Fit.STRETCH), now())
    second = library.ingest(draw("a again.png", 1, level=9), template=other)
    assert outcomes(second) == ["stored"]
    assert second.files[0]["design"] == first.files[0]["design"]
    third = library.ingest(draw("a third.png", 1, level=5), template=other)
    assert outcomes(third) == ["duplicate"]
    assert count(library, designs) == 1 and count(library, print_files) == 2


def test_a_bad_file_fails_alone_and_says_why(library: Library, draw: Draw, tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"not a picture")
    report = library.ingest(draw("a.png", 1), bad, tmp_path / "gone.png", draw("b.png", 2))
    assert outcomes(report) == ["stored", "failed", "failed", "stored"]
    assert report.files[1]["reason"].startswith("unsupported_format: ")
    assert report.files[2]["reason"].startswith("unreadable: ")
    assert_clean(library)


def test_a_repeat_of_a_file_that_failed_fails_for_the_same_reason(library: Library, tmp_path: Path) -> None:
    paths = [tmp_path / "bad.png", tmp_path / "bad copy.png"]
    for path in paths:
        path.write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    report = library.ingest(*paths)
    assert outcomes(report) == ["failed", "failed"]
    assert report.files[0]["reason"].split(":")[0] == report.files[1]["reason"].split(":")[0]


def test_a_dry_run_decides_the_same_and_writes_nothing(library: Library, draw: Draw) -> None:
    paths = [draw("a.png", 1), draw("b.png", 2), draw("a again.png", 1, level=9), draw("a copy.png", 1)]
    dry = library.ingest(*paths, dry_run=True)
    assert library.files() == []
    assert all(count(library, table) == 0 for table in (uploads, designs, print_files, sources, matches, bands))
    assert outcomes(dry) == outcomes(library.ingest(*paths))


def test_stopping_finishes_what_is_claimed_and_answers_the_rest(library: Library, draw: Draw) -> None:
    stop = threading.Event()

    def report(event: Event) -> None:
        if event.stage is Stage.SETTLED:
            stop.set()

    paths = [draw(f"{seed}.png", seed) for seed in range(12)]
    first = library.ingest(*paths, stop=stop, report=report, limits=Limits(batch_images=2))
    assert "stored" in outcomes(first) and "failed" in outcomes(first)
    assert {entry["reason"].split(":")[0] for entry in first.files if entry["outcome"] == "failed"} == {"cancelled"}
    assert_clean(library)
    assert "failed" not in outcomes(library.ingest(*paths))
    assert len(library.files()) == 12


def test_keeping_a_refused_duplicate_sticks(library: Library, draw: Draw) -> None:
    library.ingest(draw("a.png", 1))
    again = draw("a again.png", 1, level=9)
    assert outcomes(library.ingest(again)) == ["duplicate"]
    with library.database.read() as connection:
        (match,) = list_matches(connection, library.shop)
    kept = decide(library.desk(), match.id, "keep")
    assert kept.send_again and kept.match.row.source == str(again)
    assert outcomes(library.ingest(again)) == ["stored"]
    assert outcomes(library.ingest(again)) == ["duplicate"]  # of itself now
    assert len(library.files()) == 2
    assert_clean(library)


def test_dropping_a_refused_duplicate_sticks(library: Library, draw: Draw) -> None:
    library.ingest(draw("a.png", 1))
    again = draw("a again.png", 1, level=9)
    library.ingest(again)
    with library.database.read() as connection:
        (match,) = list_matches(connection, library.shop)
    decide(library.desk(), match.id, "drop")
    assert outcomes(library.ingest(again)) == ["duplicate"]
    with library.database.read() as connection:
        assert list_matches(connection, library.shop) == []
        assert [one.row.decision for one in list_matches(connection, library.shop, decided=True)] == ["drop"]


def test_an_unknown_match_is_a_clear_refusal(library: Library) -> None:
    with pytest.raises(UsageError, match="no match 7"):
        decide(library.desk(), 7, "keep")


def test_a_file_that_went_missing_comes_back_under_its_number(library: Library, draw: Draw) -> None:
    path = draw("a.png", 1)
    first = library.ingest(path, draw("b.png", 2)).files[0]
    (library.root / first["path"]).unlink()
    parts = (library.shop, library.database, library.storage, library.spool, now)
    assert not verify_shop(*parts).clean
    assert verify_shop(*parts, repair=True).clean
    again = library.ingest(path).files[0]
    assert (again["outcome"], again["number"], again["path"]) == ("stored", first["number"], first["path"])
    assert_clean(library)


def test_earlier_print_files_are_never_overwritten_and_can_be_taken_in(library: Library, draw: Draw) -> None:
    made = library.ingest(draw("a.png", 1)).files[0]
    print_file = (library.root / made["path"]).read_bytes()
    earlier = library.root / "My Shop" / "Small" / "DTF 101 Small_101.png"
    earlier.write_bytes(draw("old art.png", 55).read_bytes())
    before = earlier.read_bytes()
    assert library.ingest(draw("b.png", 2)).files[0]["number"] == 102
    assert earlier.read_bytes() == before and (library.root / made["path"]).read_bytes() == print_file
    parts = (library.shop, library.database, library.storage, library.spool, now)
    assert [problem.code for problem in verify_shop(*parts).problems] == ["unknown_file"]
    assert verify_shop(*parts, repair=True).clean
    assert_clean(library)
    assert outcomes(library.ingest(draw("old art again.png", 55, level=9))) == ["duplicate"]


def test_two_uploads_at_once_make_one_set_of_files_and_rows(library: Library, draw: Draw) -> None:
    paths = [draw(f"{seed}.png", seed) for seed in range(8)] + [draw(f"{seed} again.png", seed, 9) for seed in range(8)]
    reports: list[object] = []
    threads = [threading.Thread(target=lambda: reports.append(library.ingest(*paths))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(outcomes(report).count("stored") for report in reports) == 8
    assert all("failed" not in outcomes(report) for report in reports)
    assert len(library.files()) == count(library, print_files) == count(library, designs) == 8
    assert_clean(library)


def test_another_shop_has_its_own_duplicates(library: Library, draw: Draw) -> None:
    from printdock.shops.queries import ensure_shop

    path = draw("a.png", 1)
    library.ingest(path)
    with library.database.write() as connection:
        theirs = ensure_shop(connection, "Their Shop", now())
        template = add_template(connection, theirs, "Small", library.template.recipe, now())
    assert outcomes(library.ingest(path, template=template)) == ["stored"]
