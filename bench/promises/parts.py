"""The measurements behind the promises. Each answers plain data, and takes a few minutes at most."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import library, load, speed, upgrade
from bench.soak.__main__ import run as soak

ROOT = Path(__file__).resolve().parents[2]
Tell = Callable[[str], None]
#: Long enough for every fault to have its turn.
SOAK_MINUTES = 6.0
LIBRARY = (0, 100_000)
#: Where `make bench ARGS=library` leaves its figures.
MILLIONS = ROOT / ".cache" / "bench" / "library.json"

#: Promises that say what happens in a fault: the tests that hold them to it.
TESTS = {
    "a database that fails": "tests/end_to_end/test_database_faults.py",
    "a NAS that fails": "tests/end_to_end/test_nas_faults.py",
    "what logs say": "tests/telemetry/test_logs.py",
}


def _speed(tell: Tell) -> dict[str, Any]:
    return speed.run([10, 50, 100], 1, tell, old_up_to=50)


def _load(tell: Tell) -> dict[str, Any]:
    return load.run(5, 20, 100)


def _library(tell: Tell) -> dict[str, Any]:
    """Of a library that is made in a minute; the rows of one of millions are those of the last `make bench ARGS=library`."""
    result = library.run(LIBRARY, tell, backends="sqlite")
    last = json.loads(MILLIONS.read_text()) if MILLIONS.exists() else {"results": [], "memory": []}
    millions = {name: [row for row in last[name] if row["designs"] >= 1_000_000] for name in ("results", "memory")}
    return result | {name: result[name] + millions[name] for name in millions}


def _upgrade(tell: Tell) -> dict[str, Any]:
    return upgrade.measure(upgrade.commit_before(), 15.0)


def _soak(tell: Tell) -> dict[str, Any]:
    return soak(SOAK_MINUTES, users=3, workers=2)


def _tests(tell: Tell) -> dict[str, Any]:
    """How many tests of each file pass, and how long they take."""
    found = {}
    for what, file in TESTS.items():
        tell(file)
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.xml"
            command = [sys.executable, "-m", "pytest", "-q", "-n", "2", f"--junitxml={report}", file]
            subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
            suites = list(ElementTree.parse(report).getroot().iter("testsuite"))
        counted = {
            name: sum(int(suite.get(name, 0)) for suite in suites)
            for name in ("tests", "failures", "errors", "skipped")
        }
        found[what] = {**counted, "file": file, "seconds": round(time.monotonic() - began, 1)}
    return found


PARTS: dict[str, Callable[[Tell], dict[str, Any]]] = {
    "speed": _speed,
    "load": _load,
    "library": _library,
    "upgrade": _upgrade,
    "soak": _soak,
    "tests": _tests,
}
