"""The Dockerfile's steps, done by hand in scratch folders: what its RUN lines make starts, answers its check, and ends in order."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.files import ROOT, stage, takes_minutes
from tests.deploy.test_release import SLOW
from tests.services.ssh import free_port, wait_for

NOBODY = 10001


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A folder that the image's user may look into."""
    folder = Path(tempfile.mkdtemp(prefix="printdock-image-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@SLOW
def test_what_the_dockerfile_builds_starts_and_answers_its_check(scratch: Path) -> None:
    takes_minutes()
    for name in ("pages", "wheel"):
        _build(scratch, name)
    runtime = dict(stage("runtime"))
    environment = dict(re.findall(r"(\w+)=(\S+)", runtime["ENV"])) | {
        "PATH": f"{scratch}/opt/printdock/bin:{os.environ['PATH']}",
        "PRINTDOCK_HOME": str(scratch / "home"),
        "PRINTDOCK_PORT": str(free_port()),
    }
    (scratch / "home").mkdir(mode=0o700)
    as_user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if _others_may_run_python() else {}
    if as_user:
        os.chown(scratch / "home", NOBODY, NOBODY)
    command = json.loads(runtime["ENTRYPOINT"]) + json.loads(runtime["CMD"])
    check = json.loads(runtime["HEALTHCHECK"].split("CMD", 1)[1])
    check[0] = f"{scratch}/opt/printdock/bin/{check[0]}"

    def healthy() -> bool:
        done = subprocess.run(check, env=environment, capture_output=True, timeout=20, **as_user)
        return bool(done.returncode == 0)

    assert not healthy(), "nothing answers yet"
    command[0] = f"{scratch}/opt/printdock/bin/{command[0]}"
    with open(scratch / "output", "wb") as output:
        server = subprocess.Popen(
            command, env=environment, cwd=scratch / "home", stdout=output, stderr=subprocess.STDOUT, **as_user
        )
    try:
        wait_for(healthy, "the image's check to be content", 60)
        assert "/welcome#" in (scratch / "output").read_text()
    finally:
        server.send_signal(signal.SIGTERM)
    assert server.wait(60) == 0


def _others_may_run_python() -> bool:
    """Whether a process of another user can be started here, and would find this Python."""
    program = Path(sys.executable).resolve()
    return os.geteuid() == 0 and all(folder.stat().st_mode & 0o001 for folder in program.parents)


def _build(scratch: Path, name: str) -> None:
    """Do a stage's instructions below ``scratch``."""
    environment = dict(os.environ)
    build = scratch / f"build-{name}"
    for word, rest in stage(name):
        if word == "ENV":
            environment |= dict(re.findall(r"(\w+)=(\S+)", rest))
        elif word == "COPY":
            _copy(rest, build, scratch)
        elif word == "RUN":
            line = rest.replace("/build/", f"{build}/").replace("/opt/printdock", f"{scratch}/opt/printdock")
            line = re.sub(r"^python |(?<=&& )python ", f"{sys.executable} ", line)
            done = subprocess.run(
                ["/bin/sh", "-c", line], cwd=build, env=environment, capture_output=True, text=True, timeout=900
            )
            assert done.returncode == 0, f"{line}: {done.stdout[-2000:]}{done.stderr[-2000:]}"


def _copy(rest: str, build: Path, scratch: Path) -> None:
    *sources, target = rest.split()
    for source in sources:
        if source.startswith("--from=pages"):
            continue
        origin = Path(source.replace("/build/", f"{scratch}/build-pages/")) if source[0] == "/" else ROOT / source
        into = build / target / origin.name if target.endswith("/") else build / target
        into.parent.mkdir(parents=True, exist_ok=True)
        if origin.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "node_modules", "dist" if source in ("src", "web") else "-")
            shutil.copytree(origin, into, dirs_exist_ok=True, ignore=ignored)
        else:
            shutil.copy(origin, into)
