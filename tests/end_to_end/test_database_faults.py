"""PostgreSQL goes away in the middle of an upload: for a moment, or for good."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.conftest import MakeShop
from tests.end_to_end.killed import Plan
from tests.end_to_end.shop import Shop, assert_answered, assert_whole
from tests.services.postgres import Postgres

IMPATIENT = Plan(database_patience_s=1.0)
WAYS: dict[str, Callable[[Postgres], None]] = {"fast": Postgres.stop, "immediate": Postgres.kill}


@pytest.fixture
def pg_shop(make_shop: MakeShop, private_postgres: Postgres) -> Shop:
    """On a PostgreSQL that this test may stop."""
    return make_shop(database=private_postgres.create_database())


@pytest.mark.parametrize("way", WAYS)
def test_postgresql_restarted_in_the_middle_costs_nothing(
    pg_shop: Shop, private_postgres: Postgres, six_designs: Path, way: str
) -> None:
    hold = pg_shop.hold()
    run = pg_shop.begin_ingest(six_designs, faults=[hold.at("before claim is committed", nth=2)])
    hold.wait(run)
    WAYS[way](private_postgres)
    hold.release()
    private_postgres.start()
    run.expect(0)
    assert_answered(run, sorted(six_designs.iterdir()))
    assert_whole(pg_shop, [run], distinct=6)


@pytest.mark.parametrize(
    "boundary",
    [
        "after admit",
        "before claim is committed",
        "before mark_encoded is committed",
        "before settle is committed",
    ],
)
def test_postgresql_gone_for_good_fails_every_file_with_a_clear_line_and_the_next_run_is_whole(
    pg_shop: Shop, private_postgres: Postgres, six_designs: Path, boundary: str
) -> None:
    hold = pg_shop.hold()
    run = pg_shop.begin_ingest(six_designs, faults=[hold.at(boundary, nth=2)], plan=IMPATIENT)
    hold.wait(run)
    private_postgres.kill()
    hold.release()
    run.expect(3)
    assert_answered(run, sorted(six_designs.iterdir()))
    assert run.codes == {"database_unavailable": run.outcomes["failed"]}
    password = private_postgres.url("x").split(":")[2].split("@")[0]
    assert password not in run.out + run.err
    assert not [key for key in pg_shop.stored() if key.endswith(".part")]
    private_postgres.start()
    again = pg_shop.ingest(six_designs).expect(0)
    assert_answered(again, sorted(six_designs.iterdir()))
    assert_whole(pg_shop, [run, again], distinct=6)


def test_postgresql_that_is_not_there_at_all_is_one_clear_sentence(
    pg_shop: Shop, private_postgres: Postgres, six_designs: Path
) -> None:
    private_postgres.stop()
    run = pg_shop.ingest(six_designs, plan=IMPATIENT)
    assert run.code == 1
    assert "does not answer" in run.err and "Traceback" not in run.err
    assert pg_shop.stored() == {}


def test_killed_with_postgresql_going_down_at_the_same_time(
    pg_shop: Shop, private_postgres: Postgres, six_designs: Path
) -> None:
    hold = pg_shop.hold()
    run = pg_shop.begin_ingest(six_designs, faults=[hold.at("before settle is committed", nth=2)])
    hold.wait(run)
    private_postgres.kill()
    run.signal(signal.SIGKILL)
    assert run.code == -signal.SIGKILL
    private_postgres.start()
    again = pg_shop.ingest(six_designs).expect(0)
    assert_whole(pg_shop, [again], distinct=6)
