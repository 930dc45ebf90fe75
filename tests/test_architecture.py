"""The import rules hold, speak of every module there is, and each would notice a breach."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
OURS = "printdock."

#: Which modules each list of a rule names, from the first line of code to the last one planned. import-linter wants
#: them to exist, so a new one goes on the list in pyproject.toml when it is made: a test below says so.
SPEAKS_OF = {
    ("pure", "source_modules"): {"dedupe", "errors", "imaging", "rendering"},
    ("pure", "forbidden_modules"): {"settings", "telemetry"},
    ("features", "source_modules"): {
        "accounts",
        "backup",
        "designs",
        "downloads",
        "listings",
        "mockups",
        "moving",
        "pipeline",
        "samples",
        "shops",
        "templates",
        "uploads",
    },
    ("features", "forbidden_modules"): {"settings"},
    ("doors", "source_modules"): {"api", "cli", "jobs", "web", "wiring"},
    ("edge", "allowed_importers"): {"asgi", "cli", "wiring", "worker"},
}

#: (rule, module that gets the line, the line): what each rule must notice.
BREACHES = [
    ("downwards", "shops/planted.py", "from printdock import cli"),
    ("downwards", "templates/planted.py", "import printdock.designs"),
    ("downwards", "designs/planted.py", "import printdock.mockups"),
    ("downwards", "errors.py", "import printdock.imaging.types"),
    ("downwards", "db/planted.py", "import printdock.storage.base"),
    ("downwards", "utils.py", ""),  # a module without a place
    ("pure", "dedupe/planted.py", "import pathlib"),
    ("pure", "imaging/planted.py", "from datetime import datetime"),
    ("pure", "rendering/planted.py", "import time"),
    ("pure", "errors.py", "import logging"),
    ("pure", "imaging/planted.py", "from printdock.settings import Settings"),
    ("pure", "rendering/planted.py", "from printdock.telemetry import meters"),
    ("features", "designs/planted.py", "def late() -> None:\n    import typer"),
    ("features", "pipeline/planted.py", "from asyncssh import connect"),
    ("features", "uploads/planted.py", "import starlette"),
    ("features", "mockups/planted.py", "from rich.table import Table"),
    ("doors", "cli/planted.py", "import cv2"),
    ("doors", "cli/planted.py", "from asyncssh import connect"),
    ("edge", "storage/planted.py", "from printdock.settings import Settings"),
    ("edge", "__main__.py", "import printdock.settings"),
]


def _contracts() -> dict[str, dict[str, Any]]:
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return {contract["id"]: contract for contract in configuration["tool"]["importlinter"]["contracts"]}


def _modules() -> set[str]:
    """The modules and packages directly below printdock."""
    folder = ROOT / "src" / "printdock"
    return {path.stem for path in folder.glob("*.py")} | {path.parent.name for path in folder.glob("*/__init__.py")}


def _lint(tree: Path, rule: str | None = None) -> tuple[bool, str]:
    """Whether the import rules (or one of them) hold for the sources in ``tree``, and what import-linter says."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as go; go()"]
    command += ["--config", str(ROOT / "pyproject.toml"), "--no-cache", *(["--contract", rule] if rule else [])]
    environment = {**os.environ, "PYTHONPATH": str(tree), "COLUMNS": "300", "NO_COLOR": "1"}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True)
    assert re.search(r"Contracts: \d+ kept, \d+ broken", done.stdout), done.stdout + done.stderr
    return done.returncode == 0, done.stdout


def test_the_import_rules_hold() -> None:
    held, words = _lint(ROOT / "src")
    assert held, words


@pytest.mark.parametrize(("rule", "key"), SPEAKS_OF)
def test_a_rule_names_every_module_it_speaks_of(rule: str, key: str) -> None:
    listed = {name.removeprefix(OURS) for name in _contracts()[rule][key] if name.startswith(OURS)}
    assert listed == SPEAKS_OF[rule, key] & _modules(), f"mend {key} of the rule {rule!r} in pyproject.toml"


@pytest.mark.parametrize(
    ("rule", "module", "line"), BREACHES, ids=[f"{rule}-{module}-{n}" for n, (rule, module, _) in enumerate(BREACHES)]
)
def test_a_breach_is_noticed(rule: str, module: str, line: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "src" / "printdock", tmp_path / "printdock", ignore=shutil.ignore_patterns("__pycache__"))
    planted = tmp_path / "printdock" / module
    with planted.open("a") as file:
        file.write(f"\n{line}\n")
    held, words = _lint(tmp_path, rule)
    assert not held, words
    assert planted.stem in words
