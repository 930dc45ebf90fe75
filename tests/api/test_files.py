"""Files by their addresses: what caches and browsers may rely on (RFC 9110), and who may read what."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import unquote

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from printdock.api.addresses import FileAddress, FileKind
from printdock.api.delivery import disposition
from printdock.api.ranges import Part, Verdict, wanted
from tests.api.stock import Stock, kept_postgresql, kept_sqlite, pages, small_stock, stock

__all__ = ["kept_postgresql", "kept_sqlite", "small_stock", "stock"]


def _file(stock: Stock, word: str = "url") -> tuple[Any, str, bytes]:
    """A client without any key, the address of the first print file, and its bytes."""
    call = stock.script()
    file = pages(call, "designs", search="fern")[0]["print_files"][0]
    data = (stock.api.services.settings.home / "nas" / stock.report.files[1]["path"]).read_bytes()
    return stock.api.client(), file[word], data


def test_a_print_file_whole(stock: Stock) -> None:
    client, address, data = _file(stock)
    answer = client.get(address)
    assert answer.status_code == 200 and answer.content == data
    digest = hashlib.sha256(data).hexdigest()
    expected = {
        "etag": f'"{digest}"', "content-length": str(len(data)), "content-type": "image/png", "accept-ranges": "bytes",
        "cache-control": "public, max-age=31536000, immutable", "x-content-type-options": "nosniff",
    }  # fmt: skip
    assert expected.items() <= answer.headers.items()
    assert "content-encoding" not in answer.headers and "set-cookie" not in answer.headers
    assert digest in address and unquote(address.rsplit("/", 1)[-1]) == stock.report.files[1]["path"].rsplit("/", 1)[-1]
    head = client.head(address)
    assert head.status_code == 200 and head.content == b""
    assert expected.items() <= head.headers.items()


def test_parts(small_stock: Stock) -> None:
    client, address, data = _file(small_stock)
    size = len(data)
    parts = {
        "bytes=0-0": (0, 0), "bytes=10-19": (10, 19), "bytes=100-": (100, size - 1), "bytes=-7": (size - 7, size - 1),
        f"bytes=5-{size + 100}": (5, size - 1), f"bytes=-{size + 5}": (0, size - 1), "BYTES = 1-2": (1, 2),
        "bytes=0-9,10-19": (0, 19), "bytes=10-19,0-12": (0, 19),
    }  # fmt: skip
    for field, (first, last) in parts.items():
        answer = client.get(address, headers={"Range": field})
        assert answer.status_code == 206, field
        assert answer.content == data[first : last + 1], field
        assert answer.headers["content-range"] == f"bytes {first}-{last}/{size}", field
        assert answer.headers["content-length"] == str(last + 1 - first)
    for field in ("bytes=5-4", "items=0-5", "bytes=", "bytes=a-b", "bytes=0-1,100-101", "bytes=0-0,-1", "bytes=--1"):
        answer = client.get(address, headers={"Range": field})
        assert answer.status_code == 200 and answer.content == data, field
    for field in (f"bytes={size}-", f"bytes={size + 1}-{size + 5}", "bytes=-0", f"bytes={10**17}-"):
        answer = client.get(address, headers={"Range": field})
        assert answer.status_code == 416 and answer.headers["content-range"] == f"bytes */{size}", field


def test_conditions(small_stock: Stock) -> None:
    client, address, _data = _file(small_stock)
    etag = client.head(address).headers["etag"]
    cases: list[tuple[dict[str, str], int]] = [
        ({"If-None-Match": etag}, 304), ({"If-None-Match": f'"x", {etag}'}, 304), ({"If-None-Match": f"W/{etag}"}, 304),
        ({"If-None-Match": "*"}, 304), ({"If-None-Match": '"x"'}, 200), ({"If-Match": etag}, 200), ({"If-Match": "*"}, 200),
        ({"If-Match": '"x"'}, 412), ({"If-Match": f"W/{etag}"}, 412),
        ({"If-Range": etag, "Range": "bytes=0-4"}, 206), ({"If-Range": '"x"', "Range": "bytes=0-4"}, 200),
        ({"If-Range": f"W/{etag}", "Range": "bytes=0-4"}, 200),
        ({"If-Range": "Wed, 21 Oct 2026 07:28:00 GMT", "Range": "bytes=0-4"}, 200),
        ({"If-None-Match": etag, "Range": "bytes=0-4"}, 304),
        ({"If-Modified-Since": "Wed, 21 Oct 2099 07:28:00 GMT"}, 200),
    ]  # fmt: skip
    for headers, status in cases:
        for method in ("GET", "HEAD"):
            answer = client.request(method, address, headers=headers)
            assert answer.status_code == status, (method, headers)
            if status == 304:
                assert answer.content == b"" and answer.headers["etag"] == etag
                assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(("word", "longest"), [("thumbnail", 300), ("grid_picture", 224)])
def test_small_pictures_of_print_files(small_stock: Stock, word: str, longest: int) -> None:
    client, address, _data = _file(small_stock, word)
    first, again = client.get(address), client.get(address)
    assert (
        first.status_code == 200 and first.content == again.content and first.headers["etag"] == again.headers["etag"]
    )
    picture = cv2.imdecode(np.frombuffer(first.content, np.uint8), cv2.IMREAD_UNCHANGED)
    assert picture is not None and picture.shape[2] == 4 and max(picture.shape[:2]) == longest


def test_mockups_and_base_images(stock: Stock) -> None:
    client = _file(stock, "thumbnail")[0]
    call = stock.script()
    mockup = pages(call, "mockups")[0]
    for word, kind in (("url", "image/webp"), ("thumbnail", "image/webp")):
        answer = client.get(mockup[word])
        assert answer.status_code == 200 and answer.headers["content-type"] == kind
    assert hashlib.sha256(client.get(mockup["url"]).content).hexdigest() == mockup["sha256"]
    (found,) = pages(call, "mockup-sets")
    files = {one["path"]: one["url"] for one in call("GET", f"mockup-sets/{found['id']}").json()["files"]}
    assert set(files) == {"mockup.toml", "mask.png", "photos/front.png"}
    for path, url in files.items():
        answer = client.get(url)
        assert answer.content == (stock.folder / "pack" / path).read_bytes()
    assert client.get(files["mockup.toml"]).headers["content-type"] == "application/octet-stream"


def test_an_address_says_exactly_one_file_of_one_shop(small_stock: Stock) -> None:
    client, address, _data = _file(small_stock)
    _, _, _, _, kind, shop, key, digest, signature, name = address.split("/")
    other = small_stock.api.shop("Other").id
    first = small_stock.script()("GET", f"designs/{small_stock.designs[0]}").json()["print_files"][0]
    changed = [
        (kind, str(other), key, digest, signature, name),
        (kind, shop, first["id"], first["sha256"], signature, name),
        (kind, shop, key, first["sha256"], signature, name),
        ("small", shop, key, digest, signature, name),
        (kind, shop, key, digest, "A" * 22, name),
        (kind, shop, key, digest, signature, "other.png"),
        (kind, shop, key, digest, signature, "..%2f..%2f..%2fetc%2fpasswd"),
        (kind, shop, key, digest, signature, "%2e%2e"),
        (kind, shop, key, digest.upper(), signature, name),
    ]
    for parts in changed:
        answer = client.get("/api/v1/files/" + "/".join(parts))
        assert answer.status_code in (404, 422), parts
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["cache-control"] == "no-store"
    # Signed by us, and yet nothing: the rows decide.
    secret = small_stock.api.services.secret.key("files")
    from uuid import UUID

    for forged in (
        FileAddress(FileKind.PRINT, other, UUID(key), digest, unquote(name)),
        FileAddress(FileKind.PRINT, int(shop), UUID(key), "0" * 64, unquote(name)),
        FileAddress(FileKind.BASE, int(shop), small_stock.mockup_set.id, digest, f"{digest}.png"),
        FileAddress(FileKind.BASE, int(shop), small_stock.mockup_set.id, digest, "../../../Small/x.png"),
        FileAddress(FileKind.MOCKUP, int(shop), UUID(key), digest, unquote(name)),
    ):
        path = f"/api/v1/files/{forged.kind}/{forged.shop_id}/{forged.key}/{forged.sha256}/{forged.signature(secret)}/x"
        path = path.removesuffix("x") + forged.name.replace("/", "%2f").replace(" ", "%20")
        assert client.get(path).status_code == 404, forged


def test_a_cdn_in_front(small_stock: Stock, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = small_stock.api.services.settings
    monkeypatch.setitem(settings.__dict__, "cdn_url", "https://cdn.example.com/shop/")
    client, address, data = _file(small_stock)
    assert address.startswith("https://cdn.example.com/shop/api/v1/files/print/")
    assert client.get(address.removeprefix("https://cdn.example.com/shop")).content == data


def test_a_file_that_is_not_there_any_more(small_stock: Stock) -> None:
    client, address, _data = _file(small_stock)
    (small_stock.api.services.settings.home / "nas" / small_stock.report.files[1]["path"]).unlink()
    answer = client.get(address)
    assert (answer.status_code, answer.json()["code"]) == (404, "storage_not_found")
    assert "nas/" not in answer.text


@given(st.text(alphabet="bytes=0123456789-, ", max_size=40), st.integers(1, 60))
def test_ranges_never_lead_out_of_the_file(field: str, size: int) -> None:
    found = wanted({"range": field}, '"x"', size)
    if isinstance(found, Part):
        assert 0 <= found.first <= found.last < size
    else:
        assert found in (Verdict.WHOLE, Verdict.NOT_SATISFIABLE)


@given(st.text(max_size=60))
def test_no_name_breaks_out_of_its_header(name: str) -> None:
    header = disposition(name)
    assert header.isascii() and "\n" not in header and "\r" not in header and header.count('"') == 2
