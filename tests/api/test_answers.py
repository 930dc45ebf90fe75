"""What all answers have in common: compression as asked, limits on what is sent, a name for each request."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
import zstandard

from tests.api.conftest import Api
from tests.api.stock import Stock, kept_sqlite, small_stock

__all__ = ["kept_sqlite", "small_stock"]


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip", "gzip"), ("br", "br"), ("zstd", "zstd"), ("gzip, br, zstd", "zstd"), ("gzip, br", "br"),
        ("identity", None), ("", None), ("zstd;q=0, gzip", "gzip"), ("deflate", None),
    ],
)  # fmt: skip
def test_json_is_compressed_as_asked(small_api: Api, accepted: str, encoding: str | None) -> None:
    answer = small_api.script()("GET", "templates/presets", headers={"Accept-Encoding": accepted})
    assert answer.status_code == 200 and answer.headers.get("content-encoding") == encoding
    assert "Accept-Encoding" in answer.headers["vary"]
    assert answer.json()["items"]


def test_what_is_compressed_is_what_it_was(small_api: Api) -> None:
    call = small_api.script()
    plain = call("GET", "templates/presets", headers={"Accept-Encoding": "identity"}).content
    for encoding, undo in (
        ("gzip", gzip.decompress),
        ("zstd", zstandard.ZstdDecompressor().decompressobj().decompress),
    ):
        with call.client.stream(
            "GET",
            "/api/v1/templates/presets",
            headers={"Authorization": f"Bearer {call.key}", "Accept-Encoding": encoding},
        ) as answer:
            raw = b"".join(answer.iter_raw())
        assert len(raw) < len(plain) / 2 and undo(raw) == plain


def test_pictures_and_parts_are_not(small_stock: Stock) -> None:
    call = small_stock.script()
    address = call("GET", "designs").json()["items"][0]["print_files"][0]["url"]
    for headers in ({}, {"Range": "bytes=0-99"}):
        answer = call.client.get(address, headers={"Accept-Encoding": "zstd, br, gzip", **headers})
        assert answer.status_code in (200, 206) and "content-encoding" not in answer.headers


def test_too_much_is_refused_before_it_is_read(small_api: Api) -> None:
    large = b'{"name": "' + b"x" * 8_000_001 + b'"}'
    nobody = small_api.client()

    def pieces() -> Any:
        for start in range(0, len(large), 65_536):
            yield large[start : start + 65_536]

    json_type = {"Content-Type": "application/json"}
    sendings = [("shops", large, json_type), ("shops", pieces(), json_type), ("uploads", pieces(), json_type)]
    sendings += [("uploads", pieces(), {"Content-Type": "application/octet-stream"})]
    for path, sent, headers in sendings:
        answer = nobody.post(f"/api/v1/{path}", content=sent, headers=headers)
        assert answer.status_code == 413 and answer.headers["content-type"] == "application/problem+json", answer.text
    form = {"product_data": json.dumps({"x": "y" * 9_000_000})}
    assert nobody.post("/mockups/upload-mockup", data=form).status_code == 413


def test_every_answer_names_its_request(small_api: Api) -> None:
    client = small_api.client()
    names = {client.get(path).headers["x-request-id"] for path in ("/healthz", "/api/v1/designs", "/nothing")}
    assert len(names) == 3
