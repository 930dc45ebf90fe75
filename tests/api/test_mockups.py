"""Mockup sets as ZIP files, rendered mockups, rendering in the background."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from printdock.accounts.roles import Scope
from printdock.mockups.archive import MOST_FILES
from tests.api.conftest import Api, Script
from tests.api.stock import Stock, kept_postgresql, kept_sqlite, pages, small_stock, stock, zipped
from tests.mockups.conftest import MANIFEST, write_folder

__all__ = ["kept_postgresql", "kept_sqlite", "small_stock", "stock"]

ZIP = {"Content-Type": "application/zip"}


def _send(call: Script, data: bytes, path: str = "mockup-sets", **query: Any) -> Any:
    return call("POST", path, content=data, headers=ZIP, params=query)


def test_a_pack_goes_in_and_comes_out_again(api: Api, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "pack")
    call = api.script()
    made = _send(call, zipped(folder))
    assert made.status_code == 201, made.text
    assert made.json()["changed"] and made.json()["set"]["name"] == "Wall"
    assert made.json()["set"]["mockups_per_design"] == 3
    again = _send(call, zipped(folder, "My pack/"))
    assert again.status_code == 201 and not again.json()["changed"], "in a folder of its own, it is the same"
    (found,) = pages(call, "mockup-sets")
    assert found == made.json()["set"]
    for _again in range(2):
        cover = call("GET", found["cover"])
        assert (cover.status_code, cover.headers["content-type"]) == (200, "image/webp")
    assert api.nobody()("GET", found["cover"].replace("base-small", "base")).status_code == 404, "another signature"
    out = call("GET", f"mockup-sets/{found['id']}/pack.zip")
    assert out.status_code == 200 and 'filename="Wall.zip"' in out.headers["content-disposition"]
    archive = zipfile.ZipFile(io.BytesIO(out.content))
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert {name: archive.read(name) for name in archive.namelist()} == files
    other = _send(call, out.content, name="Wall 2")
    assert other.status_code == 201
    assert [one["name"] for one in pages(call, "mockup-sets", limit=1)] == ["Wall", "Wall 2"]
    removed = call("DELETE", f"mockup-sets/{other.json()['set']['id']}")
    assert removed.status_code == 200 and removed.json()["files"] > 0
    assert [one["name"] for one in pages(call, "mockup-sets")] == ["Wall"]
    actions = [one["action"] for one in pages(call, "audit")]
    assert actions == ["mockup_set_removed", "mockup_set_imported", "mockup_set_imported"]


def test_the_linter_answers_with_file_line_and_reason(small_api: Api, tmp_path: Path) -> None:
    call = small_api.script()
    wrong = MANIFEST.replace("radius = 90", "radius = 9000").replace('blend = "multiply"', 'blend = "smash"')
    data = zipped(write_folder(tmp_path / "wrong", wrong))
    checked = _send(call, data, "mockup-sets/check")
    assert checked.status_code == 200 and not checked.json()["ok"]
    (problem, *_rest) = checked.json()["problems"]
    line = wrong.splitlines().index('blend = "smash"') + 1
    assert (problem["file"], problem["line"], problem["level"]) == ("mockup.toml", line, "error")
    refused = _send(call, data)
    assert (refused.status_code, refused.json()["code"]) == (422, "pack_refused")
    assert refused.json()["errors"][0]["where"] == f"mockup.toml:{line}"
    assert pages(call, "mockup-sets") == []


def test_a_stored_set_is_checked_against_its_template(stock: Stock) -> None:
    call = stock.script()
    checked = call("POST", f"mockup-sets/{stock.mockup_set.id}/check").json()
    assert checked["ok"] and {one["level"] for one in checked["problems"]} <= {"warning"}


def _archive(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def _link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("photos/front.png")
    info.external_attr = 0o120777 << 16
    return info


def _lying() -> bytes:
    """Its directory says that a file of 10 MB has 100 bytes."""
    data = _archive(("mockup.toml", MANIFEST.encode()), ("mask.png", b"x" * 100), method=zipfile.ZIP_STORED)
    return data.replace((100).to_bytes(4, "little"), (10_000_000).to_bytes(4, "little"))


BAD: dict[str, tuple[Callable[[], bytes], int, str]] = {
    "nothing": (lambda: b"", 422, "not_a_zip"),
    "no zip": (lambda: b"GIF89a" * 50, 422, "not_a_zip"),
    "half a zip": (lambda: _archive(("mockup.toml", MANIFEST.encode()))[:-30], 422, "not_a_zip"),
    "no manifest": (lambda: _archive(("a/x.png", b"x"), ("b/mockup.toml", b"x")), 422, "no_manifest"),
    "up and out": (lambda: _archive(("mockup.toml", b""), ("../../etc/passwd", b"x")), 422, "outside_pack"),
    "from the root": (lambda: _archive(("mockup.toml", b""), ("/etc/passwd", b"x")), 422, "outside_pack"),
    "a link": (lambda: _archive(("mockup.toml", b""), (_link(), b"/etc/passwd")), 422, "outside_pack"),
    "a bomb": (lambda: _archive(("mockup.toml", b""), ("mask.png", bytes(90_000_000))), 413, "too_large"),
    "many": (lambda: _archive(*((f"{n}.png", b"") for n in range(MOST_FILES + 1))), 422, "too_many_files"),
    "large manifest": (
        lambda: _archive(("mockup.toml", bytes(4_000_001)), method=zipfile.ZIP_STORED),
        413,
        "too_large",
    ),
    "not text": (lambda: _archive(("mockup.toml", b"\xff\xfe")), 422, "pack_refused"),
    "a manifest alone": (lambda: _archive(("mockup.toml", MANIFEST.encode())), 422, "pack_refused"),
    "lies": (_lying, 422, "pack_refused"),
}


@pytest.fixture(scope="module")
def bad_archives() -> dict[str, bytes]:
    return {word: make() for word, (make, _status, _code) in BAD.items()}


def test_what_is_no_pack_is_refused_by_name(small_api: Api, bad_archives: dict[str, bytes]) -> None:
    call = small_api.script()
    for word, data in bad_archives.items():
        for path in ("mockup-sets", "mockup-sets/check"):
            answer = _send(call, data, path)
            if path.endswith("check") and BAD[word][2] == "pack_refused":
                assert answer.status_code == 200 and not answer.json()["ok"], word
                continue
            assert (answer.status_code, answer.json()["code"]) == BAD[word][1:], (word, answer.text)
    home = small_api.services.settings.home
    assert not (home / "nas").exists() and pages(call, "mockup-sets") == []


def test_nothing_of_a_stranger_is_received(small_api: Api) -> None:
    sent = 0

    def endless() -> Any:
        nonlocal sent
        while True:
            sent += 1
            yield bytes(100_000)
            assert sent < 5_000

    answer = small_api.client().post("/api/v1/mockup-sets", content=iter([b"x"]), headers=ZIP)
    assert answer.status_code == 401
    assert _send(small_api.script(Scope.READ), b"x").status_code == 403


def test_rendered_mockups_are_listed_and_found(stock: Stock) -> None:
    call = stock.script(Scope.READ)
    found = pages(call, "mockups", limit=2)
    assert len(found) == 3 and len({one["id"] for one in found}) == 3
    assert {(one["picture"], one["colour"]) for one in found} == {
        ("Front", "navy"),
        ("Front", "off white"),
        ("Mug", None),
    }
    number = stock.report.files[0]["number"]
    for query, count in (
        ({"design": stock.designs[0]}, 3), ({"design": stock.designs[1]}, 0), ({"set": "Wall"}, 3), ({"set": "wall"}, 0),
        ({"number": number}, 3), ({"number": number + 1}, 0), ({"template": stock.template.id}, 3),
    ):  # fmt: skip
        assert len(pages(call, "mockups", **query)) == count, query
    assert call("GET", f"mockups/{found[0]['id']}").json() == found[0]
    assert call("GET", f"mockups/{uuid4()}").status_code == 404
    assert stock.api.script(shop="Other")("GET", f"mockups/{found[0]['id']}").status_code == 404


def ended(call: Script, job: str, patience_s: float = 60.0) -> dict[str, Any]:
    """The job once it has ended."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        found: dict[str, Any] = call("GET", f"jobs/{job}").json()
        if found["state"] in ("completed", "failed", "cancelled"):
            return found
        time.sleep(0.05)
    raise AssertionError(f"job {job} did not end: {found}")


def test_rendering_is_a_job(stock: Stock) -> None:
    call = stock.script()
    sample = call("POST", "mockups", json={"set": "Wall", "designs": [stock.designs[1]], "sample": 1})
    assert sample.status_code == 202, sample.text
    assert sample.json()["kind"] == "render_mockups" and sample.json()["state"] in (
        "pending",
        "processing",
        "completed",
    )
    assert ended(call, sample.json()["id"])["result"]["rendered"] == 1
    whole = ended(call, call("POST", "mockups", json={"set": "Wall"}).json()["id"])
    assert (whole["state"], whole["result"]["rendered"], whole["result"]["fresh"]) == ("completed", 5, 4)
    assert len(pages(call, "mockups")) == 9
    forced = {"set": "Wall", "numbers": [stock.report.files[0]["number"]], "colours": ["navy"], "force": True}
    assert ended(call, call("POST", "mockups", json=forced).json()["id"])["result"]["rendered"] == 2


def test_what_cannot_be_rendered_is_said_at_once(small_stock: Stock) -> None:
    call = small_stock.script()
    for body, status, code in (
        ({"set": "None"}, 404, "unknown_mockup_set"), ({"set": "Wall", "template": "None"}, 404, "unknown_template"),
        ({"set": "Wall", "sample": 0}, 422, "invalid_request"), ({"set": "Wall", "numbers": []}, 422, "invalid_request"),
        ({}, 422, "invalid_request"), ({"set": "a\x00b"}, 422, "invalid_request"),
    ):  # fmt: skip
        answer = call("POST", "mockups", json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), (body, answer.text)
    assert call("GET", "jobs").json()["items"] == []
