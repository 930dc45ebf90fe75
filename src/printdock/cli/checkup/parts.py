"""The parts: secret, database, storage, Redis, the address people use."""

from __future__ import annotations

import ipaddress
import os
import threading
from pathlib import Path

from printdock.cli.checkup.finding import Finding, Patient, bad, ok, refused, warn
from printdock.db.schema import SchemaStatus
from printdock.errors import PrintdockError


def check_secret(patient: Patient) -> Finding:
    """The server's secret, and who else may read the files that hold secrets."""
    from printdock.wiring import server_secret

    settings = patient.settings
    file = settings.home / "secret"
    for private in (file, settings.home / "settings.toml", settings.nas_key_file):
        if private is not None and _readable_by_others(private, settings.home):
            return bad(f"{private} can be read by other users of this machine.", f"chmod 600 {private}")
    if settings.secret is None and not file.exists():
        return ok("made at the first start")
    try:
        server_secret(settings).key("doctor")
    except PrintdockError as error:
        return refused(error, f"Let printdock's user read {file}.")
    return ok("of PRINTDOCK_SECRET" if settings.secret is not None else str(file))


def _readable_by_others(file: Path, home: Path) -> bool:
    """A group may be let in to a file outside the home: Kubernetes hands secrets over to one."""
    others = 0o077 if file.is_relative_to(home) else 0o007
    return os.name == "posix" and file.is_file() and bool(file.stat().st_mode & others)


def check_database(patient: Patient) -> Finding:
    """It answers, with the schema of this program."""
    now = patient.schema
    if now is None:
        return ok("SQLite, made at the first start")
    if isinstance(now, PrintdockError):
        return refused(
            now,
            "Is the database server started, and DATABASE_URL right? From here, psql with the same address should work.",
        )
    return _schema(patient, now)


def _schema(patient: Patient, now: SchemaStatus) -> Finding:
    words = f"{patient.database!r}, schema {now.current or 'none yet'}"
    if now.up_to_date or now.current is None:
        return ok(words)
    if now.current > now.head:
        return bad(
            f"{words}: newer than this printdock, which knows {now.head}.", "Install the newer printdock here, too."
        )
    return bad(f"{words}: this printdock needs {now.head}.", "printdock db upgrade")


def check_storage(patient: Patient) -> Finding:
    """The NAS or folder: trusted, and gives back what it is given."""
    from printdock.storage.probe import probe_storage
    from printdock.storage.resilient import ResilientStorage
    from printdock.wiring import open_storage

    settings, shown = patient.settings, patient.settings.storage_shown
    try:
        storage = open_storage(settings, stop=threading.Event())
        try:
            at_once = storage.at_once() if isinstance(storage, ResilientStorage) else storage
            took = probe_storage(at_once, settings.shop)
        finally:
            storage.close()
    except PrintdockError as error:
        return refused(error, f"Is {shown} there, and may printdock's user write to it? Then: printdock storage check")
    return ok(f"{shown}, a megabyte written in {took.write_ms:.0f} ms")


def check_redis(patient: Patient) -> Finding:
    """Redis answers, where one is named. Without it work goes on; new jobs begin up to half a second later."""
    from redis import Redis
    from redis.exceptions import AuthenticationError, RedisError

    from printdock.jobs.redis_address import redis_address

    where = redis_address(patient.settings)
    if where is None:
        return ok("not used: workers look for jobs twice a second")
    client = Redis(connection_pool=where.pool(connect_s=3, answer_s=3))
    try:
        client.ping()
    except AuthenticationError as error:
        return bad(f"{where} refuses the password: {error}.", "Set REDIS_PASSWORD as Redis has it.")
    except RedisError as error:
        return bad(
            f"{where} does not answer: {error}.",
            "Start Redis, or mend REDIS_HOST and REDIS_PORT (or REDIS_SENTINELS); unset them to do without.",
        )
    finally:
        client.connection_pool.disconnect()
    return ok(f"{where} answers")


def check_address(patient: Patient) -> Finding:
    """Whether passwords could be read on their way here."""
    settings = patient.settings
    words = f"{settings.address}, listening on {settings.host}:{settings.port}"
    if settings.address.startswith("https:") or _is_loopback(settings.host):
        return ok(words)
    return warn(
        f"{words}: passwords travel readable by whoever is on the network.",
        "Set PRINTDOCK_TLS_CERT and PRINTDOCK_TLS_KEY, or PRINTDOCK_URL to the https address of a proxy (docs/deploying.md).",
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
