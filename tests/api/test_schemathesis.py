"""Requests nobody would write by hand, over the whole API: every answer is one that the document promises, none a 5xx."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import content_type_conformance, not_a_server_error, status_code_conformance
from schemathesis.generation import GenerationMode

from tests.api.conftest import running
from tests.api.stock import Stock, fill

#: Requests for each operation and kind; for some seventy operations it takes about half a minute.
EXAMPLES = 8

#: Seconds after which the rest is left out: a busy machine must not fail for being busy.
ENOUGH_S = 90.0

#: Left out: it ends the caller's own session.
_LEFT_OUT = {"sign_out"}

#: The checks of schemathesis that hold for every answer.
_CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance]


@schemathesis.serializer("application/zip")
def _as_it_is(context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@pytest.fixture
def filled(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stock]:
    """A shop that has something of everything."""
    for api in running(f"sqlite:///{tmp_path / 'x.db'}", home, monkeypatch):
        yield fill(api, tmp_path / "stock")


def test_no_request_breaks_the_server(filled: Stock) -> None:
    script = filled.script()
    schema = schemathesis.openapi.from_dict(filled.api.document())
    statuses: Counter[int] = Counter()
    begun = time.monotonic()
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.definition.raw["operationId"] in _LEFT_OUT or time.monotonic() - begun > ENOUGH_S:
            continue
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            _hammer(operation, mode, script, statuses)
    assert sum(statuses.values()) > 300
    assert {200, 404, 422} <= set(statuses), "the requests do not get far enough to mean anything"


def _hammer(operation: Any, mode: GenerationMode, script: Any, statuses: Counter[int]) -> None:
    @seed(7)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        request = case.as_transport_kwargs(base_url="http://127.0.0.1:8000")
        headers = dict(request.pop("headers", None) or {}) | {"Authorization": f"Bearer {script.key}"}
        request.pop("cookies", None)
        if "data" in request and not isinstance(request["data"], dict):
            request["content"] = request.pop("data")
        answer = script.client.request(request.pop("method"), request.pop("url"), headers=headers, **request)
        statuses[answer.status_code] += 1
        case.validate_response(answer, checks=_CHECKS)

    with suppress(Unsatisfiable):  # nothing can be sent wrong to an operation that takes nothing
        send()
