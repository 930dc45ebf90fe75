"""What is freed is given back to the machine."""

from __future__ import annotations

from pathlib import Path

from printdock.pipeline.limits import give_memory_back, keep_memory

PIECE, PIECES = 100_000, 1000  # bytes each, below what is mapped


def _resident() -> int:
    (line,) = (one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmRSS"))
    return int(line.split()[1]) * 1024


def test_freed_pieces_below_one_that_lives_on_are_given_back() -> None:
    if not keep_memory():  # another C library: nothing can be told, and nothing is
        assert not give_memory_back()
        return
    pieces = [b"x" * PIECE for _ in range(PIECES)]
    alive = pieces[-1]
    del pieces
    before = _resident()
    assert give_memory_back()
    assert before - _resident() > PIECE * PIECES / 2
    assert len(alive) == PIECE
