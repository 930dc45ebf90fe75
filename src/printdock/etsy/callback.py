"""The address that Etsy sends the seller's browser back to: a page on this machine, served once."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import urlsplit

from printdock.errors import UsageError

_PAGE = (
    "<!doctype html><meta charset=utf-8><title>printdock</title><body style='font-family:sans-serif;margin:4em'>"
    "<h1>{title}</h1><p>{text}</p>"
)


class Callback:
    """Listens on loopback for ``redirect_uri`` (``http://localhost:8517/callback``) until `wait` got its address.

    Raises `UsageError` where the redirect is not one on this machine, or its port is taken.
    """

    def __init__(self, redirect_uri: str) -> None:
        address = urlsplit(redirect_uri)
        if address.scheme != "http" or address.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise UsageError(
                f"{redirect_uri} does not lead to this machine.",
                code="etsy_no_loopback",
                remedy="Use `printdock etsy connect --paste` with it.",
            )
        self._got = threading.Event()
        self._address = ""
        try:
            self._server = HTTPServer(("127.0.0.1", address.port or 80), self._handler(address.path or "/"))
        except OSError as error:
            raise UsageError(
                f"Port {address.port} cannot be listened on: {error.strerror}.",
                code="etsy_port_taken",
                remedy="Use `printdock etsy connect --paste`.",
            ) from error
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)
        self._thread.start()

    def wait(self, timeout_s: float, stop: threading.Event | None = None) -> str | None:
        """The address the browser came to, or None when it did not come in time."""
        waited = 0.0
        while not self._got.wait(0.1) and waited < timeout_s and not (stop and stop.is_set()):
            waited += 0.1
        return self._address or None

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self, path: str) -> type[BaseHTTPRequestHandler]:
        callback = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 10

            def do_GET(self) -> None:
                if urlsplit(self.path).path != path:
                    self.send_error(404)
                    return
                callback._address = self.path
                self._say("Thank you", "Go back to printdock: it finishes connecting there. This page can be closed.")
                callback._got.set()

            def _say(self, title: str, text: str) -> None:
                page = _PAGE.format(title=title, text=text).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet: the address holds a code."""

        return Handler
