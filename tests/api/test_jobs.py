"""Jobs seen and steered, the library's check, storage health, settings in force, metrics."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from prometheus_client.parser import text_string_to_metric_families

from printdock.accounts.roles import Scope
from printdock.db.tables import jobs
from printdock.jobs import records
from printdock.jobs.kinds import new_job
from printdock.telemetry import exposition
from tests.api.conftest import Api
from tests.api.stock import kept_postgresql, kept_sqlite, pages, small_stock, stock
from tests.api.test_mockups import ended

__all__ = ["kept_postgresql", "kept_sqlite", "small_stock", "stock"]


def _put(api: Api, shop: str = "My Shop", many: int = 1, state: str | None = None, kind: str = "probe") -> list[str]:
    """Jobs that no worker takes (their place is nowhere), in ``state``."""
    here = api.shop(shop)
    with api.services.database.write() as connection:
        made = [records.enqueue(connection, here.id, new_job(kind, {}, place="nowhere")) for _ in range(many)]
        if state is not None:
            error = {"code": "storage_unavailable", "message": "It is away.", "remedy": ""}
            connection.execute(jobs.update().where(jobs.c.id.in_(made)).values(state=state, error=error))
    return [str(one) for one in made]


def test_jobs_are_listed_filtered_and_counted(api: Api) -> None:
    waiting, failed, verify = _put(api, many=3), _put(api, state="failed"), _put(api, kind="verify")
    call = api.script(Scope.READ)
    assert [one["id"] for one in pages(call, "jobs", limit=2)] == [*verify, *failed, *waiting[::-1]]
    assert [one["id"] for one in pages(call, "jobs", state="failed")] == failed
    assert [one["id"] for one in pages(call, "jobs", state=["failed", "pending"], kind="probe")] == [
        *failed,
        *waiting[::-1],
    ]
    assert pages(call, "jobs", kind="nothing") == [] and pages(call, "jobs", upload=str(uuid4())) == []
    assert call("GET", "jobs/counts").json() == {
        "pending": 4, "processing": 0, "paused": 0, "completed": 0, "failed": 1, "cancelled": 0,
    }  # fmt: skip
    shown = call("GET", f"jobs/{failed[0]}").json()
    assert shown["error"]["code"] == "storage_unavailable" and shown["priority"] == "normal"
    assert call("GET", "jobs", params={"state": "x"}).status_code == 422


def test_a_job_is_paused_resumed_cancelled_and_retried(api: Api) -> None:
    (job,) = _put(api)
    call = api.script()
    for word, state in (
        ("pause", "paused"), ("pause", "paused"), ("resume", "pending"), ("resume", "pending"), ("cancel", "cancelled"),
        ("cancel", "cancelled"), ("retry", "pending"),
    ):  # fmt: skip
        answer = call("POST", f"jobs/{job}/{word}")
        assert (answer.status_code, answer.json()["state"]) == (200, state), (word, answer.text)
    (done,) = _put(api, state="completed")
    for word in ("pause", "resume", "cancel", "retry"):
        answer = call("POST", f"jobs/{done}/{word}")
        assert (answer.status_code, answer.json()["code"]) == (409, "job_ended"), word


def test_all_failed_jobs_are_retried(api: Api) -> None:
    failed, theirs = _put(api, many=3, state="failed"), _put(api, "Other", state="failed")
    call = api.script()
    assert call("POST", "jobs/retry-failed", params={"kind": "verify"}).json() == {"retried": [], "left": []}
    assert call("POST", "jobs/retry-failed").json() == {"retried": failed, "left": []}
    assert api.script(shop="Other")("GET", f"jobs/{theirs[0]}").json()["state"] == "failed"


def test_another_shops_jobs_are_unknown(api: Api) -> None:
    (job,) = _put(api)
    other = api.script(shop="Other")
    assert pages(other, "jobs") == []
    for method, path in [("GET", ""), *(("POST", f"/{word}") for word in ("pause", "resume", "retry", "cancel"))]:
        for key in (job, str(uuid4())):
            answer = other(method, f"jobs/{key}{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, "unknown_job")
            assert job not in answer.json()["detail"] or key == job
    looking = api.script(Scope.READ)
    assert looking("POST", f"jobs/{job}/cancel").status_code == 403


def test_the_library_is_checked_in_the_background(stock: Any) -> None:
    call = stock.script()
    assert call("GET", "library").json() == {"stored": 3, "spooled": 0, "storing": 0, "missing": 0, "deleted": 0}
    (stock.api.services.settings.home / "nas" / stock.report.files[1]["path"]).unlink()
    started = call("POST", "library/verify", json={})
    assert started.status_code == 202
    done = ended(call, started.json()["id"])
    assert done["state"] == "completed" and not done["result"]["clean"]
    assert [one["code"] for one in done["result"]["problems"]] == ["file_missing"], done["result"]
    assert ended(call, call("POST", "library/verify", json={"repair": True, "deep": True}).json()["id"])["result"]
    assert call("GET", "library").json()["missing"] == 1
    assert [one["name"] for one in pages(call, "designs", state="missing")] == ["fern"]
    file = pages(call, "designs", state="missing")[0]["print_files"][0]
    assert file["url"] is None and file["thumbnail"] is None


def test_storage_health_and_its_test(small_api: Api) -> None:
    call = small_api.script()
    health = call("GET", "storage").json()
    assert health["answers"] and health["spooled"] == 0 and health["pool"] is None
    assert health["address"] == str(small_api.services.settings.home / "nas")
    tested = call("POST", "storage/test")
    assert tested.status_code == 200 and set(tested.json()) == {"write_ms", "read_ms", "delete_ms"}
    assert [path for path in (small_api.services.settings.home / "nas").rglob("*") if path.is_file()] == []
    looking = small_api.script(Scope.READ)
    assert looking("GET", "storage").json()["address"] == "", "where files lie is the owners' business"
    assert looking("POST", "storage/test").status_code == 403


def test_settings_say_where_they_come_from_and_no_secret(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.api.conftest import running

    (home / "settings.toml").write_text('PRINTDOCK_SHOP = "Rose Prints"\nPRINTDOCK_METRICS_TOKEN = "tell-nobody"\n')
    monkeypatch.setenv("PRINTDOCK_BATCH_MB", "40")
    monkeypatch.setenv("QNAP_PASSWORD", "hunter-two")
    for api in running(f"sqlite:///{tmp_path / 'x.db'}", home, monkeypatch):
        answer = api.script(Scope.ADMIN)("GET", "settings")
        found = {one["name"]: (one["value"], one["source"], one["secret"]) for one in answer.json()["items"]}
        assert found["PRINTDOCK_SHOP"] == ("Rose Prints", "file", False)
        assert found["PRINTDOCK_BATCH_MB"] == ("40", "environment", False)
        assert found["PRINTDOCK_BATCH_IMAGES"] == ("20", "default", False)
        assert found["PRINTDOCK_METRICS_TOKEN"] == ("*****", "file", True)
        assert found["QNAP_PASSWORD"] == ("*****", "environment", True)
        assert found["PRINTDOCK_SECRET"] == (None, "default", True)
        assert "hunter" not in answer.text and "tell-nobody" not in answer.text
        assert api.script(Scope.WRITE)("GET", "settings").status_code == 403


def test_metrics_for_prometheus(api: Api) -> None:
    _put(api, many=2), _put(api, state="failed")
    exposition.switch_on()
    client = api.client(client=("127.0.0.1", 5000))
    api.script()("GET", f"designs/{uuid4()}")
    answer = client.get("/metrics")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain")
    values = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert values["printdock_queue_depth", ("priority", "normal")] == 2
    assert values["printdock_jobs", ("state", "failed")] == 1
    assert values["printdock_nas_up",] == 1
    route = ("route", "/api/v1/designs/{design}")
    assert values["printdock_http_requests_total", ("method", "GET"), route, ("status", "404")] >= 1
    accepted = client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert accepted.headers["content-type"].startswith("application/openmetrics-text") and accepted.text.endswith(
        "# EOF\n"
    )


def test_metrics_are_for_this_machine_or_for_the_token(small_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    here, away = small_api.client(client=("127.0.0.1", 5000)), small_api.client(client=("192.0.2.7", 5000))
    assert here.get("/metrics").status_code == 200
    assert away.get("/metrics").status_code == 403
    assert here.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 403, (
        "a proxy speaks for others"
    )
    from pydantic import SecretStr

    monkeypatch.setitem(small_api.services.settings.__dict__, "metrics_token", SecretStr("tell-nobody"))
    assert here.get("/metrics").status_code == 403
    assert away.get("/metrics", headers={"Authorization": "Bearer tell-nobody"}).status_code == 200
    for wrong in ("Bearer tell-nobody2", "tell-nobody", "Bearer \u00e9"):
        assert away.get("/metrics", headers={"Authorization": wrong.encode()}).status_code == 403


def test_ids_are_uuids(small_api: Api) -> None:
    (job,) = _put(small_api)
    assert UUID(job).version == 7
