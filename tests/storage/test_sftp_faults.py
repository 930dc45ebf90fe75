"""What goes wrong with a NAS, done to a real OpenSSH: nothing is lost, nothing leaks, nothing hangs."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from printdock.errors import StorageError, StorageRefused, StorageUnavailable
from printdock.storage.base import is_temporary
from printdock.storage.commands import LARGE_BLOCK
from printdock.storage.connect import Timeouts
from printdock.storage.hostkeys import fetch_host_key, trust
from printdock.storage.pool import PoolPatience
from printdock.storage.resilient import Backoff, ResilientStorage, StorageEvent
from printdock.storage.sftp import SftpStorage
from tests.services.ssh import OpenSshServer, wait_for
from tests.storage.other_server import PASSWORD, OtherServer

Factory = Callable[..., OpenSshServer]
QUICK = Timeouts(connect_s=5.0, no_progress_s=1.0, check_s=0.5)


@pytest.fixture
def using() -> Iterator[Callable[..., SftpStorage]]:
    """Makes storages on a server; all are closed after the test."""
    with ExitStack() as stack:

        def make(server: OpenSshServer, folder: str = "", password: str | None = None, **options: Any) -> SftpStorage:
            storage = SftpStorage(server.target(folder, password=password), **options)
            stack.callback(storage.close)
            return storage

        yield make


@contextmanager
def in_background(work: Callable[[], None]) -> Iterator[Future[None]]:
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(work)


def _refusal(call: Callable[[], object]) -> str:
    with pytest.raises(StorageRefused) as refused:
        call()
    assert refused.value.remedy
    return refused.value.code


def _at_rest(storage: SftpStorage) -> None:
    """No slot is missing."""
    state = storage.pool_state()
    assert state is not None
    assert (state.leased, state.connecting, state.waiting) == (0, 0, 0)


def _left_behind(server: OpenSshServer) -> list[str]:
    return [path.name for path in server.root.rglob("*") if is_temporary(path.name)]


def _begun(server: OpenSshServer, at_least: int) -> bool:
    return any(is_temporary(path.name) and path.stat().st_size >= at_least for path in server.root.rglob("*"))


class Recorder:
    def __init__(self) -> None:
        self.events: list[StorageEvent] = []

    def __call__(self, event: StorageEvent) -> None:
        self.events.append(event)

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]


# -- away and back --------------------------------------------------------------------------------------------------


def test_killed_in_the_middle_of_a_put_and_back(openssh: OpenSshServer, using: Callable[..., SftpStorage]) -> None:
    data = os.urandom(64_000_000)
    seen = Recorder()
    plain = using(openssh, timeouts=QUICK)
    storage = ResilientStorage(plain, 60, backoff=Backoff(0.05, 0.2), on_event=seen)
    with in_background(lambda: storage.put("shop/big.png", data)) as putting:
        wait_for(lambda: _begun(openssh, 1), "the upload to begin")
        openssh.kill()
        assert not (openssh.root / "shop/big.png").exists()
        wait_for(lambda: "away" in seen.kinds(), "the storage to notice")
        openssh.start()
        putting.result(timeout=60)
    assert (openssh.root / "shop/big.png").read_bytes() == data
    assert seen.kinds()[0] == "away"
    assert seen.kinds()[-1] == "back"
    assert _left_behind(openssh) == []
    _at_rest(plain)


def test_paused_in_the_middle_of_a_put(openssh: OpenSshServer, using: Callable[..., SftpStorage]) -> None:
    data = os.urandom(64_000_000)
    seen = Recorder()
    plain = using(openssh, timeouts=Timeouts(connect_s=1.0, no_progress_s=1.0))
    storage = ResilientStorage(plain, 60, backoff=Backoff(0.05, 0.2), on_event=seen)
    with in_background(lambda: storage.put("big.png", data)) as putting:
        wait_for(lambda: _begun(openssh, 1), "the upload to begin")
        openssh.pause()
        wait_for(lambda: len(seen.events) >= 2, "the storage to notice, and that it is still away")
        openssh.resume()
        putting.result(timeout=60)
    assert {event.error.code for event in seen.events if event.error} == {"storage_timeout"}
    assert (openssh.root / "big.png").read_bytes() == data
    wait_for(lambda: _left_behind(openssh) == [], "the half file to be removed")
    _at_rest(plain)


def test_a_short_pause_is_waited_out(openssh: OpenSshServer, using: Callable[..., SftpStorage]) -> None:
    storage = using(openssh, timeouts=Timeouts(no_progress_s=20))
    storage.put("first", b"x")
    openssh.pause()
    with in_background(lambda: storage.put("second", b"x")) as putting:
        state = storage.pool_state
        wait_for(lambda: (now := state()) is not None and now.leased == 1, "the put to be under way")
        openssh.resume()
        putting.result(timeout=20)
    found = storage.pool_state()
    assert found is not None
    assert found.connected == 1


def test_a_paused_server_is_noticed_by_every_operation(
    openssh: OpenSshServer, using: Callable[..., SftpStorage]
) -> None:
    (openssh.root / "there").write_bytes(b"x")
    calls: list[Callable[[SftpStorage], object]] = [
        lambda storage: storage.put("new", b"x"),
        lambda storage: storage.stat("there"),
        lambda storage: storage.open("there"),
        lambda storage: storage.delete("there"),
        lambda storage: list(storage.list("")),
    ]
    storages = [using(openssh, timeouts=Timeouts(no_progress_s=0.3)) for _ in calls]
    for storage in storages:
        storage.stat("there")
    openssh.pause()
    for storage, call in zip(storages, calls, strict=True):
        with pytest.raises(StorageUnavailable) as away:
            call(storage)
        assert away.value.code == "storage_timeout"
        _at_rest(storage)


def test_connecting_to_a_paused_server_has_an_end(openssh: OpenSshServer, using: Callable[..., SftpStorage]) -> None:
    storage = using(openssh, timeouts=Timeouts(connect_s=0.3))
    openssh.pause()
    with pytest.raises(StorageUnavailable) as away:
        storage.stat("x")
    assert away.value.code == "storage_timeout"
    _at_rest(storage)


def test_a_server_that_is_off_says_so_at_once(openssh: OpenSshServer, using: Callable[..., SftpStorage]) -> None:
    storage = using(openssh)
    openssh.kill()
    with pytest.raises(StorageUnavailable) as away:
        storage.stat("x")
    assert f"{openssh.username}@127.0.0.1" in away.value.message
    openssh.start()
    storage.put("x", b"x")
    _at_rest(storage)


def test_idle_connections_the_nas_dropped_lose_no_upload(  # D23
    openssh: OpenSshServer, using: Callable[..., SftpStorage]
) -> None:
    storage = using(openssh, max_connections=8)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: storage.put(f"warm/{number}", b"x" * 100_000), range(32)))
        openssh.kill_sessions()
        list(pool.map(lambda number: storage.put(f"after/{number}", b"x"), range(200)))
    assert sum(1 for _ in storage.list("after")) == 200
    _at_rest(storage)


def test_idle_connections_that_died_silently_are_found_by_asking(  # D23
    openssh: OpenSshServer, using: Callable[..., SftpStorage]
) -> None:
    storage = using(openssh, timeouts=QUICK, patience=PoolPatience(check_after_s=0.0))
    storage.put("a", b"x")
    frozen = [process for process in openssh.session_processes() if process.name().startswith("sftp-server")]
    for process in frozen:
        process.suspend()
    storage.put("b", b"x")
    state = storage.pool_state()
    assert state is not None
    assert (state.connected, state.discarded) == (2, 1)


def test_a_missing_root_is_not_made(openssh: OpenSshServer, using: Callable[..., SftpStorage]) -> None:
    storage = using(openssh, "volume")
    (openssh.root / "volume").rmdir()  # a NAS that has not mounted its volume yet
    with pytest.raises(StorageUnavailable) as away:
        storage.put("shop/a", b"x")
    assert away.value.code == "root_missing"
    assert not (openssh.root / "volume").exists()
    (openssh.root / "volume").mkdir()
    storage.put("shop/a", b"x")


# -- refused --------------------------------------------------------------------------------------------------------


def test_a_full_disk(openssh_factory: Factory, using: Callable[..., SftpStorage]) -> None:
    server = openssh_factory(disk_bytes=4 * 1024 * 1024)
    storage = using(server)
    storage.put("fits", b"x" * 1_000_000)
    code = _refusal(lambda: storage.put("too/big", b"x" * 8_000_000))
    assert code == ("disk_full" if os.path.ismount(server.root) else "server_failure")
    assert _left_behind(server) == []
    assert storage.stat("fits").size == 1_000_000
    storage.put("fits too", b"x" * 1_000_000)
    _at_rest(storage)


def test_a_full_disk_is_not_retried(openssh_factory: Factory, using: Callable[..., SftpStorage]) -> None:
    server = openssh_factory(max_file_bytes=100_000)
    seen = Recorder()
    storage = ResilientStorage(using(server), 60, on_event=seen)
    _refusal(lambda: storage.put("too big", b"x" * 1_000_000))
    assert seen.events == []
    assert _left_behind(server) == []


def test_a_read_only_share(openssh_factory: Factory, using: Callable[..., SftpStorage]) -> None:
    server = openssh_factory(read_only=True)
    (server.root / "there").write_bytes(b"x")
    storage = using(server)
    assert _refusal(lambda: storage.put("new", b"x")) == "permission_denied"
    assert _refusal(lambda: storage.delete("there")) == "permission_denied"
    assert storage.stat("there").size == 1
    _at_rest(storage)


def test_a_read_only_disk(openssh_factory: Factory, using: Callable[..., SftpStorage]) -> None:
    server = openssh_factory(disk_bytes=4 * 1024 * 1024)
    if not server.make_disk_read_only():
        pytest.skip("only root can make a disk read-only")
    storage = using(server)
    assert _refusal(lambda: storage.put("new/file", b"x")) == "read_only"
    assert _refusal(lambda: storage.put("file", b"x")) == "read_only"
    _at_rest(storage)


def test_an_unknown_host_key(openssh: OpenSshServer, using: Callable[..., SftpStorage]) -> None:
    openssh.known_hosts.unlink()
    storage = using(openssh)
    assert _refusal(lambda: storage.put("a", b"x")) == "host_key_unknown"
    key = fetch_host_key(openssh.host, openssh.port)
    assert key.public == openssh.public_host_key()
    trust(openssh.known_hosts, key)
    storage.put("a", b"x")


def test_a_changed_host_key(openssh: OpenSshServer, using: Callable[..., SftpStorage]) -> None:
    storage = using(openssh)
    storage.put("a", b"x")
    openssh.change_host_key()
    seen = Recorder()
    assert _refusal(lambda: ResilientStorage(storage, 60, on_event=seen).put("b", b"x")) == "host_key_changed"
    assert "away" not in seen.kinds()
    shown = fetch_host_key(openssh.host, openssh.port)
    with pytest.raises(StorageRefused):
        trust(openssh.known_hosts, shown)
    trust(openssh.known_hosts, shown, replace=True)
    storage.put("b", b"x")
    _at_rest(storage)


def test_a_host_key_of_another_kind(openssh: OpenSshServer, using: Callable[..., SftpStorage]) -> None:
    openssh.change_host_key("ecdsa")
    assert _refusal(lambda: using(openssh).put("a", b"x")) == "host_key_changed"


def test_a_wrong_password(openssh: OpenSshServer, using: Callable[..., SftpStorage]) -> None:
    storage = using(openssh, password="s3cret-word")
    with pytest.raises(StorageRefused) as refused:
        storage.put("a", b"x")
    assert refused.value.code == "wrong_credentials"
    said = f"{refused.value!r} {refused.value} {refused.value.__cause__!r} {storage!r} {storage.target!r}"
    assert "s3cret-word" not in said
    _at_rest(storage)


def test_a_right_and_a_wrong_password_with_odd_characters(tmp_path: Path) -> None:
    server = OtherServer(tmp_path)
    try:
        for password, right in ((PASSWORD, True), ("wrong", False)):
            storage = SftpStorage(server.target(password=password))
            if right:
                storage.put("a", b"x")
            else:
                assert _refusal(partial(storage.put, "a", b"x")) == "wrong_credentials"
            storage.close()
    finally:
        server.close()


def test_a_wrong_key(openssh: OpenSshServer, using: Callable[..., SftpStorage]) -> None:
    openssh.forget_client_key()
    assert _refusal(lambda: using(openssh).put("a", b"x")) == "wrong_credentials"


def test_an_unusable_key_file(openssh: OpenSshServer, using: Callable[..., SftpStorage]) -> None:
    openssh.key_file.write_text("no key")
    assert _refusal(lambda: using(openssh).put("a", b"x")) == "key_file_unusable"


def test_without_aes_gcm_another_cipher_is_used(openssh_factory: Factory, using: Callable[..., SftpStorage]) -> None:
    storage = using(openssh_factory(ciphers="aes256-ctr"))
    storage.put("a", b"x" * 300_000)
    assert storage.stat("a").size == 300_000


# -- the pool -------------------------------------------------------------------------------------------------------


def test_two_hundred_failures_leak_no_slot(  # D22
    openssh_factory: Factory, using: Callable[..., SftpStorage]
) -> None:
    server = openssh_factory(read_only=True)
    (server.root / "there").write_bytes(b"x")
    storage = using(server, max_connections=4)
    calls: list[Callable[[], object]] = [
        lambda: storage.open("no/such/file"),
        lambda: storage.stat("no/such/file"),
        lambda: storage.put("refused", b"x"),
        lambda: storage.delete("there"),
    ]

    def fail(number: int) -> None:
        with pytest.raises(StorageError):
            calls[number % len(calls)]()

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(fail, number) for number in range(200)]:
            done.result(timeout=60)
    _at_rest(storage)
    state = storage.pool_state()
    assert state is not None
    assert state.connected <= 4
    assert storage.stat("there").size == 1


def test_failing_connections_leak_no_slot(openssh: OpenSshServer, using: Callable[..., SftpStorage]) -> None:
    storage = using(openssh, max_connections=2)
    openssh.kill()
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(storage.stat, "x") for _ in range(50)]:
            with pytest.raises(StorageUnavailable):
                done.result(timeout=60)
    _at_rest(storage)
    openssh.start()
    storage.put("x", b"x")


def test_a_nas_with_ten_sessions_and_twice_as_many_wanted(
    openssh_factory: Factory, using: Callable[..., SftpStorage]
) -> None:
    server = openssh_factory(session_limit=10)
    storages = [using(server, max_connections=10, patience=PoolPatience(idle_close_s=3)) for _ in range(2)]

    def put(number: int) -> None:
        storages[number % 2].put(f"shop/{number}", b"x" * 400_000)

    with ThreadPoolExecutor(32) as pool:
        for done in [pool.submit(put, number) for number in range(128)]:
            done.result(timeout=120)
    assert server.refused_a_session()
    assert len(list(storages[0].list("shop"))) == 128
    for storage in storages:
        _at_rest(storage)


def test_no_session_free_for_long(openssh_factory: Factory, using: Callable[..., SftpStorage]) -> None:
    server = openssh_factory(session_limit=1)
    first = using(server)
    first.put("a", b"x")
    second = using(server, patience=PoolPatience(crowded_s=0.5))
    with pytest.raises(StorageUnavailable) as away:
        second.put("b", b"x")
    assert away.value.code == "too_many_sessions"
    _at_rest(second)
    first.close()
    second.put("b", b"x")


def test_the_cap_holds(openssh: OpenSshServer, using: Callable[..., SftpStorage]) -> None:
    storage = using(openssh, max_connections=3)
    most, stop = [0], threading.Event()

    def watch() -> None:
        while not stop.is_set():
            most[0] = max(most[0], openssh.sessions())

    watcher = threading.Thread(target=watch)
    watcher.start()
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda number: storage.put(f"x/{number}", b"x" * 100_000), range(64)))
    stop.set()
    watcher.join()
    assert most[0] <= 3
    state = storage.pool_state()
    assert state is not None
    assert state.connected <= 3


def test_closing_ends_calls_under_way(openssh: OpenSshServer, using: Callable[..., SftpStorage]) -> None:
    storage = using(openssh)
    storage.put("a", b"x")
    openssh.pause()
    with in_background(lambda: storage.put("b", b"x")) as putting:
        wait_for(lambda: (now := storage.pool_state()) is not None and now.leased == 1, "the put to be under way")
        storage.close()
        with pytest.raises(StorageRefused) as closed:
            putting.result(timeout=10)
    assert closed.value.code == "storage_closed"
    assert _refusal_code_after_close(storage) == "storage_closed"


# -- round trips ----------------------------------------------------------------------------------------------------


def test_round_trips_do_not_depend_on_the_folder(  # D25
    openssh: OpenSshServer, using: Callable[..., SftpStorage]
) -> None:
    full = openssh.root / "full"
    full.mkdir()
    for number in range(5_000):
        (full / str(number)).touch()
    storage = using(openssh, max_connections=1)
    storage.put("full/first", b"x")
    storage.put("empty/first", b"x")
    counts = {}
    for folder in ("full", "empty"):
        before = storage.round_trips()
        storage.put(f"{folder}/new", b"x" * 30_000)  # one block: more may be answered one by one on a busy machine
        counts[folder, "put"] = storage.round_trips() - before
        before = storage.round_trips()
        storage.stat(f"{folder}/new")
        counts[folder, "stat"] = storage.round_trips() - before
        before = storage.round_trips()
        storage.delete(f"{folder}/new")
        counts[folder, "delete"] = storage.round_trips() - before
    assert counts == {
        ("full", "put"): 3, ("empty", "put"): 3, ("full", "stat"): 1, ("empty", "stat"): 1,
        ("full", "delete"): 1, ("empty", "delete"): 1,
    }  # fmt: skip


def test_the_blocks_of_a_file_do_not_wait_for_each_other(
    openssh: OpenSshServer, using: Callable[..., SftpStorage]
) -> None:
    storage = using(openssh, max_connections=1)
    storage.put("first", b"x")
    before = storage.round_trips()
    storage.put("new", b"x" * 5_000_000)
    # Three, but where this process gets no turn for a while the server has answered all before the next block.
    assert 3 <= storage.round_trips() - before < 5_000_000 / LARGE_BLOCK / 2


def test_a_mkdir_race_with_a_warm_pool(openssh: OpenSshServer, using: Callable[..., SftpStorage]) -> None:  # D24
    storage = using(openssh, max_connections=8)
    together = threading.Barrier(8)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: storage.put(f"warm/{number}", b"x" * 100_000), range(32)))

        def put(number: int) -> None:
            together.wait()
            for index in range(20):
                storage.put(f"new {index}/mockups/{number}", b"x")

        list(pool.map(put, range(8)))
    assert sum(1 for entry in storage.list("") if entry.key.startswith("new")) == 160


def _refusal_code_after_close(storage: SftpStorage) -> str:
    with pytest.raises(StorageRefused) as refused:
        storage.stat("a")
    return refused.value.code
