"""Patience: what is retried and what is not, who asks while the storage is away, and that waits end when told to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

import pytest

from printdock.errors import Cancelled, KeyTaken, StorageError, StorageNotFound, StorageRefused, StorageUnavailable
from printdock.storage.base import Entry
from printdock.storage.resilient import Backoff, ResilientStorage, StorageEvent
from tests.contracts.memory_storage import MemoryStorage
from tests.services.ssh import wait_for

FAST = Backoff(0.01, 0.02)


class Flaky(MemoryStorage):
    """Away while ``away`` says so; counts who asks, and how many at once."""

    def __init__(self) -> None:
        super().__init__()
        self.away: Callable[[int], bool] = lambda call: False
        self.calls = 0
        self.now = self.most = 0
        self.counting = threading.Lock()

    def _ask(self) -> None:
        with self.counting:
            self.calls += 1
            call = self.calls
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            if self.away(call):
                time.sleep(0.002)  # as long as a refused connection takes
                raise StorageUnavailable("The NAS is away.", code="gone", remedy="Wait.")
        finally:
            with self.counting:
                self.now -= 1

    def put(self, key: str, data: bytes) -> None:
        self._ask()
        super().put(key, data)

    def open(self, key: str) -> BinaryIO:
        self._ask()
        return super().open(key)

    def stat(self, key: str) -> Entry:
        self._ask()
        return super().stat(key)

    def delete(self, key: str) -> None:
        self._ask()
        super().delete(key)

    def list(self, prefix: str) -> Iterator[Entry]:
        self._ask()
        yield from super().list(prefix)


@pytest.mark.parametrize(
    "call",
    [
        lambda storage: storage.put("b", b"x"),
        lambda storage: storage.open("a"),
        lambda storage: storage.stat("a"),
        lambda storage: storage.delete("a"),
        lambda storage: list(storage.list("")),
    ],
    ids=["put", "open", "stat", "delete", "list"],
)
def test_every_operation_waits_for_the_storage(call: Callable[[ResilientStorage], object]) -> None:
    inner = Flaky()
    inner.put("a", b"x")
    inner.calls = 0
    inner.away = lambda call: call <= 3
    seen: list[StorageEvent] = []
    call(ResilientStorage(inner, 10, backoff=FAST, on_event=seen.append))
    assert inner.calls == 4
    assert [event.kind for event in seen] == ["away", "retrying", "retrying", "back"]
    assert [event.tries for event in seen] == [1, 2, 3, 3]
    assert seen[0].error is not None
    assert seen[0].error.code == "gone"
    assert all(0 <= event.next_try_s <= 0.02 for event in seen)
    assert seen[-1].away_s > 0


def test_patience_ends_with_the_storages_own_error() -> None:
    inner = Flaky()
    inner.away = lambda call: True
    with pytest.raises(StorageUnavailable) as away:
        ResilientStorage(inner, 0.1, backoff=FAST).stat("a")
    assert (away.value.code, away.value.remedy) == ("gone", "Wait.")
    assert inner.calls > 1


@pytest.mark.parametrize(
    "error", [StorageRefused("no"), StorageNotFound("no"), KeyTaken("no"), RuntimeError("bug")], ids=repr
)
def test_answers_are_not_retried(error: Exception) -> None:
    class Answers(Flaky):
        def stat(self, key: str) -> Entry:
            self.calls += 1
            raise error

    inner = Answers()
    with pytest.raises(type(error)):
        ResilientStorage(inner, 10, backoff=FAST).stat("a")
    assert inner.calls == 1


def test_while_it_is_away_one_asks_for_all() -> None:
    inner = Flaky()
    inner.away = lambda call: True
    storage = ResilientStorage(inner, 30, backoff=FAST)
    with ThreadPoolExecutor(16) as pool:
        first = pool.submit(storage.put, "first", b"x")
        wait_for(lambda: inner.calls >= 2, "the circuit to open")
        with inner.counting:
            inner.most = inner.now
        others = [pool.submit(storage.put, str(number), b"x") for number in range(15)]
        calls = inner.calls
        wait_for(lambda: inner.calls >= calls + 20, "more tries")
        assert inner.most <= 1
        inner.away = lambda call: False
        for done in [first, *others]:
            done.result(timeout=10)
    assert len(inner.files) == 16


def test_those_who_waited_in_vain_get_the_error_without_having_asked() -> None:
    inner = Flaky()
    inner.away = lambda call: True
    storage = ResilientStorage(inner, 0.1, backoff=Backoff(100, 100))
    with pytest.raises(StorageUnavailable):
        storage.stat("a")
    asked = inner.calls
    with pytest.raises(StorageUnavailable) as away:
        storage.stat("a")
    assert away.value.code == "gone"
    assert inner.calls <= asked + 1


def test_cancelling_ends_all_waits_at_once() -> None:
    inner = Flaky()
    inner.away = lambda call: True
    cancel = threading.Event()
    storage = ResilientStorage(inner, 1_000, backoff=Backoff(1_000, 1_000), cancel=cancel)
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(storage.stat, "a") for _ in range(4)]
        wait_for(lambda: inner.calls >= 1, "the circuit to open")
        began = time.monotonic()
        cancel.set()
        for done in waiting:
            with pytest.raises(Cancelled):
                done.result(timeout=10)
    assert time.monotonic() - began < 5


def test_a_probe_that_is_interrupted_lets_the_next_one_ask() -> None:
    class Interrupted(Flaky):
        interrupt = False

        def stat(self, key: str) -> Entry:
            if self.interrupt:
                self.interrupt = False
                raise KeyboardInterrupt
            return super().stat(key)

    inner = Interrupted()
    inner.put("a", b"x")
    inner.away = lambda call: True
    storage = ResilientStorage(inner, 0.05, backoff=FAST)
    with pytest.raises(StorageUnavailable):
        storage.stat("a")
    inner.interrupt = True
    storage = ResilientStorage(inner, 10, backoff=FAST)
    with pytest.raises(KeyboardInterrupt):
        storage.stat("a")
    inner.away = lambda call: False
    assert storage.stat("a").size == 1


def test_a_listing_that_breaks_off_says_so() -> None:
    class BreaksOff(Flaky):
        def list(self, prefix: str) -> Iterator[Entry]:
            yield Entry("a", 1, 0.0)
            raise StorageUnavailable("gone")

    entries = ResilientStorage(BreaksOff(), 10, backoff=FAST).list("")
    assert next(entries).key == "a"
    with pytest.raises(StorageError):
        next(entries)


def test_the_waits_grow_and_are_random() -> None:
    backoff = Backoff(1.0, 8.0)
    for failures, longest in ((0, 1), (1, 2), (2, 4), (3, 8), (50, 8)):
        waits = [backoff.wait_s(failures) for _ in range(500)]
        assert 0.8 * longest < max(waits) <= longest
        assert min(waits) < 0.2 * longest
