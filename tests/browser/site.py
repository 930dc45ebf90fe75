"""A real `printdock serve`, to be stopped, killed and started again on the same port."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import httpx

#: Seconds until a server must answer, or have ended.
PATIENCE = 40.0

#: The account that `Site.owner` is.
EMAIL, PASSWORD = "rose@example.com", "correct horse battery staple"

_WELCOME = re.compile(r"http://\S+/welcome#\S+")


class Site:
    """Serves the home in ``folder``. Enter it to start, leave it to end."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.home.mkdir(parents=True, exist_ok=True)
        self._log = folder / "serve.log"
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port: int = found.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Returns when it answers."""
        command = [sys.executable, "-m", "printdock", "serve", "--home", str(self.home), "--port", str(self.port)]
        environment = {**os.environ, "PRINTDOCK_GRACE": "3"}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, start_new_session=True
            )
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the server does not start:\n{self._log.read_text()[-3000:]}")
            time.sleep(0.05)  # a new process cannot be waited for in another way

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As a power cut does: every process of it, at once."""
        self._end(signal.SIGKILL)

    @property
    def welcome(self) -> str:
        """The link that makes the owner's account."""
        return _WELCOME.findall(self._log.read_text())[-1]

    def owner(self) -> httpx.Client:
        """The owner, signed in: makes the account where there is none."""
        client = httpx.Client(base_url=self.address, timeout=PATIENCE)
        answer = client.post("/api/v1/session", json={"email": EMAIL, "password": PASSWORD})
        if answer.status_code == 401:
            token = self.welcome.partition("#")[2]
            body = {"token": token, "email": EMAIL, "name": "Rose", "password": PASSWORD}
            answer = client.post("/api/v1/links/use", json=body)
        answer.raise_for_status()
        client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return client

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.address}/readyz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            os.killpg(process.pid, how)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(PATIENCE)
