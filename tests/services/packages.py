"""Brings the programs that tests need and this machine lacks."""

from __future__ import annotations

import fcntl
import functools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Seconds for one apt-get run, waiting for another one's lock included.
APT_TIMEOUT = 300


class ServiceMissing(Exception):
    """A real service cannot be had on this machine; the message says why, and what would help."""


def find_program(name: str) -> str | None:
    """Path of a program; ``sbin`` is looked through too, for it is not on every user's PATH (sshd lives there)."""
    return shutil.which(name) or shutil.which(name, path="/usr/local/sbin:/usr/sbin:/sbin")


def ensure_debian_package(program: str, *packages: str) -> str:
    """Path of ``program``, installed from the Debian ``packages`` where it is missing.

    Only root installs. Safe from several processes at once (pytest-xdist): one installs, the others wait.
    Raises `ServiceMissing`.
    """
    if found := find_program(program):
        return found
    with exclusive("apt"):
        if found := find_program(program):  # another process installed it meanwhile
            return found
        install_debian_packages(*packages)
    if found := find_program(program):
        return found
    raise ServiceMissing(f"{' '.join(packages)} came without {program}")


def install_debian_packages(*packages: str) -> None:
    """apt-get install, as root. Raises `ServiceMissing`."""
    wanted = " ".join(packages)
    if not shutil.which("apt-get") or os.geteuid() != 0:
        raise ServiceMissing(f"not installed, and only root on Debian can install it here: apt-get install -y {wanted}")
    _apt_update()
    _apt("install", "-y", "--no-install-recommends", *packages)


@functools.cache
def _apt_update() -> None:
    """A bare machine has no package lists at all. Once in a process is enough."""
    _apt("update")


def _apt(*arguments: str) -> None:
    # RUNLEVEL=1 makes Debian's invoke-rc.d leave the service stopped: the tests start servers of their own.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    command = ["apt-get", "-q", "-o", f"DPkg::Lock::Timeout={APT_TIMEOUT // 2}", *arguments]
    try:
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=APT_TIMEOUT
        )
    except subprocess.TimeoutExpired as error:
        raise ServiceMissing(f"{' '.join(command)} took more than {APT_TIMEOUT} s") from error
    if done.returncode != 0:
        raise ServiceMissing(f"{' '.join(command)} failed: {(done.stderr or done.stdout).strip()[-400:]}")


@contextmanager
def exclusive(name: str) -> Iterator[None]:
    """Only one process of this user at a time between here and there."""
    with open(Path(tempfile.gettempdir()) / f"printdock-tests-{os.geteuid()}-{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
