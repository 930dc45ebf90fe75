"""The list of designs from afar: any page of it can be asked for, and all of them together are the list."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.stock import Stock, kept_postgresql, kept_sqlite, pages, small_stock, stock

__all__ = ["kept_postgresql", "kept_sqlite", "small_stock", "stock"]


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ({}, 3),
        ({"search": "fox"}, 2),
        ({"similar": True}, 1),
        ({"state": "missing"}, 0),
        ({"state": "stored"}, 3),
        ({"template": "Small"}, 3),
        ({"template": "Other"}, 0),
        ({"upload": "this"}, 3),
        ({"deleted": True}, 0),
    ],
)
def test_its_pages_are_the_list(stock: Stock, query: dict[str, Any], total: int) -> None:
    call = stock.script()
    query = {**query, **_by_id(stock, query)}
    outline = call("GET", "/api/v1/designs/outline", params={"every": 2, **query}).json()
    assert outline["total"] == total
    assert len(outline["pages"]) == -(-total // 2)
    found = []
    for start in outline["pages"]:
        asked = {"limit": 2, **query} | ({} if start["cursor"] is None else {"cursor": start["cursor"]})
        page = call("GET", "/api/v1/designs", params=asked).json()["items"]
        assert page[0]["created_at"] == start["at"]
        found += [one["id"] for one in page]
    assert found == [one["id"] for one in pages(call, "designs", **query)]


def _by_id(stock: Stock, query: dict[str, Any]) -> dict[str, Any]:
    """What the query names, as the list wants it."""
    ids: dict[str, Any] = {}
    if "template" in query:
        ids["template"] = stock.template.id + (query["template"] == "Other")
    if "upload" in query:
        ids["upload"] = str(stock.report.upload)
    return ids
