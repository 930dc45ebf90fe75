"""The stand-in's HTTP server."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import uuid4

from printdock.demo.etsy.bodies import read_body, read_pairs
from printdock.demo.etsy.faults import NOT_DONE, Fault, Faults
from printdock.demo.etsy.quota import Limits, Quota
from printdock.demo.etsy.routes import Call, Route, find_route
from printdock.demo.etsy.rules import Refused, refuse
from printdock.demo.etsy.tokens import Tokens
from printdock.demo.etsy.world import World

#: Status, document, headers.
_Outcome = tuple[int, Any, dict[str, str]]

_GATEWAY_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>"


@dataclass(frozen=True, slots=True)
class Seen:
    """One request that was answered, or left without an answer. ``status`` is 0 where no answer was sent."""

    operation: str
    status: int
    fault: Fault | None


@dataclass(slots=True)
class _Answer:
    status: int
    body: bytes
    headers: dict[str, str]


class FakeEtsy:
    """``with FakeEtsy() as etsy``: listens on 127.0.0.1. ``api`` is what stands in for https://api.etsy.com."""

    def __init__(self, limits: Limits | None = None, *, port: int = 0) -> None:
        self.world = World()
        self.tokens = Tokens(self.world)
        self.faults = Faults()
        self.quota = Quota(limits or Limits())
        self.arrived: Counter[str] = Counter()
        self.seen: list[Seen] = []
        #: Who signs in when a browser comes to the consent page; None: the first shop's seller.
        self.signed_in: int | None = None
        self.denies = False
        self._server = _Server(("127.0.0.1", port), self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def key(self) -> str:
        """The key header that is right."""
        return f"{self.world.keystring}:{self.world.shared_secret}"

    def count(self, operation: str) -> int:
        """How often an operation was called, faults included."""
        return self.arrived[operation]

    # -- one request ----------------------------------------------------------------------------------------------

    def answer(self, request: _Handler, raw: bytes) -> _Answer | None:
        """The answer, or None where the connection is to end without one."""
        address = urlsplit(request.path)
        query = read_pairs(address.query)
        if address.path == "/oauth/connect":
            return self._consent(query)
        if address.path == "/v3/public/oauth/token":
            return self._faulty("token", lambda hidden: self._token(request, raw))
        found = find_route(request.command, address.path.removeprefix("/v3/application"))
        if found is None or not address.path.startswith("/v3/application/"):
            return self._guarded(_nowhere)
        route, parts = found
        return self._faulty(route.operation, lambda hidden: self._run(route, parts, query, request, raw, hidden))

    def _faulty(self, operation: str, run: Callable[[float], _Outcome]) -> _Answer | None:
        self.arrived[operation] += 1
        fault = self.faults.draw(operation)
        answer = self._before(fault) if fault in NOT_DONE else None
        if fault not in NOT_DONE:
            hidden = self.faults.late_s if fault is Fault.LATE else 0.0
            with self._undone() if fault is Fault.IGNORED else nullcontext():
                answer = self._guarded(partial(run, hidden))
            if answer.status < 300:  # what was refused had no effect to be lost
                answer = self._after(fault, answer)
            else:
                fault = None
        self.seen.append(Seen(operation, answer.status if answer else 0, fault))
        return answer

    @contextmanager
    def _undone(self) -> Iterator[None]:
        """Whatever happens to listings in here has not happened."""
        with self.world.lock:
            kept = deepcopy(self.world.listings)
            yield
            self.world.listings.clear()
            self.world.listings.update(kept)

    def _before(self, fault: Fault | None) -> _Answer | None:
        match fault:
            case Fault.ERROR_500:
                return _json(500, {"error": "Server Error"})
            case Fault.HTML_502:
                return _Answer(502, _GATEWAY_PAGE, {"Content-Type": "text/html"})
            case Fault.TOO_MANY:
                wait = {"retry-after": str(self.faults.retry_after_s)}
                return _json(429, {"error": "Exceeded per second rate limit"}, wait)
            case Fault.TIRED:
                wait = {"retry-after": str(self.faults.tired_s)}
                return _json(429, {"error": "Exceeded daily rate limit"}, wait)
        return None

    def _after(self, fault: Fault | None, answer: _Answer) -> _Answer | None:
        match fault:
            case Fault.COMMIT_THEN_DROP:
                return None
            case Fault.COMMIT_THEN_500 | Fault.LATE:
                return _json(500, {"error": "Server Error"})
            case Fault.COMMIT_THEN_SLOW:
                time.sleep(self.faults.slow_s)
            case Fault.COMMIT_THEN_GARBLED:
                return _Answer(answer.status, b"<html>OK</html>", {"Content-Type": "text/html"})
        return answer

    def _guarded(self, run: Callable[[], _Outcome]) -> _Answer:
        try:
            with self.world.lock:
                status, document, headers = run()
        except Refused as refused:
            return _json(refused.rule.status, refused.body, refused.headers | {"x-stand-in-rule": refused.rule.name})
        return _json(status, document, headers)

    def _run(
        self,
        route: Route,
        parts: dict[str, str],
        query: dict[str, str],
        request: _Handler,
        raw: bytes,
        hidden: float,
    ) -> _Outcome:
        self._check_key(request.headers.get("x-api-key"))
        headers = self.quota.count(self.world.clock())
        call = Call(
            self.world, self.tokens, route.operation, route.scope, parts, query,
            request.headers.get("authorization"), request.headers.get("content-type", ""), raw, hidden,
        )  # fmt: skip
        if route.scope is not None:
            call.user()
        status, document = route.run(call)
        return status, document, headers | call.headers_out

    def _check_key(self, key: str | None) -> None:
        if key == self.world.keystring:
            raise refuse("key_bare")
        if key is None or ":" not in key:
            raise refuse("key_malformed")
        if key != self.key:
            raise refuse("key_unknown")

    def _token(self, request: _Handler, raw: bytes) -> _Outcome:
        fields = read_body(request.headers.get("content-type", ""), raw).fields
        return 200, self.tokens.exchange(fields), {}

    def _consent(self, query: dict[str, str]) -> _Answer:
        """The seller agrees at once: the page itself belongs to Etsy."""
        user = self.signed_in or next(iter(self.world.shops.values())).user_id
        try:
            with self.world.lock:
                to = self.tokens.consent(query, user, denied=self.denies)
        except Refused as refused:
            return _json(refused.rule.status, refused.body, {})
        return _Answer(302, b"", {"Location": to})


def _nowhere() -> _Outcome:
    raise refuse("not_found")


def _json(status: int, document: Any, headers: dict[str, str] | None = None) -> _Answer:
    body = b"" if status == 204 else json.dumps(document).encode()
    return _Answer(status, body, {"Content-Type": "application/json"} | (headers or {}))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], etsy: FakeEtsy) -> None:
        super().__init__(address, _Handler)
        self.etsy = etsy

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that was killed ends its connection at any instant: nothing worth a word."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 60

    def handle_one_request(self) -> None:
        """One request of a connection that is kept open."""
        self.raw_requestline = self.rfile.readline(65_537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        length = int(self.headers.get("content-length") or 0)
        assert isinstance(self.server, _Server)
        answer = self.server.etsy.answer(self, self.rfile.read(length))
        if answer is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(answer.status)
        headers = {"Content-Length": str(len(answer.body)), "x-etsy-request-uuid": str(uuid4())} | answer.headers
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: what arrived is in ``FakeEtsy.seen``."""
