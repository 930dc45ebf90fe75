"""The seam to libvips."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from printdock.imaging import vips


def test_threads_that_begin_together_set_the_library_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Setting up blocks all loaders for a moment: a second time would refuse what another thread is reading."""
    calls: list[str] = []
    both = threading.Barrier(2)

    def block(name: str, state: bool) -> None:
        calls.append(name)
        with suppress(threading.BrokenBarrierError):
            both.wait(0.3)  # the other one is here too only if nothing keeps it out

    monkeypatch.setattr(vips, "_ready", False)
    monkeypatch.setattr(vips.pyvips, "operation_block_set", block)
    with ThreadPoolExecutor(2) as threads:
        for begun in [threads.submit(vips.init) for _ in range(2)]:
            begun.result()
    assert calls == ["VipsForeignLoad", *vips._LOADER_CLASSES]
