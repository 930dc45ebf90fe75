"""Commands that pages show exist and take what they are given; those in blocks run."""

from __future__ import annotations

import functools
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from printdock.cli.app import app
from scripts.reference.options_page import commands
from tests.docs.pages import PAGES, ROOT, WRITTEN, blocks, code, name, spans
from tests.end_to_end.pictures import draw
from tests.services.ssh import OpenSshServer, openssh, openssh_factory

__all__ = ["openssh", "openssh_factory"]

_COMMAND = re.compile(r"^ *(?:\S*/)?printdock ((?:[a-z-]+ ?)+)", re.MULTILINE)
_LINE = re.compile(r"^ *(?:\S*/)?printdock ([a-z].*)$", re.MULTILINE)
_MAKE = re.compile(r"^ *make ([a-z][a-z-]*)", re.MULTILINE)
_OPTION = re.compile(r"^--?[a-z]")

#: Lines of blocks that are run by tests of their own, for they need an old database, a server or a stand-in for Etsy.
_ELSEWHERE = {
    "serve": "tests/services/serving.py",
    "migrate-from-craftflow": "tests/moving/test_migrate.py",
    "listings templates import": "tests/doors/test_cli_listings.py",
    "listings plan": "tests/doors/test_cli_listings.py",
    "listings create": "tests/doors/test_cli_listings.py",
}


@functools.cache
def _program() -> Any:
    return typer.main.get_command(app)


@functools.cache
def _known() -> dict[str, set[str]]:
    """The options of each command."""
    return {command_name: _options(command) for command_name, command in commands()}


@pytest.mark.parametrize("page", WRITTEN, ids=name)
def test_commands_exist(page: Path) -> None:
    for words in _COMMAND.findall(code(page)):
        command: Any = _program()
        for word in words.split():
            below = getattr(command, "commands", None)  # a group's; what follows a command is its argument
            if below is None:
                break
            assert word in below, f"printdock {words}"
            command = below[word]


@pytest.mark.parametrize("page", WRITTEN, ids=name)
def test_options_exist(page: Path) -> None:
    known = _known()
    for line in [*_LINE.findall("\n".join(spans(page))), *_LINE.findall("\n".join(blocks(page)))]:
        words = shlex.split(line.split(" | ")[0].replace("…", "").replace("'", "\\'"), comments=True)
        found = max((one for one in known if words[: len(one.split())] == one.split()), key=len, default=None)
        for word in words if found else ():
            if _OPTION.match(word):
                assert word.split("=")[0] in known[found or ""], f"printdock {line}"


def _options(command: Any) -> set[str]:
    return {"--help", "-h", *(one for given in command.params for one in (*given.opts, *given.secondary_opts))}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_targets_of_make_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert sorted(set(_MAKE.findall(code(page))) - targets) == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_benchmarks_exist(page: Path) -> None:
    from bench.__main__ import BENCHES

    named = {
        word
        for line in re.findall(r"make bench ARGS=(\"[^\"]+\"|\S+)", code(page))
        for word in line.strip('"').split()
        if re.fullmatch("[a-z]+", word)
    }
    assert sorted(named - set(BENCHES)) == []


@pytest.fixture
def printdock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose ``bin`` holds ``printdock``, to be said as the pages say it; ``~`` is this folder."""
    program = tmp_path / "bin" / "printdock"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m printdock "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PRINTDOCK_HOME", str(tmp_path / "home"))
    return tmp_path


def _said() -> list[str]:
    """Every line of a block that begins with a command of printdock's, once, without its comment."""
    lines = [line for page in WRITTEN for block in blocks(page) for line in _LINE.findall(block)]
    return list(dict.fromkeys(shlex.join(shlex.split(line, comments=True)) for line in lines))


def _run(line: str, stdin: str = "") -> None:
    done = subprocess.run(["bash", "-c", f"printdock {line}"], input=stdin, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, f"printdock {line}: exit {done.returncode}\n{done.stdout}{done.stderr}"


def test_the_lines_of_blocks_run(printdock: Path, openssh: OpenSshServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """As they stand, but for the NAS's address and the folder of backups: one after another in one installation."""
    said = [line for line in _said() if not line.startswith(tuple(_ELSEWHERE))]
    draw(printdock / "new-designs", range(2), side=300)
    monkeypatch.setenv("PRINTDOCK_STORAGE", f"sftp://{openssh.username}@{openssh.host}:{openssh.port}{openssh.root}")
    monkeypatch.setenv("PRINTDOCK_NAS_KEY", str(openssh.key_file))
    order = [
        "db upgrade",
        "storage trust",
        "storage check",
        "ingest",
        "doctor",
        "backup /",
        "backup --check",
        "restore",
    ]
    assert [line for line in said if not line.startswith(tuple(order))] == [], "a block says what is run nowhere"
    for start in order:
        for line in [one for one in said if one.startswith(start)]:
            if start == "restore":
                (printdock / "other").mkdir()
                monkeypatch.setenv("PRINTDOCK_HOME", str(printdock / "other"))
                monkeypatch.setenv("PRINTDOCK_STORAGE", str(printdock / "other nas"))
            # A person is asked whether the key that `storage trust` shows is the NAS's.
            _run(line.replace("~", str(printdock)).replace("/mnt/", f"{printdock}/"), stdin="y\n")


def test_what_is_said_to_run_elsewhere_does() -> None:
    for line, file in _ELSEWHERE.items():
        words = ", ".join(f'"{word}"' for word in line.split())
        assert words in (ROOT / file).read_text(), line
