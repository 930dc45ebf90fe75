"""The examples of docs/api.md run as they stand, but for the server's address and what an earlier answer named.

Those of docs/uploads.md: tests/uploads/test_documented.py.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.docs.pages import DOCS, blocks
from tests.end_to_end.pictures import draw
from tests.services.serving import Serving, printdock_json
from tests.services.serving import serve as serve  # a fixture
from tests.services.ssh import wait_for

TEMPLATE = "Mug 11oz"
_ID = "01990b5e-..."
#: A photo with a place for a design.
PACK = """\
name = "Mug 11oz"

[[picture]]
name = "Front"
file = "design 00009.png"

[[picture.area]]
kind = "quad"
corners = [[100, 100], [300, 100], [300, 300], [100, 300]]
"""


def _said() -> list[str]:
    """Commands of the page's blocks, continued lines and all; what is answered is left out."""
    lines = "\n".join(blocks(DOCS / "api.md")).replace("\\\n", " ").splitlines()
    return [line for line in lines if line.startswith(("KEY=", "curl ", "(cd "))]


def _one(part: str) -> str:
    (found,) = [line for line in _said() if part in line]
    return found


@pytest.fixture
def run(serve: Callable[..., Serving], program: Callable[..., str], home: Path, tmp_path: Path) -> Callable[[str], str]:
    """Runs a line as the page has it, in a folder with a mockup pack, against a server with two designs."""
    program("curl", "curl")
    program("zip", "zip")
    draw(tmp_path / "designs", range(2), side=300)
    printdock_json(home, "ingest", str(tmp_path / "designs"), "--template", TEMPLATE)
    draw(tmp_path / "my-pack", [9], side=400)
    (tmp_path / "my-pack" / "mockup.toml").write_text(PACK)
    server = serve()
    printdock = f'printdock() {{ {shlex.quote(sys.executable)} -m printdock "$@"; }}'
    key = _bash(f'{printdock}\n{_one("KEY=")}\necho "$KEY"', tmp_path).strip()

    def say(line: str) -> str:
        line = line.replace("http://127.0.0.1:8000", server.url).replace("curl -", "curl -sS -", 1)
        said = _bash(f"KEY={key}\n{line}", tmp_path)
        assert "urn:printdock:problem" not in said, f"{line}\n{said}"
        return said

    return say


def _bash(script: str, folder: Path) -> str:
    command = ["bash", "-euo", "pipefail", "-c", script]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_the_examples_run(run: Callable[[str], str], tmp_path: Path) -> None:
    say = run
    first = json.loads(say(_one("designs?search=906").replace("906", "100")))["items"][0]
    assert "etag" in say(f"URL={shlex.quote(_address(first))}\n{_one('-sI')}").lower()
    say(f"{_one('(cd my-pack')}\n{_one('/mockup-sets')}")
    job = json.loads(say(_one("upload-mockup").replace("906, 907", "100, 101")))
    assert job["status"] == "pending"
    ended: dict[str, Any] = {}

    def finished() -> bool:
        ended.update(json.loads(say(_one("job-status").replace(_ID, job["job_id"]))))
        return ended["status"] in ("completed", "failed")

    wait_for(finished, "the mockups", 60)
    assert ended["status"] == "completed", ended
    download = json.loads(say(_one('"what": "mockups"')))
    assert re.fullmatch(r"/api/v1/downloads/[0-9a-f-]+/archive\.zip", download["url"])
    say(_one("-OJ").replace(_ID, download["id"]))
    assert (tmp_path / download["name"]).stat().st_size == download["bytes"]


def _address(design: dict[str, Any]) -> str:
    """Of the design's thumbnail."""
    found = re.search(r'"(/[^"]*)"', json.dumps([design.get("thumbnail"), design.get("url"), design]))
    assert found, design
    return found.group(1)
