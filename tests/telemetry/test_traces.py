"""Spans: nothing when off, a tree when on."""

from __future__ import annotations

import subprocess
import sys

from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from printdock.pipeline.flow import workers
from printdock.telemetry import traces


def test_spans_follow_the_context_into_threads() -> None:
    exporter = InMemorySpanExporter()
    close = traces.switch_on("http://nowhere", exporter=exporter)
    try:
        caller = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}
        with traces.request_span("GET /x", caller), traces.span("upload", files=2):
            assert traces.current_ids()["trace_id"] == "a" * 32
            with workers(1, "test") as threads:
                threads.submit(_stage).result()
    finally:
        close()
    spans = {span.name: span for span in exporter.get_finished_spans()}
    request, upload, stage = spans["GET /x"], spans["upload"], spans["prepare"]
    assert request.parent is not None and f"{request.parent.span_id:016x}" == "b" * 16
    assert upload.parent is not None and upload.parent.span_id == request.context.span_id
    assert stage.parent is not None and stage.parent.span_id == upload.context.span_id
    assert upload.attributes == {"files": 2}
    assert traces.current_ids() == {}


def _stage() -> None:
    with traces.span("prepare"):
        pass


def test_nothing_is_loaded_until_it_is_wanted() -> None:
    """A command that ingests loads neither the library of metrics nor those of logs and traces."""
    program = (
        "import sys, printdock.wiring, printdock.designs.ingest, printdock.mockups.render\n"
        "from printdock.telemetry import logs, meters, traces\n"
        "from printdock.telemetry.table import JOBS\n"
        "with traces.span('x'), meters.busy('prepare'): meters.count(JOBS, kind='a', result='b')\n"
        "logs.event('x')\n"
        "print([name for name in ('prometheus_client', 'structlog', 'opentelemetry') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
