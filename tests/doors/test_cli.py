"""The command line as a person or a script meets it: JSON, exit codes, words."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from printdock.designs.outcomes import ANSWER_KEYS
from tests.designs.conftest import draw  # noqa: F401  # a fixture
from tests.services.forks import run_printdock

Draw = Callable[..., Path]


def printdock(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    return run_printdock(*arguments, "--home", str(home))


def test_ingest_prints_one_document_with_every_key(home: Path, draw: Draw) -> None:  # noqa: F811
    folder = draw("a.png", 1).parent
    (folder / "bad.png").write_bytes(b"not a picture")
    (folder / ".hidden.png").write_bytes(b"not a picture")
    done = printdock("ingest", str(folder), "--template", "UVDTF 16oz", "--json", home=home)
    document = json.loads(done.stdout)
    assert list(document) == ["upload", "stored", "duplicates", "failed", "seconds", "files"]
    assert (document["stored"], document["duplicates"], document["failed"]) == (1, 0, 1)
    assert all(list(entry) == list(ANSWER_KEYS) for entry in document["files"])
    stored = document["files"][0]
    assert stored["path"] == "My Shop/UVDTF 16oz/UV 100 UVDTF_16oz_100.png"
    assert (stored["width"], stored["height"], stored["dpi"]) == (3800, 1732, 400)
    assert (home / "nas" / stored["path"]).stat().st_size == stored["bytes"]
    assert "bad.png" in done.stderr
    assert done.returncode == 3
    (folder / "bad.png").unlink()
    again = printdock("ingest", str(folder), "--template", "UVDTF 16oz", "--json", home=home)
    assert again.returncode == 0 and json.loads(again.stdout)["duplicates"] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ingest", "nowhere", "--template", "UVDTF 16oz"], "nowhere"),
        (["ingest", ".", "--template", "No Such"], "UVDTF 16oz"),
        (["ingest", "."], "--template"),
        (["templates", "add", "X"], "--width"),
        (["templates", "add", "X", "--width", "-1", "--height", "2"], "print size"),
        (["designs", "show", "999"], "999"),
        (["duplicates", "keep", "5"], "no match 5"),
        (["nonsense"], "nonsense"),
        (["storage", "trust"], "folder"),
    ],
)
def test_wrong_use_is_exit_code_2_and_names_what_is_wrong(arguments: list[str], words: str, tmp_path: Path) -> None:
    done = run_printdock("--home", str(tmp_path / "home"), *arguments)
    assert done.returncode == 2, done.stderr
    assert words in " ".join(done.stderr.replace("│", "").split())
    assert "Traceback" not in done.stderr


def test_a_seller_finds_their_way(home: Path, draw: Draw) -> None:  # noqa: F811
    folder = draw("Rose.png", 1).parent
    added = printdock("templates", "add", "Tag", "--width", "2", "--height", "1.5", "--dpi", "150", home=home)
    assert added.returncode == 0, added.stderr
    ingested = printdock("ingest", str(folder), "-t", "Tag", home=home)
    assert "1 stored" in ingested.stdout and "DTF 100 Tag_100.png" in ingested.stdout
    assert json.loads(printdock("designs", "list", "--json", home=home).stdout)[0]["name"] == "Rose"
    assert json.loads(printdock("designs", "show", "100", "--json", home=home).stdout)[0]["number"] == 100
    (upload,) = json.loads(printdock("uploads", "list", "--json", home=home).stdout)
    shown = json.loads(printdock("uploads", "show", upload["upload"][:30], "--json", home=home).stdout)
    assert shown["files"][0]["outcome"] == "stored"
    assert json.loads(printdock("verify", "--json", home=home).stdout)["clean"] is True
    assert json.loads(printdock("storage", "check", "--json", home=home).stdout)["ok"] is True
    assert json.loads(printdock("db", "status", "--json", home=home).stdout)["up_to_date"] is True
    assert json.loads(printdock("doctor", "--json", home=home).stdout)["ok"] is True


def test_templates_can_be_imported_from_csv_all_or_none(home: Path, tmp_path: Path) -> None:
    table = tmp_path / "templates.csv"
    table.write_text(
        "name,width_in,height_in,dpi,fit,canvas_in,first_number\nA,4,4,300,contain,4x4,7\nB,2,2,300,cover,,\n"
    )
    assert printdock("templates", "import", str(table), home=home).returncode == 0
    shown = json.loads(printdock("templates", "show", "A", "--json", home=home).stdout)
    assert shown["recipe"]["canvas_in"] == [4.0, 4.0] and shown["next_number"] == 7
    table.write_text("name,width_in,height_in\nC,4,4\nD,0,4\n")
    assert printdock("templates", "import", str(table), home=home).returncode == 2
    assert printdock("templates", "show", "C", home=home).returncode == 2


def test_a_password_is_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRINTDOCK_STORAGE", "sftp://someone:verysecret@127.0.0.1:1/share")
    monkeypatch.setenv("DATABASE_URL", "postgresql://someone:verysecret@127.0.0.1:1/none")
    for arguments in (["doctor"], ["doctor", "--json"], ["storage", "check"], ["ingest", ".", "-t", "UVDTF 16oz"]):
        done = printdock(*arguments, home=tmp_path)
        assert done.returncode != 0
        assert "verysecret" not in done.stdout + done.stderr
