"""Fifty drafts with five pictures each, while Etsy fails three calls of ten, and while the worker is killed."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from printdock.accounts.secret import ServerSecret
from printdock.demo.etsy import Fault
from printdock.jobs import records
from printdock.jobs.job import State as JobState
from printdock.jobs.kinds.drafts import draft_job
from printdock.listings.batch import Options, make_drafts
from tests.listings import worker
from tests.listings.conftest import Studio
from tests.services import forks

#: Of every ten calls one is done but its connection dropped, one answers 500 (half of them done), one 429.
ONE_IN_TEN = {Fault.COMMIT_THEN_DROP: 0.1, Fault.ERROR_500: 0.05, Fault.COMMIT_THEN_500: 0.05, Fault.TOO_MANY: 0.1}

#: Names of a shop are read before anything is made; faults there are in test_client.py.
CALLS = frozenset(
    {
        "createDraftListing", "uploadListingImage", "updateListing", "getListing", "getListingsByShop",
        "getListingInventory", "updateListingInventory",
    }
)  # fmt: skip


def test_fifty_drafts_while_three_calls_of_ten_fail(studio: Studio) -> None:
    studio.connect()
    stored = studio.stock(50)
    studio.etsy.faults.retry_after_s = 0
    with studio.desk() as desk:
        keys = studio.enter(desk, stored)
        studio.etsy.faults.at_rates(ONE_IN_TEN, seed=5, operations=CALLS)
        made = make_drafts(desk, keys, Options(workers=6, wait_s=0.05), lambda entry: None)
    assert Counter(entry["outcome"] for entry in made) == {"created": 50}, [one for one in made if "error" in one]
    studio.assert_exact(50)
    met = studio.etsy.faults.met
    assert all(met[fault] >= 15 for fault in ONE_IN_TEN), met
    assert studio.etsy.count("createDraftListing") > 50


class Workers:
    """One worker's process at a time."""

    def __init__(self, studio: Studio, home: Path) -> None:
        self._studio, self._home = studio, home
        self._process: Any = None

    def start(self) -> None:
        etsy = self._studio.etsy
        url = self._studio.database.url.render_as_string(hide_password=False)
        environment = {
            "PRINTDOCK_HOME": str(self._home), "DATABASE_URL": url.replace("+psycopg", ""),
            "PRINTDOCK_STORAGE": str(self._home.parent / "nas"), "ETSY_KEYSTRING": etsy.world.keystring,
            "ETSY_SHARED_SECRET": etsy.world.shared_secret, "ETSY_API": etsy.api, "PRINTDOCK_JOB_SLOTS": "6",
        }  # fmt: skip
        self._process = forks.context.Process(target=worker.run, args=(environment, self._log), daemon=True)
        self._process.start()

    def kill(self) -> None:
        if self._process is not None:
            os.kill(self._process.pid, signal.SIGKILL)
            self._process.join(30)
            self._process = None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.is_alive()

    @property
    def words(self) -> str:
        return self._log.read_text()[-3000:]

    @property
    def _log(self) -> Path:
        return self._home.parent / "worker.log"


@pytest.fixture
def workers(studio: Studio, tmp_path: Path) -> Iterator[Workers]:
    home = tmp_path / "home"
    home.mkdir()
    studio.secret = ServerSecret(home / "secret")
    made = Workers(studio, home)
    yield made
    made.kill()


def _unfinished(studio: Studio) -> int:
    with studio.database.read() as tables:
        counts = records.counts(tables, studio.shop.id)
        failed = records.list_jobs(tables, studio.shop.id, states=[JobState.FAILED])
    assert not failed, [(job.attempts, job.error) for job in failed]
    return counts[JobState.PENDING] + counts[JobState.PROCESSING]


def _until(studio: Studio, workers: Workers, calls: int) -> None:
    """Until so many calls have arrived, or all is done."""
    deadline = time.monotonic() + 60
    while sum(studio.etsy.arrived.values()) < calls and _unfinished(studio):
        assert workers.alive and time.monotonic() < deadline, workers.words
        time.sleep(0.01)


def test_the_same_while_the_worker_is_killed_five_times(studio: Studio, workers: Workers) -> None:
    count = 50 if studio.database.dialect == "sqlite" else 20
    calls = count * 10  # a draft takes that many at least
    chance = random.Random(3)
    studio.connect()
    stored = studio.stock(count)
    studio.etsy.faults.retry_after_s = 0
    with studio.desk() as desk:
        keys = studio.enter(desk, stored)
    with studio.database.write() as tables:
        records.enqueue_all(tables, studio.shop.id, [draft_job(key) for key in keys])
    studio.etsy.faults.at_rates(ONE_IN_TEN, seed=7, operations=CALLS)
    begun = sum(studio.etsy.arrived.values())
    for fifth in range(5):  # at a random moment in each: a job that is killed four times is given up
        workers.start()
        _until(studio, workers, begun + int((fifth + chance.uniform(0.3, 0.9)) * calls / 5))
        workers.kill()
    workers.start()
    deadline = time.monotonic() + 90
    while _unfinished(studio):
        assert workers.alive and time.monotonic() < deadline, workers.words
        time.sleep(0.05)
    studio.assert_exact(count)
