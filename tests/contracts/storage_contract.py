"""What every `Storage` keeps. Subclass it as ``TestX(StorageContract)`` and provide the two fixtures."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from printdock.errors import KeyTaken, StorageNotFound, StorageRefused
from printdock.storage.base import MAX_SEGMENT_BYTES, Storage, is_temporary

Plant = Callable[[str, bytes], None]

GOOD_KEYS = [
    "plain.png",
    "My Shop/UVDTF 16oz/UV 906 UVDTF_16oz_906.png",
    "Köln/🎨 sticker ✨/猫.png",
    'quotes/it\'s "fine" $HOME `x` ; & | * ? [a].png',
    "deep/" + "/".join("abcdefghij") + "/file.png",
    "segment/" + "s" * MAX_SEGMENT_BYTES,
    "segment/" + "é" * (MAX_SEGMENT_BYTES // 2),
    "-rf",
    "dots/...",
    "dots/.hidden",
    " spaces / around ",
    "%2e%2e/percent",
]
BAD_KEYS = [
    "", "/", "/absolute", "a//b", "a/", ".", "..", "../out", "a/../b", "a/./b", "a/..", "new\nline", "nul\0", "tab\t",
    "back\\slash", "del\x7f", "s" * (MAX_SEGMENT_BYTES + 1), "é" * (MAX_SEGMENT_BYTES // 2 + 1),
]  # fmt: skip


class StorageContract:
    """``storage`` is empty; ``plant`` puts a file below its root behind its back."""

    @pytest.fixture
    def storage(self) -> Storage:
        raise NotImplementedError

    @pytest.fixture
    def plant(self) -> Plant:
        raise NotImplementedError

    def test_what_was_put_can_be_read(self, storage: Storage) -> None:
        for key in GOOD_KEYS:
            storage.put(key, key.encode())
        for key in GOOD_KEYS:
            assert _read(storage, key) == key.encode()
            found = storage.stat(key)
            assert (found.key, found.size) == (key, len(key.encode()))
            assert found.modified > 1_600_000_000
        assert _keys(storage) == set(GOOD_KEYS)

    def test_unsafe_names_are_refused_everywhere(self, storage: Storage) -> None:
        for key in BAD_KEYS:
            calls: list[Callable[[str], object]] = [storage.open, storage.stat, storage.delete]
            if key:
                calls.append(lambda key: list(storage.list(key)))
            for call in [lambda key: storage.put(key, b"x"), *calls]:
                with pytest.raises(StorageRefused) as refused:
                    call(key)
                assert refused.value.code == "bad_key", key
        assert _keys(storage) == set()

    def test_the_same_again_is_success(self, storage: Storage) -> None:
        for _ in range(3):
            storage.put("shop/a.png", b"art")
        assert _keys(storage) == {"shop/a.png"}

    def test_another_file_is_never_replaced(self, storage: Storage) -> None:
        storage.put("shop/a.png", b"art")
        for other in (b"ART", b"longer art", b"", b"ar"):
            with pytest.raises(KeyTaken):
                storage.put("shop/a.png", other)
        assert _read(storage, "shop/a.png") == b"art"
        assert _keys(storage) == {"shop/a.png"}

    def test_an_empty_file(self, storage: Storage) -> None:
        storage.put("empty", b"")
        storage.put("empty", b"")
        assert storage.stat("empty").size == 0
        assert _read(storage, "empty") == b""

    def test_a_big_file(self, storage: Storage) -> None:
        data = bytes(range(256)) * (64 * 1024 * 1024 // 256)
        storage.put("big/file.bin", data)
        storage.put("big/file.bin", data)
        assert storage.stat("big/file.bin").size == len(data)
        assert _read(storage, "big/file.bin") == data
        with storage.open("big/file.bin") as stream:
            stream.seek(5_000_001)
            assert stream.read(10) == data[5_000_001:5_000_011]
            assert stream.tell() == 5_000_011
        with pytest.raises(KeyTaken):
            storage.put("big/file.bin", data[:-1] + b"?")

    def test_sizes_around_the_borders_of_blocks(self, storage: Storage) -> None:
        for size in (1, 32_767, 32_768, 32_769, 261_119, 261_120, 261_121, 2_097_153, 4_194_305):
            data = b"\xa5" * (size - 1) + b"\x5a"
            storage.put(f"sized {size}", data)
            assert storage.stat(f"sized {size}").size == size
            assert _read(storage, f"sized {size}") == data

    def test_what_is_not_there(self, storage: Storage) -> None:
        storage.put("folder/file", b"x")
        for key in ("no", "no/such/file", "folder", "folder/file/below"):
            with pytest.raises(StorageNotFound):
                storage.stat(key)
            with pytest.raises(StorageNotFound), storage.open(key) as stream:
                stream.read()
        assert list(storage.list("no/such/folder")) == []

    def test_deleting_twice_is_success(self, storage: Storage) -> None:
        storage.put("shop/a", b"x")
        storage.put("shop/b", b"x")
        storage.delete("shop/a")
        storage.delete("shop/a")
        storage.delete("never/was")
        assert _keys(storage) == {"shop/b"}
        storage.put("shop/a", b"another")
        assert _read(storage, "shop/a") == b"another"

    def test_listing_goes_below_a_folder_only(self, storage: Storage) -> None:
        keys = {f"shop/{template}/{number}.png" for template in ("a", "b c") for number in range(3)}
        keys |= {"shop2/x", "top", "shop/direct"}
        for key in keys:
            storage.put(key, key.encode())
        found = list(storage.list(""))
        assert {entry.key for entry in found} == keys
        assert len(found) == len(keys)
        assert all(entry.size == len(entry.key) for entry in found)
        assert _keys(storage, "shop") == {key for key in keys if key.startswith("shop/")}
        assert _keys(storage, "shop/b c") == {key for key in keys if key.startswith("shop/b c/")}

    def test_listing_shows_what_a_crash_left_behind(self, storage: Storage, plant: Plant) -> None:
        plant("shop/.pd-0123456789ab.cafe.part", b"half")
        storage.put("shop/a", b"whole")
        temporary = {entry.key for entry in storage.list("shop") if is_temporary(entry.key)}
        assert temporary == {"shop/.pd-0123456789ab.cafe.part"}
        storage.delete(temporary.pop())
        assert _keys(storage) == {"shop/a"}

    def test_a_folder_of_many_files_is_listed_whole(self, storage: Storage, plant: Plant) -> None:
        for number in range(1_500):
            plant(f"many/{number}", b"")
        assert len(list(storage.list("many"))) == 1_500

    def test_eight_threads_put_the_same_file(self, storage: Storage) -> None:
        data = b"same" * 100_000
        together = threading.Barrier(8)

        def put(_: int) -> None:
            together.wait()
            storage.put("new folder/same", data)

        _in_threads(put)
        assert _read(storage, "new folder/same") == data
        assert _keys(storage) == {"new folder/same"}

    def test_of_eight_different_files_for_one_key_one_wins_whole(self, storage: Storage) -> None:
        together = threading.Barrier(8)
        won: list[int] = []

        def put(number: int) -> None:
            together.wait()
            try:
                storage.put("race/key", bytes([number]) * 300_000)
            except KeyTaken:
                return
            won.append(number)

        _in_threads(put)
        assert len(won) == 1
        assert _read(storage, "race/key") == bytes(won) * 300_000
        assert _keys(storage) == {"race/key"}

    def test_many_threads_make_one_new_folder(self, storage: Storage) -> None:
        together = threading.Barrier(8)

        def put(number: int) -> None:
            together.wait()
            for index in range(4):
                storage.put(f"new/{index}/deep/er/{number}", b"x")

        _in_threads(put)
        assert len(_keys(storage)) == 32

    def test_a_reader_sees_the_whole_file_or_none(self, storage: Storage) -> None:
        data = b"w" * 3_000_000
        done = threading.Event()
        sizes: set[int] = set()

        def watch() -> None:
            while not done.is_set():
                for entry in storage.list("shop"):
                    if not is_temporary(entry.key):
                        sizes.add(entry.size)

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            for number in range(5):
                storage.put(f"shop/{number}", data)
        finally:
            done.set()
            watcher.join()
        assert sizes <= {len(data)}

    def test_a_file_where_a_folder_should_be(self, storage: Storage, plant: Plant) -> None:
        plant("file", b"x")
        with pytest.raises(StorageRefused) as refused:
            storage.put("file/below/it", b"y")
        assert refused.value.code == "not_a_folder"
        assert _read(storage, "file") == b"x"

    def test_a_folder_where_the_file_should_be(self, storage: Storage, plant: Plant) -> None:
        plant("name/inner", b"x")
        with pytest.raises(KeyTaken):
            storage.put("name", b"y")
        assert _keys(storage) == {"name/inner"}

    def test_closing_twice(self, storage: Storage) -> None:
        storage.put("a", b"x")
        storage.close()
        storage.close()


def _read(storage: Storage, key: str) -> bytes:
    with storage.open(key) as stream:
        return stream.read()


def _keys(storage: Storage, prefix: str = "") -> set[str]:
    return {entry.key for entry in storage.list(prefix)}


def _in_threads(work: Callable[[int], None]) -> None:
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(work, number) for number in range(8)]:
            done.result(timeout=60)
