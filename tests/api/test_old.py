"""The two endpoints of the replaced system, for the clients it had."""

from __future__ import annotations

import json
import time
from typing import Any
from uuid import uuid4

from printdock.accounts.roles import Scope
from printdock.db.tables import jobs
from printdock.jobs import records
from printdock.jobs.kinds import new_job
from tests.api.conftest import Api, Script
from tests.api.stock import Stock, kept_postgresql, kept_sqlite, pages, small_stock, stock

__all__ = ["kept_postgresql", "kept_sqlite", "small_stock", "stock"]

STATUS_KEYS = {
    "job_id", "status", "created_at", "design_count", "retry_count", "started_at", "elapsed_seconds", "completed_at",
    "duration_seconds", "progress", "error", "result",
}  # fmt: skip


def _data(stock: Stock, **changes: Any) -> dict[str, str]:
    number = stock.report.files[0]["number"]
    data = {"design_ids": [number], "mockup_id": "Wall", "product_template_id": stock.template.id}
    return {"product_data": json.dumps(data | changes)}


def _until_ended(call: Script, job: str) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found: dict[str, Any] = call("GET", f"/mockups/job-status/{job}").json()
        if found["status"] in ("completed", "failed"):
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def test_asynchronously(stock: Stock) -> None:
    call = stock.script()
    for how in ({"params": {"async_mode": "true"}}, {"async": True}):
        form = _data(stock) | ({"async_mode": "true"} if "async" in how else {})
        answer = call("POST", "/mockups/upload-mockup", data=form, params=how.get("params"))
        assert answer.status_code == 201, answer.text
        assert set(answer.json()) == {"job_id", "status"} and answer.json()["status"] == "pending"
        done = _until_ended(call, answer.json()["job_id"])
        assert set(done) == STATUS_KEYS
        assert (done["status"], done["design_count"], done["retry_count"], done["error"]) == ("completed", 1, 0, None)
        assert done["progress"] == {"completed": 3, "failed": 0, "total": 3, "percent": 100.0}
        assert done["duration_seconds"] >= 0 and done["elapsed_seconds"] is None and done["completed_at"]
        assert done["result"]["fresh"] == 3


def test_synchronously(stock: Stock) -> None:
    call = stock.script()
    answer = call("POST", "/mockups/upload-mockup", data=_data(stock, design_ids=stock.designs))
    assert answer.status_code == 201
    assert answer.json() == {"success": True, "success_code": 201, "message": "9 mockups are ready."}
    assert len(pages(call, "mockups")) == 9
    as_multipart = call("POST", "/mockups/upload-mockup", files={"product_data": (None, _data(stock)["product_data"])})
    assert as_multipart.json()["success"]
    (stock.api.services.settings.home / "nas" / stock.report.files[1]["path"]).unlink()
    failing = _data(stock, design_ids=[stock.designs[1]])
    job = {"set": "Wall", "designs": [stock.designs[1]], "force": True}
    assert call("POST", "mockups", json=job).status_code == 202
    assert call("POST", "/mockups/upload-mockup", data=failing).status_code in (201, 422)


def test_ids_of_every_kind(small_stock: Stock) -> None:
    call = small_stock.script()
    number = small_stock.report.files[0]["number"]
    for changes in (
        {"design_ids": [number, str(number)]}, {"design_ids": small_stock.designs[:1]},
        {"design_ids": [small_stock.designs[0], number]},
        {"mockup_id": str(small_stock.mockup_set.id)}, {"product_template_id": "Small"},
        {"product_template_id": str(small_stock.template.id)},
    ):  # fmt: skip
        answer = call("POST", "/mockups/upload-mockup", data=_data(small_stock, **changes), params={"async_mode": "1"})
        assert answer.status_code == 201, (changes, answer.text)
        assert _until_ended(call, answer.json()["job_id"])["status"] == "completed", changes


def test_what_is_refused(small_stock: Stock) -> None:
    call = small_stock.script()
    cases: list[tuple[dict[str, str], int, str]] = [
        ({}, 422, "invalid_request"), ({"product_data": "x"}, 422, "bad_product_data"),
        ({"product_data": "[" * 100_000}, 422, "bad_product_data"), ({"product_data": "{}"}, 422, "bad_product_data"),
        (_data(small_stock, design_ids=[]), 422, "bad_product_data"), (_data(small_stock, design_ids=["x"]), 422, "bad_design_id"),
        (_data(small_stock, design_ids=[-1]), 422, "bad_design_id"), (_data(small_stock, mockup_id="x"), 404, "unknown_mockup_set"),
        (_data(small_stock, mockup_id=str(uuid4())), 404, "unknown_mockup_set"),
        (_data(small_stock, mockup_id=5), 404, "unknown_mockup_set"),
        (_data(small_stock, product_template_id=10**30), 404, "no_such_template"),
        (_data(small_stock, product_template_id="\x00"), 404, "no_such_template"),
    ]  # fmt: skip
    for form, status, code in cases:
        answer = call("POST", "/mockups/upload-mockup", data=form, params={"async_mode": "true"})
        assert (answer.status_code, answer.json()["code"]) == (status, code), (form, answer.text)
    assert small_stock.script(Scope.READ)("POST", "/mockups/upload-mockup", data=_data(small_stock)).status_code == 403
    assert small_stock.api.nobody()("POST", "/mockups/upload-mockup", data=_data(small_stock)).status_code == 401
    assert pages(call, "jobs") == []


def test_a_design_there_is_none_of_fails_the_job_with_a_reason(small_stock: Stock) -> None:
    call = small_stock.script()
    form = _data(small_stock, design_ids=[small_stock.report.files[0]["number"], 12345])
    answer = call("POST", "/mockups/upload-mockup", data=form)
    assert answer.status_code == 422
    assert answer.json() == {
        "success": False, "success_code": 422, "message": "The template 'Small' has no print file 12345.",
    }  # fmt: skip
    (job,) = pages(call, "jobs")
    done = call("GET", f"/mockups/job-status/{job['id']}").json()
    assert done["status"] == "failed" and "12345" in done["error"]


def test_a_job_is_only_known_to_its_shop(api: Api) -> None:
    here = api.shop("My Shop")
    with api.services.database.write() as connection:
        job = records.enqueue(connection, here.id, new_job("probe", {}, place="nowhere"))
    assert api.script()("GET", f"/mockups/job-status/{job}").json()["status"] == "pending"
    for call, key in (
        (api.script(shop="Other"), job),
        (api.script(), uuid4()),
        (api.script(), "7"),
        (api.script(), "x y"),
    ):
        answer = call("GET", f"/mockups/job-status/{key}")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_job")
    assert api.nobody()("GET", f"/mockups/job-status/{job}").status_code == 401


def test_every_state_has_one_of_the_five_words(api: Api) -> None:
    here, call = api.shop("My Shop"), api.script()
    with api.services.database.write() as connection:
        job = records.enqueue(connection, here.id, new_job("probe", {}, place="nowhere"))
    error = {"code": "x", "message": "It is away.", "remedy": ""}
    for state, changes, word in (
        ("pending", {}, "pending"), ("pending", {"error": error, "attempts": 2}, "retrying"), ("paused", {}, "pending"),
        ("failed", {"error": error}, "failed"), ("cancelled", {}, "failed"), ("completed", {}, "completed"),
    ):  # fmt: skip
        with api.services.database.write() as connection:
            connection.execute(jobs.update().where(jobs.c.id == job).values(state=state, **{"error": None, **changes}))
        found = call("GET", f"/mockups/job-status/{job}").json()
        assert found["status"] == word, state
        assert found["error"] == ("It is away." if changes.get("error") else None)
    assert call("GET", f"/mockups/job-status/{job}").json()["retry_count"] == 1


def test_a_large_batch_is_taken_at_once(small_stock: Stock) -> None:
    call = small_stock.script()
    form = _data(small_stock, design_ids=list(range(10_000)))
    times = []
    for _ in range(9):
        started = time.perf_counter()
        answer = call("POST", "/mockups/upload-mockup", data=form, params={"async_mode": "true"})
        times.append(time.perf_counter() - started)
        assert answer.status_code == 201
    assert min(times) < 0.1, times  # the best of nine: what the machine does besides is not ours
