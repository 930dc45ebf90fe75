"""Logs: one event with fields, the same from `logging` and from us, and never a secret."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from printdock.pipeline.flow import Group, workers
from printdock.settings import Settings
from printdock.telemetry import logs
from printdock.telemetry.masking import MASK, Masking


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root, ours, configured = logging.getLogger(), logging.getLogger("printdock"), logs._configured
    handlers, levels = list(root.handlers), (root.level, ours.level)
    yield
    root.handlers[:], logs._configured = handlers, configured
    root.setLevel(levels[0])
    ours.setLevel(levels[1])


def _lines(**settings: Any) -> tuple[io.StringIO, Any]:
    stream = io.StringIO()
    logs.configure(form="json", stream=stream, **settings)
    return stream, lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_carries_what_was_bound_around_it() -> None:
    _, lines = _lines()
    with logs.bound(shop="Rose", upload="u1"), logs.bound(job="j1"):
        logs.event("upload_finished", stored=3)
    logs.event("bare")
    first, second = lines()
    assert {
        "event": "upload_finished",
        "shop": "Rose",
        "upload": "u1",
        "job": "j1",
        "stored": 3,
    }.items() <= first.items()
    assert first["level"] == "info" and first["timestamp"].endswith("Z")
    assert "shop" not in second


def test_calls_of_logging_go_the_same_way() -> None:
    _, lines = _lines()
    with logs.bound(shop="Rose"):
        logging.getLogger("printdock.storage.pool").warning("left behind: %s", "a/b.png")
    (line,) = lines()
    assert line["event"] == "left behind: a/b.png"
    assert line["shop"] == "Rose" and line["place"] == "nas" and line["level"] == "warning"


def test_threads_of_a_pipeline_inherit_what_is_bound() -> None:
    _, lines = _lines()
    with logs.bound(upload="u1"):
        with workers(2, "test") as threads:
            list(threads.map(lambda n: logs.event("worked", n=n), range(4)))
        group: Group[int] = Group("test", lambda them: logs.event("grouped"), limit=1, failed=lambda them, error: None)
        group.add(1)
        group.close()
    assert {line["upload"] for line in lines()} == {"u1"}
    assert len(lines()) == 5


def test_the_console_shows_where_it_happened() -> None:
    stream = io.StringIO()
    logs.configure(form="console", stream=stream)
    logs.event("stored", place="nas")
    logging.getLogger("printdock.db.engine").warning("slow")
    logging.getLogger("printdock.mockups.store").error("failed")
    assert [sign in line for sign, line in zip("📤📊🎨", stream.getvalue().splitlines(), strict=True)] == [True] * 3


def test_the_level_decides_and_libraries_are_quiet() -> None:
    _, lines = _lines(level="WARNING")
    logs.event("fine")
    logs.event("not_fine", level=logging.WARNING)
    logging.getLogger("pyvips").info("called")
    assert [line["event"] for line in lines()] == ["not_fine"]


@pytest.mark.parametrize(
    "said",
    [
        "sftp://shop:hunter-two@nas/share",
        "postgresql+psycopg://u:hunter-two@db/x does not answer",
        "Authorization: Bearer hunter-two.abc-def",
        "Cookie: session=hunter-two",
        "https://id.example/callback?code=hunter-two&state=hunter-two",
        "/files/x?sig=hunter-two",
        "password=hunter-two",
        "key pd_hunter-two-hunter-two-x",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nhunter-two\n-----END OPENSSH PRIVATE KEY-----",
    ],
)
def test_secrets_are_masked_by_their_form(said: str) -> None:
    _, lines = _lines()
    logs.event("told", what=said, deep={"list": [said]})
    logging.getLogger("printdock").error("%s", said)
    assert "hunter-two" not in json.dumps(lines())


def test_secrets_are_masked_by_name_and_by_being_known() -> None:
    _, lines = _lines(secrets=["s3cr3t-value"])
    logs.event(
        "told", password="x", api_key="y", headers={"Cookie": "z", "Accept": "json"}, note="is s3cr3t-value here"
    )
    try:
        raise RuntimeError("could not use s3cr3t-value")
    except RuntimeError:
        logging.getLogger("printdock").exception("failed")
    told, failed = lines()
    assert told["password"] == told["api_key"] == told["headers"]["Cookie"] == MASK
    assert told["headers"]["Accept"] == "json"
    assert "s3cr3t-value" not in json.dumps([told, failed]) and "RuntimeError" in failed["exception"]


def test_ordinary_words_stay() -> None:
    masking = Masking(["short"])
    for text in (
        "state=failed code=unknown_design",
        "token ring",
        "a short text",
        "UV 906 | Cup.png",
        "https://a.b/c:d",
    ):
        assert masking.text(text) == text


def test_settings_name_their_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:pw%2Fone@db/x")
    monkeypatch.setenv("PRINTDOCK_STORAGE", "sftp://u:pw-two@nas/x")
    monkeypatch.setenv("PRINTDOCK_METRICS_TOKEN", "tok-three")
    secrets = Settings().secrets()
    assert {"pw/one", "pw-two", "tok-three"} <= set(secrets)
