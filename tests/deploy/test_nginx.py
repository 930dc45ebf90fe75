"""nginx as ``deploy/nginx`` sets it up, before a real server: TLS, HTTP/2, cache, events, uploads."""

from __future__ import annotations

import hashlib
import json
import re
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.sending import announce, picture
from tests.api.test_server import certificate as certificate  # a fixture
from tests.api.test_server import curl as curl  # a fixture
from tests.browser.conftest import built as built  # a fixture
from tests.services.nginx import Nginx
from tests.services.serving import Serving, printdock_json
from tests.services.serving import serve as serve  # a fixture
from tests.services.ssh import free_port, wait_for

FIFTY_MB = 50_000_000


@pytest.fixture(scope="session")
def nginx_program(program: Callable[..., str]) -> str:
    return program("nginx", "nginx-light")


def test_pages_pictures_events_and_uploads_come_through_it(
    serve: Callable[..., Serving],
    built: None,
    curl: str,
    nginx_program: str,
    certificate: tuple[Path, Path],
    tmp_path: Path,
) -> None:
    (tmp_path / "nginx").mkdir()
    upstream = free_port()
    nginx = Nginx(nginx_program, tmp_path / "nginx", certificate, upstream)
    server = serve(port=upstream, environment={"PRINTDOCK_URL": nginx.url, "PRINTDOCK_TRUSTED_PROXIES": "127.0.0.1"})
    key = printdock_json(
        server.home, "keys", "add", "tests", "--scope", "upload", "--scope", "read", "--scope", "write"
    )
    headers = {"Authorization": f"Bearer {key['key']}"}
    with nginx, httpx.Client(base_url=nginx.url, verify=False, headers=headers, timeout=60) as client:
        _plain_http_leads_to_tls(nginx)
        _it_speaks_http_2(curl, nginx)
        _hashed_files_are_kept(client)
        with _Following(client) as events:
            design = _a_design_is_stored(client)
            wait_for(lambda: design in events.seen, "the upload's events to come through")
        _pictures_are_kept(client, nginx)
        _a_large_upload_is_not_buffered(client, nginx, server, headers)
        _and_by_http_2(curl, client, nginx, tmp_path, headers)
        assert client.get("/metrics").status_code == 404
    assert "is buffered to a temporary file" not in nginx.log("error")


def _plain_http_leads_to_tls(nginx: Nginx) -> None:
    answer = httpx.get(f"http://127.0.0.1:{nginx.plain_port}/designs", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (308, "https://127.0.0.1/designs")


def _it_speaks_http_2(curl: str, nginx: Nginx) -> None:
    command = [curl, "-sk", "--http2", "-o", "/dev/null", "-w", "%{http_code} %{http_version}", f"{nginx.url}/healthz"]
    assert subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout == "200 2"


def _hashed_files_are_kept(client: httpx.Client) -> None:
    page = client.get("/")
    assert page.headers["strict-transport-security"] == "max-age=31536000"
    assert "x-cache" not in page.headers, "the page itself changes, and is never kept"
    script = re.findall(r'src="(/assets/[^"]+\.js)"', page.text)[0]
    first, second = client.get(script), client.get(script)
    assert (first.headers["x-cache"], second.headers["x-cache"]) == ("MISS", "HIT")
    assert first.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert first.headers["content-encoding"] == second.headers["content-encoding"] and first.text == second.text
    # Somebody who takes no encoding must not be given an encoded one that is kept.
    plain = client.get(script, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers and plain.text == first.text


class _Following:
    """The shop's events, read as they come. Entered once the first bytes are here, while the stream stays open."""

    def __init__(self, client: httpx.Client) -> None:
        self._client, self._begun = client, threading.Event()
        self.seen = ""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._over = threading.Event()

    def __enter__(self) -> _Following:
        self._thread.start()
        assert self._begun.wait(20), "nothing of the stream came through: it is buffered"
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def _read(self) -> None:
        with self._client.stream("GET", "/api/v1/events", timeout=60) as stream:
            assert stream.status_code == 200
            for text in stream.iter_text():
                self.seen += text
                self._begun.set()
                if self._over.is_set():
                    return


def _a_design_is_stored(client: httpx.Client) -> str:
    data = picture(7, 600)
    begun = _json(client.post("/api/v1/uploads", json=announce({"a.png": data})))
    assert client.put(begun["files"][0]["put"], content=data).status_code == 200
    assert client.post(f"/api/v1/uploads/{begun['id']}/complete").status_code == 202
    wait_for(lambda: _json(client.get(f"/api/v1/uploads/{begun['id']}"))["state"] == "finished", "the upload", 60)
    return str(begun["id"])


def _pictures_are_kept(client: httpx.Client, nginx: Nginx) -> None:
    answer = client.get("/api/v1/designs").text
    small = re.findall(r'"(?:https://[^/"]+)?(/api/v1/files/small/[^"]+)"', answer)[0]
    first = client.get(small)
    assert (first.status_code, first.headers["x-cache"]) == (200, "MISS"), first.text
    # Without the key: the address is the permission, for nginx as for the server.
    second = httpx.get(nginx.url + small, verify=False)
    assert (second.headers["x-cache"], second.content) == ("HIT", first.content)
    again = client.get(small, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.headers["x-cache"]) == (304, "HIT")
    wrong = small.rsplit("/", 2)
    assert client.get(f"{wrong[0]}/{'x' * 22}/{wrong[2]}").status_code == 404
    signature = small.split("/")[-2]
    wait_for(lambda: small.split("/")[-3] in nginx.log("printdock"), "the log to name the picture")
    assert signature not in nginx.log("printdock"), "who reads the log could fetch the picture"


def _begin(client: httpx.Client, name: str, data: bytes) -> tuple[str, str]:
    entry = {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    begun = _json(client.post("/api/v1/uploads", json={"template": "Mug 11oz", "files": [entry]}))
    return str(begun["id"]), str(begun["files"][0]["put"])


def _a_large_upload_is_not_buffered(
    client: httpx.Client, nginx: Nginx, server: Serving, headers: dict[str, str]
) -> None:
    """Half of it is with the server, and nothing of it on nginx's disk, while the other half has not been sent."""
    data = picture(8) + bytes(range(256)) * (FIFTY_MB // 256)
    _upload, path = _begin(client, "large.png", data)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    half = len(data) // 2
    with context.wrap_socket(socket.create_connection(("127.0.0.1", nginx.port), timeout=60)) as connection:
        fields = {**headers, "Host": f"127.0.0.1:{nginx.port}", "Content-Length": str(len(data))}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        connection.sendall(f"PUT {path.removeprefix(nginx.url)} HTTP/1.1\r\n{head}\r\n".encode() + data[:half])
        wait_for(
            lambda: _largest(server.home / "incoming") > half - 5_000_000, "the first half to reach the server", 60
        )
        assert nginx.kept_on_disk("body") == []
        connection.sendall(data[half:])
        assert b" 200 " in connection.recv(64)


def _and_by_http_2(curl: str, client: httpx.Client, nginx: Nginx, tmp_path: Path, headers: dict[str, str]) -> None:
    data = picture(9) + bytes(5_000_000)
    file = tmp_path / "other.png"
    file.write_bytes(data)
    _upload, path = _begin(client, "other.png", data)
    command = [curl, "-sk", "--http2", "-T", str(file), "-H", f"Authorization: {headers['Authorization']}"]
    command += ["-o", "/dev/null", "-w", "%{http_code} %{http_version}", nginx.url + path.removeprefix(nginx.url)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == "200 2"
    assert nginx.kept_on_disk("body") == []


def _largest(folder: Path) -> int:
    return max((path.stat().st_size for path in folder.rglob("*") if path.is_file()), default=0)


def _json(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return json.loads(answer.text)
