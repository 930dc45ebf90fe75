"""An upload leaves its numbers where `/metrics` reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from printdock.designs.item import Limits
from printdock.errors import DatabaseUnavailable, StorageNotFound
from printdock.storage.measured import MeasuredStorage, samples
from printdock.telemetry import exposition, meters
from printdock.telemetry.exposition import Numbers
from tests.designs.conftest import Library

Read = Callable[..., float]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Iterator[Read]:
    """``read("printdock_x", label="value")`` is that number now, 0 where nothing was measured."""
    numbers = Numbers()
    meters.measure_into(numbers)

    def value(name: str, **labels: str) -> float:
        text, _ = numbers.text("text/plain")
        found = [
            sample.value
            for family in text_string_to_metric_families(text.decode())
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]
        return sum(found)

    yield value
    meters.measure_into(None)


def test_an_upload_is_measured(library: Library, draw: Callable[..., Path], read: Read) -> None:
    library = replace(library, storage=MeasuredStorage(library.storage))
    library.ingest(draw("a.png", 1), draw("b.png", 2), draw("again.png", 1, level=9))
    assert read("printdock_upload_duration_seconds_count") == 1
    assert read("printdock_upload_files_total", outcome="stored") == 2
    assert read("printdock_upload_files_total", outcome="duplicate") == 1
    assert read("printdock_nas_file_duration_seconds_count", operation="put", result="ok") == 2
    assert read("printdock_nas_written_bytes_total") == sum(path.stat().st_size for path in library.root.rglob("*.png"))
    assert read("printdock_duplicate_checked_files_total") == 3
    assert read("printdock_duplicate_check_duration_seconds_count") >= 1
    for step in ("claim", "store", "record"):
        assert read("printdock_database_write_duration_seconds_count", step=step) >= 1, step
    assert 0 < read("printdock_upload_peak_bytes_sum") <= Limits().memory_bytes
    assert read("printdock_upload_held_bytes") == 0
    for stage in ("prepare", "decide", "encode", "store"):
        assert read("printdock_threads", stage=stage) == read("printdock_threads_busy", stage=stage) == 0


def test_what_is_watched_is_asked_each_time(library: Library, read: Read) -> None:
    unwatch = meters.watch(lambda: samples(library.storage, library.spool, here=True))
    try:
        assert read("printdock_spool_files") == 0 and read("printdock_nas_up") == 1
        library.spool.keep("My Shop/Small/x.png", b"x")
        assert read("printdock_spool_files") == 1
    finally:
        unwatch()
    assert read("printdock_nas_up") == 0  # nobody says anything


def test_an_absent_file_is_an_answer(library: Library, read: Read) -> None:
    with pytest.raises(StorageNotFound):
        MeasuredStorage(library.storage).stat("My Shop/none.png")
    assert read("printdock_nas_file_duration_seconds_count", operation="stat", result="ok") == 1


def test_a_database_that_keeps_one_waiting_is_counted_apart(library: Library, read: Read) -> None:
    if library.database.dialect == "sqlite":
        pytest.skip("SQLite waits half a minute for a lock")
    with library.database.write() as holder:
        holder.exec_driver_sql("LOCK TABLE designs IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(DatabaseUnavailable), library.database.read() as waiting:
            waiting.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
            waiting.exec_driver_sql("SELECT count(*) FROM designs")
    assert read("printdock_database_failures_total", kind="timeout") == 1
    assert read("printdock_database_failures_total", kind="away") == 0


def test_openmetrics_is_answered_to_who_asks_for_it() -> None:
    text, content_type = Numbers().text("application/openmetrics-text; version=1.0.0")
    assert content_type.startswith("application/openmetrics-text") and text.endswith(b"# EOF\n")


def test_a_worker_has_a_door_for_its_numbers() -> None:
    import socket
    from urllib.request import urlopen

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    close = exposition.serve("127.0.0.1", port)
    try:
        with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            assert b"printdock_jobs_total" in answer.read()
    finally:
        close()
        meters.measure_into(None)
