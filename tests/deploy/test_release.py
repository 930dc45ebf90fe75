"""A release: the wheel with the pages inside, the same bytes each time, checksums that are signed, and what installs from it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import built as built  # a fixture
from tests.deploy.files import ROOT, takes_minutes

SLOW = pytest.mark.skipif(not os.environ.get("SLOW_TESTS"), reason="takes minutes; SLOW_TESTS=1 runs it")
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
WHEEL = f"printdock-{VERSION}-py3-none-any.whl"


def _run(*command: str | Path, cwd: Path = ROOT, **environment: str) -> str:
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=900
    )
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


def test_the_changelog_tells_of_this_version() -> None:
    headings = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert headings[0] == "Unreleased" and VERSION in headings


def test_the_wheel_holds_every_page_and_is_the_same_each_time(built: None, tmp_path: Path) -> None:
    for name in ("first", "second"):
        copy = tmp_path / name
        shutil.copytree(ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("__pycache__"))
        (copy / "scripts").mkdir()
        for file in ("pyproject.toml", "README.md", "LICENSE", "scripts/hatch_pages.py"):
            shutil.copy(ROOT / file, copy / file)
        build = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / f"{name}-wheel")
        _run(*build, cwd=copy, SOURCE_DATE_EPOCH="1700000000")
    first, second = (tmp_path / f"{name}-wheel" / WHEEL for name in ("first", "second"))
    assert hashlib.sha256(first.read_bytes()).digest() == hashlib.sha256(second.read_bytes()).digest()
    dist = ROOT / "src" / "printdock" / "web" / "dist"
    pages = {f"printdock/web/dist/{path.relative_to(dist)}" for path in dist.rglob("*") if path.is_file()}
    with zipfile.ZipFile(first) as wheel:
        held = set(wheel.namelist())
    assert {page for page in pages if not page.endswith("/.built")} <= held
    assert "printdock/web/dist/index.html" in held and any(name.endswith(".js.br") for name in held)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A signed release, as ``make dist`` makes it from what is committed, and the keys that it may be signed with."""
    takes_minutes()
    folder = tmp_path_factory.mktemp("release")
    _run("git", "clone", "--quiet", ROOT, folder / "clone")
    (folder / "clone" / ".venv").symlink_to(ROOT / ".venv")
    key = folder / "key"
    _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "printdock-release", "-f", key)
    (folder / "allowed_signers").write_text(f"release {key.with_suffix('.pub').read_text()}")
    for name in ("dist", "again"):
        _run(
            "scripts/dist", folder / name, cwd=folder / "clone",
            PRINTDOCK_SIGNING_KEY=str(key), PRINTDOCK_RELEASE_TOOLS=str(ROOT / ".cache" / "release"),
        )  # fmt: skip
    yield folder


@SLOW
def test_two_builds_are_the_same(release: Path) -> None:
    assert (release / "dist" / "SHA256SUMS").read_bytes() == (release / "again" / "SHA256SUMS").read_bytes()


@SLOW
def test_it_is_checked_as_the_docs_say_and_a_changed_file_is_noticed(release: Path, tmp_path: Path) -> None:
    words = (ROOT / "docs" / "releasing.md").read_text()
    verify, sums = re.findall(r"^(ssh-keygen -Y verify.*|sha256sum -c.*)$", words, re.M)
    copy = tmp_path / "dist"
    shutil.copytree(release / "dist", copy)
    shutil.copy(release / "allowed_signers", copy)
    assert 'Good "printdock-release" signature' in _run("bash", "-c", verify, cwd=copy)
    assert f"{WHEEL}: OK" in _run("bash", "-c", sums, cwd=copy)
    listed = (copy / "SHA256SUMS").read_text()
    assert {file.name for file in copy.iterdir()} - {"SHA256SUMS", "SHA256SUMS.sig", "allowed_signers"} == set(
        re.findall(r"  (.+)$", listed, re.M)
    )
    (copy / "SHA256SUMS").write_text(listed.replace(listed[0], "f" if listed[0] != "f" else "0", 1))
    assert subprocess.run(["bash", "-c", verify], cwd=copy, capture_output=True).returncode != 0


@SLOW
def test_the_bills_name_what_is_locked(release: Path) -> None:
    python = json.loads((release / "dist" / f"printdock-{VERSION}.python.cdx.json").read_text())
    locked = set(re.findall(r"^([a-z0-9][\w.-]*)==", (ROOT / "requirements.lock").read_text(), re.M | re.I))
    assert {one["name"].lower() for one in python["components"]} == {name.lower() for name in locked}
    pages = json.loads((release / "dist" / f"printdock-{VERSION}.pages.cdx.json").read_text())
    wanted = json.loads((ROOT / "web" / "package.json").read_text())["dependencies"]
    named = {"/".join(filter(None, (one.get("group"), one["name"]))) for one in pages["components"]}
    assert set(wanted) <= named
    assert not {"vite", "vitest", "typescript"} & named


@SLOW
def test_pipx_installs_it_and_it_serves_its_pages(release: Path, tmp_path: Path) -> None:
    takes_minutes()
    tools = Path(_run("scripts/release-tools").strip())
    (tmp_path / "home").mkdir()
    environment = {
        "PIPX_HOME": str(tmp_path / "pipx"),
        "PIPX_BIN_DIR": str(tmp_path / "bin"),
        "PIPX_MAN_DIR": str(tmp_path / "man"),
        "PRINTDOCK_HOME": str(tmp_path / "home"),
    }
    _run(tools / "pipx", "install", "--python", sys.executable, release / "dist" / WHEEL, **environment)
    printdock = tmp_path / "bin" / "printdock"
    found = json.loads(_run(printdock, "doctor", "--json", **environment))
    levels = {check["part"]: check["level"] for check in found["checks"]}
    assert found["ok"] and levels["pages"] == "ok" and levels["python"] == "ok"
