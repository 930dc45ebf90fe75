"""The pages as they are sent: what caches keep, which form is chosen, what a page may do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from printdock.web import files, pages

INDEX = '<meta name="csp-nonce" content="{{nonce}}"><script nonce="{{nonce}}"></script>'


@pytest.fixture
def dist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A build with one hashed file, one that is not, and smaller forms of the first."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(INDEX)
    (folder / "icon.svg").write_text("<svg/>")
    (folder / "assets" / "index-Ab12.js").write_text("plain")
    (folder / "assets" / "index-Ab12.js.br").write_bytes(b"as brotli")
    (folder / "assets" / "index-Ab12.js.gz").write_bytes(b"as gzip")
    monkeypatch.setattr(pages, "assets", lambda: files.assets(folder))
    monkeypatch.setattr(pages, "index", lambda: files.index(folder))
    return folder


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    pages.add_pages(app, cdn_url="https://cdn.example.com/prints")
    return TestClient(app)


@pytest.mark.parametrize(
    "address", ["/", "/designs", "/designs/01890a5d-ac96-774b-bcce-b302099a8057", "/mockups/editor"]
)
def test_every_page_is_the_one_file_and_is_asked_for_anew(dist: Path, client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"


def test_each_answer_has_a_nonce_of_its_own_and_nothing_else_may_run(dist: Path, client: TestClient) -> None:
    first, second = client.get("/"), client.get("/")
    nonces = [re.findall(r'nonce" content="([^"]+)"', one.text)[0] for one in (first, second)]
    assert nonces[0] != nonces[1] and "{{nonce}}" not in first.text
    policy = first.headers["content-security-policy"]
    assert f"'nonce-{nonces[0]}'" in policy
    assert "unsafe-inline" not in policy and "'unsafe-eval'" not in policy and "default-src 'none'" in policy
    assert "img-src 'self' blob: data: https://cdn.example.com;" in policy


def test_hashed_files_are_kept_for_ever_others_not(dist: Path, client: TestClient) -> None:
    assert client.head("/assets/index-Ab12.js").headers["cache-control"] == pages.IMMUTABLE
    assert client.get("/icon.svg").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("accepted", "encoding", "content"),
    [("gzip, br, zstd", "br", b"as brotli"), ("gzip, br;q=0", "gzip", b"as gzip"), ("identity", None, b"plain")],
)
def test_the_smallest_form_that_is_taken_is_sent(
    dist: Path, client: TestClient, accepted: str, encoding: str | None, content: bytes
) -> None:
    with client.stream("GET", "/assets/index-Ab12.js", headers={"Accept-Encoding": accepted}) as answer:
        assert answer.headers.get("content-encoding") == encoding
        assert answer.headers["vary"] == "Accept-Encoding"
        assert b"".join(answer.iter_raw()) == content


@pytest.mark.parametrize(
    "address", ["/api/v1/nothing", "/assets/old-Zz99.js", "/assets/..%2f..%2fpages.py", "/healthz/x"]
)
def test_what_is_no_page_is_not_answered_with_one(dist: Path, client: TestClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_pages_that_were_not_built_say_how(client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "assets", lambda: files.assets(tmp_path))
    monkeypatch.setattr(pages, "index", lambda: files.index(tmp_path))
    answer = client.get("/designs")
    assert answer.status_code == 503 and "make web" in answer.text
    assert answer.headers["cache-control"] == "no-store"
