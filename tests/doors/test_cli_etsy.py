"""`printdock etsy` as a seller uses it, against the stand-in."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import typer.testing

from printdock.cli.app import app
from printdock.demo.etsy import FakeEtsy, Limits
from printdock.errors import PrintdockError, UsageError
from tests.services.forks import run_printdock

Run = Callable[..., subprocess.CompletedProcess[str]]


def _here(*arguments: str, input: str | None = None) -> subprocess.CompletedProcess[str]:
    """The command run in this process, which saves the second that a new one takes."""
    done = typer.testing.CliRunner().invoke(app, ["etsy", *arguments], input=input)
    code, words = done.exit_code, done.stderr
    if isinstance(done.exception, PrintdockError):
        code, words = (2 if isinstance(done.exception, UsageError) else 1), words + str(done.exception)
    elif done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return subprocess.CompletedProcess(arguments, code, done.stdout, words)


@pytest.fixture
def etsy() -> Iterator[FakeEtsy]:
    with FakeEtsy(Limits(per_second=500)) as fake:
        fake.world.add_shop("RosePrints")
        yield fake


@pytest.fixture
def run(etsy: FakeEtsy, home: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("ETSY_KEYSTRING", etsy.world.keystring)
    monkeypatch.setenv("ETSY_SHARED_SECRET", etsy.world.shared_secret)
    monkeypatch.setenv("ETSY_API", etsy.api)
    monkeypatch.setenv("ETSY_SITE", etsy.api)
    monkeypatch.setenv("COLUMNS", "200")

    return _here


def test_connect_status_disconnect(run: Run, etsy: FakeEtsy) -> None:
    assert run("status", "--json").returncode == 3
    begun = json.loads(run("connect", "--begin", "--json").stdout)
    landed = httpx.get(begun["open"]).headers["location"]
    done = run("connect", "--address", landed, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["etsy_shop"] == "RosePrints"
    shown = run("status", "--check", "--json")
    assert shown.returncode == 0 and json.loads(shown.stdout)["calls"]["per_second"] == 500
    again = run("connect", "--address", landed)
    assert again.returncode == 2 and "used before" in again.stderr
    etsy.tokens.forget(next(iter(etsy.world.shops.values())).user_id)
    ended = run("status", "--check")
    assert ended.returncode == 1 and "printdock etsy connect" in ended.stderr
    assert "ended" in run("status").stdout
    assert json.loads(run("disconnect", "--json").stdout) == {"disconnected": True}


def test_connect_by_pasting_the_address(run: Run) -> None:
    refused = run("connect", "--paste", "--no-browser", input="https://elsewhere.example/?code=1&state=2\n")
    assert refused.returncode == 2 and "no open question" in refused.stderr


def test_a_missing_or_wrong_key_is_said_in_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    landed = httpx.get(json.loads(run("connect", "--begin", "--json").stdout)["open"]).headers["location"]
    monkeypatch.setenv("ETSY_SHARED_SECRET", "wrong")
    wrong = run_printdock("etsy", "connect", "--address", landed)
    assert wrong.returncode == 1 and "does not accept the app's key" in wrong.stderr and "Traceback" not in wrong.stderr
    monkeypatch.delenv("ETSY_SHARED_SECRET")
    missing = run("connect")
    assert missing.returncode == 2 and "ETSY_SHARED_SECRET not set" in missing.stderr
