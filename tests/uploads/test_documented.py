"""The examples of docs/uploads.md run as they stand."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.api.sending import picture
from tests.services.serving import Serving, printdock_json
from tests.services.serving import serve as serve  # a fixture

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "uploads.md"


def _examples() -> list[str]:
    return re.findall(r"```sh\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)


@pytest.mark.parametrize("left_out", ["-T rose.png", "-T piece.1"], ids=["in pieces", "whole"])
def test_the_examples_run(
    serve: Callable[..., Serving], program: Callable[..., str], home: Path, tmp_path: Path, left_out: str
) -> None:
    program("curl", "curl")
    server = serve()
    key = printdock_json(home, "keys", "add", "docs", "--scope", "upload", "--scope", "read")["key"]
    for seed, name in enumerate(("rose.png", "fox.png", "other.png")):
        (tmp_path / name).write_bytes(picture(seed))
    given, form, *rest = _examples()
    given = re.sub("SERVER=.*", f"SERVER={server.url}", given)
    given = re.sub("KEY=.*", f"KEY={key}", given)
    by_hand = [example for example in rest if left_out not in example]
    assert len(by_hand) == len(rest) - 1
    script = "\necho\n".join([given, form, "mv other.png rose.png", *by_hand])
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"state":"queued"' in done.stdout and "urn:printdock:problem" not in done.stdout, done.stdout
    assert re.search(r'data: \{.*"state":"finished"', done.stdout), done.stdout
    report = json.loads(done.stdout.strip().splitlines()[-1])
    assert [(entry["source"], entry["outcome"]) for entry in report["files"]] == [("summer/rose.png", "stored")]
