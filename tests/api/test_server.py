"""The real server in processes of its own: protocols, an orderly end, and one server taking over from another."""

from __future__ import annotations

import http.client
import re
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from printdock.jobs import records
from printdock.jobs.job import Job, State
from printdock.jobs.kinds import new_job
from printdock.settings import load
from printdock.wiring import open_services
from tests.services.serving import Serving, printdock_json
from tests.services.serving import serve as serve  # a fixture
from tests.services.ssh import wait_for

Serve = Callable[..., Serving]


@pytest.fixture(scope="session")
def curl(program: Callable[..., str]) -> str:
    return program("curl", "curl")


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1's own making, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    cert, private = tmp_path / "cert.pem", tmp_path / "key.pem"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert, private


def _version(curl: str, *arguments: str) -> str:
    """``status version``, as curl met it."""
    command = [curl, "--silent", "--insecure", "--output", "/dev/null", "--write-out", "%{http_code} %{http_version}"]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=30, check=True).stdout


def test_it_speaks_http_1_and_2_and_ends_in_order(serve: Serve, curl: str) -> None:
    server = serve()
    assert _version(curl, "--http1.1", f"{server.url}/healthz") == "200 1.1"
    assert _version(curl, "--http2-prior-knowledge", f"{server.url}/healthz") == "200 2"
    assert _version(curl, "--http2-prior-knowledge", f"{server.url}/api/v1/me") == "401 2"
    server.ask_to_end()
    assert server.wait() == 0
    assert "Traceback" not in server.output


def test_over_tls_it_speaks_http_2(serve: Serve, curl: str, certificate: tuple[Path, Path]) -> None:
    cert, key = certificate
    server = serve("--tls-cert", str(cert), "--tls-key", str(key))
    assert _version(curl, f"{server.url}/healthz") == "200 2"
    assert _version(curl, "--http1.1", f"{server.url}/healthz") == "200 1.1"
    assert "https://127.0.0.1:" in server.output


def test_the_first_start_prints_the_owners_link_and_later_ones_none(serve: Serve) -> None:
    server = serve(fresh=True)
    (token,) = re.findall(re.escape(server.url) + r"/welcome#([\w-]{43})", server.output)
    form = {"token": token, "email": "rose@example.com", "password": "correct horse battery"}
    used = httpx.post(f"{server.url}/api/v1/links/use", json=form, headers={"Origin": server.url})
    assert used.status_code == 200, used.text
    assert printdock_json(server.home, "users", "list")[0]["role"] == "owner"
    server.ask_to_end()
    server.wait()
    assert "/welcome#" not in serve(port=server.port).output


def _begin(server: Serving, body: bytes) -> socket.socket:
    """A request under way: all of it but the last byte of its body."""
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    connection.sendall(
        b"POST /api/v1/links/look HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body[:-1]
    )
    return connection


def test_a_request_under_way_is_answered_before_the_end(serve: Serve) -> None:
    server = serve()
    body = b'{"token": "none"}'
    with _begin(server, body) as connection:
        wait_for(lambda: _established(server) >= 1, "the request to arrive")
        server.ask_to_end()
        wait_for(lambda: not _accepts(server), "the server to take no new connection")
        assert not server.ended()
        connection.sendall(body[-1:])
        answer = connection.recv(65536)
    assert b"404" in answer.splitlines()[0] and b"link_unusable" in answer
    assert server.wait() == 0


def test_a_request_that_never_ends_does_not_keep_the_server(serve: Serve) -> None:
    server = serve(environment={"PRINTDOCK_GRACE": "1"})
    with _begin(server, b'{"token": "none"}'):
        wait_for(lambda: _established(server) >= 1, "the request to arrive")
        began = time.monotonic()
        server.ask_to_end()
        assert server.wait(20) == 0
        assert time.monotonic() - began < 10


def test_a_server_that_is_ended_while_it_starts_ends_at_once(serve: Serve) -> None:
    server = serve(environment={"PRINTDOCK_GRACE": "60"}, ready=False, fresh=True)
    wait_for(lambda: "answers at" in server.output, "the server to start its workers", 60)
    server.ask_to_end()
    assert server.wait(30) == 0


def test_a_server_that_drains_says_so_while_it_still_answers(serve: Serve) -> None:
    server = serve(environment={"PRINTDOCK_DRAIN": "60"})
    server.ask_to_end()
    wait_for(lambda: httpx.get(f"{server.url}/readyz").status_code == 503, "the server to be unready")
    assert httpx.get(f"{server.url}/readyz").json()["stopping"] is True
    assert httpx.get(f"{server.url}/healthz").status_code == 200
    server.ask_to_end()  # once more: at once
    assert server.wait() == 0


def test_a_job_that_runs_at_the_end_is_given_back_untried(serve: Serve) -> None:
    server = serve(environment={"PRINTDOCK_GRACE": "3"})
    with open_services(load(server.home)) as services:
        shop = services.shop()
        with services.database.write() as connection:
            key = records.enqueue(connection, shop.id, new_job("probe", {"seconds": 3600}))

        def job() -> Job:
            with services.database.read() as connection:
                return records.find(connection, shop.id, key)

        wait_for(lambda: job().state is State.PROCESSING, "the job to run")
        began = time.monotonic()
        server.ask_to_end()
        assert server.wait() == 0
        assert time.monotonic() - began < 10
        assert (job().state, job().attempts) == (State.PENDING, 0)


def test_servers_take_over_from_each_other_without_a_failed_request(serve: Serve) -> None:
    server = serve()
    key = printdock_json(server.home, "keys", "add", "test", "--scope", "read")["key"]
    clients = [_Client(server.port, key) for _ in range(4)]
    for client in clients:
        client.start()
    try:
        for _ in range(2):
            wait_for(lambda: all(client.answered_since_marked() > 20 for client in clients), "requests")
            newer = serve(port=server.port)
            server.ask_to_end()
            assert server.wait() == 0
            server = newer
            for client in clients:
                client.mark()
        wait_for(lambda: all(client.answered_since_marked() > 20 for client in clients), "requests")
    finally:
        for client in clients:
            client.stop()
    assert [failure for client in clients for failure in client.failures] == []
    assert sum(client.answered for client in clients) > 300


class _Client(threading.Thread):
    """Asks without pause. Sends again only what met a connection that the server had closed while it was idle."""

    def __init__(self, port: int, key: str) -> None:
        super().__init__()
        self._port, self._headers = port, {"Authorization": f"Bearer {key}"}
        self._enough = threading.Event()
        self.answered = self._mark = self.retried = 0
        self.failures: list[str] = []

    def mark(self) -> None:
        self._mark = self.answered

    def answered_since_marked(self) -> int:
        return self.answered - self._mark

    def stop(self) -> None:
        self._enough.set()
        self.join()

    def run(self) -> None:
        connection, used = self._fresh(), False
        while not self._enough.is_set():
            try:
                connection.request("GET", "/api/v1/templates", headers=self._headers)
                answer = connection.getresponse()
                answer.read()
            except (http.client.HTTPException, OSError) as error:
                if not used:
                    self.failures.append(repr(error))
                connection, used = self._fresh(), False
                self.retried += 1
                continue
            if answer.status != 200:
                self.failures.append(str(answer.status))
            self.answered += 1
            used = True
        connection.close()

    def _fresh(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)


def _established(server: Serving) -> int:
    return sum(
        one.status == "ESTABLISHED" and one.laddr.port == server.port
        for process in server.processes()
        for one in process.net_connections("tcp")
    )


def _accepts(server: Serving) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", server.port), timeout=1):
            return True
    except OSError:
        return False
