"""`printdock doctor`: each piece broken once, and named with what mends it."""

from __future__ import annotations

import importlib
import json
import resource
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from printdock.cli.app import app
from printdock.cli.checkup import registry
from printdock.cli.checkup.finding import Finding, Level, Patient
from printdock.db.etsy_tables import etsy_connections
from printdock.db.tables import jobs
from printdock.jobs import presence, records
from printdock.jobs.job import NewJob
from printdock.settings import load
from printdock.shops.queries import ensure_shop
from printdock.storage.spool import Spool
from printdock.wiring import Services, open_services
from tests.deploy.files import ROOT
from tests.services.redis import RedisServer
from tests.services.ssh import OpenSshServer, free_port
from tests.storage.conftest import openssh as openssh  # a fixture
from tests.storage.conftest import openssh_factory as openssh_factory  # a fixture

NOW = datetime.now(UTC)


class World(NamedTuple):
    """A home with a database in it, in which something is then broken."""

    home: Path
    services: Services
    patch: pytest.MonkeyPatch

    def set(self, **settings: str) -> None:
        for name, value in settings.items():
            self.patch.setenv(name, value)

    def job(self, **values: object) -> None:
        with self.services.database.write() as connection:
            shop = ensure_shop(connection, "My Shop", NOW)
            made = records.enqueue(connection, shop.id, NewJob("sleep"))
            if values:
                connection.execute(sa.update(jobs).where(jobs.c.id == made).values(**values))


@pytest.fixture
def world(home: Path, monkeypatch: pytest.MonkeyPatch, _sqlite_with_schema: Path) -> Iterator[World]:
    shutil.copy(_sqlite_with_schema, home / "printdock.db")
    (home / "settings.toml").write_text("")
    (home / "settings.toml").chmod(0o600)
    home.chmod(0o700)
    with open_services(load()) as services:
        yield World(home, services, monkeypatch)


def find(part: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Finding:
    patient = Patient(load(), clock)
    try:
        return registry.find(part, patient)
    finally:
        patient.close()


def _no_library(world: World) -> None:
    real = importlib.import_module

    def without(name: str, package: str | None = None) -> object:
        if name == "cv2":
            raise ImportError("libfoo.so.1: cannot open shared object file")
        return real(name, package)

    world.patch.setattr(importlib, "import_module", without)


def _no_home(world: World) -> None:
    (world.home / "in the way").write_text("")
    world.set(PRINTDOCK_HOME=str(world.home / "in the way" / "home"))


def _no_room(world: World) -> None:
    usage = shutil.disk_usage(world.home)
    world.patch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=500_000_000))


def _few_files(world: World) -> None:
    world.patch.setattr(resource, "getrlimit", lambda _which: (128, 4096))


def _open_secret(world: World) -> None:
    world.services.secret.key("csrf")
    (world.home / "secret").chmod(0o644)


def _no_pages(world: World) -> None:
    world.patch.setattr(resources, "files", lambda _package: world.home)


def _plain_http(world: World) -> None:
    world.set(PRINTDOCK_HOST="0.0.0.0", PRINTDOCK_URL="http://nas.local:8000")


def _no_database(world: World) -> None:
    world.set(DATABASE_URL=f"postgresql://printdock:secret@127.0.0.1:{free_port()}/printdock")


def _wrong_clock(world: World) -> None:
    return


def _no_storage(world: World) -> None:
    (world.home / "a file").write_text("")
    world.set(PRINTDOCK_STORAGE=str(world.home / "a file" / "nas"))


def _spooled(world: World) -> None:
    Spool(world.home / "spool").keep("My Shop/Mug 11oz/UV 001.png", b"print file")


def _no_redis(world: World) -> None:
    world.set(REDIS_HOST="127.0.0.1", REDIS_PORT=str(free_port()))


def _no_worker(world: World) -> None:
    world.job()
    with world.services.database.write() as connection:
        presence.sign(connection, "gone-host|1.2|3|4|abcdef12", 2, NOW - timedelta(minutes=5))


def _stuck(world: World) -> None:
    world.job(state="processing", worker="gone-host|1.2|3|4|abcdef12", lease_until=NOW - timedelta(minutes=9))


def _failed(world: World) -> None:
    world.job(state="failed", finished_at=NOW)


def _half_a_key(world: World) -> None:
    world.set(ETSY_KEYSTRING="abc")


#: Every check: how it is broken, what it then says, and what it advises.
BROKEN: dict[str, tuple[Callable[[World], None], Level, str, str]] = {
    "python": (_no_library, Level.BAD, "libfoo.so.1", "--force-reinstall"),
    "home": (_no_home, Level.BAD, "cannot be written", "PRINTDOCK_HOME"),
    "disk": (_no_room, Level.BAD, "0.5 GB free", "PRINTDOCK_INCOMING"),
    "limits": (_few_files, Level.BAD, "128 open files", "LimitNOFILE"),
    "secret": (_open_secret, Level.BAD, "can be read by other users", "chmod 600"),
    "pages": (_no_pages, Level.WARN, "not built", "make web"),
    "address": (_plain_http, Level.WARN, "readable by whoever", "PRINTDOCK_TLS_CERT"),
    "database": (_no_database, Level.BAD, "database", "DATABASE_URL"),
    "clock": (_wrong_clock, Level.BAD, "2001-01-01", "timedatectl"),
    "storage": (_no_storage, Level.BAD, "A file is where a folder should be", "Rename the file"),
    "spool": (_spooled, Level.WARN, "1 print files wait", "printdock storage replay"),
    "redis": (_no_redis, Level.BAD, "does not answer", "REDIS_HOST"),
    "workers": (
        _no_worker,
        Level.BAD,
        "1 jobs wait, and no worker is alive; one was last seen",
        "printdock worker",
    ),
    "stuck jobs": (_stuck, Level.BAD, "left by their worker", "printdock worker"),
    "failed jobs": (_failed, Level.WARN, "1 failed in 7 days: 1 sleep", "printdock jobs retry --failed"),
    "etsy": (_half_a_key, Level.BAD, "ETSY_SHARED_SECRET not set", "etsy.com/developers"),
}


def test_every_check_is_broken_below() -> None:
    assert set(BROKEN) == set(registry.CHECKS)


def test_every_check_is_in_the_docs() -> None:
    documented = (ROOT / "docs" / "deploying.md").read_text()
    assert all(f"| `{part}` |" in documented for part in registry.CHECKS)


@pytest.mark.parametrize("part", BROKEN)
def test_what_is_broken_is_named_with_what_mends_it(part: str, world: World) -> None:
    break_it, level, words, remedy = BROKEN[part]
    before = find(part)
    assert before.level in (Level.OK, Level.WARN) and before.level is not level, before
    break_it(world)
    year = {"clock": datetime(2001, 1, 1, tzinfo=UTC)}.get(part)
    after = find(part, lambda: year or datetime.now(UTC))
    assert after.level is level, after
    assert words in after.detail and remedy in after.remedy, after


def test_a_home_that_is_new_is_well_and_nothing_is_made_but_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRINTDOCK_HOME", str(tmp_path / "new"))
    done = CliRunner().invoke(app, ["doctor", "--json"])
    document = json.loads(done.stdout)
    assert done.exit_code == 0 and document["ok"] is True, done.stdout
    levels = {check["part"]: check["level"] for check in document["checks"]}
    assert list(levels) == list(registry.CHECKS) and levels["workers"] == "skipped"
    assert not (tmp_path / "new" / "printdock.db").exists()


def test_one_bad_piece_is_exit_code_3_and_the_others_are_still_looked_at(world: World) -> None:
    _no_database(world)
    done = CliRunner().invoke(app, ["doctor", "--json"])
    checks = {check["part"]: check for check in json.loads(done.stdout)["checks"]}
    assert done.exit_code == 3 and len(checks) == len(registry.CHECKS)
    assert checks["database"]["level"] == "bad" and checks["workers"]["level"] == "skipped"
    assert checks["storage"]["level"] == "ok"
    assert "secret@" not in done.stdout
    shown = CliRunner().invoke(app, ["doctor"])
    assert shown.exit_code == 3 and "→" in shown.stdout


def test_a_setting_that_is_not_usable_is_a_finding(world: World) -> None:
    world.set(NAS_MAX_CONNECTIONS="0")
    done = CliRunner().invoke(app, ["doctor", "--json"])
    (check,) = json.loads(done.stdout)["checks"]
    assert done.exit_code == 3 and "NAS_MAX_CONNECTIONS" in check["detail"] and "README" in check["remedy"]


def test_schemas_older_and_newer_are_told_apart(world: World) -> None:
    for revision, remedy in (("0001", "printdock db upgrade"), ("9999", "Install the newer printdock")):
        with world.services.database.write() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
        found = find("database")
        assert found.level is Level.BAD and remedy in found.remedy


def test_the_databases_clock_is_compared(postgres_url: str, world: World) -> None:
    world.set(DATABASE_URL=postgres_url)
    assert find("clock").level is Level.OK
    wrong = find("clock", lambda: datetime.now(UTC) + timedelta(minutes=3))
    assert wrong.level is Level.BAD and "180 s apart" in wrong.detail


def test_a_nas_that_is_not_trusted_says_how_to_trust_it(openssh: OpenSshServer, world: World) -> None:
    target = openssh.target("Graphics")
    world.set(
        PRINTDOCK_STORAGE=f"sftp://{target.username}@{target.host}:{target.port}{target.root}",
        PRINTDOCK_NAS_KEY=str(openssh.key_file),
    )
    found = find("storage")
    assert found.level is Level.BAD and "printdock storage trust" in found.remedy, found
    shutil.copy(openssh.known_hosts, world.home / "known_hosts")
    assert find("storage").level is Level.OK


def test_a_wrong_redis_password_is_told_from_a_redis_that_is_away(redis_server: RedisServer, world: World) -> None:
    world.set(**redis_server.environment)
    assert find("redis").level is Level.OK
    world.set(REDIS_PASSWORD="wrong")
    assert "REDIS_PASSWORD" in find("redis").remedy


def test_an_ended_etsy_connection_is_named(world: World) -> None:
    world.set(ETSY_KEYSTRING="abc", ETSY_SHARED_SECRET="def")
    assert find("etsy").level is Level.WARN
    with world.services.database.write() as connection:
        shop = ensure_shop(connection, "Rose Prints", NOW)
        row = {
            "shop_id": shop.id, "etsy_user_id": 1, "etsy_shop_id": 2, "name": "RosePrints", "currency": "EUR",
            "scopes": "listings_w", "tokens": b"", "expires_at": NOW, "broken": "The seller ended it.", "connected_at": NOW,
        }  # fmt: skip
        connection.execute(sa.insert(etsy_connections).values(**row))
    found = find("etsy")
    assert found.level is Level.BAD and "Rose Prints" in found.detail and "etsy connect" in found.remedy


def test_a_damaged_file_of_the_spool_is_bad(world: World) -> None:
    _spooled(world)
    (file,) = (world.home / "spool").glob("*.spooled")
    file.write_bytes(b"{" + file.read_bytes())
    assert find("spool").level is Level.BAD


def test_a_worker_is_seen_while_it_runs_and_gone_when_it_has_ended(world: World) -> None:
    from printdock.jobs.broker import broker_for
    from printdock.jobs.worker import EmbeddedWorker
    from tests.services.ssh import wait_for

    broker = broker_for(world.services)
    worker = EmbeddedWorker(world.services, broker)
    assert find("workers").level is Level.WARN
    worker.start()
    wait_for(lambda: find_quickly(world) == 1, "the worker to say that it is there")
    assert "1 alive on" in find("workers").detail
    worker.close()
    broker.close()
    assert find_quickly(world) == 0


def find_quickly(world: World) -> int:
    with world.services.database.read() as connection:
        return len(presence.present(connection, datetime.now(UTC)))
