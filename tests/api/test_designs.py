"""Designs: lists, searches, one with all that is known of it, renaming."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from printdock.accounts.roles import Scope
from printdock.designs.ingest import ingest
from tests.api.conftest import Api
from tests.api.stock import Stock, draw, fill, kept_postgresql, kept_sqlite, pages, small_stock, stock

__all__ = ["kept_postgresql", "kept_sqlite", "small_stock", "stock"]


def test_designs_are_listed_newest_first_with_their_print_files(stock: Stock) -> None:
    found = pages(stock.script(Scope.READ), "designs")
    assert [one["id"] for one in found] == stock.designs[::-1]
    assert [one["name"] for one in found] == ["fox cut", "fern", "fox"]
    file = found[2]["print_files"][0]
    entry = stock.report.files[0]
    assert (file["number"], file["template"], file["state"]) == (entry["number"], "Small", "stored")
    assert (file["width"], file["height"], file["dpi"]) == (entry["width"], entry["height"], 150)
    assert file["name"] == entry["path"].rsplit("/", 1)[-1]
    assert found[0]["similar_to"] == stock.designs[0]


def test_filters_and_search(stock: Stock) -> None:
    call = stock.script()
    number = stock.report.files[1]["number"]
    names = {
        "all": {},
        "template": {"template": stock.template.id},
        "no template": {"template": stock.template.id + 1},
        "part of the name": {"search": "FOX"},
        "wildcards are plain": {"search": "%"},
        "number": {"search": str(number)},
        "part of a number is none": {"search": str(number)[:-1]},
        "file name": {"search": f"Small_{number}"},
        "similar": {"similar": True},
        "not similar": {"similar": False},
        "missing": {"state": "missing"},
        "stored": {"state": "stored"},
        "upload": {"upload": stock.report.upload},
        "no upload": {"upload": str(uuid4())},
    }
    found = {word: [one["name"] for one in pages(call, "designs", **query)] for word, query in names.items()}
    every = ["fox cut", "fern", "fox"]
    assert found == {
        "all": every, "template": every, "no template": [], "part of the name": ["fox cut", "fox"],
        "wildcards are plain": [], "number": ["fern"], "part of a number is none": [], "file name": ["fern"],
        "similar": ["fox cut"], "not similar": ["fern", "fox"], "missing": [], "stored": every, "upload": every,
        "no upload": [],
    }  # fmt: skip


def test_every_design_is_on_one_page_whatever_comes_meanwhile(stock: Stock, tmp_path: Path) -> None:
    call = stock.script()
    first = call("GET", "designs", params={"limit": 1}).json()
    services = stock.api.services
    ingest(services.upload(stock.template, report=lambda event: None), [draw(tmp_path / "new", "new.png", 77)])
    seen = [first["items"][0]["id"]]
    cursor = first["next"]
    while cursor is not None:
        page = call("GET", "designs", params={"limit": 1, "cursor": cursor}).json()
        seen += [one["id"] for one in page["items"]]
        cursor = page["next"]
    assert seen == stock.designs[::-1]


def test_a_cursor_of_another_list_is_refused(small_stock: Stock) -> None:
    call = small_stock.script()
    other = call("GET", "duplicates", params={"limit": 1}).json()["next"]
    for cursor in (other, "x", "W10", "WyJ4Il0", "\u00e9", "AAAA"):
        answer = call("GET", "designs", params={"cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor"), cursor


def test_one_design_with_everything_known_of_it(stock: Stock) -> None:
    found = stock.script()("GET", f"designs/{stock.designs[0]}").json()
    assert len(found["mockups"]) == 3, "a wall in two colours, and a mug"
    assert {one["set"] for one in found["mockups"]} == {"Wall"}
    assert sorted(one["kind"] for one in found["matches"]) == ["duplicate", "similar"]
    kinds = [one["kind"] for one in found["history"]]
    assert set(kinds) == {"received", "stored", "refused_copy", "found_similar", "mockups"}
    assert [one["at"] for one in found["history"]] == sorted(one["at"] for one in found["history"])
    assert any("fox again.png" in one["words"] for one in found["history"])


def test_a_design_is_renamed_and_its_files_stay(stock: Stock) -> None:
    call, key = stock.script(), stock.designs[1]
    before = call("GET", f"designs/{key}").json()
    answer = call("PATCH", f"designs/{key}", json={"name": "  Fern, framed  "})
    assert answer.status_code == 200 and answer.json()["name"] == "Fern, framed"
    after = call("GET", f"designs/{key}").json()
    assert after["print_files"] == before["print_files"]
    assert [one["name"] for one in pages(call, "designs", search="framed")] == ["Fern, framed"]
    (entry,) = [one for one in pages(call, "audit") if one["action"] == "design_renamed"]
    assert entry["data"] == {"from": "fern", "to": "Fern, framed"}
    for name in ("", " ", "a\nb", "x" * 301, None, 3):
        assert call("PATCH", f"designs/{key}", json={"name": name}).status_code == 422, name
    assert stock.script(Scope.READ)("PATCH", f"designs/{key}", json={"name": "x"}).status_code == 403


def test_another_shops_designs_are_nowhere(stock: Stock, tmp_path: Path) -> None:
    other = stock.api.script(shop="Other")
    assert pages(other, "designs") == [] and pages(other, "duplicates") == [] and pages(other, "mockups") == []
    for path in (f"designs/{stock.designs[0]}", "duplicates/1", f"designs/{uuid4()}"):
        assert other("GET", path).status_code == 404
    assert other("PATCH", f"designs/{stock.designs[0]}", json={"name": "x"}).status_code == 404
    assert other("GET", "designs", params={"template": stock.template.id}).json()["items"] == []
    theirs = fill(stock.api.services, tmp_path / "theirs", "Other", mockups=False)
    assert [one["id"] for one in pages(other, "designs")] == theirs.designs[::-1]


def test_no_id_at_all(small_api: Api) -> None:
    call = small_api.script()
    for path in (
        "designs/x",
        "designs/1",
        "mockups/x",
        "jobs/x",
        "duplicates/x",
        "duplicates/0",
        "duplicates/99999999999",
    ):
        answer = call("GET", path)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), path
    for path in ("designs/..%2f..", "designs/%2e%2e/%2e%2e/etc/passwd"):
        assert call("GET", path).status_code in (404, 422), path
