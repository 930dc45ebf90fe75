"""Uploads as tests need them: made in the database, or sent through the API."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import cv2
from uuid_utils.compat import uuid7

from printdock.shops.queries import Shop
from printdock.templates.queries import ensure_template
from printdock.uploads import records
from printdock.uploads.types import Announced, Bounds, SentUpload
from tests.api.conftest import Api, Script
from tests.designs.conftest import art

TEMPLATE = "Mug 11oz"


def begun(api: Api, shop: Shop, *names: str, size: int = 108) -> SentUpload:
    """An upload of ``shop`` that waits for its files."""
    services, now, upload = api.services, api.clock(), uuid7()
    place = services.place()
    place.make(upload)
    with services.database.write() as connection:
        template = ensure_template(connection, shop, TEMPLATE, now)
        return records.begin(
            connection, template, [Announced(name, size) for name in names], upload=upload, place=place.id, by="tester",
            bounds=Bounds(100, 10_000_000), skip_known=True, now=now, expires_at=now + timedelta(hours=1),
        )  # fmt: skip


def picture(seed: int, size: int = 300) -> bytes:
    """A design of its own for every seed, as PNG."""
    ok, data = cv2.imencode(".png", cv2.cvtColor(art(seed, size), cv2.COLOR_RGBA2BGRA))
    assert ok
    return bytes(data)


def announce(files: dict[str, bytes], *, digests: bool = True, template: str = TEMPLATE) -> dict[str, Any]:
    """The body that begins an upload of ``files``."""
    entries: list[dict[str, Any]] = [{"name": name, "size": len(data)} for name, data in files.items()]
    if digests:
        for entry, data in zip(entries, files.values(), strict=True):
            entry["sha256"] = hashlib.sha256(data).hexdigest()
    return {"template": template, "files": entries}


def send(script: Script, files: dict[str, bytes], **options: Any) -> str:
    """Send all of ``files`` in one go; answers the upload's id."""
    begun = script("POST", "uploads", json=announce(files, **options))
    assert begun.status_code == 201, begun.text
    for entry, data in zip(begun.json()["files"], files.values(), strict=True):
        if entry["state"] == "wanted":
            put = script("PUT", entry["put"], content=data)
            assert put.status_code == 200, put.text
    done = script("POST", f"uploads/{begun.json()['id']}/complete")
    assert done.status_code == 202, done.text
    return str(begun.json()["id"])


def ended(script: Script, upload: str, patience_s: float = 60.0) -> dict[str, Any]:
    """The upload, once it has ended."""
    deadline = time.monotonic() + patience_s
    while True:
        found: dict[str, Any] = script("GET", f"uploads/{upload}").json()
        if found["state"] in ("finished", "cancelled", "expired"):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.05)


def outcomes(found: dict[str, Any]) -> Sequence[str | None]:
    return [file["answer"] and file["answer"]["outcome"] for file in found["files"]]


def codes(found: dict[str, Any]) -> list[str | None]:
    """The codes of failures and duplicates' reasons, by file."""
    return [file["answer"] and (file["answer"]["reason"] or "").partition(":")[0] for file in found["files"]]


def write(folder: Path, seeds: Sequence[int], size: int = 300) -> list[Path]:
    """Pictures in a folder, named so that their order is that of ``seeds``."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"design-{number:03d}.png" for number in range(len(seeds))]
    for path, seed in zip(paths, seeds, strict=True):
        path.write_bytes(picture(seed, size))
    return paths
