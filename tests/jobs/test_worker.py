"""What a worker does with jobs, on both databases: every end a job can come to, and the end of the worker."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from printdock.designs.lease import new_owner
from printdock.errors import Cancelled, InputRefused, StorageUnavailable
from printdock.jobs import claims, wishes
from printdock.jobs.job import Job, NewJob, Priority, State
from printdock.jobs.kinds import KINDS
from printdock.jobs.ticker import KEEP_BASES_S
from printdock.jobs.work import Input, Kind, Result, Work
from printdock.mockups.kept import Kept
from printdock.storage.resilient import ResilientStorage
from tests.jobs.conftest import Office, until

Teach = Callable[[Callable[[Work], Result]], None]


@pytest.fixture
def teach(monkeypatch: pytest.MonkeyPatch) -> Teach:
    """Makes a function the kind ``taught``."""
    return lambda run: monkeypatch.setitem(KINDS, "taught", Kind("taught", "", Input, run))


def test_a_job_is_done_and_leaves_its_result(office: Office, teach: Teach) -> None:
    def run(work: Work) -> Result:
        work.progress({"done": 1, "total": 2})
        work.progress({"done": 2, "total": 2})
        return Result({"of": work.services.shop_of(work.job.shop_id).name}, (NewJob("probe", upload_id=work.job.id),))

    teach(run)
    office.hire()
    made = office.enqueue("taught")
    job = office.wait(made)
    assert (job.state, job.result, job.progress) == (State.COMPLETED, {"of": "My Shop"}, {"done": 2, "total": 2})
    assert job.attempts == 1 and job.worker is None and job.started_at is not None
    assert office.told(made)[-1] == "completed"
    until(lambda: not office.hired[0].runner.running())


def test_progress_is_seen_while_the_job_runs(office: Office, teach: Teach) -> None:
    go_on = threading.Event()

    def run(work: Work) -> Result:
        work.progress({"done": 1})
        go_on.wait(20)
        return Result()

    teach(run)
    office.hire()
    made = office.enqueue("taught")
    until(lambda: office.find(made).progress == {"done": 1})
    go_on.set()
    office.wait(made)
    assert office.told(made) == ["queued", "started", "progress", "completed"]


def test_jobs_are_found_without_any_message(office: Office) -> None:
    waiting = [office.enqueue(wake=False) for _each in range(5)]
    office.hire()
    late = office.enqueue(wake=False)
    assert {office.wait(job).state for job in [*waiting, late]} == {State.COMPLETED}


def test_a_failed_try_is_followed_by_another(
    office: Office, teach: Teach, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(claims, "backoff", lambda attempts: timedelta(milliseconds=20 * attempts))
    failures: list[Exception] = [StorageUnavailable("The NAS is away."), ZeroDivisionError("a bug")]

    def run(_work: Work) -> Result:
        if failures:
            raise failures.pop(0)
        return Result()

    teach(run)
    office.hire()
    made = office.enqueue("taught")
    job = office.wait(made)
    assert (job.state, job.attempts, job.error) == (State.COMPLETED, 3, None)
    assert office.told(made).count("retrying") == 2
    assert any(record.exc_info for record in caplog.records)  # a bug is logged with its trace


def test_the_last_try_fails_the_job(office: Office, teach: Teach, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    caplog.set_level(logging.CRITICAL)
    monkeypatch.setattr(claims, "backoff", lambda attempts: timedelta(0))

    def run(_work: Work) -> Result:
        raise ZeroDivisionError("a bug")

    teach(run)
    office.hire()
    job = office.wait(office.enqueue("taught"))
    assert (job.state, job.attempts) == (State.FAILED, 4)
    assert job.error is not None and job.error["code"] == "internal_error"


def test_bad_input_is_not_tried_again(office: Office, teach: Teach) -> None:
    def run(_work: Work) -> Result:
        raise InputRefused("It is no picture.", code="unsupported_format", remedy="Send a PNG.")

    teach(run)
    office.hire()
    for made in (office.enqueue("taught"), office.enqueue("probe", input={"seconds": "soon"})):
        job = office.wait(made)
        assert (job.state, job.attempts) == (State.FAILED, 1)
    assert job.error is not None and job.error["code"] == "wrong_input"


def test_a_running_job_is_cancelled(office: Office) -> None:
    office.hire()
    made = office.enqueue(input={"seconds": 60})
    office.wait(made, State.PROCESSING)
    with office.services.database.write() as connection:
        wishes.cancel(connection, office.shop, made, office.services.clock())
    assert office.wait(made).state is State.CANCELLED


def test_a_running_job_is_paused_and_resumed(office: Office, teach: Teach) -> None:
    done: list[int] = []

    def run(work: Work) -> Result:
        for step in range(len(done), 4):
            if step == 2 and not resumed.is_set():
                work.stop.wait(20)
            work.check_stopped()
            done.append(step)
            work.progress({"done": len(done)})
        return Result()

    resumed = threading.Event()
    teach(run)
    office.hire()
    made = office.enqueue("taught")
    until(lambda: done == [0, 1])
    with office.services.database.write() as connection:
        wishes.pause(connection, office.shop, made)
    job = office.wait(made, State.PAUSED)
    assert (job.progress, job.attempts) == ({"done": 2}, 0)
    resumed.set()
    with office.services.database.write() as connection:
        wishes.resume(connection, office.shop, made, office.services.clock())
    office.broker.wake()
    assert office.wait(made).state is State.COMPLETED
    assert done == [0, 1, 2, 3]


def test_a_job_that_another_worker_took_over_is_stopped_and_its_end_discarded(office: Office, teach: Teach) -> None:
    runs: list[Work] = []

    def run(work: Work) -> Result:
        runs.append(work)
        if len(runs) == 1:
            assert work.stop.wait(20)
        return Result({"run": len(runs)})

    teach(run)
    office.hire(slots=1)
    made = office.enqueue("taught")
    until(lambda: len(runs) == 1)
    other, taken = new_owner(), list[Job]()

    def take_over() -> bool:
        """As if this worker had been silent for too long. False when it renewed its claim just then."""
        job = office.find(made)
        with office.services.database.write() as connection:
            if claims.sweep(connection, job, office.services.clock()) is None:
                return False
            claimed = claims.claim(connection, other, office.services.clock(), kinds=["taught"])
        assert claimed is not None
        taken.append(claimed)
        return True

    until(take_over)
    assert runs[0].stop.wait(20)
    until(lambda: not office.hired[0].runner.running())
    found = office.find(made)
    assert (found.state, found.worker, found.result) == (State.PROCESSING, other, None)
    with office.services.database.write() as connection:
        claims.complete(connection, taken[0], office.services.clock(), {"run": "the other's"})
    assert office.told(made).count("completed") == 1


def test_a_claim_is_renewed_while_the_job_runs(office: Office) -> None:
    office.hire(lease=timedelta(seconds=1))
    made = office.enqueue(input={"seconds": 2.5})
    office.hire(lease=timedelta(seconds=1))  # it would take the job over
    assert office.wait(made).attempts == 1


def test_low_priority_leaves_a_slot_to_others(office: Office) -> None:
    office.hire(slots=2)
    low = [office.enqueue(input={"seconds": 30}, priority=Priority.LOW) for _each in range(2)]
    office.wait(low[0], State.PROCESSING)
    assert office.wait(office.enqueue()).state is State.COMPLETED
    assert office.find(low[1]).state is State.PENDING


def test_a_worker_that_ends_lets_short_jobs_finish(office: Office) -> None:
    worker = office.hire()
    made = office.enqueue(input={"seconds": 0.5})
    office.wait(made, State.PROCESSING)
    waiting = [office.enqueue() for _each in range(3)]
    assert worker.close(finish_s=10)
    assert office.find(made).state is State.COMPLETED
    assert {office.find(job).state for job in waiting} <= {State.PENDING, State.COMPLETED}
    assert worker.close()


def test_a_worker_that_ends_gives_long_jobs_back(office: Office) -> None:
    worker = office.hire()
    made = office.enqueue(input={"seconds": 60})
    office.wait(made, State.PROCESSING)
    began = time.monotonic()
    assert worker.close(finish_s=0.1)
    assert time.monotonic() - began < 5
    job = office.find(made)
    assert (job.state, job.attempts, job.worker) == (State.PENDING, 0, None)


def test_a_worker_that_ends_gives_back_what_does_not_stop(office: Office, teach: Teach) -> None:
    go_on = threading.Event()

    def run(_work: Work) -> Result:
        go_on.wait(20)
        return Result({"late": True})

    teach(run)
    worker = office.hire()
    made = office.enqueue("taught")
    office.wait(made, State.PROCESSING)
    assert not worker.close(finish_s=0.1, stop_s=0.1)
    job = office.find(made)
    assert (job.state, job.attempts) == (State.PENDING, 0)
    go_on.set()
    until(lambda: not worker.runner.running())
    assert office.find(made) == job  # what it did in the end is discarded


def test_work_that_was_stopped_waits_for_no_storage(office: Office) -> None:
    class Away:
        def stat(self, key: str) -> Any:
            raise StorageUnavailable("away")

    services = replace(office.services, storage=ResilientStorage(Away()))
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    with pytest.raises(Cancelled):
        services.until(stop).storage.stat("some/key")
    assert not office.services.stop.is_set()


def test_an_idle_worker_gives_up_the_base_images_it_kept(office: Office) -> None:
    now = 0.0
    bases = Kept(100, clock=lambda: now)
    office.services = replace(office.services, bases=bases)
    bases.get("idle", lambda: (object(), 1))
    now = 1.0
    bases.get("in use", lambda: (object(), 1))
    now = KEEP_BASES_S
    office.hire()
    until(lambda: "idle" not in bases)
    assert "in use" in bases
