"""``printdock jobs`` as a person meets it. What workers do is tested in tests/jobs."""

from __future__ import annotations

import json
from pathlib import Path

from printdock.jobs import claims, records
from printdock.jobs.job import NewJob
from tests.doors.test_cli import printdock
from tests.jobs.conftest import opened


def test_a_person_steers_jobs(home: Path) -> None:
    with opened(home, f"sqlite:///{home / 'printdock.db'}") as services:
        shop = services.shop().id
        with services.database.write() as connection:
            waiting, failing = records.enqueue_all(connection, shop, [NewJob("probe"), NewJob("probe", {"seconds": 1})])
        with services.database.write() as connection:
            claims.claim(connection, "nobody", services.clock(), kinds=["probe"], places=[])
        with services.database.write() as connection:
            job = claims.claim(connection, "nobody", services.clock(), kinds=["probe"])
            assert job is not None and job.id == failing
            error = {"code": "wrong_input", "message": "It is [no] picture.", "remedy": ""}
            claims.fail(connection, job, services.clock(), error, permanent=True)

    listed = json.loads(printdock("jobs", "list", "--json", home=home).stdout)
    assert [(one["id"], one["state"]) for one in listed] == [(str(failing), "failed"), (str(waiting), "processing")]
    table = printdock("jobs", "list", "--state", "failed", home=home).stdout
    assert str(failing) in table and "wrong_input" in table
    assert "It is [no] picture." in printdock("jobs", "show", str(failing), home=home).stdout
    asked = json.loads(printdock("jobs", "pause", str(waiting), "--json", home=home).stdout)
    assert (asked["state"], asked["asked"]) == ("processing", "pause")
    assert "cancel asked" in printdock("jobs", "cancel", str(waiting), home=home).stdout
    again = json.loads(printdock("jobs", "retry", "--failed", "--json", home=home).stdout)
    assert again == {"retried": [str(failing)]}
    for words, state in (("pause", "paused"), ("resume", "pending"), ("cancel", "cancelled"), ("retry", "pending")):
        assert json.loads(printdock("jobs", words, str(failing), "--json", home=home).stdout)["state"] == state
    shown = json.loads(printdock("jobs", "show", str(failing), "--json", home=home).stdout)
    assert (shown["input"], shown["priority"], shown["attempts"]) == ({"seconds": 1}, "normal", 0)


def test_what_cannot_be_is_said(home: Path) -> None:
    for arguments in (
        ("show", "01234567-89ab-cdef-0123-456789abcdef"),
        ("show", "this one"),
        ("retry",),
        ("list", "--state", "done"),
    ):
        done = printdock("jobs", *arguments, home=home)
        assert done.returncode == 2 and done.stderr and not done.stdout, arguments
