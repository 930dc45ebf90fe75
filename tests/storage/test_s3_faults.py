"""What goes wrong with an S3 server, done to a real one: nothing is lost, nothing is replaced, nothing hangs."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import obstore
import pytest

from printdock.errors import KeyTaken, StorageRefused, StorageUnavailable
from printdock.storage.resilient import Backoff, ResilientStorage, StorageEvent
from printdock.storage.s3 import S3Storage
from printdock.storage.s3_target import S3Target
from tests.services.proxy import BadLine
from tests.services.s3 import KEY_ID, READER, SECRET, S3Server

pytestmark = pytest.mark.xdist_group("s3")


def _refusal(target: S3Target, call: Callable[[S3Storage], object]) -> str:
    with pytest.raises(StorageRefused) as refused:
        call(S3Storage(target))
    told = f"{refused.value} {refused.value!r} {refused.value.__cause__!r} {S3Storage(target)!r} {target!r}"
    assert refused.value.remedy and SECRET not in told and READER[1] not in told
    return refused.value.code


def test_a_server_that_says_no_is_not_asked_again(s3_server: S3Server) -> None:
    mine = s3_server.target("refused")
    wrong = [replace(mine, secret="wrong"), replace(mine, key_id="nobody")]
    for target in wrong:
        assert _refusal(target, lambda storage: storage.put("a", b"x")) == "wrong_credentials"
        assert _refusal(target, lambda storage: list(storage.list("a"))) == "wrong_credentials"
    reads = s3_server.target("refused", key=READER)
    assert _refusal(reads, lambda storage: storage.put("a", b"x")) == "permission_denied"
    elsewhere = replace(mine, bucket="no-such-bucket")
    assert _refusal(elsewhere, lambda storage: storage.put("a", b"x")) in ("no_bucket", "permission_denied")
    long = "/".join(["k" * 200] * 6)
    assert _refusal(mine, lambda storage: storage.put(long, b"x")) == "bad_key"
    with pytest.raises(StorageRefused, match="no text"):
        S3Storage(mine).put("\udcff.png", b"x")


def test_names_that_are_no_addresses_are_away(s3_server: S3Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    nobody = {f"http://127.0.0.1:{port}": "storage_unavailable", "http://no-such-name.invalid": "host_not_found"}
    for endpoint, code in nobody.items():
        with pytest.raises(StorageUnavailable) as away:
            S3Storage(replace(s3_server.target(), endpoint=endpoint)).stat("a")
        assert away.value.code == code and away.value.remedy


def test_killed_and_frozen_it_is_waited_for_and_keeps_what_it_acknowledged(private_s3_server: S3Server) -> None:
    server, data = private_s3_server, b"art" * 500_000
    events: list[StorageEvent] = []
    away = threading.Event()

    def noted(event: StorageEvent) -> None:
        events.append(event)
        away.set()

    storage = ResilientStorage(
        S3Storage(server.target("shop"), answer_s=0.5), 30, backoff=Backoff(0.05, 0.1), on_event=noted
    )
    storage.put("before.png", data)
    server.kill()
    with ThreadPoolExecutor(1) as pool:
        stored = pool.submit(storage.put, "after.png", data)
        assert away.wait(10)
        server.start()
        stored.result(30)
    assert {event.kind for event in events} >= {"away", "back"}
    with storage.open("before.png") as stream:
        assert stream.read() == data, "acknowledged, then killed with SIGKILL: still there"

    server.freeze()
    with pytest.raises(StorageUnavailable) as late:
        storage.at_once().stat("before.png")
    server.thaw()
    assert late.value.code == "storage_timeout"
    assert storage.stat("after.png").size == len(data)
    assert {entry.key for entry in storage.list("")} == {"before.png", "after.png"}


def test_cut_off_in_the_middle_nothing_is_there(s3_server: S3Server) -> None:
    data = b"w" * 3_000_000
    budget: list[int | None] = [None]
    with BadLine(s3_server.port, lambda: budget[0]) as line:
        storage = S3Storage(s3_server.target("cut", port=line.port))
        storage.put("first", b"x")
        line_cut = S3Storage(s3_server.target("cut", port=line.port))
        line_cut._proven = True
        budget[0] = 1_500_000
        with pytest.raises(StorageUnavailable):
            line_cut.put("big", data)
        budget[0] = None
        assert {entry.key for entry in storage.list("")} == {"first"}
        line_cut.put("big", data)
        assert storage.stat("big").size == len(data)


def test_bytes_damaged_on_the_way_are_not_stored(s3_server: S3Server) -> None:
    with _flipping(s3_server.port) as port:
        storage = S3Storage(s3_server.target("damaged", port=port))
        storage._proven = True
        with pytest.raises(StorageUnavailable) as damaged:
            storage.put("art", b"w" * 100_000)
    assert damaged.value.code == "damaged_on_the_way"
    assert list(S3Storage(s3_server.target("damaged")).list("")) == []


def test_a_server_that_replaces_is_refused_before_the_first_file() -> None:
    with _answering(200) as endpoint:
        target = S3Target("prints", "", endpoint, "us-east-1", KEY_ID, SECRET)
        assert _refusal(target, lambda storage: storage.put("art", b"x")) == "storage_replaces"


def test_a_server_in_trouble_is_waited_for() -> None:
    for status in (500, 503, 429):
        with _answering(status) as endpoint, pytest.raises(StorageUnavailable):
            S3Storage(S3Target("prints", "", endpoint, "us-east-1", KEY_ID, SECRET)).put("art", b"x")


def test_the_marker_is_never_shown_and_never_replaced(s3_server: S3Server) -> None:
    storage = S3Storage(s3_server.target("marked"))
    storage.put("a", b"x")
    (marker,) = {found["path"] for page in obstore.list(s3_server.client("marked")) for found in page} - {"a"}
    assert [entry.key for entry in storage.list("")] == ["a"]
    with pytest.raises(KeyTaken):
        storage.put(marker, b"other")


@contextmanager
def _answering(status: int) -> Iterator[str]:
    """A server that gives one answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(status)
            self.send_header("ETag", '"x"')
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def _flipping(port: int) -> Iterator[int]:
    """A line that turns the first ``ww`` of what is sent into ``wv``."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=carry, args=(client,), daemon=True).start()

    def carry(client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", port)) as server:
            back = threading.Thread(target=_pump, args=(server, client, False), daemon=True)
            back.start()
            _pump(client, server, True)
            back.join(5)

    threading.Thread(target=serve, daemon=True).start()
    with listener:
        yield listener.getsockname()[1]


def _pump(source: socket.socket, sink: socket.socket, flip: bool) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data.replace(b"wwwwwwww", b"wwwvwwww", 1) if flip else data)
    except OSError:
        return
