"""Calls are paced over all workers of a shop; the day's limit parks them and says until when."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from printdock.db.engine import Database
from printdock.errors import Cancelled, EtsyParked
from printdock.etsy.pace import Allowance, TooMany
from printdock.listings.pace import SHARE, DatabasePace, budget
from tests.listings.conftest import Studio, utc_now


def _pace(studio: Studio) -> DatabasePace:
    own = Database(studio.database.url.render_as_string(hide_password=False))
    return DatabasePace(own, studio.shop, utc_now, studio.stop)


def test_several_workers_together_keep_to_the_limit(studio: Studio) -> None:
    paces = [_pace(studio) for _ in range(3)]
    paces[0].heard(Allowance(per_second=50, per_day=1000, left_today=900))
    paces[0].turn()
    started = time.monotonic()
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda pace: [pace.turn() for _ in range(10)], paces))
    assert time.monotonic() - started >= 29 / (50 * SHARE)
    with studio.database.read() as tables:
        found = budget(tables, studio.shop, utc_now())
    assert found is not None and (found.per_second, found.per_day, found.left_today) == (50, 1000, 900)


def test_a_second_over_the_limit_makes_all_wait(studio: Studio) -> None:
    started = time.monotonic()
    _pace(studio).refused(TooMany(daily=False, wait_s=0.4))
    _pace(studio).turn()
    assert time.monotonic() - started >= 0.38


def test_a_second_that_others_used_up_makes_all_wait(studio: Studio) -> None:
    started = time.monotonic()
    _pace(studio).heard(Allowance(per_second=100, left_this_second=0))
    _pace(studio).turn()
    assert time.monotonic() - started >= 0.95


def test_the_days_limit_parks_everybody_and_says_until_when(studio: Studio) -> None:
    with pytest.raises(EtsyParked, match="goes on at"):
        _pace(studio).refused(TooMany(daily=True, wait_s=7200.0))
    with pytest.raises(EtsyParked) as raised:
        _pace(studio).turn()
    assert abs(raised.value.until - (utc_now() + timedelta(hours=2)).timestamp()) < 60
    with studio.database.read() as tables:
        found = budget(tables, studio.shop, utc_now())
        later = budget(tables, studio.shop, utc_now() + timedelta(hours=3))
    assert found is not None and found.parked_until is not None and found.left_today == 0
    assert later is not None and later.parked_until is None


def test_a_wait_can_be_stopped(studio: Studio) -> None:
    _pace(studio).refused(TooMany(daily=False, wait_s=60.0))
    studio.stop.set()
    with pytest.raises(Cancelled):
        _pace(studio).turn()
