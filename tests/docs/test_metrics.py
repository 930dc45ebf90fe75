"""Every metric is in docs/metrics.md as it is, and pages name none that there is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from printdock.telemetry.table import TABLE, Kind
from tests.docs.pages import DOCS, PAGES, code, name, rows

_SUFFIXES = ("_bucket", "_count", "_sum")
_NAME = re.compile(r"\b(printdock_[a-z0-9_]+)\b")
#: Names that begin like a metric and are none: files, modules.
_OTHERS = {"printdock_json"}


def test_every_metric_is_documented_as_it_is() -> None:
    table = rows(DOCS / "metrics.md", first="`printdock_")
    for metric in TABLE:
        kind = f"{metric.kind}, shared" if metric.shared else str(metric.kind)
        shown = table.pop(metric.name, None)
        assert shown is not None, f"docs/metrics.md does not know {metric.name}"
        assert shown == [kind, metric.unit, ", ".join(metric.labels), metric.help], metric.name
    assert not table, "docs/metrics.md documents what there is not"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_pages_name_metrics_that_there_are(page: Path) -> None:
    known = {metric.name for metric in TABLE} | _OTHERS
    known |= {f"{metric.name}{suffix}" for metric in TABLE if metric.kind is Kind.HISTOGRAM for suffix in _SUFFIXES}
    assert sorted(set(_NAME.findall(code(page))) - known) == []


def test_every_thing_that_goes_wrong_has_a_metric_and_a_setting() -> None:
    """Each part of the troubleshooting page that an operator reads by metrics names one, and something to change."""
    parts = re.split(r"^## ", (DOCS / "troubleshooting.md").read_text(), flags=re.MULTILINE)[1:]
    by_title = {part.splitlines()[0]: part for part in parts}
    for title in (
        "Uploads are slow",
        "Jobs fail",
        "Memory is high",
        "The NAS is away",
        "Pages are slow, or answer 503",
    ):
        assert re.search(r"`printdock_\w+", by_title[title]), title
        assert re.search(r"`PRINTDOCK_\w+|`NAS_\w+|`printdock [a-z]", by_title[title]), title
