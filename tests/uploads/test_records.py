"""The life of an upload's rows, on both databases."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from uuid_utils.compat import uuid7

from printdock.designs.outcomes import Failed
from printdock.errors import Conflict, InputRefused, NoRoom, NotFound, UsageError
from printdock.shops.queries import ensure_shop
from printdock.uploads import queries, records
from printdock.uploads.sweep import expire, tidy
from printdock.uploads.types import Announced, Bounds
from tests.designs.conftest import now
from tests.uploads.conftest import PNG, Desk, announced


def test_from_the_first_byte_to_the_report(desk: Desk) -> None:
    begun = desk.begin(*announced(["a.png", "b.png"]))
    assert (begun.state, [file.state for file in begun.files]) == ("receiving", ["wanted", "wanted"])
    with desk.library.database.write() as connection, pytest.raises(Conflict, match=r"2 of 2 files .*a.png") as raised:
        records.queue(connection, desk.shop, begun.id, enqueue=uuid7, now=now())
    assert raised.value.code == "files_missing"
    desk.receive(begun.id, 0, PNG)
    desk.receive(begun.id, 1, PNG)
    job = uuid7()
    with desk.library.database.write() as connection:
        queued = records.queue(connection, desk.shop, begun.id, enqueue=lambda: job, now=now())
        assert (queued.state, queued.job) == ("queued", job)
        assert records.start(connection, desk.shop, begun.id).state == "processing"
        assert [file.name for file in queries.waiting(connection, desk.shop, begun.id)] == ["a.png", "b.png"]
        ended = records.end(connection, desk.shop, begun.id, "finished", now(), Failed("why", "Because of it."))
    assert (ended.state, ended.failed, desk.outcomes(ended)) == ("finished", 2, ["failed", "failed"])
    with desk.library.database.write() as connection:
        again = records.end(connection, desk.shop, begun.id, "cancelled", now())
    assert again.state == "finished"


def test_what_needs_no_sending_is_answered_at_once(desk: Desk, draw: Callable[..., Path]) -> None:
    known = draw("known.png", 1)
    desk.library.ingest(known)
    digest = hashlib.sha256(known.read_bytes()).digest()
    begun = desk.begin(
        Announced("new.png", 10), Announced("../out.png", 10), Announced("huge.png", 2_000_000), Announced("none.png", 0),
        Announced("same.png", 10, digest), Announced("other.png", 10, bytes(32)),
    )  # fmt: skip
    answers = [None if file.answer is None else file.answer["reason"].split(":")[0] for file in begun.files]
    assert answers == [None, "bad_name", "too_large", "empty_file", answers[4], None]
    assert begun.files[4].answer is not None and begun.files[4].answer["outcome"] == "duplicate"
    assert begun.files[4].answer["source"] == "same.png"
    assert "DTF 100 Small_100.png" in begun.files[4].answer["reason"]
    unasked = desk.begin(Announced("same.png", 10, digest), skip_known=False)
    assert desk.outcomes(unasked) == [None]


def test_limits_are_named(desk: Desk) -> None:
    begun = desk.begin(*announced(["a.png"]), bounds=Bounds(2, 10_000))
    with desk.library.database.write() as connection, pytest.raises(UsageError) as many:
        records.add(
            connection, desk.library.template, begun.id, announced(["b.png", "c.png"]), bounds=Bounds(2, 10_000),
            skip_known=True, expires_at=now(),
        )  # fmt: skip
    assert many.value.code == "too_many_files"
    with pytest.raises(NoRoom):
        desk.begin(*announced(["a.png", "b.png"]), bounds=Bounds(2, 10_000, room=len(PNG)))


def test_files_may_be_added_until_it_is_complete(desk: Desk) -> None:
    begun = desk.begin()

    def add(name: str) -> list[str]:
        with desk.library.database.write() as connection:
            return [
                file.name
                for file in records.add(
                    connection, desk.library.template, begun.id, announced([name]), bounds=Bounds(9, 10_000),
                    skip_known=True, expires_at=now() + timedelta(hours=1),
                ).files
            ]  # fmt: skip

    assert add("a.png") == ["a.png"] and add("b.png") == ["a.png", "b.png"]
    with desk.library.database.write() as connection:
        records.queue(connection, desk.shop, begun.id, enqueue=uuid7, now=now(), leave_out_missing=True)
        found = queries.find(connection, desk.shop, begun.id)
    assert [file.answer and file.answer["reason"].split(":")[0] for file in found.files] == ["not_sent", "not_sent"]
    with pytest.raises(Conflict) as raised:
        add("c.png")
    assert raised.value.code == "not_receiving"


def test_a_refused_file_does_not_hold_up_the_rest(desk: Desk) -> None:
    begun = desk.begin(*announced(["a.svg", "b.png"]))
    with desk.library.database.write() as connection:
        refused = records.refuse(
            connection, desk.shop, begun.id, 0, InputRefused("It is an SVG.", code="unsupported_format")
        )
    assert refused.answer is not None and refused.answer["reason"] == "unsupported_format: It is an SVG."
    desk.receive(begun.id, 1, PNG)
    with desk.library.database.write() as connection:
        assert records.queue(connection, desk.shop, begun.id, enqueue=uuid7, now=now()).state == "queued"
        assert [file.position for file in queries.waiting(connection, desk.shop, begun.id)] == [1]


def test_another_shop_sees_nothing(desk: Desk) -> None:
    begun = desk.begin(*announced(["a.png"]))
    with desk.library.database.write() as connection:
        other = ensure_shop(connection, "Other", now())
        with pytest.raises(NotFound):
            queries.find(connection, other, begun.id)
        with pytest.raises(NotFound):
            records.end(connection, other, begun.id, "cancelled", now())
        with pytest.raises(NotFound):
            records.received(connection, other, begun.id, 0, now=now(), expires_at=now())
        assert queries.list_sent(connection, other, limit=9) == []
        assert [one.id for one in queries.list_sent(connection, desk.shop, limit=9)] == [begun.id]


def test_lists_page_by_id_and_know_ingests_too(desk: Desk, draw: Callable[..., Path]) -> None:
    report = desk.library.ingest(draw("a.png", 1))
    ids = [desk.begin().id for _ in range(3)]
    with desk.library.database.read() as connection:
        first = queries.list_sent(connection, desk.shop, limit=2)
        rest = queries.list_sent(connection, desk.shop, limit=9, before=first[-1].id)
        local = queries.find(connection, desk.shop, rest[-1].id)
        finished = queries.list_sent(connection, desk.shop, limit=9, state="finished")
    assert [one.id for one in first + rest[:-1]] == ids[::-1]
    assert (str(local.id), local.state, local.count, local.stored) == (report.upload, "finished", 1, 1)
    assert [file.answer for file in local.files] == report.files
    assert [one.id for one in finished] == [local.id]


def test_what_nobody_comes_back_for_goes(desk: Desk) -> None:
    due = desk.begin(*announced(["a.png"]), expires_at=now() - timedelta(seconds=1))
    alive = desk.begin(*announced(["a.png"]))
    stray = uuid7()
    desk.place.make(stray)
    desk.place.path(due.id, 0).write_bytes(PNG)
    assert [upload for _shop, upload in expire(desk.library.database, now())] == [due.id]
    assert expire(desk.library.database, now()) == []
    with desk.library.database.read() as connection:
        ended = queries.find(connection, desk.shop, due.id)
    assert (ended.state, desk.outcomes(ended)) == ("expired", ["failed"])
    assert tidy(desk.library.database, desk.place, now()) == 1
    assert {upload for upload, _ in desk.place.present()} == {alive.id, stray}
    assert tidy(desk.library.database, desk.place, now() + timedelta(hours=2)) == 1
    assert {upload for upload, _ in desk.place.present()} == {alive.id}
