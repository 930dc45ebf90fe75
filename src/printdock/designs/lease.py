"""Who is storing what: a claim belongs to one process and ends with it.

A claim left by a process that died on this machine is free at once; one of another machine when its lease ran out.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import psutil
from uuid_utils.compat import uuid4

from printdock.errors import DatabaseUnavailable, LeaseLost

log = logging.getLogger(__name__)

#: How long a claim stands without being renewed, and how often it is renewed.
LEASE = timedelta(seconds=90)
RENEW_EVERY_S = 20.0

Clock = Callable[[], datetime]


def new_owner() -> str:
    """This process, so named that no other process ever has the same name."""
    pid = os.getpid()
    started = int(psutil.Process(pid).create_time() * 1000)
    return f"{socket.gethostname()[:80]}|{_boot()}|{pid}|{started}|{uuid4().hex[:8]}"


def is_dead(owner: str | None, lease_until: datetime | None, now: datetime) -> bool:
    """Whether the claim's process can no longer be at work on it."""
    if owner is None or lease_until is None or lease_until <= now:
        return True
    host, boot, pid, started, _random = owner.split("|")
    if host != socket.gethostname()[:80]:
        return False
    if boot != _boot():
        return True
    try:
        process = psutil.Process(int(pid))
        # In a container there may be nobody to reap the dead: a zombie runs no more.
        return int(process.create_time() * 1000) != int(started) or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


class Renewal:
    """Calls ``renew`` every `RENEW_EVERY_S` seconds on a thread of its own, until it is closed or the lease was lost."""

    def __init__(self, renew: Callable[[], None]) -> None:
        self._renew = renew
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="printdock-lease", daemon=True)
        self._thread.start()

    def __enter__(self) -> Renewal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        while not self._over.wait(RENEW_EVERY_S):
            try:
                self._renew()
            except LeaseLost:
                return  # whoever works under it finds out at its next step
            except DatabaseUnavailable as error:
                log.warning("claims could not be renewed: %s", error)

    def close(self) -> None:
        """Renew no more. Returns when a renewal that is under way has ended. Idempotent."""
        self._over.set()
        self._thread.join()


def _boot() -> str:
    # Two containers may share a host name and each have a process 1: the boot time of the kernel and the
    # process namespace tell them apart.
    try:
        namespace = str(os.stat("/proc/self/ns/pid").st_ino)
    except OSError:
        namespace = "0"
    return f"{int(psutil.boot_time())}.{namespace}"
