"""Drafts as jobs: planned, followed by one job each; parked for the day; nothing to do where no shop is connected."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from printdock.demo.etsy import Fault
from printdock.errors import EtsyReconnect, EtsyRefused
from printdock.jobs.job import Job, NewJob, Priority, State
from printdock.jobs.kinds import KINDS, new_job
from printdock.jobs.kinds.chain import make_drafts_of, said
from printdock.jobs.runner import PERMANENT
from printdock.jobs.work import Result, Work
from printdock.mockups.kept import Kept
from printdock.settings import Settings
from printdock.storage.health import StorageHealth
from printdock.storage.spool import Spool
from printdock.wiring import Services
from tests.listings.conftest import Studio, utc_now


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'printdock.db'}"


@pytest.fixture
def services(studio: Studio, tmp_path: Path) -> Iterator[Services]:
    settings = Settings(PRINTDOCK_HOME=tmp_path).model_copy(
        update={
            "etsy_keystring": SecretStr(studio.app.keystring),
            "etsy_shared_secret": SecretStr(studio.app.shared_secret),
            "etsy_api": studio.etsy.api,
        }
    )
    yield Services(
        settings,
        studio.database,
        studio.storage,
        Spool(tmp_path / "spool"),
        utc_now,
        studio.stop,
        studio.secret,
        StorageHealth(utc_now),
        Kept(10**9),
    )


def _run(services: Services, studio: Studio, new: NewJob) -> Result:
    now = datetime.now(UTC)
    job = Job(
        uuid4(), studio.shop.id, new.kind, new.input, Priority.NORMAL, State.PROCESSING, None, 1, now, now, key=new.key
    )
    return KINDS[new.kind].run(Work(job, services, threading.Event(), lambda progress: None))


def test_a_plan_is_followed_by_one_job_for_each_draft(services: Services, studio: Studio) -> None:
    studio.connect()
    studio.stock(2)
    planned = _run(services, studio, new_job("plan_drafts", {"template": "Cup wraps"}))
    assert planned.data["actions"] == {"create": 2} and len(planned.follow) == 2
    assert len({job.key for job in planned.follow}) == 2
    for job in planned.follow:
        assert _run(services, studio, job).data["outcome"] == "created"
    studio.assert_exact(2)
    assert _run(services, studio, new_job("plan_drafts", {"template": "Cup wraps"})).follow == ()


def test_where_no_shop_is_connected_that_is_said_and_no_failure(services: Services, studio: Studio) -> None:
    studio.stock(1)
    done = _run(services, studio, new_job("plan_drafts", {"template": "Cup wraps"}))
    assert done.data["outcome"] == "not_connected" and "etsy connect" in done.data["remedy"] and done.follow == ()


def test_refused_designs_are_named_and_the_others_go_on(services: Services, studio: Studio) -> None:
    studio.connect()
    studio.stock(1, pictures=0)
    done = _run(services, studio, new_job("plan_drafts", {"template": "Cup wraps", "numbers": [100]}))
    assert done.follow == () and done.data["actions"] == {"refused": 1}
    assert "no mockup" in done.data["refused"][0]["problems"][0]


def test_the_days_limit_parks_the_job_until_etsy_goes_on(services: Services, studio: Studio) -> None:
    studio.connect()
    studio.stock(1)
    planned = _run(services, studio, new_job("plan_drafts", {"template": "Cup wraps"}))
    studio.etsy.faults.plan(Fault.TIRED, "createDraftListing")
    studio.etsy.faults.tired_s = 3600
    parked = _run(services, studio, planned.follow[0])
    assert parked.data["outcome"] == "parked"
    (later,) = parked.follow
    assert later.key == planned.follow[0].key and later.run_at is not None
    assert 3000 < (later.run_at - utc_now()).total_seconds() < 3700
    parked_too = _run(services, studio, later)
    assert parked_too.data["outcome"] == "parked" and studio.etsy.count("createDraftListing") == 1


def test_what_a_person_has_to_mend_is_not_tried_again() -> None:
    assert issubclass(EtsyReconnect, PERMANENT) and issubclass(EtsyRefused, PERMANENT)


def _chain(
    services: Services, studio: Studio, numbers: list[int] | None = None
) -> tuple[dict[str, Any], tuple[NewJob, ...]]:
    now = datetime.now(UTC)
    job = Job(uuid4(), studio.shop.id, "render_mockups", {}, Priority.NORMAL, State.PROCESSING, None, 1, now, now)
    work = Work(job, services, threading.Event(), lambda progress: None)
    return make_drafts_of(work, "UVDTF 16oz", numbers, None)


def test_the_chain_ends_in_drafts_where_it_can(services: Services, studio: Studio) -> None:
    studio.stock(2)
    data, follow = _chain(services, studio)
    assert (data["outcome"], follow) == ("not_connected", ()) and "No Etsy shop" in said(data)
    studio.connect()
    data, _ = _chain(services, studio, [100])
    assert data["drafts"] == {"created": 1} and said(data) == "Drafts at Etsy: 1 created."
    data, _ = _chain(services, studio)
    assert data["drafts"] == {"created": 1, "same": 1}
    studio.assert_exact(2)
    studio.template(title="x" * 200)
    data, _ = _chain(services, studio)
    assert data["drafts"] == {"refused": 2} and "title" in said(data)
    studio.etsy.tokens.forget(studio.at_etsy.user_id)
    studio.template(tags=["rose"])
    data, _ = _chain(services, studio)
    assert data["outcome"] == "reconnect" and "ended" in said(data)


def test_what_waits_for_tomorrow_is_followed_by_jobs(services: Services, studio: Studio) -> None:
    studio.connect()
    studio.stock(2)
    studio.etsy.faults.plan(Fault.TIRED, "createDraftListing")
    data, follow = _chain(services, studio)
    assert data["drafts"]["waiting"] == len(follow) >= 1
    assert {job.kind for job in follow} == {"make_draft"}


def test_the_chain_without_a_listing_template(services: Services, studio: Studio) -> None:
    studio.connect()
    data, follow = _chain(services, studio)
    assert (data["outcome"], follow) == ("no_template", ())
