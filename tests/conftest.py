"""What every test may ask for: a home of its own, real databases, real programs.

A service that cannot be had is a failure where ``CI`` is set, and a skip that says why elsewhere.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import psutil
import pytest
from hypothesis import HealthCheck, settings

from printdock.db.engine import Database
from printdock.db.schema import upgrade
from tests.services.packages import ServiceMissing, ensure_debian_package
from tests.services.postgres import Postgres, find_programs
from tests.services.redis import RedisServer, find_redis
from tests.services.s3 import find_seaweedfs

settings.register_profile("dev", deadline=None)
# The same examples in every run: a change is judged by what it changed. Slow examples are the machine's business.
settings.register_profile(
    "ci", deadline=None, derandomize=True, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

#: What printdock reads from the environment; a developer's own settings must not reach a test.
_OURS = ("PRINTDOCK_", "NAS_", "REDIS_", "DATABASE_URL", "ETSY_", "QNAP_", "AWS_")

#: Bytes that a whole run may have lying in temporary files at once, and that must be free in memory for it.
_ROOM = 4 * 1024**3


def pytest_configure() -> None:
    """Keep temporary files (databases, libraries, what servers store) in memory, where there is plenty.

    A run syncs tens of thousands of files, and would wait for the disk as long as it works. Nothing here pulls a plug:
    what is lost with a dead process is the same. ``TMPDIR`` says otherwise.
    """
    memory = Path("/dev/shm")
    if "TMPDIR" in os.environ or not os.access(memory, os.W_OK | os.X_OK):
        return
    programs_run = not os.statvfs(memory).f_flag & os.ST_NOEXEC
    if programs_run and min(shutil.disk_usage(memory).free, psutil.virtual_memory().available) > 2 * _ROOM:
        os.environ["TMPDIR"] = tempfile.tempdir = str(memory)


#: Fixtures of tests that take long: several seconds to start what they need, and more to work with it.
_LONG = {"serve", "site", "private_postgres", "private_s3_server", "workers"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first: a run must not end with one process at work and the others idle.

    Tests of a group, which share what they start, stay together and come first by themselves.
    """
    items.sort(
        key=lambda item: (
            item.get_closest_marker("xdist_group") is None and _LONG.isdisjoint(getattr(item, "fixturenames", ()))
        )
    )


def missing(reason: ServiceMissing) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(f"a service the tests need cannot be had: {reason}", pytrace=False)
    pytest.skip(str(reason))


@pytest.fixture(autouse=True)
def _no_inherited_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(_OURS)]:
        monkeypatch.delenv(name)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that printdock takes for its home (PRINTDOCK_HOME)."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("PRINTDOCK_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The PostgreSQL that the tests of one process share. Do not stop it: see `private_postgres`."""
    try:
        server = Postgres(find_programs())
    except ServiceMissing as reason:
        missing(reason)
    with server:
        yield server


@pytest.fixture
def private_postgres() -> Iterator[Postgres]:
    """A PostgreSQL of this test's own, to be stopped, killed and started again. Takes two seconds."""
    try:
        server = Postgres(find_programs())
    except ServiceMissing as reason:
        missing(reason)
    with server:
        yield server


@pytest.fixture
def empty_postgres_url(postgres: Postgres) -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    url = postgres.create_database()
    yield url
    postgres.drop_database(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'printdock.db'}"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


def _with_schema(url: str) -> str:
    database = Database(url)
    upgrade(database)
    database.close()
    return url


@pytest.fixture(scope="session")
def _postgres_with_schema(postgres: Postgres) -> str:
    return _with_schema(postgres.create_database())


@pytest.fixture(scope="session")
def _sqlite_with_schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("schema") / "printdock.db"
    _with_schema(f"sqlite:///{file}")
    return file


@pytest.fixture
def postgres_url(postgres: Postgres, _postgres_with_schema: str) -> Iterator[str]:
    """The URL of a PostgreSQL database with the schema and no rows."""
    url = postgres.create_database(like=_postgres_with_schema)
    yield url
    postgres.drop_database(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with the schema and no rows, once of each kind."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("_sqlite_with_schema"), tmp_path / "printdock.db")
        return f"sqlite:///{tmp_path / 'printdock.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(scope="session")
def program() -> Callable[..., str]:
    """``program("sshd", "openssh-server")``: the path of a program, installed from Debian's packages if it must be."""

    def bring(name: str, *packages: str) -> str:
        try:
            return ensure_debian_package(name, *packages)
        except ServiceMissing as reason:
            missing(reason)

    return bring


@pytest.fixture(scope="session")
def sshd(program: Callable[..., str]) -> str:
    """The path of OpenSSH's server; its client and key programs are there too."""
    program("ssh-keygen", "openssh-client")
    return program("sshd", "openssh-server", "openssh-client")


@pytest.fixture(scope="session")
def redis_program() -> str:
    try:
        return find_redis()
    except ServiceMissing as reason:
        missing(reason)


@pytest.fixture
def redis_server(redis_program: str) -> Iterator[RedisServer]:
    """A Redis of this test's own, to be stopped, frozen and started again. Takes 50 ms."""
    try:
        server = RedisServer(redis_program)
    except ServiceMissing as reason:
        missing(reason)
    with server:
        yield server


@pytest.fixture(scope="session")
def seaweedfs() -> str:
    """The path of SeaweedFS's program, a real S3 server."""
    try:
        return find_seaweedfs()
    except ServiceMissing as reason:
        missing(reason)
