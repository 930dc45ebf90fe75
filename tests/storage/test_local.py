"""What only a local folder does: links, odd disks, the operating system's errors."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from printdock.errors import KeyTaken, StorageError, StorageRefused, StorageUnavailable
from printdock.storage import publish
from printdock.storage.local import LocalStorage, translated
from tests.services import disk


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path / "root")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MB; skips where mounting is not allowed."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not disk.mount(folder, 1024 * 1024):
        pytest.skip("mounting a small disk is not allowed here")
    yield folder
    disk.unmount(folder)


def _refusal(work: object) -> str:
    with pytest.raises(StorageRefused) as refused:
        work()
    return refused.value.code


def test_nothing_is_made_before_the_first_put(storage: LocalStorage) -> None:
    assert list(storage.list("")) == []
    assert not storage.root.exists()
    storage.put("a", b"x")
    assert (storage.root / "a").stat().st_mode & 0o777 == 0o644 & ~_umask()


def test_links_out_of_the_root_are_refused(storage: LocalStorage, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"s")
    storage.put("inside/a", b"x")
    (storage.root / "out").symlink_to(outside)
    for call in (
        lambda: storage.put("out/new", b"x"),
        lambda: storage.open("out/secret"),
        lambda: storage.stat("out/secret"),
        lambda: storage.delete("out/secret"),
        lambda: list(storage.list("out/deeper")),
    ):
        assert _refusal(call) == "outside_root"
    assert {entry.key for entry in storage.list("")} == {"inside/a"}
    assert sorted(path.name for path in outside.iterdir()) == ["secret"]


def test_a_key_that_is_itself_a_link_is_no_stored_file(storage: LocalStorage, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"s")
    storage.put("a", b"x")
    (storage.root / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(StorageError):
        storage.open("link")
    with pytest.raises(StorageError):
        storage.stat("link")
    with pytest.raises(KeyTaken):
        storage.put("link", b"s")
    storage.delete("link")
    assert (tmp_path / "secret").read_bytes() == b"s"


def test_a_full_disk(small_disk: Path) -> None:
    storage = LocalStorage(small_disk / "root")
    storage.put("fits", b"x" * 300_000)
    assert _refusal(lambda: storage.put("too big", b"x" * 2_000_000)) == "disk_full"
    assert {entry.key for entry in storage.list("")} == {"fits"}
    storage.put("fits too", b"x" * 300_000)


def test_a_read_only_disk(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert _refusal(lambda: LocalStorage(small_disk).put("a", b"x")) == "read_only"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_not_ours(storage: LocalStorage) -> None:
    storage.put("shop/a", b"x")
    (storage.root / "shop").chmod(0o500)
    assert _refusal(lambda: storage.put("shop/b", b"x")) == "permission_denied"


@pytest.mark.parametrize("way", ["renameat2", "look, then rename"])
@pytest.mark.parametrize("refusal", [errno.EPERM, errno.EOPNOTSUPP])
def test_a_disk_without_hard_links(
    storage: LocalStorage, monkeypatch: pytest.MonkeyPatch, way: str, refusal: int
) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise OSError(refusal, os.strerror(refusal))

    monkeypatch.setattr(os, "link", no_links)
    if way != "renameat2":
        monkeypatch.setattr(sys, "platform", "darwin")
    storage.put("a", b"x")
    storage.put("a", b"x")
    with pytest.raises(KeyTaken):
        storage.put("a", b"y")
    assert [(entry.key, entry.size) for entry in storage.list("")] == [("a", 1)]


@pytest.mark.parametrize(
    ("number", "kind", "code"),
    [
        (errno.ENOSPC, StorageRefused, "disk_full"),
        (errno.EDQUOT, StorageRefused, "quota_exceeded"),
        (errno.EROFS, StorageRefused, "read_only"),
        (errno.EACCES, StorageRefused, "permission_denied"),
        (errno.EIO, StorageUnavailable, "storage_unavailable"),
        (errno.ESTALE, StorageUnavailable, "storage_unavailable"),
        (errno.ETIMEDOUT, StorageUnavailable, "storage_unavailable"),
    ],
)
def test_errors_of_the_disk(number: int, kind: type[StorageError], code: str) -> None:
    with pytest.raises(kind) as raised, translated("a.png", writing=True):
        raise OSError(number, os.strerror(number))
    assert raised.value.code == code
    assert "a.png" in raised.value.message


def test_a_put_that_fails_leaves_nothing(storage: LocalStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(handle: int) -> None:
        raise OSError(errno.EIO, "broken")

    storage.put("shop/a", b"x")
    monkeypatch.setattr(publish, "sync", broken)
    with pytest.raises(StorageUnavailable):
        storage.put("shop/b", b"x")
    assert [entry.key for entry in storage.list("")] == ["shop/a"]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
