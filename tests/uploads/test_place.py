"""The incoming folder has one id, whoever opens it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from printdock.errors import UsageError
from printdock.uploads.place import MARKER, open_place


def test_all_who_open_it_at_once_read_one_id(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = {place.id for place in pool.map(lambda _: open_place(tmp_path / "incoming"), range(32))}
    assert len(ids) == 1 and len(ids.pop()) == 32
    assert os.listdir(tmp_path / "incoming") == [MARKER]


def test_two_folders_have_two_ids(tmp_path: Path) -> None:
    assert open_place(tmp_path / "a").id != open_place(tmp_path / "b").id


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="PRINTDOCK_INCOMING"):
        open_place(tmp_path / "file" / "incoming")
