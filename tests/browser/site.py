"""A real `printdock serve` with its owner, to be killed and started again on the same port."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import httpx

from tests.services.serving import PATIENCE, Serving
from tests.services.ssh import free_port

#: The account that `Site.owner` is.
EMAIL, PASSWORD = "rose@example.com", "correct horse battery staple"

_WELCOME = re.compile(r"http://\S+/welcome#\S+")


class Site:
    """Serves ``home``. Enter it to start, leave it to end."""

    def __init__(self, home: Path) -> None:
        self.home = home
        home.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._serving: Serving | None = None
        self._has_owner = False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Returns when it answers."""
        self._serving = Serving(self.home, self.port)
        self._serving.wait_until_ready()

    def kill(self) -> None:
        """As a power cut does: every process of it, at once."""
        if self._serving is not None:
            self._serving.kill()
        self._serving = None

    def resident(self) -> int:
        """Bytes of memory of the server's processes."""
        assert self._serving is not None
        return sum(process.memory_info().rss for process in self._serving.processes())

    @property
    def welcome(self) -> str:
        """The link that makes the owner's account, of the first start."""
        assert self._serving is not None
        return _WELCOME.findall(self._serving.output)[-1]

    @contextmanager
    def owner(self) -> Iterator[httpx.Client]:
        """The owner, signed in: makes the account where there is none."""
        headers = {"Origin": self.address}
        with httpx.Client(base_url=self.address, timeout=PATIENCE, headers=headers) as client:
            self._enter(client)
            yield client

    def _enter(self, client: httpx.Client) -> None:
        answer = None if self._has_owner else self._become_owner(client)
        if answer is None or answer.is_error:  # the account is there already: made on a page, or before a restart
            answer = client.post("/api/v1/session", json={"email": EMAIL, "password": PASSWORD})
        answer.raise_for_status()
        self._has_owner = True
        client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]

    def _become_owner(self, client: httpx.Client) -> httpx.Response | None:
        assert self._serving is not None
        links = _WELCOME.findall(self._serving.output)
        if not links:
            return None
        body = {"token": links[-1].partition("#")[2], "email": EMAIL, "name": "Rose", "password": PASSWORD}
        return client.post("/api/v1/links/use", json=body)
