"""Measuring where the measured thing happens. Until somebody wants the numbers (`exposition.switch_on`) it does nothing:
a command that nobody scrapes neither pays for it nor loads a library for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from printdock.telemetry.table import THREADS, THREADS_BUSY, Metric


class Sink(Protocol):
    """Where measurements go. Safe from many threads; raises nothing for a metric of the table with its labels."""

    def count(self, metric: Metric, amount: float, labels: dict[str, str]) -> None: ...
    def change(self, metric: Metric, amount: float, labels: dict[str, str]) -> None: ...
    def observe(self, metric: Metric, value: float, labels: dict[str, str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Sample:
    """A value that is read when it is asked for."""

    metric: Metric
    value: float
    labels: dict[str, str] = field(default_factory=dict)


Source = Callable[[], Iterable[Sample]]

_sink: Sink | None = None
_sources: list[Source] = []


def measure_into(sink: Sink | None) -> None:
    """Send measurements of this process to ``sink`` from now on."""
    global _sink
    _sink = sink


def count(metric: Metric, amount: float = 1, **labels: str) -> None:
    """Add to a counter."""
    if _sink is not None:
        _sink.count(metric, amount, labels)


def change(metric: Metric, amount: float, **labels: str) -> None:
    """Raise or lower a gauge."""
    if _sink is not None:
        _sink.change(metric, amount, labels)


def observe(metric: Metric, value: float, **labels: str) -> None:
    """Add a value to a histogram."""
    if _sink is not None:
        _sink.observe(metric, value, labels)


@contextmanager
def timed(metric: Metric, **labels: str) -> Iterator[None]:
    """Add the seconds that the body takes to a histogram, whatever becomes of it."""
    started = time.perf_counter()
    try:
        yield
    finally:
        observe(metric, time.perf_counter() - started, **labels)


@contextmanager
def raised(metric: Metric, amount: float = 1, **labels: str) -> Iterator[None]:
    """Have a gauge higher by ``amount`` while the body runs."""
    change(metric, amount, **labels)
    try:
        yield
    finally:
        change(metric, -amount, **labels)


@contextmanager
def busy(stage: str) -> Iterator[None]:
    """One of the ``stage``'s threads is at work while the body runs."""
    with raised(THREADS_BUSY, stage=stage):
        yield


@contextmanager
def threads(**stages: int) -> Iterator[None]:
    """So many threads of each stage exist while the body runs."""
    for stage, number in stages.items():
        change(THREADS, number, stage=stage)
    try:
        yield
    finally:
        for stage, number in stages.items():
            change(THREADS, -number, stage=stage)


def watch(source: Source) -> Callable[[], None]:
    """Ask ``source`` whenever the numbers are wanted; it must be quick and must not raise. The answer ends it."""
    _sources.append(source)
    return lambda: _sources.remove(source) if source in _sources else None


def watched() -> list[Sample]:
    """What all sources say now."""
    return [sample for source in list(_sources) for sample in source()]
