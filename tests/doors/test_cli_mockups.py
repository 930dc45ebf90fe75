"""``printdock mockups`` as a seller meets it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.doors.test_cli import printdock
from tests.mockups.conftest import MANIFEST, write_folder


def test_a_seller_takes_a_pack_in_and_out_again(home: Path, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "pack")
    done = printdock("mockups", "import", str(folder), "--json", home=home)
    document = json.loads(done.stdout)
    assert done.returncode == 0 and document["changed"] and document["written"] == 5
    assert {warning["code"] for warning in document["warnings"]} == {"distorts"}
    assert f"{folder}/mockup.toml:18: warning distorts" in done.stderr
    again = printdock("mockups", "import", str(folder), home=home)
    assert again.stdout == "Wall is unchanged, 0 files stored.\n"
    listed = json.loads(printdock("mockups", "list", "--json", home=home).stdout)
    assert [(one["name"], len(one["pictures"]), one["format"]) for one in listed] == [("Wall", 2, "webp")]
    shown = json.loads(printdock("mockups", "show", "Wall", "--json", home=home).stdout)
    assert shown["pictures"][1]["areas"][0]["kind"] == "cylinder"
    assert "photos/front.png" in printdock("mockups", "show", "Wall", home=home).stdout
    out = tmp_path / "out"
    assert printdock("mockups", "export", "Wall", str(out), home=home).returncode == 0
    assert (out / "mockup.toml").read_text() == MANIFEST
    assert printdock("mockups", "export", "Wall", str(out), home=home).returncode == 2
    assert printdock("mockups", "check", "Wall", home=home).returncode == 0
    assert printdock("mockups", "remove", "Wall", home=home).returncode == 0
    missing = printdock("mockups", "show", "Wall", home=home)
    assert missing.returncode == 2 and "no mockup set 'Wall'" in missing.stderr


def test_a_malformed_pack_is_exit_code_3_with_file_line_and_reason(home: Path, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "pack", MANIFEST.replace("quality", "qualty"))
    words = "mockup.toml:7: error unknown_key output, qualty is not a key that belongs here. - Did you mean 'quality'?"
    checked = printdock("mockups", "check", str(folder), home=home)
    assert checked.returncode == 3 and words in checked.stdout
    taken = printdock("mockups", "import", str(folder), home=home)
    assert taken.returncode == 3 and words in taken.stderr and taken.stdout == ""
    document = json.loads(printdock("mockups", "check", str(folder), "--json", home=home).stdout)
    assert not document["ok"] and document["problems"][0]["line"] == 7
    assert json.loads(printdock("mockups", "list", "--json", home=home).stdout) == []


def test_a_group_of_the_old_system_is_taken_in(home: Path, tmp_path: Path) -> None:
    photos = write_folder(tmp_path / "old") / "photos"
    square = [[10, 10], [110, 10], [110, 110], [10, 110]]
    images = [{"filename": "front.png", "mask_data": [{"masks": [square], "is_cropped": True, "alignment": "left"}]}]
    group = tmp_path / "group.json"
    group.write_text(json.dumps({"name": "Old", "mockup_images": images}))
    done = printdock("mockups", "import", str(photos), "--old-masks", str(group), "--json", home=home)
    assert json.loads(done.stdout)["name"] == "Old", done.stderr
    group.write_text("[]")
    assert printdock("mockups", "import", str(photos), "--old-masks", str(group), home=home).returncode == 2
