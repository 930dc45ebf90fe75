"""Spans of requests, jobs and the stages of uploads, sent by OpenTelemetry's protocol where somebody collects them.

Until `switch_on` a span is nothing at all, and no library of OpenTelemetry is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Tracer

_NOTHING: AbstractContextManager[None] = nullcontext()
_tracer: Tracer | None = None


def span(name: str, **attributes: str | int | float | bool) -> AbstractContextManager[Any]:
    """A span around the body; below the one of the context it runs in. An exception marks it as failed."""
    if _tracer is None:
        return _NOTHING
    return _tracer.start_as_current_span(name, attributes=attributes)


def request_span(name: str, headers: Mapping[str, str]) -> AbstractContextManager[Any]:
    """A span of a request, below its caller's where ``headers`` (lower case) carry a ``traceparent``."""
    if _tracer is None:
        return _NOTHING
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    context = TraceContextTextMapPropagator().extract(headers)
    return _tracer.start_as_current_span(name, context=context, kind=SpanKind.SERVER)


def current_ids() -> dict[str, str]:
    """``trace_id`` and ``span_id`` of the span around, for logs; empty outside of one."""
    if _tracer is None:
        return {}
    from opentelemetry.trace import get_current_span

    context = get_current_span().get_span_context()
    if not context.is_valid:
        return {}
    return {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}


def switch_on(endpoint: str, *, exporter: SpanExporter | None = None) -> Callable[[], None]:
    """Send spans to ``endpoint`` (such as ``http://collector:4318``) in batches, from a thread of their own.

    Answers how to end it, which sends what is left. ``exporter``: another way to send them.
    """
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    if exporter is None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=5)
    provider = TracerProvider(resource=Resource.create({"service.name": "printdock"}))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    global _tracer
    _tracer = provider.get_tracer("printdock")

    def close() -> None:
        global _tracer
        _tracer = None
        provider.shutdown()

    return close
