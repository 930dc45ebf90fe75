"""The ZIP file that is written while it is sent."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Any

import pytest

from printdock.downloads.archive import PIECE, Member, archive, archive_size
from printdock.downloads.names import distinct, mockup_path, plain
from printdock.errors import StorageUnavailable


def of(name: str, data: bytes, size: int | None = None) -> Member:
    return Member(name, len(data) if size is None else size, lambda: io.BytesIO(data))


FILES = [
    of("906 UVDTF 16oz/Glass can 16oz 01 Front.jpg", b"jpeg" * 300_000),
    of("907 Tasse für Zoë/01.jpg", b"x"),
    of("empty.png", b""),
]


def written(files: Sequence[Member]) -> bytes:
    return b"".join(archive(files))


def test_what_went_in_comes_out_and_twice_the_same() -> None:
    data = written(FILES)
    assert len(data) == archive_size(FILES)
    assert data == written(FILES)
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        assert found.testzip() is None
        assert found.namelist() == [one.name for one in FILES]
        assert found.read(FILES[0].name) == b"jpeg" * 300_000
        assert {one.compress_type for one in found.infolist()} == {zipfile.ZIP_STORED}


@pytest.mark.parametrize("limit", [40, 60, 1_000, 1_300_000])
def test_past_the_limits_of_old_zip_files(limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As past 2 GB and past 65,535 files, with these limits made small: its size is known all the same."""
    files = [of(f"{at}.jpg", bytes([at]) * 50) for at in range(30)]
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", limit)
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 29 if limit == 1_300_000 else 100)
    data = written(files)
    assert len(data) == archive_size(files)
    monkeypatch.undo()
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        assert found.testzip() is None and len(found.namelist()) == 30


class Endless(io.RawIOBase):
    """So many zeros, made when read."""

    def __init__(self, size: int) -> None:
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = min(len(buffer), self._left)
        self._left -= count
        return count


def test_no_more_than_a_piece_is_held() -> None:
    size = 64 * 1024 * 1024
    pieces = archive([Member("large.png", size, lambda: Endless(size))])
    assert max(len(piece) for piece in pieces) <= PIECE + 200


@pytest.mark.parametrize("said", [99, 101])
def test_a_file_that_changed_ends_it(said: int) -> None:
    with pytest.raises(StorageUnavailable) as caught:
        written([of("a.png", bytes(100), said)])
    assert caught.value.code == "changed_while_read"


def test_names_are_allowed_everywhere() -> None:
    assert plain('a/b:c*"d"?. ') == "a_b_c__d__"
    assert mockup_path(906, "Mug 11oz", "Mug", 0, "Side", None, "x/UV 906.JPG") == "906 Mug 11oz/Mug 01 Side.jpg"
    assert mockup_path(7, "DTF", "Shirt", 1, "Colours", "sage", "x.webp") == "7 DTF/Shirt 02 Colours sage.webp"
    assert list(distinct(["a.jpg", "A.jpg", "b.jpg"])) == ["a.jpg", "A (2).jpg", "b.jpg"]
