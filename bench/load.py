"""Many people at once: does a server go on answering, and is every file stored once?

    python -m bench.load [--users 5] [--images 20] [--one 100] [--json FILE]

PostgreSQL, Redis, an OpenSSH server, one `printdock serve` that runs no jobs, two `printdock worker`. First as many
`printdock upload` as users, each with designs of its own, at once; then one of many designs. Meanwhile somebody looks
around: lists of designs, uploads and jobs, the time of each answer taken. All of it shares this machine's cores, the
uploading programs too.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx
from rich.console import Console
from rich.table import Table

from bench.designs import rasterise
from bench.servers import Servers, servers
from tests.services.redis import RedisServer, find_redis
from tests.services.serving import Serving, printdock_json
from tests.services.ssh import free_port

#: What is looked at meanwhile, and seconds between two looks.
LOOKS = ("designs?limit=50", "uploads?limit=20", "jobs?limit=20", "duplicates?limit=20")
PAUSE_S = 0.05

console = Console()


@dataclass
class Visitor:
    """Looks around until told to end; keeps how long each answer took (ms) and what its status was."""

    url: str
    key: str
    took: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        with httpx.Client(
            base_url=f"{self.url}/api/v1/", headers={"Authorization": f"Bearer {self.key}"}, timeout=60
        ) as client:
            while not self._over.wait(PAUSE_S):
                for look in LOOKS:
                    began = time.perf_counter()
                    status = client.get(look).status_code
                    self.took.append((time.perf_counter() - began) * 1e3)
                    self.statuses[status] = self.statuses.get(status, 0) + 1

    def quantile(self, share: float) -> float:
        ordered = sorted(self.took)
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 1)


@dataclass(frozen=True)
class Site:
    """A running installation."""

    found: Servers
    serving: Serving
    home: Path
    key: str

    def upload(self, folder: Path, template: str) -> subprocess.Popen[str]:
        """`printdock upload`, started."""
        command = [sys.executable, "-m", "printdock", "upload", str(folder), "--server", self.serving.url]
        command += ["--template", template, "--json", "--home", str(folder.parent / f"home of {folder.name}")]
        return subprocess.Popen(
            command,
            env={**os.environ, "PRINTDOCK_API_KEY": self.key},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def resident(self) -> int:
        """Bytes of memory of the server's processes."""
        return sum(process.memory_info().rss for process in self.serving.processes())


@contextmanager
def site(folder: Path) -> Iterator[Site]:
    """One server and two workers on PostgreSQL, OpenSSH and Redis."""
    with ExitStack() as stack:
        found = stack.enter_context(servers(folder))
        redis = stack.enter_context(RedisServer(find_redis()))
        home = folder / "home"
        home.mkdir()
        shutil.copy(found.nas.known_hosts, home / "known_hosts")
        values = {
            **found.environment(found.postgres.create_database()),
            **redis.environment,
            "PRINTDOCK_SERVER_JOBS": "0",
        }
        os.environ.update(values)
        stack.callback(lambda: [os.environ.pop(name) for name in values])
        key = printdock_json(home, "keys", "add", "load", "--scope", "read", "--scope", "upload")["key"]
        serving = Serving(home, free_port(), environment=values)
        stack.callback(serving.kill)
        serving.wait_until_ready()
        for _each in range(2):
            stack.enter_context(_worker(home))
        yield Site(found, serving, home, key)


@contextmanager
def _worker(home: Path) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "printdock", "worker", "--home", str(home)], stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


def send(there: Site, folders: Sequence[Path], template: str) -> dict[str, Any]:
    """Send all folders at once; what came of it, every stored file read back."""
    idle, peak = there.resident(), 0
    began = time.perf_counter()
    with Visitor(there.serving.url, there.key) as visitor:
        running = [there.upload(folder, template) for folder in folders]
        outputs: list[tuple[str, str]] = []
        waiting = [threading.Thread(target=lambda one=one: outputs.append(one.communicate())) for one in running]
        for thread in waiting:
            thread.start()
        while any(thread.is_alive() for thread in waiting):
            peak = max(peak, there.resident())
            waiting[0].join(0.1)
            time.sleep(0.1)
    seconds = time.perf_counter() - began
    codes = [one.returncode for one in running]
    assert set(codes) == {0}, (codes, [error[-2000:] for _out, error in outputs])
    entries = [entry for out, _error in outputs for entry in json.loads(out)["files"]]
    stored = [entry for entry in entries if entry["outcome"] == "stored"]
    assert len({entry["path"] for entry in stored}) == len(stored), "a path was given twice"
    for entry in stored:
        data = (there.found.nas.root / entry["path"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == entry["sha256"], entry["path"]
    return {
        "uploads": len(folders),
        "files": len(entries),
        "stored": len(stored),
        "duplicates": sum(entry["outcome"] == "duplicate" for entry in entries),
        "failed": sum(entry["outcome"] == "failed" for entry in entries),
        "wall_s": round(seconds, 1),
        "looks": len(visitor.took),
        "not_200": sum(count for status, count in visitor.statuses.items() if status != 200),
        "p50_ms": visitor.quantile(0.5),
        "p95_ms": visitor.quantile(0.95),
        "max_ms": visitor.quantile(1),
        "server_above_idle_mb": round((peak - idle) / 1e6, 1),
    }


def split(images: Path, into: Path, parts: int, each: int) -> list[Path]:
    """Folders of ``each`` designs, none in two."""
    files = sorted(images.glob("*.png"))[: parts * each]
    folders = []
    for part in range(parts):
        folder = into / f"user {part + 1}"
        folder.mkdir()
        for file in files[part * each : (part + 1) * each]:
            os.link(file, folder / file.name)
        folders.append(folder)
    return folders


def run(users: int, images: int, one: int) -> dict[str, Any]:
    """Both loads, one after the other, each for a template of its own."""
    drawn = rasterise.folder(max(users * images, one))
    with tempfile.TemporaryDirectory(prefix="printdock-load-", dir=drawn.parent) as name:
        folder = Path(name)
        with site(folder) as there:
            rows = [send(there, split(drawn, folder, users, images), "UVDTF 16oz")]
            (folder / "one").mkdir()
            rows.append(send(there, split(drawn, folder / "one", 1, one), "Mug 11oz"))
    return {"results": rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=5)
    parser.add_argument("--images", type=int, default=20)
    parser.add_argument("--one", type=int, default=100)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    result = run(options.users, options.images, options.one)
    table = Table("", "many at once", "one large", box=None, pad_edge=False)
    for name in result["results"][0]:
        table.add_row(name, *(str(row[name]) for row in result["results"]))
    console.print(table)
    if options.json:
        options.json.write_text(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
