"""`printdock upload` and real servers: over bad lines, through kill -9 of either end, several at once."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from printdock.cli.sending import PIECE
from tests.api.sending import picture, write
from tests.services.proxy import BadLine
from tests.services.serving import Serving, printdock_json
from tests.services.serving import serve as serve  # a fixture
from tests.services.ssh import free_port, wait_for

TEMPLATE = "Mug 11oz"
Serve = Callable[..., Serving]


@dataclass
class Client:
    """A machine with the command line, a home of its own, and a key."""

    home: Path
    key: str
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def begin(self, url: str, *paths: Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "printdock", "upload", *map(str, paths), "--server", url, "--json"]
        environment = {**os.environ, "PRINTDOCK_HOME": str(self.home), "PRINTDOCK_API_KEY": self.key}
        process = subprocess.Popen(
            [*command, "--template", TEMPLATE], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        self.started.append(process)
        return process

    def finish(self, process: subprocess.Popen[str], code: int = 0) -> dict[str, Any]:
        out, err = process.communicate(timeout=120)
        assert process.returncode == code, (process.returncode, out[-2000:], err[-3000:])
        document: dict[str, Any] = json.loads(out)
        return document

    def upload(self, url: str, *paths: Path, code: int = 0) -> dict[str, Any]:
        return self.finish(self.begin(url, *paths), code)

    def get(self, server: Serving, path: str) -> Any:
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx.get(f"{server.url}/api/v1/{path}", headers=headers, timeout=30).raise_for_status().json()


@pytest.fixture
def client(home: Path, tmp_path: Path) -> Iterator[Client]:
    made = printdock_json(home, "keys", "add", "test", "--scope", "upload", "--scope", "read")
    yield (here := Client(tmp_path / "client", made["key"]))
    for process in here.started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def _outcomes(report: dict[str, Any]) -> Counter[str]:
    return Counter(entry["outcome"] for entry in report["files"])


def _stored(server: Serving, many: int) -> bool:
    return len(list((server.home / "nas").rglob("*.png"))) >= many


def _assert_stored_once(server: Serving, distinct: int) -> None:
    files = [path for path in (server.home / "nas").rglob("*.png") if "Mockups" not in path.parts]
    assert len(files) == distinct
    assert len({path.read_bytes() for path in files}) == distinct
    wait_for(lambda: not list((server.home / "incoming").glob("[0-9a-f]*")), "the incoming folder to be empty")


def test_a_folder_is_uploaded_as_if_it_were_ingested(serve: Serve, client: Client, tmp_path: Path) -> None:
    server = serve()
    folder = tmp_path / "designs"
    paths = write(folder / "summer", [1, 2, 1])
    (folder / "notes.txt").write_text("no picture")
    (folder / "empty.png").touch()
    os.mkfifo(folder / "pipe.png")
    report = client.upload(server.url, folder, code=3)
    assert [entry["source"] for entry in report["files"]] == [
        str(path) for path in (folder / "empty.png", folder / "notes.txt", folder / "pipe.png", *paths)
    ]
    assert [entry["outcome"] for entry in report["files"]] == ["failed"] * 3 + ["stored", "stored", "duplicate"]
    codes = [entry["reason"].partition(":")[0] for entry in report["files"][:3]]
    assert codes == ["empty_file", "unsupported_format", "not_a_file"]
    again = client.upload(server.url, folder / "summer")
    assert _outcomes(again) == {"duplicate": 3}
    assert set(report) == set(again) == {"upload", "stored", "duplicates", "failed", "seconds", "files"}
    assert not list(client.home.glob("uploads/*.json")), "nothing is remembered of what has ended"
    _assert_stored_once(server, 2)


def test_cut_at_random_bytes_it_resumes_and_sends_at_most_a_piece_again(
    serve: Serve, client: Client, tmp_path: Path
) -> None:
    where = random.Random(7)
    server = serve()
    folder = tmp_path / "large"
    folder.mkdir()
    for number in range(3):  # their beginning is a picture's; what follows has to arrive, not to be decoded
        (folder / f"{number}.png").write_bytes(picture(number)[:200] + where.randbytes(9_000_000 + number))
    budgets = [where.randint(1, 7_000_000) for _ in range(12)]
    with BadLine(server.port, lambda: budgets.pop() if budgets else None) as line:
        report = client.upload(line.url, folder, code=3)
        sent, cuts = line.forwarded, line.cuts
    assert cuts >= 8, cuts
    # All of it arrived whole, or it could not be known that it cannot be decoded.
    assert Counter(entry["reason"].partition(":")[0] for entry in report["files"]) == {"damaged": 3}
    size = sum(path.stat().st_size for path in folder.iterdir())
    assert sent - size <= cuts * PIECE, (sent - size, cuts)
    assert len(client.get(server, "uploads")["items"]) == 1


def test_the_server_is_killed_while_files_arrive_and_while_they_are_taken_in(
    serve: Serve, client: Client, tmp_path: Path
) -> None:
    where = random.Random(5)
    server = first = serve()
    paths = write(tmp_path / "designs", range(24), size=700)
    with BadLine(server.port, lambda: 40_000) as slow:  # a line so bad that the upload takes its time
        process = client.begin(slow.url, tmp_path / "designs")
        incoming = server.home / "incoming"
        for arrived in (5,):
            wait_for(lambda n=arrived: len(list(incoming.glob("*/*"))) >= n, "files to arrive")
            server.kill()
            server = serve(port=server.port)
        for stored in (2, 11):
            wait_for(lambda n=stored: _stored(first, n) or process.poll() is not None, "print files")
            time.sleep(where.uniform(0, 0.05))
            server.kill()
            server = serve(port=server.port)
        report = client.finish(process)
    assert _outcomes(report) == {"stored": 24}, report
    assert [entry["source"] for entry in report["files"]] == [str(path) for path in paths]
    assert len({entry["path"] for entry in report["files"]}) == 24
    _assert_stored_once(server, 24)
    (upload,) = client.get(server, "uploads")["items"]
    assert (upload["state"], upload["stored"]) == ("finished", 24)
    assert {job["state"] for job in client.get(server, "jobs?kind=ingest_upload")["items"]} == {"completed"}


def test_a_client_that_was_killed_goes_on_with_the_same_upload(serve: Serve, client: Client, tmp_path: Path) -> None:
    server = serve()
    write(tmp_path / "designs", range(12), size=700)
    size = sum(path.stat().st_size for path in (tmp_path / "designs").iterdir())
    budget: list[int | None] = [60_000]
    with BadLine(server.port, lambda: budget[0]) as line:
        process = client.begin(line.url, tmp_path / "designs")
        wait_for(lambda: len(list((server.home / "incoming").glob("*/*"))) >= 6, "files to arrive")
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        before, budget[0] = line.forwarded, None
        report = client.upload(line.url, tmp_path / "designs")
        assert line.forwarded - before < size - 2 * 60_000, "what had arrived is not sent again"
    assert _outcomes(report) == {"stored": 12}
    assert len(client.get(server, "uploads")["items"]) == 1
    _assert_stored_once(server, 12)


def test_two_clients_send_the_same_designs_at_once(serve: Serve, client: Client, tmp_path: Path) -> None:
    server = serve()
    write(tmp_path / "designs", range(8))
    other = Client(tmp_path / "other", client.key)
    running = [(one, one.begin(server.url, tmp_path / "designs")) for one in (client, other)]
    reports = [one.finish(process) for one, process in running]
    total = _outcomes(reports[0]) + _outcomes(reports[1])
    assert total == {"stored": 8, "duplicate": 8}
    _assert_stored_once(server, 8)


def test_what_is_no_picture_is_refused_before_it_was_sent(serve: Serve, client: Client, tmp_path: Path) -> None:
    server = serve()
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(b"PK\x03\x04" + bytes(30_000_000))
    with BadLine(server.port, lambda: None) as line:
        report = client.upload(line.url, bomb, code=3)
        assert line.forwarded < PIECE + 200_000, "the first piece at most"
    assert report["files"][0]["reason"].startswith("unsupported_format: It is a ZIP archive")


def test_a_stream_ends_with_the_server_and_goes_on_at_the_next(serve: Serve, client: Client) -> None:
    server = serve()
    headers = {"Authorization": f"Bearer {client.key}"}
    body = {"template": TEMPLATE, "files": [{"name": "a.png", "size": 1000}]}
    upload = httpx.post(f"{server.url}/api/v1/uploads", json=body, headers=headers).json()["id"]
    url = f"{server.url}/api/v1/uploads/{upload}/events"
    seen = []
    with httpx.stream("GET", url, headers=headers, timeout=30) as stream:
        for line in stream.iter_lines():
            if line.startswith("data:"):
                seen.append(json.loads(line[5:]))
                asked = time.monotonic()
                server.ask_to_end()
    assert [one["data"]["state"] for one in seen] == ["receiving"]
    assert server.wait() == 0
    assert time.monotonic() - asked < 8, "a stream that goes on for ever does not keep the server"
    server = serve(port=server.port)
    with httpx.stream("GET", url, headers={**headers, "Last-Event-ID": str(seen[-1]["id"])}, timeout=30) as stream:
        lines = stream.iter_lines()
        httpx.delete(f"{server.url}/api/v1/uploads/{upload}", headers=headers)
        told = [json.loads(line[5:]) for line in lines if line.startswith("data:")]
    assert [one["data"]["state"] for one in told] == ["cancelled"]
    assert free_port() != server.port
