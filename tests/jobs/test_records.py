"""The laws of job rows, on both databases."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from printdock.designs.lease import new_owner
from printdock.errors import LeaseLost, UsageError
from printdock.jobs import claims, events, records, wishes
from printdock.jobs.job import LEASE, RETRIES, Job, NewJob, Priority, State, Wish
from printdock.jobs.kinds import KINDS, new_job
from printdock.jobs.kinds.probe import ProbeInput
from printdock.jobs.work import Kind, Result
from tests.jobs.conftest import Desk

ERROR = {"code": "storage_unavailable", "message": "The storage is away.", "remedy": ""}


def test_jobs_are_claimed_by_priority_then_by_age(desk: Desk) -> None:
    made = [
        desk.enqueue(priority=priority)
        for priority in (Priority.LOW, Priority.NORMAL, Priority.HIGH, Priority.NORMAL, Priority.HIGH)
    ]
    claimed = [desk.must_claim().id for _ in made]
    assert claimed == [made[2], made[4], made[1], made[3], made[0]]
    assert desk.claim() is None


def test_a_worker_takes_only_what_it_may(desk: Desk) -> None:
    desk.enqueue(place="here")
    desk.enqueue(priority=Priority.LOW)
    desk.enqueue(kind="of tomorrow")
    desk.enqueue(run_at=desk.now + timedelta(hours=1))
    assert desk.must_claim().priority is Priority.LOW
    assert desk.claim() is None
    assert desk.must_claim(places=["there", "here"]).place == "here"
    desk.enqueue(priority=Priority.LOW)
    assert desk.claim(lowest=Priority.NORMAL) is None


def test_a_job_is_claimed_by_one_of_many(desk: Desk) -> None:
    made = {desk.enqueue() for _ in range(40)}
    start = threading.Barrier(4)

    def take(_worker: int) -> list[UUID]:
        name, mine = new_owner(), []
        start.wait()
        while (job := desk.claim(name)) is not None:
            mine.append(job.id)
        return mine

    with ThreadPoolExecutor(4) as pool:
        taken = [job for mine in pool.map(take, range(4)) for job in mine]
    assert sorted(taken) == sorted(made)


def test_a_worker_passes_over_what_another_is_taking(desk: Desk) -> None:
    if desk.database.dialect == "sqlite":
        pytest.skip("one transaction writes at a time")
    first = desk.enqueue()
    with desk.write() as connection:  # of another shop, for those of one wait for its events
        second = records.enqueue(connection, desk.other_shop, NewJob("probe"))
    desk.later(1)
    with desk.write() as one, desk.write() as other:
        other.execute(text("SET LOCAL lock_timeout = '5s'"))
        assert [desk_claim(desk, connection).id for connection in (one, other)] == [first, second]


def test_an_unfinished_job_keeps_its_key(desk: Desk) -> None:
    first = desk.enqueue(key="upload 1")
    assert desk.enqueue(key="upload 1") == first
    assert desk.enqueue(key="upload 2") != first
    with desk.write() as connection:
        assert records.enqueue(connection, desk.other_shop, NewJob("probe", key="upload 1")) != first
    job = desk.must_claim()
    assert desk.enqueue(key="upload 1") == job.id == first
    with desk.write() as connection:
        claims.fail(connection, job, desk.now, ERROR, permanent=True)
    second = desk.enqueue(key="upload 1")
    assert second != first
    with desk.write() as connection, pytest.raises(UsageError, match="newer job"):
        wishes.retry(connection, desk.shop, first, desk.now)


def test_completion_comes_with_what_follows(desk: Desk) -> None:
    desk.enqueue()
    job = desk.must_claim()
    with desk.write() as connection:
        claims.complete(connection, job, desk.now, {"stored": 3}, progress={"done": 3}, follow=[NewJob("probe")])
    done = desk.find(job.id)
    assert (done.state, done.result, done.progress, done.worker) == (State.COMPLETED, {"stored": 3}, {"done": 3}, None)
    desk.later(1)
    assert desk.must_claim().id != job.id


def test_completion_after_the_lease_was_lost_is_discarded(desk: Desk) -> None:
    desk.enqueue()
    late = desk.must_claim()
    _sweep(desk, seconds=LEASE.total_seconds() + 1)
    again = desk.must_claim(worker=new_owner())
    assert again.id == late.id and again.attempts == 2
    for write in (
        lambda connection: claims.complete(connection, late, desk.now, {}, follow=[NewJob("probe")]),
        lambda connection: claims.fail(connection, late, desk.now, ERROR, permanent=True),
        lambda connection: claims.give_up(connection, late, desk.now, State.PENDING),
        lambda connection: claims.note(connection, late, {"done": 1}),
    ):
        with pytest.raises(LeaseLost), desk.write() as connection:
            write(connection)
    assert desk.find(late.id) == again
    assert desk.claim() is None  # nothing followed


def test_a_renewed_claim_is_not_swept(desk: Desk) -> None:
    desk.enqueue()
    job = desk.must_claim()
    desk.later(LEASE.total_seconds() * 0.75)
    with desk.write() as connection:
        claims.renew(connection, desk.worker, [job.id], desk.now)
    assert _sweep(desk, seconds=LEASE.total_seconds() * 0.75) == []
    with desk.database.read() as connection:
        assert claims.kept(connection, desk.worker, [job.id]) == {job.id: None}


def test_a_worker_that_died_here_is_noticed_before_its_lease_ends(desk: Desk) -> None:
    desk.enqueue()
    alive = new_owner()
    gone = alive.split("|")
    gone[3] = "1"  # a process of this number, but another one
    assert desk.must_claim(worker="|".join(gone)).worker != alive
    assert _sweep(desk, seconds=0) == [State.PENDING]
    elsewhere = alive.replace(socket.gethostname()[:80], "elsewhere", 1)
    desk.must_claim(worker=elsewhere)
    assert _sweep(desk, seconds=0) == []


def test_a_job_that_kills_its_workers_fails_in_the_end(desk: Desk) -> None:
    made = desk.enqueue()
    for attempt in range(1, RETRIES + 2):
        assert desk.must_claim().attempts == attempt
        _sweep(desk, seconds=LEASE.total_seconds() + 1)
    found = desk.find(made)
    assert found.state is State.FAILED and found.error is not None and found.error["code"] == "worker_lost"


def test_a_failed_try_is_followed_by_three_more_each_later(desk: Desk) -> None:
    made = desk.enqueue()
    for attempt in range(1, RETRIES + 1):
        job = desk.must_claim()
        with desk.write() as connection:
            assert claims.fail(connection, job, desk.now, ERROR, permanent=False) is State.PENDING
        waits = desk.find(made)
        assert waits.retrying and waits.error == ERROR
        assert 0.75 * 2**attempt <= (waits.run_at - desk.now).total_seconds() <= 1.25 * 2**attempt
        assert desk.claim() is None
        desk.later(1.25 * 2**attempt)
    last = desk.must_claim()
    with desk.write() as connection:
        assert claims.fail(connection, last, desk.now, ERROR, permanent=False) is State.FAILED
    assert desk.find(made).finished_at == desk.now


def test_a_job_waits_a_day_for_a_storage_that_is_away(desk: Desk) -> None:
    made, begun = desk.enqueue(kind="render_mockups", input={"set": "Wall"}), desk.now
    waited: list[float] = []
    while desk.now - begun < timedelta(days=1):
        job = desk.must_claim(kinds=["render_mockups"])
        assert job.attempts == 1  # none of these tries counts
        with desk.write() as connection:
            assert claims.fail(connection, job, desk.now, ERROR, permanent=True, passing=True) is State.PENDING
        waits = desk.find(made)
        assert waits.retrying and waits.error == ERROR
        waited.append((waits.run_at - desk.now).total_seconds())
        desk.later(max(waited[-1] + 1, 1200.0 if len(waited) > 20 else 0.0))
    assert 1.5 <= waited[0] <= 2.5 and 45 <= waited[-1] <= 75
    job = desk.must_claim(kinds=["render_mockups"])
    with desk.write() as connection:
        assert claims.fail(connection, job, desk.now, ERROR, permanent=True, passing=True) is State.FAILED


def test_backoff_is_spread() -> None:
    assert claims.backoff(3, 0.0) == timedelta(seconds=6)
    assert claims.backoff(3, 1.0) == timedelta(seconds=10)
    assert len({claims.backoff(1) for _ in range(20)}) > 1


def test_a_permanent_error_is_not_tried_again(desk: Desk) -> None:
    made = desk.enqueue()
    with desk.write() as connection:
        claims.fail(connection, desk_claim(desk, connection), desk.now, ERROR, permanent=True)
    assert desk.state(made) is State.FAILED


def test_what_was_given_up_has_not_used_a_try(desk: Desk) -> None:
    made = desk.enqueue()
    job = desk.must_claim()
    with desk.write() as connection:
        claims.give_up(connection, job, desk.now, State.PENDING, progress={"done": 2})
    found = desk.find(made)
    assert (found.state, found.attempts, found.progress) == (State.PENDING, 0, {"done": 2})
    assert not found.retrying


def test_a_waiting_job_is_paused_resumed_and_cancelled_at_once(desk: Desk) -> None:
    made = desk.enqueue()
    with desk.write() as connection:
        wishes.pause(connection, desk.shop, made)
    assert desk.claim() is None
    with desk.write() as connection:
        wishes.resume(connection, desk.shop, made, desk.now)
    assert desk.must_claim().id == made
    waiting = desk.enqueue()
    for _twice in range(2):
        with desk.write() as connection:
            assert wishes.cancel(connection, desk.shop, waiting, desk.now).state is State.CANCELLED
    assert desk.claim() is None
    with desk.write() as connection:
        wishes.retry(connection, desk.shop, waiting, desk.now)
    assert desk.must_claim().id == waiting


def test_a_running_job_is_asked(desk: Desk) -> None:
    made = desk.enqueue()
    job = desk.must_claim()
    with desk.write() as connection:
        wishes.pause(connection, desk.shop, made)
    with desk.database.read() as connection:
        assert claims.kept(connection, desk.worker, [made]) == {made: Wish.PAUSE}
    with desk.write() as connection:
        wishes.resume(connection, desk.shop, made, desk.now)  # it had not noticed yet
    assert desk.find(made).asked is None
    with desk.write() as connection:
        wishes.cancel(connection, desk.shop, made, desk.now)
    with desk.write() as connection:  # the wish outranks another try
        assert claims.fail(connection, job, desk.now, ERROR, permanent=False) is State.CANCELLED
    with desk.write() as connection, pytest.raises(UsageError, match="cannot be paused"):
        wishes.pause(connection, desk.shop, made)


@pytest.mark.parametrize(("wish", "state"), [(wishes.cancel, State.CANCELLED), (wishes.pause, State.PAUSED)])
def test_a_wish_is_granted_when_the_worker_died(desk: Desk, wish: Any, state: State) -> None:
    made = desk.enqueue()
    desk.must_claim()
    with desk.write() as connection:
        wish(connection, desk.shop, made, *([desk.now] if wish is wishes.cancel else []))
    assert _sweep(desk, seconds=LEASE.total_seconds() + 1) == [state]


def test_another_shops_job_is_unknown(desk: Desk) -> None:
    made = desk.enqueue()
    for work in (
        lambda connection: records.find(connection, desk.other_shop, made),
        lambda connection: wishes.cancel(connection, desk.other_shop, made, desk.now),
        lambda connection: wishes.pause(connection, desk.other_shop, made),
        lambda connection: wishes.resume(connection, desk.other_shop, made, desk.now),
        lambda connection: wishes.retry(connection, desk.other_shop, made, desk.now),
    ):
        with pytest.raises(UsageError, match="There is no job"), desk.write() as connection:
            work(connection)
    with desk.database.read() as connection:
        assert records.list_jobs(connection, desk.other_shop) == []
        assert events.after(connection, desk.other_shop, 0) == []


def test_jobs_are_listed_in_pages_newest_first(desk: Desk) -> None:
    made = [desk.enqueue() for _ in range(5)]
    with desk.database.read() as connection:
        first = records.list_jobs(connection, desk.shop, limit=3)
        second = records.list_jobs(connection, desk.shop, limit=3, before=first[-1].id)
        assert [job.id for job in first + second] == made[::-1]
        assert records.list_jobs(connection, desk.shop, states=[State.FAILED]) == []
        assert records.counts(connection, desk.shop)[State.PENDING] == 5
        assert records.depth(connection) == {Priority.HIGH: 0, Priority.NORMAL: 5, Priority.LOW: 0}


def test_the_kind_hears_of_a_job_that_will_not_be_done(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[UUID, State]] = []
    kind = Kind(
        "ended", "", ProbeInput, lambda work: Result(), ended=lambda _connection, job: heard.append((job.id, job.state))
    )
    monkeypatch.setitem(KINDS, "ended", kind)
    made = [desk.enqueue(kind="ended") for _ in range(3)]
    with desk.write() as connection:
        wishes.cancel(connection, desk.shop, made[2], desk.now)
    with desk.write() as connection:
        claims.fail(connection, desk_claim(desk, connection), desk.now, ERROR, permanent=True)
    with desk.write() as connection:
        claims.complete(connection, desk_claim(desk, connection), desk.now, {})
    assert heard == [(made[2], State.CANCELLED), (made[0], State.FAILED)]


def test_a_jobs_input_is_checked_when_it_is_made() -> None:
    assert new_job("probe", {"seconds": 1}).input == {"seconds": 1.0}
    with pytest.raises(UsageError, match="seconds"):
        new_job("probe", {"seconds": "soon"})
    with pytest.raises(UsageError, match="minutes"):
        new_job("probe", {"minutes": 1})
    with pytest.raises(UsageError, match="no kind"):
        new_job("proble", {})


def desk_claim(desk: Desk, connection: Connection) -> Job:
    job = claims.claim(connection, desk.worker, desk.now, kinds=["probe", "ended"])
    assert job is not None
    return job


def _sweep(desk: Desk, *, seconds: float) -> list[State]:
    """Sweep twice from the same look, as two workers may: the second changes nothing."""
    desk.later(seconds)
    with desk.database.read() as connection:
        found = claims.dead(connection, desk.now)
    with desk.write() as connection:
        states = [claims.sweep(connection, job, desk.now) for job in found]
    with desk.write() as connection:
        assert [claims.sweep(connection, job, desk.now) for job in found] == [None] * len(found)
    return [state for state in states if state is not None]
