"""The names of metrics say what they are, and the board speaks of exactly the metrics there are."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from printdock.telemetry.table import TABLE, Kind

ROOT = Path(__file__).resolve().parents[2]
BOARD = ROOT / "deploy" / "grafana" / "printdock.json"

#: What Prometheus and its client add by themselves.
_FOREIGN = {"process_resident_memory_bytes"}
_WORDS = re.compile(r"\b(?:printdock|process)_\w+")
_SELECTED = re.compile(r"\b(printdock_\w+)\{([^}]*)\}")
_BY = re.compile(r"\bby \(([^)]*)\)")


def test_names_say_kind_and_unit() -> None:
    names = [metric.name for metric in TABLE]
    assert len(names) == len(set(names))
    for metric in TABLE:
        assert metric.name.endswith("_total") == (metric.kind is Kind.COUNTER), metric.name
        assert not metric.unit or metric.unit in metric.name, metric.name
        assert bool(metric.buckets) == (metric.kind is Kind.HISTOGRAM), metric.name
        assert list(metric.buckets) == sorted(set(metric.buckets)), metric.name
        assert metric.help.endswith(".") or metric.help.endswith(")"), metric.name


def test_the_board_asks_for_metrics_that_exist_with_labels_they_have() -> None:
    asked: set[str] = set()
    for expression in _queries():
        metrics = {name: _metric(name) for name in _WORDS.findall(expression) if name not in _FOREIGN}
        asked |= {metric.name for metric in metrics.values()}
        assert metrics or "process_" in expression, expression
        for name, selector in _SELECTED.findall(expression):
            labels = {part.split("=")[0].strip(" ~!") for part in selector.split(",") if part.strip()}
            assert labels <= {"job", "instance", *metrics[name].labels}, expression
        for grouped in _BY.findall(expression):
            names = {label.strip() for label in grouped.split(",")}
            for metric in metrics.values():
                assert names <= {"job", "instance", "le", *metric.labels}, expression
    missing = {metric.name for metric in TABLE} - asked
    assert not missing, f"nothing on the board shows {missing}"


def test_the_board_can_be_imported() -> None:
    board = json.loads(BOARD.read_text())
    panels = board["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    spots = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in panels]
    assert len(set(spots)) == len(spots)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in panels)


def _queries() -> list[str]:
    board: dict[str, Any] = json.loads(BOARD.read_text())
    return [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]


def _metric(name: str) -> Any:
    """The metric that ``name`` is, or is a series of. A suffix that its kind does not have is a mistake."""
    for metric in TABLE:
        series = {metric.name}
        if metric.kind is Kind.HISTOGRAM:
            series = {f"{metric.name}{suffix}" for suffix in ("_bucket", "_count", "_sum")}
        if name in series:
            return metric
    raise AssertionError(f"there is no metric {name}")
