"""The spool loses nothing: killed anywhere, by two processes at once, with damaged files."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from printdock.errors import KeyTaken, StorageNotFound, StorageRefused, StorageUnavailable
from printdock.storage.base import is_temporary
from printdock.storage.local import LocalStorage
from printdock.storage.spool import Spool, SpoolDamage, SpoolEntry
from tests.contracts.memory_storage import MemoryStorage
from tests.services.ssh import wait_for


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool")


def _waiting(spool: Spool) -> set[str]:
    return {entry.key for entry in spool.pending() if isinstance(entry, SpoolEntry)}


def test_what_is_kept_is_stored_later(spool: Spool) -> None:
    art = {"My Shop/🎨 a.png": b"one", "empty": b"", "line\\n": b"two\nlines\n"}
    art.pop("line\\n")
    for key, data in art.items():
        spool.keep(key, data)
        assert spool.open(key).read() == data
    assert _waiting(spool) == set(art)
    storage, done = MemoryStorage(), list[str]()
    result = spool.replay(storage, lambda entry: done.append(entry.key))
    assert set(result.stored) == set(done) == set(art)
    assert {key: data for key, (data, _) in storage.files.items()} == art
    assert list(spool.folder.iterdir()) == []


def test_an_empty_spool(spool: Spool) -> None:
    assert list(spool.pending()) == []
    assert spool.replay(MemoryStorage(), lambda entry: None).stored == ()
    with pytest.raises(StorageNotFound):
        spool.open("no")


def test_keeping_again(spool: Spool) -> None:
    spool.keep("a", b"x")
    spool.keep("a", b"x")
    with pytest.raises(KeyTaken):
        spool.keep("a", b"y")
    with pytest.raises(StorageRefused):
        spool.keep("../a", b"y")
    assert _waiting(spool) == {"a"}


def test_a_storage_that_is_still_away_leaves_the_rest(spool: Spool) -> None:
    for number in range(5):
        spool.keep(str(number), b"x")

    class TwoOnly(MemoryStorage):
        def put(self, key: str, data: bytes) -> None:
            if len(self.files) == 2:
                raise StorageUnavailable("away")
            super().put(key, data)

    done: list[str] = []
    with pytest.raises(StorageUnavailable):
        spool.replay(TwoOnly(), lambda entry: done.append(entry.key))
    assert len(done) == 2
    assert _waiting(spool) == {str(number) for number in range(5)} - set(done)


def test_refusals_are_reported_and_kept(spool: Spool) -> None:
    spool.keep("taken", b"mine")
    spool.keep("fine", b"x")
    storage = MemoryStorage()
    storage.put("taken", b"another")
    result = spool.replay(storage, lambda entry: None)
    assert result.stored == ("fine",)
    assert [(entry.key, error.code) for entry, error in result.refused] == [("taken", "key_taken")]
    assert spool.open("taken").read() == b"mine"


@pytest.mark.parametrize("damage", ["cut", "flipped", "no manifest", "empty", "not ours"])
def test_damage_is_reported_not_deleted(spool: Spool, damage: str) -> None:
    spool.keep("a", b"x" * 1_000)
    spool.keep("fine", b"x")
    path = next(entry.path for entry in spool.pending() if isinstance(entry, SpoolEntry) and entry.key == "a")
    whole = path.read_bytes()
    path.write_bytes(
        {"cut": whole[:-1], "flipped": whole[:-1] + b"y", "no manifest": b"\xff\x00", "empty": b"",
         "not ours": b"[1]\nx"}[damage]
    )  # fmt: skip
    storage = MemoryStorage()
    result = spool.replay(storage, lambda entry: None)
    assert [found.path for found in result.damaged] == [path]
    assert path.exists()
    assert set(storage.files) == {"fine"}
    if damage not in ("cut", "flipped"):
        assert [found for found in spool.pending() if isinstance(found, SpoolDamage)] != []
    with pytest.raises(StorageRefused) as refused:
        spool.open("a")
    assert refused.value.code == "spool_damaged"


def test_an_error_of_the_callers_own_keeps_the_entry(spool: Spool) -> None:
    spool.keep("a", b"x")

    def fail(entry: SpoolEntry) -> None:
        raise ZeroDivisionError

    storage = MemoryStorage()
    with pytest.raises(ZeroDivisionError):
        spool.replay(storage, fail)
    assert _waiting(spool) == {"a"}
    assert spool.replay(storage, lambda entry: None).stored == ("a",)


def test_two_processes_store_each_file_once(spool: Spool, tmp_path: Path) -> None:
    for number in range(60):
        spool.keep(str(number), os.urandom(2_000))
    context = multiprocessing.get_context("spawn")
    together = context.Barrier(3)
    workers = [context.Process(target=_replay, args=(spool.folder, tmp_path, name, together)) for name in "abc"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    done = [line for name in "abc" for line in (tmp_path / f"done-{name}").read_text().splitlines()]
    assert sorted(done) == sorted(str(number) for number in range(60))
    assert _waiting(spool) == set()


def _replay(folder: Path, output: Path, name: str, together: Barrier) -> None:
    with (output / f"done-{name}").open("w") as log:
        together.wait(60)
        Spool(folder).replay(LocalStorage(output / "stored"), lambda entry: print(entry.key, file=log))


_KEEPER = """
    import sys
    from pathlib import Path
    from printdock.storage.spool import Spool
    spool, number = Spool(Path(sys.argv[1])), 0
    while True:
        spool.keep(f"{number:04}", b"%d" % number * 200_000)
        print(number, flush=True)
        number += 1
"""


def test_killed_while_keeping(spool: Spool) -> None:
    acknowledged = 0
    for _ in range(3):
        writer = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(_KEEPER), str(spool.folder)], stdout=subprocess.PIPE
        )
        assert writer.stdout is not None
        for _ in range(acknowledged + 4):
            acknowledged = max(acknowledged, int(writer.stdout.readline()))
        wait_for(lambda: any(is_temporary(path.name) for path in spool.folder.iterdir()), "it to be writing")
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        acknowledged = max([acknowledged, *(int(line) for line in writer.stdout.read().split())])
        writer.stdout.close()
    assert {f"{number:04}" for number in range(acknowledged + 1)} <= _waiting(spool)
    storage = MemoryStorage()
    result = spool.replay(storage, lambda entry: None)
    assert result.damaged == ()
    assert all(data == b"%d" % int(key) * 200_000 for key, (data, _) in storage.files.items())
    assert [path for path in spool.folder.iterdir() if path.stat().st_size] == []
