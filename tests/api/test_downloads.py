"""Many files as one ZIP file."""

from __future__ import annotations

import io
import time
import zipfile
from typing import Any

from printdock.accounts.roles import Scope
from tests.api.conftest import Script
from tests.api.stock import Stock, kept_postgresql, kept_sqlite, pages, small_stock, stock

__all__ = ["kept_postgresql", "kept_sqlite", "small_stock", "stock"]


def _fetched(call: Script, **wanted: Any) -> tuple[dict[str, Any], bytes]:
    made = call("POST", "downloads", json=wanted)
    assert made.status_code == 201, made.text
    told = made.json()
    answer = call("GET", told["url"])
    assert answer.status_code == 200, answer.text
    assert int(answer.headers["content-length"]) == told["bytes"] == len(answer.content)
    assert told["name"] in answer.headers["content-disposition"]
    return told, answer.content


def _names(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return archive.namelist()


def test_print_files_and_mockups_come_under_their_names(stock: Stock) -> None:
    call = stock.script(Scope.READ)
    told, data = _fetched(call, what="print_files", designs=stock.designs)
    assert told["files"] == 3 and told["missing"] == 0
    assert all(name.startswith("Small/") and name.endswith(".png") for name in _names(data))
    assert _fetched(call, what="print_files", designs=stock.designs[::-1])[1] == data, "whatever the order of asking"
    whole, pictures = _fetched(call, what="mockups", set=stock.mockup_set.name)
    shown = pages(call, "mockups")
    number = shown[0]["number"]
    assert whole["files"] == len(shown) == 3
    assert _names(pictures)[0].startswith(f"{number} Small/{stock.mockup_set.name} 01 ")
    with zipfile.ZipFile(io.BytesIO(pictures)) as archive:
        assert sorted(archive.read(name) for name in archive.namelist()) == sorted(
            call("GET", one["url"]).content for one in shown
        )


def test_what_a_job_rendered(small_stock: Stock) -> None:
    call = small_stock.script()
    job = call("POST", "mockups", json={"set": small_stock.mockup_set.name, "designs": small_stock.designs[1:2]}).json()
    until = time.monotonic() + 60
    while call("GET", f"jobs/{job['id']}").json()["state"] != "completed":
        assert time.monotonic() < until
        time.sleep(0.05)
    told, data = _fetched(call, what="mockups", job=job["id"])
    assert told["files"] == 3
    assert len({name.split("/")[0] for name in _names(data)}) == 1


def test_what_cannot_be_chosen_says_why(small_stock: Stock) -> None:
    call = small_stock.script(Scope.READ)
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"what": "mockups"}, 422, "wrong_choice"),
        ({"what": "print_files", "set": "Wall"}, 422, "wrong_choice"),
        ({"what": "mockups", "designs": small_stock.designs[1:2]}, 404, "nothing_to_download"),
        ({"what": "mockups", "job": small_stock.designs[0]}, 404, "unknown_job"),
    ]
    for wanted, status, code in cases:
        answer = call("POST", "downloads", json=wanted)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    ready = call("POST", "downloads", json={"what": "print_files", "designs": small_stock.designs}).json()
    small_stock.api.clock.move(hours=25)
    assert call("GET", ready["url"]).json()["code"] == "unknown_download", "after a day it is gone"


def test_mockups_of_a_deleted_design_are_in_no_download_until_it_is_back(stock: Stock) -> None:
    call = stock.script()
    first, _ = _fetched(call, what="mockups", set=stock.mockup_set.name)
    design = pages(call, "mockups")[0]["design"]
    assert call("DELETE", f"designs/{design}").status_code == 200
    answer = call("POST", "downloads", json={"what": "mockups", "designs": [design]})
    assert answer.json()["code"] == "nothing_to_download"
    assert call("POST", f"designs/{design}/restore").status_code == 200
    assert _fetched(call, what="mockups", set=stock.mockup_set.name)[0]["files"] == first["files"]
