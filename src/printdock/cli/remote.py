"""A printdock server as the command line calls it: answers as plain data, refusals as our errors, cuts retried."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
import stamina

from printdock.errors import Cancelled, PrintdockError, UsageError

Answer = TypeVar("Answer")

#: What a server says when asking again may help.
AGAIN = frozenset({408, 423, 425, 429, 502, 503, 504})

#: Seconds for a connection, and without any byte, before a try is given up.
_CONNECT_S, _SILENCE_S = 10.0, 60.0


class Refused(PrintdockError):
    """The server said no; ``status`` is that of HTTP, ``offset`` its Upload-Offset, where it named one."""

    def __init__(self, response: httpx.Response) -> None:
        problem = _problem(response)
        super().__init__(
            str(problem.get("detail") or f"The server answered {response.status_code}."),
            code=str(problem.get("code") or f"http_{response.status_code}"),
            remedy=str(problem.get("remedy") or ""),
        )
        self.status = response.status_code
        offset = response.headers.get("Upload-Offset", "")
        self.offset = int(offset) if offset.isdigit() else None


class Server:
    """The API of one server, for one key. Thread-safe. ``stop`` ends waiting and retrying; ``on_away`` is told of every cut."""

    def __init__(
        self, url: str, key: str, *, stop: threading.Event, patience_s: float, on_away: Callable[[str], None]
    ) -> None:
        if not url.startswith(("http://", "https://")):
            raise UsageError(f"{url!r} is no address of a server.", remedy="Such as https://prints.example.com.")
        self.url, self._stop, self._patience_s, self._on_away = url.rstrip("/"), stop, patience_s, on_away
        timeout = httpx.Timeout(_SILENCE_S, connect=_CONNECT_S)
        limits = httpx.Limits(max_connections=32, keepalive_expiry=20.0)
        headers = {"Authorization": f"Bearer {key}", "User-Agent": "printdock"}
        self._http = httpx.Client(base_url=self.url, headers=headers, timeout=timeout, limits=limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._http.close()

    def call(self, method: str, path: str, **request: Any) -> Any:
        """One request, again while the server is away or busy. Raises `Refused`; `PrintdockError` ``server_away``."""
        return self.patiently(lambda: self.once(method, path, **request).json())

    def once(self, method: str, path: str, **request: Any) -> httpx.Response:
        """One request, one try. Raises `Refused` and `httpx.TransportError`."""
        response = self._http.request(method, _path(path), **request)
        if response.is_error:
            raise Refused(response)
        return response

    def patiently(self, work: Callable[[], Answer]) -> Answer:
        """``work``, again after cuts and while the server is away or busy; it must be safe to run again."""
        tries = stamina.retry_context(
            on=self._worth_another_try, attempts=None, timeout=self._patience_s, wait_initial=0.2, wait_max=5.0
        )
        try:
            for attempt in tries:
                with attempt:
                    if self._stop.is_set():
                        raise Cancelled("Stopped.", remedy="Run the same command again: it goes on where it was.")
                    return work()
        except httpx.TransportError as error:
            raise PrintdockError(
                f"{self.url} does not answer ({type(error).__name__}: {error}).",
                code="server_away",
                remedy="Run the same command again when it does: it goes on where it was.",
            ) from error
        raise AssertionError("retry_context always returns or raises")

    @contextmanager
    def events(self, path: str, last: str | None) -> Iterator[Iterator[dict[str, Any]]]:
        """Server-sent events after ``last`` as they come, until the stream ends. Raises as `once`."""
        headers = {"Accept": "text/event-stream"} | ({} if last is None else {"Last-Event-ID": last})
        with self._http.stream("GET", _path(path), headers=headers) as response:
            if response.is_error:
                response.read()
                raise Refused(response)
            yield _data(response.iter_lines())

    def _worth_another_try(self, error: Exception) -> bool:
        if self._stop.is_set():
            return False
        again = isinstance(error, httpx.TransportError) or (
            isinstance(error, Refused) and (error.status in AGAIN or error.code == "in_progress")
        )
        if again and isinstance(error, httpx.TransportError):
            self._on_away(f"The server does not answer ({type(error).__name__}); trying again.")
        return again


def _data(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        if line.startswith("data:"):
            yield json.loads(line[5:])


def _path(path: str) -> str:
    return path if path.startswith("/") else f"/api/v1/{path}"


def _problem(response: httpx.Response) -> dict[str, Any]:
    try:
        problem = response.json()
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}
