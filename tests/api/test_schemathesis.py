"""Requests nobody would write by hand, over the whole API: every answer is one that the document promises, none a 5xx."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import suppress
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import content_type_conformance, not_a_server_error, status_code_conformance
from schemathesis.generation import GenerationMode

from tests.api.stock import Stock, kept_sqlite, small_stock

__all__ = ["kept_sqlite", "small_stock"]

#: Requests for each operation and kind; for some seventy operations it takes about half a minute.
EXAMPLES = 8

#: Seconds after which the rest is left out: a busy machine must not fail for being busy.
ENOUGH_S = 90.0

#: Left out: what ends the caller's own session, and streams that go on for ever.
_LEFT_OUT = {"sign_out", "follow_all", "follow_upload", "follow_job"}

#: The checks of schemathesis that hold for every answer.
_CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance]


@schemathesis.serializer("application/zip")
def _as_it_is(context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def test_no_request_breaks_the_server(small_stock: Stock) -> None:
    script = small_stock.script()
    schema = schemathesis.openapi.from_dict(small_stock.api.document())
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
        made = script.client.build_request(request.pop("method"), request.pop("url"), headers=headers, **request)
        made.read()  # the checks look at what was sent
        answer = script.client.send(made)
        statuses[answer.status_code] += 1
        case.validate_response(answer, checks=_CHECKS)

    with suppress(Unsatisfiable):  # nothing can be sent wrong to an operation that takes nothing
        send()
