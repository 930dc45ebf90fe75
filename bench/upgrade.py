"""A rolling upgrade for real: the version before serves, the new one takes over, and nobody notices.

    python -m bench.upgrade [--from COMMIT] [--to FOLDER] [--seconds 30] [--json FILE]

The code of ``--from`` (the last commit with an older schema, when not given) is checked out beside this one with `git
worktree`. It makes the schema of its time on a PostgreSQL and serves; people upload and look around, each request on a
connection of its own. Then, under that load: `printdock db upgrade` by the new code, the new server beside the old one on the
same port, SIGTERM to the old one. At the end every stored file is read back. Needs a clone with its history.

Then the way back: the old code is started again on the new schema, where it knows how to (versions that know ``serves`` do).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
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

from tests.end_to_end.pictures import draw
from tests.services.postgres import Postgres, find_programs
from tests.services.serving import Serving
from tests.services.ssh import free_port

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = "Sticker 3in"
LOOKS = ("duplicates?limit=20", "designs?limit=20", "uploads?limit=20", "jobs?limit=20", "templates")
UPLOADERS, EACH = 2, 4

console = Console()


@dataclass
class Requests:
    """Asks, on a new connection each time as a load balancer's clients do, until told to end."""

    url: str
    key: str
    took: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(look,)) for look in LOOKS]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, look: str) -> None:
        headers = {"Authorization": f"Bearer {self.key}"}
        while not self._over.wait(0.02):
            began = time.perf_counter()
            try:
                answer = httpx.get(f"{self.url}/api/v1/{look}", headers=headers, timeout=60)
                if answer.status_code != 200:
                    self.failed.append(f"{look}: {answer.status_code} {answer.text[:200]}")
            except httpx.HTTPError as error:
                self.failed.append(f"{look}: {error!r}")
            self.took.append(time.perf_counter() - began)


@dataclass
class Uploads:
    """`printdock upload` of new designs, one after another, until told to end."""

    run: Any
    url: str
    folder: Path
    key: str
    entries: list[dict[str, Any]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._send, args=(number,)) for number in range(UPLOADERS)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _send(self, number: int) -> None:
        turn = 0
        while not self._over.is_set():
            first = (turn * UPLOADERS + number) * EACH
            folder = self.folder / f"designs {number} {turn}"
            draw(folder, range(first, first + EACH), side=600)
            command = ["upload", str(folder), "--server", self.url, "--template", TEMPLATE, "--json"]
            home = ["--home", str(self.folder / f"client {number}")]
            done = self.run(*command, *home, check=False, PRINTDOCK_API_KEY=self.key)
            if done.returncode:
                self.failed.append(f"exit {done.returncode}: {done.stderr[-2000:]}")
                return
            self.entries += json.loads(done.stdout)["files"]
            turn += 1


@dataclass(frozen=True)
class Code:
    """One version of printdock: the folder of its sources, run with this one's libraries."""

    source: Path
    environment: dict[str, str]

    @property
    def with_source(self) -> dict[str, str]:
        return {**self.environment, "PYTHONPATH": str(self.source)}

    def run(self, *arguments: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "printdock", *arguments],
            env={**os.environ, **self.with_source, **environment},
            capture_output=True,
            text=True,
            check=check,
            timeout=600,
        )

    def answer(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json").stdout)

    def serve(self, home: Path, port: int) -> Serving:
        # Forked, it would be this code whatever the source: the fork server has it in memory.
        return Serving(home, port, environment=self.with_source, fresh=True)


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def commit_before() -> str:
    """The last commit whose schema is older than this code's."""
    from printdock.db.schema import HEAD

    history = ("log", "--first-parent", "--format=%H", "-S", f'HEAD = "{HEAD}"', "--", "src/printdock/db/schema.py")
    introduced = git(*history).splitlines()
    return git("rev-parse", f"{introduced[-1]}^") if introduced else git("rev-parse", "HEAD")


@contextmanager
def checked_out(commit: str, folder: Path) -> Iterator[Path]:
    """The sources of ``commit``, in ``folder``, removed afterwards."""
    git("worktree", "add", "--detach", str(folder), commit)
    try:
        yield folder / "src"
    finally:
        git("worktree", "remove", "--force", str(folder))


def measure(commit: str, seconds: float, to: Path = ROOT / "src") -> dict[str, Any]:
    """The upgrade, and what came of it."""
    with tempfile.TemporaryDirectory(prefix="printdock-upgrade-") as name, ExitStack() as stack:
        folder = Path(name)
        postgres = stack.enter_context(Postgres(find_programs()))
        source = stack.enter_context(checked_out(commit, folder / "old"))
        home = folder / "home"
        home.mkdir()
        environment = {
            "PRINTDOCK_HOME": str(home),
            "DATABASE_URL": postgres.create_database().replace("+psycopg", ""),
            "PRINTDOCK_STORAGE": str(folder / "nas"),
        }
        old, new = Code(source, environment), Code(to, environment)
        return _upgrade(stack, folder, home, old, new, seconds) | {"from": commit[:12]}


def _upgrade(stack: ExitStack, folder: Path, home: Path, old: Code, new: Code, seconds: float) -> dict[str, Any]:
    before = old.answer("db", "upgrade")["current"]
    key = old.answer("keys", "add", "upgrade", "--scope", "read", "--scope", "upload")["key"]
    port = free_port()
    first = _started(stack, old, home, port)
    with Requests(first.url, key) as requests, Uploads(old.run, first.url, folder, key) as uploads:
        time.sleep(seconds / 3)
        began = time.perf_counter()
        upgraded = new.run("db", "upgrade", "--json")
        migrated = time.perf_counter() - began
        time.sleep(seconds / 6)
        second = _started(stack, new, home, port)
        first.ask_to_end()
        code = first.wait()
        both = time.perf_counter() - began
        time.sleep(seconds / 2)
    back = _back(stack, old, home, port, second)
    return {
        "schema": f"{before} -> {json.loads(upgraded.stdout)['current']}",
        "db_upgrade_tries": 1 + upgraded.stderr.count("tries again"),
        "db_upgrade_s": round(migrated, 2),
        "upgrade_to_old_server_gone_s": round(both, 1),
        "old_server_exit": code,
        "requests": len(requests.took),
        "requests_failed": len(requests.failed),
        "longest_answer_ms": round(max(requests.took) * 1e3),
        "p95_ms": round(sorted(requests.took)[int(len(requests.took) * 0.95)] * 1e3),
        "uploads_failed": len(uploads.failed),
        "files_sent": len(uploads.entries),
        "way_back": back,
        **_kept(folder / "nas", uploads.entries, new),
        "failures": (requests.failed + uploads.failed)[:5],
    }


def _started(stack: ExitStack, code: Code, home: Path, port: int) -> Serving:
    serving = code.serve(home, port)
    stack.callback(serving.kill)
    serving.wait_until_ready()
    return serving


def _back(stack: ExitStack, old: Code, home: Path, port: int, second: Serving) -> str:
    """The old code beside the new, on the new schema, and the new one ended."""
    try:
        third = _started(stack, old, home, port)
    except AssertionError as error:
        return f"the old version does not start on a later schema: {str(error).strip().splitlines()[-1][:200]}"
    second.ask_to_end()
    second.wait()
    return f"the old version answers {httpx.get(f'{third.url}/readyz').status_code}"


def _kept(nas: Path, entries: Sequence[dict[str, Any]], code: Code) -> dict[str, Any]:
    """Every file that was said to be stored is, once, to the last byte."""
    stored = [entry for entry in entries if entry["outcome"] == "stored"]
    lost = [
        entry["path"] for entry in stored
        if not (nas / entry["path"]).is_file()
        or hashlib.sha256((nas / entry["path"]).read_bytes()).hexdigest() != entry["sha256"]
    ]  # fmt: skip
    verified = json.loads(code.run("verify", "--deep", "--json", check=False).stdout)
    return {"stored": len(stored), "lost": len(lost), "verify_clean": verified["clean"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="commit")
    parser.add_argument("--to", type=Path, default=ROOT / "src", help="sources of the new version")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    result = measure(
        git("rev-parse", options.commit) if options.commit else commit_before(), options.seconds, options.to
    )
    for name, value in result.items():
        console.print(f"{name:30} {value}", highlight=False, soft_wrap=True)
    if options.json:
        options.json.write_text(json.dumps(result, indent=2))
    sys.exit(1 if result["requests_failed"] or result["uploads_failed"] or result["lost"] else 0)


if __name__ == "__main__":
    main()
