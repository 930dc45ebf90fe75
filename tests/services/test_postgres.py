"""The tests' own PostgreSQL does what fault tests rely on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa

from tests.services.postgres import Postgres, alive


def _one(url: str, statement: str) -> object:
    engine = sa.create_engine(url)
    try:
        with engine.begin() as connection:
            result = connection.execute(sa.text(statement))
            return result.scalar() if result.returns_rows else None
    finally:
        engine.dispose()


def test_every_database_is_new_and_empty(empty_database_url: str) -> None:
    _one(empty_database_url, "CREATE TABLE designs (id INTEGER)")
    assert _one(empty_database_url, "SELECT count(*) FROM designs") == 0


def test_a_killed_server_keeps_what_was_committed(private_postgres: Postgres) -> None:
    url = private_postgres.create_database()
    _one(url, "CREATE TABLE designs (id INTEGER)")
    for number in range(3):
        _one(url, f"INSERT INTO designs VALUES ({number})")
        private_postgres.kill()
        with pytest.raises(sa.exc.OperationalError):
            _one(url, "SELECT 1")
        private_postgres.start()
    private_postgres.stop()
    private_postgres.start()
    assert _one(url, "SELECT count(*) FROM designs") == 3


def test_a_frozen_server_answers_nothing_until_it_is_thawed(private_postgres: Postgres) -> None:
    url = private_postgres.create_database()
    engine = sa.create_engine(url, connect_args={"connect_timeout": 2})
    with engine.connect() as connection:
        private_postgres.freeze()
        with pytest.raises(sa.exc.OperationalError, match="timeout"):
            _one(f"{url}?connect_timeout=2", "SELECT 1")
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(lambda: connection.execute(sa.text("SELECT 1")).scalar())
            assert not asked.done()
            private_postgres.thaw()
            assert asked.result(20) == 1, "the connection is the same one"
    engine.dispose()


def test_nothing_stays_when_the_tests_are_killed() -> None:
    """kill -9 of the process that owns the server: no server, no folder stays."""
    program = (
        "import time; from tests.services.postgres import Postgres, find_programs\n"
        "server = Postgres(find_programs()); print(server._process.pid, server._folder, flush=True); time.sleep(600)"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", program], cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    words = owner.stdout.readline().split()
    server, folder = psutil.Process(int(words[0])), words[1]
    owner.kill()
    owner.wait()
    owner.stdout.close()
    deadline = time.monotonic() + 30
    while (alive(server) or os.path.exists(folder)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(server)
    assert not os.path.exists(folder)
