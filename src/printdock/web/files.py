"""The built pages: which files there are, and in which encodings."""

from __future__ import annotations

import mimetypes
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

#: Where the build puts the pages (`make web`, or the wheel's build).
DIST = Path(__file__).with_name("dist")

#: Encodings that the build may have written beside a file, best first.
_ENCODINGS = (("br", ".br"), ("zstd", ".zst"), ("gzip", ".gz"))

_HASHED = re.compile(r"^assets/")
_TYPES = {
    ".js": "text/javascript",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
    ".wasm": "application/wasm",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file. ``immutable``: its name holds a digest of its content; ``encoded``: smaller forms, by encoding."""

    path: Path
    media_type: str
    immutable: bool
    encoded: dict[str, Path]

    def best(self, accepted: frozenset[str]) -> tuple[Path, str | None]:
        """The form to send to somebody who takes these encodings, and its encoding."""
        for encoding, _suffix in _ENCODINGS:
            if encoding in accepted and encoding in self.encoded:
                return self.encoded[encoding], encoding
        return self.path, None


@lru_cache(maxsize=4)
def assets(folder: Path = DIST) -> dict[str, Asset]:
    """All files by their path below the server's root; empty where the pages were not built.

    Read once: what is served is what was there at the first request, so no request can name a path of its own.
    """
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {
        name: Asset(path, _media_type(path), _HASHED.match(name) is not None, _encoded(name, files))
        for name, path in files.items()
        if not _is_encoded(name, files) and name != "index.html" and not path.name.startswith(".")
    }


@lru_cache(maxsize=4)
def index(folder: Path = DIST) -> str | None:
    """The one HTML file, with ``{{nonce}}`` where each answer has another word; None where the pages were not built."""
    path = folder / "index.html"
    return path.read_text(encoding="utf-8") if path.is_file() else None


def accepted_encodings(header: str) -> frozenset[str]:
    """What an ``Accept-Encoding`` header takes; ``q=0`` refuses."""
    found = set()
    for part in header.lower().split(","):
        name, _, rest = part.partition(";")
        if re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", rest) is None:
            found.add(name.strip())
    return frozenset(found)


def _media_type(path: Path) -> str:
    return _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def _encoded(name: str, files: dict[str, Path]) -> dict[str, Path]:
    return {encoding: files[name + suffix] for encoding, suffix in _ENCODINGS if name + suffix in files}


def _is_encoded(name: str, files: dict[str, Path]) -> bool:
    return any(name.endswith(suffix) and name.removesuffix(suffix) in files for _, suffix in _ENCODINGS)
