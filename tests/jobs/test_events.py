"""Events are gapless, in order, and seen in order, whoever writes."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest

from printdock.jobs import claims, events
from printdock.jobs.events import NewEvent
from tests.jobs.conftest import Desk


def test_ids_are_gapless_and_appear_in_order_under_concurrent_writers(desk: Desk) -> None:
    writers, each = 4, 25
    upload, over = uuid4(), threading.Event()
    start = threading.Barrier(writers + 1)

    class Undone(Exception):
        pass

    def write(writer: int) -> None:
        start.wait()
        for at in range(each):
            with desk.write() as connection:
                events.append(connection, desk.shop, "upload", upload, "stored", {"writer": writer, "at": at})
            with pytest.raises(Undone), desk.write() as connection:  # a transaction that fails takes its id back
                events.append(connection, desk.shop, "upload", upload, "never", {})
                raise Undone

    def follow() -> list[int]:
        seen: list[int] = []
        start.wait()
        while True:
            last = over.is_set()
            with desk.database.read() as connection:
                seen += [event.id for event in events.after(connection, desk.shop, seen[-1] if seen else 0, limit=7)]
            if last and len(seen) >= writers * each:
                return seen

    with ThreadPoolExecutor(writers + 1) as pool:
        follower = pool.submit(follow)
        list(pool.map(write, range(writers)))
        over.set()
        assert follower.result() == list(range(1, writers * each + 1))


def test_each_shop_counts_its_own(desk: Desk) -> None:
    first, second = uuid4(), uuid4()
    with desk.write() as connection:
        assert events.append(connection, desk.shop, "upload", first, "begun", {}) == 1
    with desk.write() as connection:
        new = [NewEvent("upload", second, "begun", {"n": 1}), NewEvent("job", first, "begun", {})]
        assert events.append_all(connection, desk.other_shop, new) == 2
        assert events.append_all(connection, desk.other_shop, []) == 0
    with desk.database.read() as connection:
        assert events.last_id(connection, desk.shop) == 1
        assert events.last_id(connection, desk.other_shop) == 2
        assert [one.data for one in events.after(connection, desk.other_shop, 0, second)] == [{"n": 1}]
        assert [one.id for one in events.after(connection, desk.other_shop, 1)] == [2]


def test_old_events_are_swept_and_ids_go_on(desk: Desk) -> None:
    subject = uuid4()
    with desk.write() as connection:
        events.append(connection, desk.shop, "upload", subject, "begun", {})
    with desk.write() as connection:
        assert events.sweep(connection, desk.now) == 0
        assert events.sweep(connection, desk.now + events.KEEP + timedelta(minutes=1)) == 1
    with desk.write() as connection:
        assert events.append(connection, desk.shop, "upload", subject, "stored", {}) == 2


def test_a_job_tells_its_way(desk: Desk) -> None:
    desk.enqueue()
    job = desk.must_claim()
    with desk.write() as connection:
        claims.note(connection, job, {"done": 1})
    with desk.write() as connection:
        claims.complete(connection, job, desk.now, {"all": "of it"})
    with desk.database.read() as connection:
        told = events.after(connection, desk.shop, 0, job.id)
    assert [one.kind for one in told] == ["queued", "started", "progress", "completed"]
    assert [one.data["state"] for one in told] == ["pending", "processing", "processing", "completed"]
    assert told[2].data["progress"] == {"done": 1} and "result" not in told[3].data
