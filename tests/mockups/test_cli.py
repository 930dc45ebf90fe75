"""``printdock mockups render``, ``results`` and ``sheet`` as a person or a script meets them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import cv2
import pytest

from printdock.mockups.outcomes import ANSWER_KEYS
from tests.designs.conftest import art
from tests.mockups.conftest import write_folder
from tests.services.forks import run_printdock


def printdock(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    return run_printdock(*arguments, "--home", str(home))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two designs (100, 101) and a set of two pictures, the first in two colours. Not to be written to."""
    folder = tmp_path_factory.mktemp("shelf")
    home, designs = folder / "home", folder / "designs"
    designs.mkdir()
    for seed in (1, 2):
        assert cv2.imwrite(str(designs / f"{seed}.png"), art(seed))
    for arguments in (
        ("templates", "add", "Poster 18x24", "--width", "2", "--height", "2", "--dpi", "150"),
        ("ingest", str(designs), "--template", "Poster 18x24"),
        ("mockups", "import", str(write_folder(folder / "pack"))),
    ):
        done = printdock(*arguments, home=home)
        assert done.returncode == 0, done.stderr
    return home


@pytest.fixture
def stocked(shelf: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(shelf, tmp_path / "home"))


def test_sample_then_all_then_nothing(stocked: Path) -> None:
    render = ("mockups", "render", "--set", "Wall", "--json")
    sample = json.loads(printdock(*render, "--sample", "2", home=stocked).stdout)
    assert (sample["rendered"], len(sample["mockups"])) == (2, 2)
    done = printdock(*render, "--all", home=stocked)
    document = json.loads(done.stdout)
    assert done.returncode == 0
    assert list(document) == ["set", "template", "rendered", "fresh", "failed", "seconds", "mockups"]
    assert (document["set"], document["template"]) == ("Wall", "Poster 18x24")
    assert (document["rendered"], document["fresh"], document["failed"]) == (4, 2, 0)
    assert all(list(entry) == list(ANSWER_KEYS) for entry in document["mockups"])
    for entry in document["mockups"]:
        assert (stocked / "nas" / entry["path"]).stat().st_size == entry["bytes"]
        assert entry["path"].startswith("My Shop/Mockups/Poster 18x24/")
    again = json.loads(printdock(*render, "--all", home=stocked).stdout)
    assert (again["rendered"], again["fresh"]) == (0, 6)
    verified = json.loads(printdock("verify", "--json", "--deep", home=stocked).stdout)["shops"][0]
    assert (verified["problems"], verified["notes"], verified["mockups"]) == ([], [], 6)


def test_words_say_what_was_done_and_what_to_run_next(stocked: Path) -> None:
    done = printdock("mockups", "render", "--set", "Wall", "--design", "100", "--sample", "1", home=stocked)
    assert done.returncode == 0 and "1 rendered" in done.stdout
    assert "mockups render --set 'Wall' --design 100" in done.stdout
    dry = printdock("mockups", "render", "--set", "Wall", "--all", "--dry-run", home=stocked)
    assert "5 would be rendered" in dry.stdout and "1 were there already" in dry.stdout


def test_only_one_colour(stocked: Path) -> None:
    done = printdock("mockups", "render", "--set", "Wall", "--all", "--colour", "navy", "--json", home=stocked)
    assert {entry["colour"] for entry in json.loads(done.stdout)["mockups"]} == {"navy", None}


def test_a_design_that_fails_is_exit_code_3(stocked: Path) -> None:
    path = next((stocked / "nas" / "My Shop" / "Poster 18x24").glob("*100.png"))
    path.unlink()
    done = printdock("mockups", "render", "--set", "Wall", "--all", "--json", home=stocked)
    document = json.loads(done.stdout)
    assert done.returncode == 3 and (document["rendered"], document["failed"]) == (3, 3)
    reasons = {entry["reason"].split(":")[0] for entry in document["mockups"] if entry["outcome"] == "failed"}
    assert reasons == {"print_file_missing"}
    assert "failed 100 on Front" in done.stderr


def test_results_and_the_sheet(stocked: Path, tmp_path: Path) -> None:
    out = tmp_path / "sheet.jpg"
    empty = printdock("mockups", "sheet", "--set", "Wall", "--out", str(out), home=stocked)
    assert empty.returncode == 2 and not out.exists()
    printdock("mockups", "render", "--set", "Wall", "--all", home=stocked)
    found = json.loads(printdock("mockups", "results", "--design", "101", "--json", home=stocked).stdout)
    assert [(one["number"], one["picture"], one["colour"]) for one in found] == [
        (101, "Front", "navy"), (101, "Front", "off white"), (101, "Mug", None),
    ]  # fmt: skip
    assert json.loads(printdock("mockups", "results", "--design", "10", "--json", home=stocked).stdout) == []
    assert printdock("mockups", "sheet", "--set", "Wall", "--out", str(out), home=stocked).returncode == 0
    picture = cv2.imread(str(out))
    assert picture is not None and picture.shape[0] > 1000 and picture.shape[1] > 1500


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--set", "Nothing", "--all"], "no mockup set"),
        (["--set", "Wall"], "Which designs"),
        (["--set", "Wall", "--all", "--design", "100"], "Which designs"),
        (["--set", "Wall", "--design", "10"], "no print file 10"),
        (["--set", "Wall", "--all", "--colour", "pink"], "navy"),
        (["--set", "Wall", "--all", "--template", "UVDTF 16oz"], "Poster 18x24"),
    ],
)
def test_wrong_use_is_exit_code_2(shelf: Path, arguments: list[str], words: str) -> None:
    done = printdock("mockups", "render", *arguments, home=shelf)
    assert done.returncode == 2 and words in " ".join(done.stderr.split()), done.stderr
    assert "Traceback" not in done.stderr
