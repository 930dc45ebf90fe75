"""Bytes of one file arriving, cut anywhere, any number of times."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from printdock.errors import Busy, InputRefused, NoRoom, OffsetConflict, UsageError
from printdock.uploads import receive
from printdock.uploads.offsets import Span
from printdock.uploads.receive import holding, offset_of, receiver
from tests.uploads.conftest import PNG

DIGEST = hashlib.sha256(PNG).digest()

#: One request: where it begins relative to what is there, how much it brings before it is cut, in which portions.
Cut = tuple[int, int, int]
cuts = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 400), st.integers(1, 90)), max_size=12)


@given(sequence=cuts, known=st.booleans())
@settings(max_examples=200)
def test_any_sequence_of_cuts_and_resumes_yields_the_same_bytes(sequence: list[Cut], known: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "0"
        for back, length, portion in [*sequence, (0, len(PNG), 64)]:
            have = offset_of(path)
            start = max(0, have - back)
            end = len(PNG) if length > 200 else min(len(PNG), start + length + 1)
            if start == end:
                continue
            with holding(path) as handle:
                taking = receiver(handle, Span(start, end), len(PNG), DIGEST if known else None)
                cut = min(end, start + length)
                for at in range(start, cut, portion):
                    taking.write(PNG[at : min(cut, at + portion)])
                if cut == end:  # else the connection was cut, and nothing is said
                    taking.finish()
            assert path.read_bytes() == PNG[: offset_of(path)]
        assert path.read_bytes() == PNG


def test_a_hole_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "0"
    path.write_bytes(PNG[:100])
    with holding(path) as handle, pytest.raises(OffsetConflict):
        receiver(handle, Span(101, 200), len(PNG), None)
    assert path.read_bytes() == PNG[:100]


def test_only_one_request_writes_a_file(tmp_path: Path) -> None:
    with holding(tmp_path / "0"), pytest.raises(Busy), holding(tmp_path / "0"):
        pass
    with holding(tmp_path / "0"):
        pass


@pytest.mark.parametrize("pieces", [[len(PNG)], [1, 63, 1, len(PNG) - 65], [300, len(PNG) - 300]])
def test_another_digest_empties_the_file(tmp_path: Path, pieces: list[int]) -> None:
    path, at = tmp_path / "0", 0
    for number, length in enumerate(pieces, 1):
        with holding(path) as handle:
            taking = receiver(handle, Span(at, at + length), len(PNG), bytes(32))
            taking.write(PNG[at : at + length])
            if number < len(pieces):
                taking.finish()
            else:
                with pytest.raises(InputRefused) as raised:
                    taking.finish()
                assert raised.value.code == "digest_differs"
        at += length
    assert offset_of(path) == 0


def test_more_bytes_than_announced_are_refused(tmp_path: Path) -> None:
    with holding(tmp_path / "0") as handle:
        taking = receiver(handle, Span(0, 100), len(PNG), None)
        with pytest.raises(UsageError, match="More bytes") as raised:
            taking.write(PNG[:101])
    assert raised.value.code == "too_many_bytes"
    assert offset_of(tmp_path / "0") == 0


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"PK\x03\x04" + bytes(100), "ZIP"),
        (b"\x1f\x8b" + bytes(100), "archive"),
        (b"#!/bin/sh\n" + b"a" * 100, "script"),
        (b"<?php " + b"a" * 100, "script"),
        (b'\xef\xbb\xbf <svg xmlns="http://www.w3.org/2000/svg">' + b"a" * 100, "SVG"),
        (b'<?xml version="1.0"?><svg>' + b"a" * 100, "SVG"),
        (b"<!DOCTYPE html>" + b"a" * 100, "web page"),
        (b"%PDF-1.7" + bytes(100), "PDF"),
        (b"\x7fELF" + bytes(100), "program"),
        (bytes(100), "unknown"),
    ],
)
@pytest.mark.parametrize("portion", [1, 64, 1000])
def test_what_is_no_picture_is_refused_by_its_first_bytes(
    tmp_path: Path, data: bytes, named: str, portion: int
) -> None:
    data += bytes(1_000_000)
    with holding(tmp_path / "0") as handle:
        taking = receiver(handle, Span(0, len(data)), len(data), None)
        with pytest.raises(InputRefused, match=named) as raised:
            for at in range(0, len(data), portion):
                taking.write(data[at : at + portion])
        assert taking.offset <= 64
    assert raised.value.code == "unsupported_format"


def test_a_short_file_is_looked_at_when_it_ends(tmp_path: Path) -> None:
    with holding(tmp_path / "0") as handle:
        taking = receiver(handle, Span(0, 8), 8, None)
        taking.write(b"GIF89a__")
        taking.finish()
    with holding(tmp_path / "1") as handle:
        taking = receiver(handle, Span(0, 2), 2, None)
        taking.write(b"hi")
        with pytest.raises(InputRefused):
            taking.finish()


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with holding(tmp_path / "0") as handle:
        taking = receiver(handle, Span(0, len(PNG)), len(PNG), None)
        monkeypatch.setattr(receive.os, "pwrite", full)
        with pytest.raises(NoRoom):
            taking.write(PNG)
