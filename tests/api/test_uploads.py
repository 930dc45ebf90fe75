"""Uploads over HTTP: the protocol, in this process, on both databases."""

from __future__ import annotations

import hashlib
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from printdock.accounts.roles import Scope
from printdock.errors import Conflict
from printdock.uploads.receive import holding
from tests.api.conftest import Api, Script
from tests.api.sending import TEMPLATE, announce, codes, ended, outcomes, picture, send

A, B = picture(1), picture(2)


def _begin(script: Script, files: dict[str, bytes], **options: Any) -> dict[str, Any]:
    answer = script("POST", "uploads", json=announce(files, **options))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _put(script: Script, entry: dict[str, Any], data: bytes, start: int = 0, size: int | None = None) -> Any:
    size = len(A) if size is None else size
    headers = {"Content-Range": f"bytes {start}-{start + len(data) - 1}/{size}"}
    return script("PUT", entry["put"], content=data, headers=headers)


def _problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_from_the_first_byte_to_the_report(api: Api) -> None:
    script = api.script(Scope.UPLOAD, Scope.READ)
    upload = send(script, {"a.png": A, "b.png": B, "again.png": A})
    found = ended(script, upload)
    assert (found["state"], found["stored"], found["duplicates"]) == ("finished", 2, 1)
    assert outcomes(found) == ["stored", "stored", "duplicate"]
    report = script("GET", f"uploads/{upload}/report").json()
    assert report["files"] == [file["answer"] for file in found["files"]]
    assert [entry["source"] for entry in report["files"]] == ["a.png", "b.png", "again.png"]
    assert list(api.services.place().present()) == [], "nothing stays in the incoming folder"
    known = _begin(script, {"once more.png": A})
    assert (outcomes(known), known["files"][0]["put"]) == (["duplicate"], None)
    listed = script("GET", "uploads?limit=1").json()
    assert [one["id"] for one in listed["items"]] == [known["id"]] and listed["next"]
    rest = script("GET", f"uploads?cursor={listed['next']}&state=finished").json()
    assert [one["id"] for one in rest["items"]] == [upload]


def test_which_digests_are_known_is_asked_first(small_api: Api) -> None:
    script = small_api.script()
    digests = [hashlib.sha256(data).hexdigest() for data in (A, B)]
    ended(script, send(script, {"a.png": A}))
    asked = script("POST", "uploads/known", json={"template": TEMPLATE, "sha256": digests})
    assert asked.json() == {"known": digests[:1]}
    other = script("POST", "uploads/known", json={"template": "Mug 15oz", "sha256": digests})
    assert other.json() == {"known": []}


def test_a_file_in_pieces(small_api: Api) -> None:
    script = small_api.script()
    (entry,) = _begin(script, {"a.png": A})["files"]
    first = _put(script, entry, A[:1000])
    assert (first.status_code, first.headers["Upload-Offset"], first.json()["state"]) == (200, "1000", "wanted")
    offset = script("HEAD", entry["put"])
    assert (offset.headers["Upload-Offset"], offset.headers["Upload-Length"]) == ("1000", str(len(A)))
    hole = _put(script, entry, A[1001:], 1001)
    assert (*_problem(hole), hole.headers["Upload-Offset"]) == (409, "offset_conflict", "1000")
    last = _put(script, entry, A[900:], 900)
    assert (last.json()["state"], last.json()["received"]) == ("received", len(A))
    again = _put(script, entry, A[900:], 900)
    assert (again.status_code, again.json()["state"]) == (200, "received"), "a lost answer can be asked for again"
    assert script("HEAD", entry["put"]).headers["Upload-State"] == "received"


@given(cuts=st.lists(st.integers(1, len(A) - 1), max_size=5, unique=True), overlap=st.integers(0, 400))
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_pieces_make_the_same_file(small_api: Api, cuts: list[int], overlap: int) -> None:
    script = small_api.script()
    found = _begin(script, {"a.png": A})
    edges = [0, *sorted(cuts), len(A)]
    for start, end in pairwise(edges):
        start = max(0, start - overlap)
        assert _put(script, found["files"][0], A[start:end], start).status_code == 200
    assert small_api.services.place().path(_uuid(found["id"]), 0).read_bytes() == A


def test_damage_is_noticed_and_the_file_sent_again(small_api: Api) -> None:
    script = small_api.script()
    (entry,) = _begin(script, {"a.png": A})["files"]
    damaged = A[:500] + bytes([A[500] ^ 1]) + A[501:]
    assert _problem(script("PUT", entry["put"], content=damaged)) == (422, "digest_differs")
    assert script("HEAD", entry["put"]).headers["Upload-Offset"] == "0"
    assert script("PUT", entry["put"], content=A).json()["state"] == "received"


def test_where_the_server_died_before_it_could_say_that_a_file_is_whole(small_api: Api) -> None:
    script = small_api.script()
    found = _begin(script, {"a.png": A})
    small_api.services.place().path(_uuid(found["id"]), 0).write_bytes(A)
    offset = int(script("HEAD", found["files"][0]["put"]).headers["Upload-Offset"])
    assert offset == len(A) - 1, "the last byte is asked for again"
    assert _put(script, found["files"][0], A[offset:], offset).json()["state"] == "received"


def test_what_is_no_picture_is_refused_by_its_first_bytes_and_the_rest_goes_on(small_api: Api) -> None:
    script = small_api.script()
    svg = b'<svg xmlns="http://www.w3.org/2000/svg">' + b" " * 2_000_000
    found = _begin(script, {"evil.png": svg, "a.png": A}, digests=False)
    refused = script("PUT", found["files"][0]["put"], content=svg)
    assert _problem(refused) == (415, "unsupported_format") and "SVG" in refused.json()["detail"]
    assert not small_api.services.place().path(_uuid(found["id"]), 0).exists()
    script("PUT", found["files"][1]["put"], content=A)
    assert script("POST", f"uploads/{found['id']}/complete").status_code == 202
    assert outcomes(ended(script, found["id"])) == ["failed", "stored"]


def test_what_cannot_be_is_refused_when_it_is_announced(small_api: Api) -> None:
    script = small_api.script()
    most = small_api.services.settings.max_file_mb * 1_000_000
    names = {"../../etc/passwd": 9, "/abs.png": 9, "a\u0000.png": 9, "": 9, "empty.png": 0, "bomb.png": most + 1}
    body = {"template": TEMPLATE, "files": [{"name": name, "size": size} for name, size in names.items()]}
    found = script("POST", "uploads", json=body)
    assert found.status_code == 201, found.text
    assert codes(found.json()) == ["bad_name"] * 4 + ["empty_file", "too_large"]
    many = {"template": TEMPLATE, "files": [{"name": "a.png", "size": 9}] * 2001}
    assert _problem(script("POST", "uploads", json=many)) == (422, "too_many_files")
    assert _problem(script("POST", "uploads", json={"template": "None such"})) == (422, "unknown_template") or (
        _problem(script("POST", "uploads", json={"template": "None such"})) == (404, "unknown_template")
    )


def test_more_than_announced_is_refused(small_api: Api) -> None:
    script = small_api.script()
    (entry,) = _begin(script, {"a.png": A})["files"]
    assert _problem(script("PUT", entry["put"], content=A + b"x")) == (422, "too_many_bytes")
    assert _problem(_put(script, entry, A[:9], size=len(A) + 1)) == (422, "bad_range")
    assert script("PUT", entry["put"], content=A).json()["state"] == "received"


def test_only_one_request_at_a_time_writes_a_file(small_api: Api) -> None:
    script = small_api.script()
    found = _begin(script, {"a.png": A})
    with holding(small_api.services.place().path(_uuid(found["id"]), 0)):
        assert _problem(script("PUT", found["files"][0]["put"], content=A)) == (423, "busy")
    assert script("PUT", found["files"][0]["put"], content=A).status_code == 200


def test_without_credentials_not_a_byte_is_written(small_api: Api) -> None:
    script = small_api.script()
    found = _begin(script, {"a.png": A})
    nobody = small_api.nobody()("PUT", found["files"][0]["put"], content=A)
    viewer = small_api.script(Scope.READ)("PUT", found["files"][0]["put"], content=A)
    assert (nobody.status_code, viewer.status_code) == (401, 403)
    assert script("HEAD", found["files"][0]["put"]).headers["Upload-Offset"] == "0"


def test_it_is_complete_when_all_is_there_or_left_out(small_api: Api) -> None:
    script = small_api.script()
    found = _begin(script, {"a.png": A, "b.png": B})
    script("PUT", found["files"][0]["put"], content=A)
    early = script("POST", f"uploads/{found['id']}/complete")
    assert _problem(early) == (409, "files_missing") and "b.png" in early.json()["detail"]
    done = script("POST", f"uploads/{found['id']}/complete", json={"leave_out_missing": True})
    assert done.status_code == 202
    assert script("POST", f"uploads/{found['id']}/complete").status_code == 202, "twice is once"
    whole = ended(script, found["id"])
    assert (outcomes(whole), codes(whole)[1]) == (["stored", "failed"], "not_sent")
    late = script("POST", f"uploads/{found['id']}/files", json={"files": [{"name": "c.png", "size": 9}]})
    assert _problem(late) == (409, "not_receiving")
    assert _problem(script("DELETE", f"uploads/{found['id']}")) == (409, "upload_finished")


def test_files_are_added_later(small_api: Api) -> None:
    script = small_api.script()
    upload = _begin(script, {"a.png": A})["id"]
    added = script("POST", f"uploads/{upload}/files", json={"files": announce({"b.png": B})["files"]})
    assert added.status_code == 201 and [file["position"] for file in added.json()["files"]] == [0, 1]
    for file, data in zip(added.json()["files"], (A, B), strict=True):
        assert script("PUT", file["put"], content=data).status_code == 200
    script("POST", f"uploads/{upload}/complete")
    assert outcomes(ended(script, upload)) == ["stored", "stored"]


def test_cancelled_it_leaves_nothing_behind(small_api: Api) -> None:
    script = small_api.script()
    found = _begin(script, {"a.png": A, "b.png": B})
    script("PUT", found["files"][0]["put"], content=A)
    for _ in range(2):
        cancelled = script("DELETE", f"uploads/{found['id']}")
        assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert codes(cancelled.json()) == ["cancelled", "cancelled"]
    assert list(small_api.services.place().present()) == []
    assert _problem(script("PUT", found["files"][1]["put"], content=B)) == (409, "not_receiving")
    assert _problem(script("POST", f"uploads/{found['id']}/complete")) == (409, "not_receiving")


def test_files_of_another_servers_folder_are_not_mixed_up(small_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    script = small_api.script()
    found = _begin(script, {"a.png": A})
    marker = small_api.services.place().folder / ".printdock-incoming"
    marker.write_text("another")
    assert _problem(script("PUT", found["files"][0]["put"], content=A)) == (409, "other_place")


# --- one request -----------------------------------------------------------------------------------------------------


def test_one_form_is_a_whole_upload(api: Api) -> None:
    script = api.script()
    files = [
        ("files", (name, data))
        for name, data in {"a.png": A, "b.png": B, "note.txt": b"hello", "none.png": b""}.items()
    ]
    sent = script("POST", "uploads/multipart", data={"template": TEMPLATE}, files=files)
    assert sent.status_code == 202, sent.text
    found = ended(script, sent.json()["id"])
    assert outcomes(found) == ["stored", "stored", "failed", "failed"]
    assert codes(found)[2:] == ["unsupported_format", "empty_file"]
    again = script("POST", f"uploads/multipart?template={TEMPLATE}", files=files[:1])
    assert outcomes(again.json()) == ["duplicate"], "known by its digest before it is taken in"
    assert list(api.services.place().present()) == [] or ended(script, again.json()["id"])


_FIELD = b'--x\r\nContent-Disposition: form-data; name="template"\r\n\r\n'
_FILE = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
_END = b"\r\n--x--\r\n"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (_FILE + A + _END, 422, "no_template"),
        (_FIELD + b"Mug 11oz" + _END, 422, "no_files"),
        (_FIELD + b"M" * 2000 + _END, 400, "malformed_form"),
        (b"--x\r\nContent-Disposition: form-data\r\n\r\nMug" + _END, 400, "malformed_form"),
        (b"no form at all", 400, "malformed_form"),
        (b"", 400, "malformed_form"),
    ],
    ids=["files first", "no files", "long field", "no name", "no form", "nothing"],
)
def test_what_is_no_such_form_is_said(small_api: Api, body: bytes, status: int, code: str) -> None:
    script = small_api.script()
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    assert _problem(script("POST", "uploads/multipart", content=body, headers=headers)) == (status, code)
    plain = script("POST", "uploads/multipart", content=body, headers={"Content-Type": "text/plain"})
    assert _problem(plain) == (400, "malformed_form")


def test_a_form_that_ends_in_the_middle_leaves_nothing_behind(small_api: Api) -> None:
    script = small_api.script()
    head = _FIELD + b"Mug 11oz\r\n" + _FILE
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    cut = script("POST", "uploads/multipart", content=head + A, headers=headers)
    assert _problem(cut) == (400, "malformed_form")
    (left,) = script("GET", "uploads").json()["items"]
    assert left["state"] == "cancelled"
    assert list(small_api.services.place().present()) == []


def test_a_form_counts_bytes_and_files(small_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    script = small_api.script()
    object.__setattr__(small_api.services.settings, "max_file_mb", 1)
    object.__setattr__(small_api.services.settings, "upload_files", 2)
    files = [("files", ("big.png", A + bytes(1_000_000))), ("files", ("b.png", B))]
    sent = script("POST", "uploads/multipart", data={"template": TEMPLATE}, files=files)
    assert sent.status_code == 202, sent.text
    assert codes(ended(script, sent.json()["id"]))[0] == "too_large"
    many = script("POST", "uploads/multipart", data={"template": TEMPLATE}, files=[("files", ("a.png", A))] * 3)
    assert _problem(many) == (422, "too_many_files")


# --- repeated requests -----------------------------------------------------------------------------------------------


def test_a_repeated_request_is_answered_and_not_done_again(api: Api) -> None:
    script = api.script()
    key = {"Idempotency-Key": "one"}
    first = script("POST", "uploads", json=announce({"a.png": A}), headers=key)
    again = script("POST", "uploads", json=announce({"a.png": A}), headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotent-Replayed"] == "true" and "Idempotent-Replayed" not in first.headers
    assert len(script("GET", "uploads").json()["items"]) == 1
    other = script("POST", "uploads", json=announce({"b.png": B}), headers=key)
    assert _problem(other) == (422, "key_reused")
    elsewhere = api.script(shop="Other Shop")("POST", "uploads", json=announce({"a.png": A}), headers=key)
    assert elsewhere.status_code == 201 and elsewhere.json()["id"] != first.json()["id"], "a key belongs to its shop"


def test_what_ended_in_an_error_can_be_tried_again(small_api: Api) -> None:
    script, key = small_api.script(), {"Idempotency-Key": "two"}
    found = _begin(script, {"a.png": A})
    path = f"uploads/{found['id']}/complete"
    assert script("POST", path, headers=key).status_code == 409
    script("PUT", found["files"][0]["put"], content=A)
    assert script("POST", path, headers=key).status_code == 202


def test_a_form_is_not_taken_twice(small_api: Api) -> None:
    script, key = small_api.script(), {"Idempotency-Key": "three"}
    form: dict[str, Any] = {"data": {"template": TEMPLATE}, "files": [("files", ("a.png", A))]}
    first = script("POST", "uploads/multipart", headers=key, **form)
    again = script("POST", "uploads/multipart", headers=key, **form)
    assert again.status_code == 202 and again.json()["id"] == first.json()["id"]


def test_a_request_under_way_is_not_done_beside_itself(small_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    script, key = small_api.script(), {"Idempotency-Key": "four"}
    inner: list[Any] = []

    def at_work(*_: Any, **__: Any) -> Any:
        monkeypatch.undo()
        inner.append(small_api.script()("POST", "uploads", json=announce({"a.png": A}), headers=key))
        inner.append(script("POST", "uploads", json=announce({"a.png": A}), headers=key))
        raise Conflict("Not now.", code="not_now")

    monkeypatch.setattr("printdock.uploads.place.Place.make", at_work)
    assert _problem(script("POST", "uploads", json=announce({"a.png": A}), headers=key)) == (409, "not_now")
    assert [_problem(answer) for answer in inner] == [(422, "key_reused"), (409, "in_progress")]
    assert script("POST", "uploads", json=announce({"a.png": A}), headers=key).status_code == 201


def test_answers_are_forgotten_after_a_day(small_api: Api) -> None:
    script, key = small_api.script(), {"Idempotency-Key": "five"}
    first = script("POST", "uploads", json=announce({"a.png": A}), headers=key)
    small_api.clock.move(hours=25)
    again = script("POST", "uploads", json=announce({"b.png": B}), headers=key)
    assert again.status_code == 201 and again.json()["id"] != first.json()["id"]


# --- events ----------------------------------------------------------------------------------------------------------


def _events(answer: Any) -> list[dict[str, Any]]:
    return [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: ")]


def test_an_upload_is_followed_from_any_event_on(api: Api) -> None:
    script = api.script()
    upload = send(script, {"a.png": A, "b.png": B})
    told = script("GET", f"uploads/{upload}/events")
    assert told.headers["content-type"].startswith("text/event-stream") and "connection" not in told.headers
    seen = _events(told)
    assert {one["subject_id"] for one in seen} == {upload}
    assert [one["id"] for one in seen] == sorted({one["id"] for one in seen})
    states = [one["data"]["state"] for one in seen if one["kind"] == "state"]
    assert states == ["receiving", "queued", "processing", "finished"]
    assert [one["data"]["position"] for one in seen if one["kind"] == "received"] == [0, 1]
    last = next(one["data"] for one in reversed(seen) if one["kind"] == "progress")
    assert (last["done"], last["files"], last["stored"]) == (2, 2, 2)
    answers = {change["position"]: change.get("answer") for one in seen if one["kind"] == "progress"
               for change in one["data"]["changed"]}  # fmt: skip
    assert [answers[n] for n in (0, 1)] == [file["answer"] for file in ended(script, upload)["files"]]
    for at in (0, len(seen) // 2, len(seen) - 2):
        rest = script("GET", f"uploads/{upload}/events", headers={"Last-Event-ID": str(seen[at]["id"])})
        assert _events(rest) == seen[at + 1 :]
        assert _events(script("GET", f"uploads/{upload}/events?last_event_id={seen[at]['id']}")) == seen[at + 1 :]
    over = script("GET", f"uploads/{upload}/events", headers={"Last-Event-ID": str(seen[-1]["id"])})
    assert (over.status_code, over.text) == (204, "")
    job = ended(script, upload)["job"]
    assert [one["kind"] for one in _events(script("GET", f"jobs/{job}/events"))][-1] == "completed"


def test_an_id_that_is_none_of_ours_is_refused(small_api: Api) -> None:
    for text in ("x", "-1", "1.5", "9" * 30, "٣"):
        answer = small_api.script()("GET", f"events?last_event_id={text}")
        assert _problem(answer) == (422, "bad_event_id")


def _uuid(text: str) -> Any:
    from uuid import UUID

    return UUID(text)


def test_abandoned_uploads_expire(small_api: Api) -> None:
    from printdock.jobs.abandoned import sweep_uploads

    script = small_api.script()
    found = _begin(script, {"a.png": A})
    _put(script, found["files"][0], A[:50])
    small_api.clock.move(hours=small_api.services.settings.upload_expiry_h + 0.1)
    sweep_uploads(small_api.services)
    gone = script("GET", f"uploads/{found['id']}").json()
    assert (gone["state"], codes(gone)) == ("expired", ["expired"])
    assert list(small_api.services.place().present()) == []
    states = [one["data"].get("state") for one in _events(script("GET", f"uploads/{found['id']}/events"))]
    assert states == ["receiving", "expired"]


def test_a_cancelled_job_ends_its_upload(small_api: Api, tmp_path: Path) -> None:
    """Whoever cancels the job, the upload ends and every file has an answer."""
    from printdock.jobs import records, wishes
    from printdock.jobs.kinds import new_job
    from printdock.uploads import records as uploads

    script = small_api.script()
    found = _begin(script, {"a.png": A})
    script("PUT", found["files"][0]["put"], content=A)
    services, shop, upload = small_api.services, small_api.shop("My Shop"), _uuid(found["id"])
    job = new_job("ingest_upload", {"upload": found["id"]}, upload_id=upload, place="a folder nobody sees")
    with services.database.write() as connection:
        uploads.queue(
            connection, shop, upload, enqueue=lambda: records.enqueue(connection, shop.id, job), now=services.clock()
        )
    queued = script("GET", f"uploads/{upload}").json()
    assert queued["state"] == "queued"
    with services.database.write() as connection:
        wishes.cancel(connection, shop.id, _uuid(queued["job"]), services.clock())
    assert codes(ended(script, found["id"])) == ["cancelled"]
