"""The installation under load: every part can be broken and brought back, and its memory is watched."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from printdock.demo.bases import write_demo_packs
from tests.services import disk
from tests.services.packages import ensure_debian_package
from tests.services.postgres import Postgres, find_programs
from tests.services.proxy import BadLine
from tests.services.redis import RedisServer, find_redis
from tests.services.serving import Serving, printdock_json
from tests.services.ssh import OpenSshServer, free_port

#: The NAS's disk and that of printdock's home, bytes: what a soak stores fits many times over.
DISK_BYTES, HOME_BYTES = 2_000_000_000, 500_000_000
TEMPLATE, MOCKUP_SET, PACK = "Mug 11oz", "Mug 11oz", "mug"
WATCH_S = 2.0
#: Workers are up by then, seconds.
PATIENCE_S = 60.0


@dataclass
class Memory:
    """Resident bytes of one process, as they went."""

    part: str
    pid: int
    samples: list[tuple[float, int]] = field(default_factory=list)


class Soak:
    """A server, workers, and what they need. ``line`` is what clients talk through."""

    def __init__(self, home: Path, postgres: Postgres, redis: RedisServer, nas: OpenSshServer, values: dict[str, str]):
        self.home, self.postgres, self.redis, self.nas, self._values = home, postgres, redis, nas, values
        self._port = free_port()
        self.line = BadLine(self._port, lambda: None)
        self.engine: Engine = create_engine(_with_driver(values["DATABASE_URL"]), pool_pre_ping=True)
        self.memory: dict[int, Memory] = {}
        self.workers: list[subprocess.Popen[bytes]] = []
        self.serving: Serving | None = None

    @property
    def has_disks(self) -> bool:
        """Whether NAS and home lie on disks of their own, which may be filled."""
        return disk.is_mounted(self.nas.root) and disk.is_mounted(self.home)

    def start_server(self) -> None:
        """Returns once it is ready."""
        self.serving = Serving(self.home, self._port, environment=self._values)
        self.serving.wait_until_ready()

    def kill_server(self) -> None:
        assert self.serving is not None
        self.serving.kill()
        self.serving = None

    def start_worker(self) -> None:
        with (self.home / f"worker-{time.monotonic_ns()}.log").open("wb") as log:
            command = [sys.executable, "-m", "printdock", "worker", "--home", str(self.home)]
            environment = {**os.environ, **self._values}
            self.workers.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))

    def wait_for_workers(self) -> None:
        """Returns once all have signed in: one that finds no database when it starts ends, and is left to systemd."""
        deadline = time.monotonic() + PATIENCE_S
        while self.ask("SELECT count(*) FROM workers") < len(self.workers):
            assert time.monotonic() < deadline, "the workers do not come up"
            time.sleep(0.1)

    def kill_worker(self) -> None:
        """The one that has run longest."""
        worker = self.workers.pop(0)
        worker.kill()
        worker.wait()

    def ask(self, statement: str, **values: Any) -> Any:
        """One number from the database; -1 while it is away."""
        try:
            with self.engine.connect() as connection:
                return connection.execute(text(statement), values).scalar_one()
        except OperationalError:
            return -1

    def watch(self, over: threading.Event) -> None:
        """Take the memory of all processes until told to end."""
        while not over.wait(WATCH_S):
            for part, processes in self._processes():
                for process in processes:
                    with suppress(psutil.Error):
                        kept = self.memory.setdefault(process.pid, Memory(part, process.pid))
                        kept.samples.append((time.monotonic(), process.memory_info().rss))

    def command(self, *arguments: str) -> Any:
        """What a command answers with ``--json``."""
        return printdock_json(self.home, *arguments)

    def close(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.wait()
        if self.serving is not None:
            self.serving.kill()
        self.engine.dispose()

    def _processes(self) -> Iterator[tuple[str, list[psutil.Process]]]:
        serving = self.serving
        if serving is not None:
            yield "server", serving.processes()
        for worker in list(self.workers):
            with suppress(psutil.NoSuchProcess):
                yield "worker", [psutil.Process(worker.pid)]


@contextmanager
def site(folder: Path, workers: int) -> Iterator[Soak]:
    """All of it, running and stocked with the mockup set."""
    ensure_debian_package("ssh-keygen", "openssh-client")
    sshd = ensure_debian_package("sshd", "openssh-server", "openssh-client")
    with ExitStack() as stack:
        nas = OpenSshServer(folder, sshd=sshd, disk_bytes=DISK_BYTES)
        stack.callback(nas.close)
        nas.start()
        nas.trust()
        postgres = stack.enter_context(Postgres(find_programs(), durable=True))
        redis = stack.enter_context(RedisServer(find_redis()))
        home = folder / "home"
        home.mkdir()
        disk.mount(home, HOME_BYTES)
        stack.callback(disk.unmount, home)
        shutil.copy(nas.known_hosts, home / "known_hosts")
        values = {
            "DATABASE_URL": postgres.create_database().replace("postgresql+psycopg://", "postgresql://"),
            "PRINTDOCK_STORAGE": f"sftp://{nas.username}@{nas.host}:{nas.port}{nas.root}",
            "PRINTDOCK_NAS_KEY": str(nas.key_file),
            **redis.environment,
            "PRINTDOCK_SERVER_JOBS": "0",
        }
        stack.enter_context(_in_environment(values))
        there = Soak(home, postgres, redis, nas, values)
        stack.callback(there.close)
        pack = next(one for one in write_demo_packs(folder / "packs") if one.name == PACK)
        there.command("mockups", "import", str(pack))
        there.start_server()
        stack.enter_context(there.line)
        for _each in range(workers):
            there.start_worker()
        there.wait_for_workers()
        yield there


@contextmanager
def _in_environment(values: dict[str, str]) -> Iterator[None]:
    os.environ.update(values)
    try:
        yield
    finally:
        for name in values:
            os.environ.pop(name)


def _with_driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://")
