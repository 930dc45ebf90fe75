"""Files that lie on a NAS: parts of them, many readers, and a NAS that is away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from printdock.designs.ingest import ingest
from printdock.imaging.types import Fit, Recipe
from printdock.storage.hostkeys import fetch_host_key, trust
from printdock.templates.queries import add_template
from tests.api.conftest import Api, running
from tests.api.stock import draw, pages
from tests.services.ssh import OpenSshServer, openssh, openssh_factory

__all__ = ["openssh", "openssh_factory"]

LARGE = Recipe(20.0, 20.0, dpi=150, fit=Fit.STRETCH)


@pytest.fixture
def api(tmp_path: Path, home: Path, openssh: OpenSshServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    root = openssh.target("files").root
    monkeypatch.setenv("PRINTDOCK_STORAGE", f"sftp://{openssh.username}@{openssh.host}:{openssh.port}{root}")
    monkeypatch.setenv("PRINTDOCK_NAS_KEY", str(openssh.key_file))
    monkeypatch.setenv("NAS_MAX_CONNECTIONS", "3")
    Path(root).mkdir(parents=True, exist_ok=True)
    trust(home / "known_hosts", fetch_host_key(openssh.host, openssh.port))
    yield from running(f"sqlite:///{tmp_path / 'x.db'}", home, monkeypatch)


def test_parts_and_outages(api: Api, openssh: OpenSshServer, tmp_path: Path) -> None:
    services, call, shop = api.services, api.script(), api.shop("My Shop")
    with services.database.write() as connection:
        template = add_template(connection, shop, "Large", LARGE, api.clock())
    report = ingest(services.upload(template, report=lambda event: None), [draw(tmp_path / "art", "fox.png", 3)])
    data = (Path(openssh.target("files").root) / report.files[0]["path"]).read_bytes()
    (design,) = pages(call, "designs")
    address, small = (design["print_files"][0][word] for word in ("url", "thumbnail"))
    size = len(data)

    def part(first: int) -> bool:
        last = min(first + 9_999, size - 1)
        answer = api.client().get(address, headers={"Range": f"bytes={first}-{last}"})
        return answer.status_code == 206 and bool(answer.content == data[first : last + 1])

    with ThreadPoolExecutor(6) as readers:
        assert all(readers.map(part, range(0, size, max(1, size // 12))))
    assert api.client().get(address).content == data
    assert api.client().get(small).status_code == 200
    pool = call("GET", "storage").json()["pool"]
    assert pool["in_use"] == 0 and 1 <= pool["connected"] <= 3, "no reader keeps a connection"

    openssh.stop()
    started = time.monotonic()
    for path in (address, small):
        answer = api.client().get(path)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5"), answer.text
        assert openssh.host not in answer.text
    tested = call("POST", "storage/test")
    assert tested.status_code == 503
    assert time.monotonic() - started < 10, "nobody in front of a screen waits for the NAS's two minutes"
    assert call("GET", "storage").json()["answers"] is False
    openssh.start()
    deadline = time.monotonic() + 60
    while api.client().get(address).status_code != 200 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert call("GET", "storage").json()["answers"] is True
