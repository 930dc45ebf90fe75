"""Drafts of mockup sets, their pictures, what is wrong with them, and previews by the real renderer."""

from __future__ import annotations

import copy
import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.api.conftest import Api, Script
from tests.api.stock import Stock, kept_postgresql, kept_sqlite, pages, small_stock, stock
from tests.mockups.conftest import photo

__all__ = ["kept_postgresql", "kept_sqlite", "small_stock", "stock"]

QUAD = {"kind": "quad", "corners": [[100, 60], [300, 60], [300, 220], [100, 220]]}
CROSSED = {"kind": "polygon", "points": [[50, 50], [300, 200], [300, 50], [50, 200]]}


def encoded(pixels: Any, suffix: str = ".png") -> bytes:
    ok, data = cv2.imencode(suffix, pixels)
    assert ok
    return data.tobytes()


PHOTO = encoded(photo(3))
MASK = encoded(np.full((300, 400), 255, np.uint8))


def begun(call: Script, name: str = "Mugs") -> dict[str, Any]:
    answer = call("POST", "mockup-drafts", json={"name": name})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def put(call: Script, key: str, data: bytes = PHOTO, **query: Any) -> Any:
    return call("POST", f"mockup-sets/{key}/files", content=data, params={"name": "Front view.png", **query})


def described(*areas: dict[str, Any], file: str = "photos/Front view.png", **more: Any) -> dict[str, Any]:
    return {"name": "Mugs", "picture": [{"name": "Front", "file": file, "area": list(areas), **more}]}


def save(call: Script, key: str, description: dict[str, Any], version: str, **more: Any) -> Any:
    return call("PUT", f"mockup-sets/{key}/draft", json={"description": description, "version": version, **more})


def seen(answer: Any) -> Any:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/jpeg"
    return cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)


def preview(call: Script, key: str, *areas: dict[str, Any], file: str = "photos/Front view.png", **more: Any) -> Any:
    body = {"picture": {"file": file, "area": list(areas)}, "longest_side": 400, **more}
    return call("POST", f"mockup-sets/{key}/preview", json=body)


def test_a_set_is_begun_filled_saved_unfinished_and_then_whole(api: Api) -> None:
    call = api.script()
    draft = begun(call)
    key = draft["id"]
    assert draft["set"] is None and draft["unfinished"] and draft["files"] == []
    assert {one["code"] for one in draft["problems"]} == {"no_picture"}
    made = put(call, key)
    assert made.status_code == 201, made.text
    assert made.json()["path"] == "photos/Front view.png" and made.json()["width"] == 400
    assert put(call, key).json()["path"] == made.json()["path"], "the same picture again is the one that is there"
    assert api.nobody().client.get(made.json()["url"]).content == PHOTO

    unfinished = save(call, key, described(), draft["version"]).json()
    assert unfinished["unfinished"] and unfinished["set"] is None
    (problem,) = [one for one in unfinished["problems"] if one["level"] == "error"]
    assert (problem["code"], problem["place"]) == ("no_print_area", ["picture", 0])
    assert [one["id"] for one in call("GET", "mockup-drafts").json()["items"]] == [key]
    assert pages(call, "mockup-sets") == [], "nothing is rendered on what is not whole"

    whole = save(call, key, described(QUAD), unfinished["version"]).json()
    assert not whole["unfinished"] and whole["set"]["id"] == key and whole["set"]["name"] == "Mugs"
    assert call("GET", "mockup-drafts").json()["items"] == []
    assert [one["id"] for one in pages(call, "mockup-sets")] == [key]
    (file,) = whole["files"]
    assert api.nobody().client.get(file["url"]).content == PHOTO
    assert api.nobody().client.get(made.json()["url"]).status_code == 404, "it lies with the set by now"
    read = call("GET", f"mockup-sets/{key}/draft").json()
    assert read == whole and read["description"]["picture"][0]["area"][0]["corners"] == QUAD["corners"]
    assert [one["action"] for one in pages(call, "audit")] == ["mockup_set_edited"]


def test_problems_say_area_and_field(small_api: Api) -> None:
    call = small_api.script()
    key = begun(call)["id"]
    put(call, key)
    wrong = described(CROSSED, {**QUAD, "opacity": 3}, {**QUAD, "fit": "smash"})

    def problems(description: dict[str, Any]) -> dict[str, list[Any]]:
        answer = call("POST", f"mockup-sets/{key}/draft/check", json={"description": description})
        assert answer.status_code == 200 and not answer.json()["ok"], answer.text
        return {one["code"]: one["place"] for one in answer.json()["problems"]}

    assert problems(wrong) == {"wrong_value": ["picture", 0, "area", 2, "fit"]}
    wrong["picture"][0]["area"].pop()
    found = problems(wrong)
    assert found["polygon_crosses"] == ["picture", 0, "area", 0, "points"]
    assert found["area_value"] == ["picture", 0, "area", 1, "opacity"]
    assert problems(described(QUAD, file="photos/none.png"))["missing_file"] == ["picture", 0]


def test_two_who_save_at_once_are_told(small_api: Api) -> None:
    call = small_api.script()
    draft = begun(call)
    put(call, draft["id"])
    assert save(call, draft["id"], described(), draft["version"]).status_code == 200
    late = save(call, draft["id"], described(QUAD), draft["version"])
    assert late.status_code == 409 and late.json()["code"] == "draft_changed"
    assert save(call, draft["id"], described(QUAD), draft["version"], over=True).json()["set"]["name"] == "Mugs"


def test_a_stored_set_is_edited_renamed_and_taken_back(stock: Stock) -> None:
    call = stock.script()
    key = str(stock.mockup_set.id)
    before = call("GET", f"mockup-sets/{key}/draft").json()
    assert not before["unfinished"] and {one["path"] for one in before["files"]} == {"mask.png", "photos/front.png"}
    for file in before["files"]:
        assert stock.api.nobody().client.get(file["url"]).status_code == 200
    rendered = {one["id"] for one in pages(call, "mockups")}

    changed = copy.deepcopy(before["description"]) | {"name": "Wall, renamed"}
    changed["picture"][0]["area"] = []
    draft = save(call, key, changed, before["version"]).json()
    assert draft["unfinished"] and draft["set"]["name"] == before["set"]["name"], "what is rendered stays"
    assert call("DELETE", f"mockup-sets/{key}/draft").status_code == 204
    assert call("GET", f"mockup-sets/{key}/draft").json() == before

    mask = put(call, key, MASK, kind="mask", name="../../Deep ölig mask.png").json()
    assert mask["path"] == "masks/Deep ölig mask.png"
    draft = call("GET", f"mockup-sets/{key}/draft").json()
    again = draft["description"] | {"name": "Wall, renamed"}
    again["picture"][0]["area"][0]["mask"] = mask["path"]
    done = save(call, key, again, draft["version"]).json()
    assert not done["unfinished"] and done["set"]["name"] == "Wall, renamed" and done["set"]["id"] == key
    assert {one["path"] for one in done["files"]} == {"mask.png", "photos/front.png", mask["path"]}
    for file in done["files"]:
        assert stock.api.nobody().client.get(file["url"]).status_code == 200
    assert [one["name"] for one in pages(call, "mockup-sets")] == ["Wall, renamed"]
    assert {one["id"] for one in pages(call, "mockups")} == rendered


def test_a_name_that_another_set_has_is_refused(small_stock: Stock) -> None:
    call = small_stock.script()
    taken = small_stock.mockup_set.name
    answer = call("POST", "mockup-drafts", json={"name": taken})
    assert answer.status_code == 409 and answer.json()["code"] == "set_exists"
    draft = begun(call)
    put(call, draft["id"])
    late = save(call, draft["id"], described(QUAD) | {"name": taken}, draft["version"])
    assert late.status_code == 409 and late.json()["code"] == "set_exists"


def test_what_is_no_picture_is_refused(small_api: Api) -> None:
    call = small_api.script()
    key = begun(call)["id"]
    assert put(call, key, b"<svg xmlns='http://www.w3.org/2000/svg'/>").status_code == 415
    assert put(call, key, PHOTO[:500]).status_code == 422
    assert put(call, key, encoded(np.zeros((8, 8, 3), np.uint8))).json()["code"] == "too_small"
    assert call("GET", f"mockup-sets/{key}/draft").json()["files"] == []


def test_photos_stand_upright(small_api: Api) -> None:
    call = small_api.script()
    key = begun(call)["id"]
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    out = io.BytesIO()
    Image.new("RGB", (400, 200), (200, 40, 40)).save(out, "JPEG", exif=exif)
    made = put(call, key, out.getvalue(), name="phone.jpg").json()
    assert (made["width"], made["height"]) == (200, 400)
    assert seen(preview(call, key, file=made["path"], design="none")).shape == (400, 200, 3)


def test_a_preview_shows_the_pattern_where_the_area_is(small_api: Api) -> None:
    call = small_api.script()
    key = begun(call)["id"]
    put(call, key)
    bare = seen(preview(call, key, design="none")).astype(int)
    shown = seen(preview(call, key, QUAD)).astype(int)
    differs = np.abs(shown - bare).max(axis=2) > 40
    assert differs[62:218, 102:298].mean() > 0.5, "a pattern is there"
    assert not differs[:50].any() and not differs[:, 310:].any(), "and nowhere else"
    moved = seen(preview(call, key, {"kind": "quad", "corners": [[10, 10], [90, 10], [90, 90], [10, 90]]})).astype(int)
    assert (np.abs(moved - bare).max(axis=2) > 40)[12:88, 12:88].mean() > 0.5, "the newest description counts"
    small = seen(preview(call, key, QUAD, longest_side=200))
    assert small.shape == (150, 200, 3)


def test_a_preview_shows_a_stored_design_in_a_colour(stock: Stock) -> None:
    call = stock.script()
    key = str(stock.mockup_set.id)
    picture = call("GET", f"mockup-sets/{key}/draft").json()["description"]["picture"][0]
    body = {"picture": {k: v for k, v in picture.items() if k != "name"}, "longest_side": 400}

    def look(**more: Any) -> Any:
        return call("POST", f"mockup-sets/{key}/preview", json=body | more)

    with_design = seen(look(design=stock.designs[0]))
    assert (with_design != seen(look(design="none"))).any()
    assert (with_design != seen(look(design=stock.designs[0], colour="navy"))).any()
    assert look(colour="pink").json()["code"] == "unknown_colour"
    assert look(design="0192f0c1-2345-7000-8000-000000000000").status_code == 404


def test_a_preview_that_cannot_be_says_why(small_api: Api) -> None:
    call = small_api.script()
    key = begun(call)["id"]
    put(call, key)
    answer = preview(call, key, CROSSED)
    assert answer.status_code == 422 and answer.json()["code"] == "polygon_crosses"
    assert preview(call, key, {"kind": "blob"}).json()["errors"]
    assert preview(call, key, QUAD, file="photos/none.png").json()["code"] == "missing_file"


def test_only_the_newest_preview_of_an_editor_is_painted(small_api: Api) -> None:
    call = small_api.script()
    key = begun(call)["id"]
    put(call, key)
    assert preview(call, key, QUAD, editor="a", turn=7).status_code == 200
    old = preview(call, key, QUAD, editor="a", turn=6)
    assert old.status_code == 409 and old.json()["code"] == "superseded"
    assert preview(call, key, QUAD, editor="b", turn=1).status_code == 200, "another editor has turns of its own"


@pytest.mark.parametrize("number", ["NaN", "Infinity"])
def test_numbers_that_are_none_are_not_saved(small_api: Api, number: str) -> None:
    call = small_api.script()
    draft = begun(call)
    body = f'{{"version": "{draft["version"]}", "description": {{"name": "Mugs", "picture": [{number}]}}}}'
    answer = call("PUT", f"mockup-sets/{draft['id']}/draft", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text


def test_a_set_that_is_removed_takes_its_draft_along(small_stock: Stock, tmp_path: Path) -> None:
    call = small_stock.script()
    key = str(small_stock.mockup_set.id)
    put(call, key)
    assert call("DELETE", f"mockup-sets/{key}").status_code == 200
    assert call("GET", "mockup-drafts").json()["items"] == []
    assert call("GET", f"mockup-sets/{key}/draft").status_code == 404
