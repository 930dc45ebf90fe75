"""Taking in an upload that was cut off: what has its answer keeps it, what was stored is not a duplicate of itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from printdock.designs.ingest import Report, ingest
from printdock.designs.item import Duplicates, Event, Source, Stage
from printdock.designs.store import Recorder
from printdock.uploads import queries
from printdock.uploads.types import Announced, SentUpload
from tests.designs.test_look_alikes import cropped, trimmed
from tests.uploads.conftest import Desk


def _send(desk: Desk, *pictures: Path) -> SentUpload:
    begun = desk.begin(*(Announced(f"sent/{path.name}", path.stat().st_size) for path in pictures))
    for position, path in enumerate(pictures):
        desk.receive(begun.id, position, path.read_bytes())
    return begun


def _take_in(desk: Desk, upload: SentUpload, **changes: Any) -> Report:
    """What a worker does with an upload, the first time or again."""
    with desk.library.database.read() as connection:
        left = queries.waiting(connection, desk.shop, upload.id)
    sources = [Source(desk.place.path(upload.id, file.position), file.name, file.position) for file in left]
    return ingest(desk.library.upload(**{"id": upload.id, "resumes": True} | changes), sources)


def _answers(desk: Desk, upload: SentUpload) -> list[dict[str, Any] | None]:
    with desk.library.database.read() as connection:
        return [file.answer for file in queries.find(connection, desk.shop, upload.id).files]


def _cut_off_before_answers(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """What is stored gets no answer: as if the worker died between the two."""

    def dead(_recorder: Recorder, _items: Sequence[object]) -> None:
        pass

    monkeypatch.setattr(Recorder, "_record", dead)
    return monkeypatch.undo


@pytest.mark.parametrize("search", list(Duplicates))
def test_what_was_stored_and_not_answered_is_answered_as_stored(
    desk: Desk, draw: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, search: Duplicates
) -> None:
    upload = _send(desk, draw("a.png", 1), draw("b.png", 2), draw("again.png", 1), draw("resaved.png", 2, level=9))
    back = _cut_off_before_answers(monkeypatch)
    first = _take_in(desk, upload, duplicates=search)
    assert _answers(desk, upload) == [None] * 4
    back()
    files = desk.library.files()
    report = _take_in(desk, upload, duplicates=search)
    expected = {
        Duplicates.ON: ["stored", "stored", "duplicate", "duplicate"],
        Duplicates.EXACT: ["stored", "stored", "duplicate", "stored"],
        Duplicates.OFF: ["stored"] * 4,
    }[search]
    assert [entry["outcome"] for entry in report.files] == expected
    assert desk.library.files() == files, "nothing is stored twice"
    assert [entry for entry in report.files if entry["outcome"] == "stored"] == [
        entry for entry in first.files if entry["outcome"] == "stored"
    ]
    assert _answers(desk, upload) == report.files
    assert _take_in(desk, upload, duplicates=search).files == []


def test_a_look_alike_is_flagged_the_same(
    desk: Desk, draw: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    original = trimmed(1)
    upload = _send(desk, draw("a.png", 0, pixels=original), draw("crop.png", 0, pixels=cropped(original)))
    back = _cut_off_before_answers(monkeypatch)
    first = _take_in(desk, upload)
    assert first.files[1]["similar_to"] == first.files[0]["design"], first.files[1]
    back()
    report = _take_in(desk, upload)
    for before, after in zip(first.files, report.files, strict=True):
        assert {**after, "reason": None} == {**before, "reason": None}
    assert str(report.files[1]["reason"]) in str(first.files[1]["reason"])


def test_a_restored_print_file_is_answered_as_stored(
    desk: Desk, draw: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy import update

    from printdock.db.tables import print_files

    picture = draw("a.png", 1)
    (stored,) = desk.library.ingest(picture).files
    (desk.library.root / stored["path"]).unlink()
    with desk.library.database.write() as connection:
        connection.execute(update(print_files).values(state="missing"))
    upload = _send(desk, picture)
    back = _cut_off_before_answers(monkeypatch)
    _take_in(desk, upload)
    back()
    (entry,) = _take_in(desk, upload).files
    assert (entry["outcome"], entry["path"]) == ("stored", stored["path"])


def test_files_that_have_their_answer_keep_it(desk: Desk, draw: Callable[..., Path]) -> None:
    upload = _send(desk, *(draw(f"{n}.png", n) for n in range(4)))
    stop = threading.Event()

    def stop_early(event: Event) -> None:
        if event.stage is Stage.DECIDED:
            stop.set()

    from dataclasses import replace

    limits = replace(desk.library.upload().limits, batch_images=1)
    first = _take_in(desk, upload, stop=stop, report=stop_early, limits=limits)
    kept = _answers(desk, upload)
    left = [position for position, entry in enumerate(kept) if entry is None]
    assert 0 < len(left) < 4, "a file that a stop left out has no answer yet"
    assert [entry for entry in first.files if entry["outcome"] == "stored"] == [entry for entry in kept if entry]
    second = _take_in(desk, upload)
    assert [entry["source"] for entry in second.files] == [f"sent/{n}.png" for n in left]
    assert {entry["outcome"] for entry in second.files} == {"stored"}
    answers = _answers(desk, upload)
    assert [entry and entry["source"] for entry in answers] == [f"sent/{n}.png" for n in range(4)]
    assert len({entry["path"] for entry in answers if entry}) == 4


def test_names_are_the_clients(desk: Desk, draw: Callable[..., Path]) -> None:
    upload = _send(desk, draw("rose.png", 1), draw("copy.png", 1))
    events: list[Event] = []
    report = _take_in(desk, upload, report=events.append)
    assert report.files[1]["reason"] == "It has the same bytes as rose.png, sent with it."
    assert {(event.source, event.position) for event in events} == {("sent/rose.png", 0), ("sent/copy.png", 1)}
