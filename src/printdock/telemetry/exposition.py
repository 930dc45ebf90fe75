"""The numbers as Prometheus reads them: text, or OpenMetrics where that is asked for."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from printdock.telemetry import meters
from printdock.telemetry.meters import Sample
from printdock.telemetry.table import TABLE, Kind, Metric

Shared = Callable[[], Iterable[Sample]]

#: What is read when asked for: these have no meter of their own.
_READ = {
    "printdock_spool_files",
    "printdock_nas_up",
    "printdock_sftp_connections",
    "printdock_sftp_waiting",
    "printdock_sftp_failures_total",
    "printdock_job_slots",
}


class Numbers(meters.Sink):
    """All metrics of this process. One is enough for a process: see `switch_on`."""

    def __init__(self) -> None:
        disable_created_metrics()  # a second series for each one that nobody draws
        self.registry = CollectorRegistry(auto_describe=False)
        # One class for each kind; the libraries' types say no more about them.
        self._meters: dict[str, Any] = {
            metric.name: _meter(metric, self.registry)
            for metric in TABLE
            if not metric.shared and metric.name not in _READ
        }
        ProcessCollector(registry=self.registry)
        self.registry.register(_Read(meters.watched))

    def count(self, metric: Metric, amount: float, labels: dict[str, str]) -> None:
        """See `meters.Sink`."""
        self._of(metric, labels).inc(amount)

    def change(self, metric: Metric, amount: float, labels: dict[str, str]) -> None:
        """See `meters.Sink`."""
        self._of(metric, labels).inc(amount)

    def observe(self, metric: Metric, value: float, labels: dict[str, str]) -> None:
        """See `meters.Sink`."""
        self._of(metric, labels).observe(value)

    def text(self, accept: str, shared: Iterable[Sample] = ()) -> tuple[bytes, str]:
        """The numbers now, with those that are ``shared`` by all processes, and their content type for ``accept``."""
        encode, content_type = choose_encoder(accept)
        both = _Both(self.registry, list(shared))
        return encode(both), content_type

    def _of(self, metric: Metric, labels: dict[str, str]) -> Any:
        meter = self._meters[metric.name]
        return meter.labels(**labels) if metric.labels else meter


def switch_on() -> Numbers:
    """Measure from now on. Idempotent: the numbers of this process, which last as long as it does."""
    numbers = _numbers()
    meters.measure_into(numbers)
    return numbers


@cache
def _numbers() -> Numbers:
    return Numbers()


def serve(host: str, port: int) -> Callable[[], None]:
    """Answer ``http://host:port/metrics`` from a thread of its own: for a worker, which has no other door.

    Answers how to end it. Raises `OSError` where the port is taken.
    """
    from prometheus_client import start_http_server

    server, thread = start_http_server(port, addr=host, registry=switch_on().registry)

    def close() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return close


class _Both:
    """A registry and some samples, as one thing to encode."""

    def __init__(self, registry: CollectorRegistry, samples: list[Sample]) -> None:
        self._registry, self._samples = registry, samples

    def collect(self) -> Iterator[Any]:
        yield from self._registry.collect()
        yield from _families(self._samples)


class _Read(Collector):
    """What `meters.watch` was given, asked at the moment it is collected."""

    def __init__(self, read: Callable[[], list[Sample]]) -> None:
        self._read = read
        self._lock = threading.Lock()

    def describe(self) -> list[Any]:
        return []

    def collect(self) -> Iterator[Any]:
        with self._lock:
            samples = self._read()
        yield from _families(samples)


def _meter(metric: Metric, registry: CollectorRegistry) -> Counter | Gauge | Histogram:
    match metric.kind:
        case Kind.COUNTER:
            return Counter(metric.name, metric.help, metric.labels, registry=registry)
        case Kind.GAUGE:
            return Gauge(metric.name, metric.help, metric.labels, registry=registry)
        case Kind.HISTOGRAM:
            return Histogram(metric.name, metric.help, metric.labels, registry=registry, buckets=metric.buckets)


def _families(samples: Iterable[Sample]) -> Iterator[Any]:
    """Samples by metric; what several sources say of the same labels is added up."""
    sums: dict[Metric, dict[tuple[str, ...], float]] = defaultdict(lambda: defaultdict(float))
    for sample in samples:
        sums[sample.metric][tuple(sample.labels[name] for name in sample.metric.labels)] += sample.value
    for metric, values in sums.items():
        family = (CounterMetricFamily if metric.kind is Kind.COUNTER else GaugeMetricFamily)(
            metric.name, metric.help, labels=metric.labels
        )
        for labels, value in values.items():
            family.add_metric(labels, value)
        yield family
