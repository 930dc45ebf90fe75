"""A real OpenSSH server for tests: private keys and port on 127.0.0.1, faults on demand, nothing left behind.

Works as root and as an ordinary user (who can then only log in as themselves). Faults are real: processes are killed
or stopped by signal, the disk is a small tmpfs (or a file-size limit where mounting is impossible), sessions are
refused by a wrapper around ``sftp-server`` that holds one of N file locks.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from printdock.storage.urls import SftpTarget
from tests.services import disk

_SFTP_SERVERS = ("/usr/lib/openssh/sftp-server", "/usr/lib/ssh/sftp-server", "/usr/libexec/openssh/sftp-server",
                 "/usr/libexec/sftp-server")  # fmt: skip

#: Runs in place of ``sftp-server``: takes one of N slots (an inherited flock), limits file sizes, then becomes it.
_WRAPPER = """\
    import fcntl, os, resource, signal, sys
    slots, limit, folder, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:]
    for slot in range(slots):
        handle = os.open(f"{folder}/slot-{slot}", os.O_CREAT | os.O_RDWR)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
        else:
            os.set_inheritable(handle, True)
            break
    else:
        if slots:
            os.open(f"{folder}/refused", os.O_CREAT | os.O_WRONLY)
            sys.exit(1)
    if limit:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    os.execv(command[0], command)
"""


def wait_for(condition: Callable[[], bool], what: str, timeout_s: float = 20.0, every_s: float = 0.01) -> None:
    """Return once ``condition()`` holds; `AssertionError` naming ``what`` when it does not in time.

    ``every_s``: between two looks, longer where a look is work itself.
    """
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"waited {timeout_s:.0f} s in vain for {what}"
        time.sleep(every_s)


def free_port() -> int:
    """A TCP port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def find_sshd() -> str | None:
    """The path of ``sshd``, also where it is not on an ordinary user's PATH."""
    return shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/sbin:/opt/homebrew/sbin")


def find_sftp_server(sshd: str) -> str | None:
    """The path of OpenSSH's ``sftp-server``, that of the same installation as ``sshd`` first."""
    beside = str(Path(sshd).parents[1] / "lib" / "openssh" / "sftp-server")
    return next((path for path in (beside, *_SFTP_SERVERS) if os.access(path, os.X_OK)), None)


def require_sshd() -> str:
    """The path of ``sshd``; skips the test where there is none, and fails it in CI, where there must be one."""
    sshd = find_sshd()
    if sshd is None or find_sftp_server(sshd) is None:
        reason = "OpenSSH's sshd and sftp-server are not installed (Debian: apt-get install openssh-server)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return sshd


class OpenSshServer:
    """One private sshd. ``root`` is the folder to store in; make a client's settings from the attributes.

    ``session_limit``: at most that many SFTP sessions at once, the next one is refused (0 = no limit).
    ``read_only``: the server refuses every change. ``max_file_bytes``: writing past it fails (0 = no limit).
    ``disk_bytes``: ``root`` is a file system of that size where mounting is allowed, else ``max_file_bytes`` stands in.
    """

    host = "127.0.0.1"

    def __init__(
        self,
        folder: Path,
        *,
        sshd: str | None = None,
        session_limit: int = 0,
        read_only: bool = False,
        max_file_bytes: int = 0,
        disk_bytes: int = 0,
        ciphers: str = "",
    ) -> None:
        self.folder = folder
        self.root = folder / "nas"
        self.key_file = folder / "client_key"
        self.known_hosts = folder / "known_hosts"
        self.username = getpass.getuser()
        self.port = free_port()
        self._sshd = sshd or require_sshd()
        self._host_key = folder / "host_key"
        self._ciphers = ciphers
        self._session_limit = session_limit
        self._read_only = read_only
        self._max_file_bytes = max_file_bytes
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped: list[psutil.Process] = []
        self._prepare(disk_bytes)

    # -- life ---------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Listen on `port`; returns when connections are answered. Does nothing when running."""
        if self._process is not None:
            return
        self._write_config()
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        with (self.folder / "sshd.log").open("ab") as log:
            command = [self._sshd, "-D", "-e", "-f", str(self.folder / "sshd_config")]
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for(self._answers, f"sshd on port {self.port}; its log: {self.folder / 'sshd.log'}")

    def target(self, folder: str = "", *, password: str | None = None) -> SftpTarget:
        """Settings of a client that stores in ``folder`` below `root`, by key unless there is a password."""
        root = self.root / folder
        root.mkdir(parents=True, exist_ok=True)
        key_file = self.key_file if password is None else None
        return SftpTarget(self.host, self.port, self.username, password, key_file, str(root), self.known_hosts)

    def stop(self) -> None:
        """Shut down in order: no new connections, and the sessions are ended. `start` brings it back."""
        if self._process is not None:
            sessions = self._children()
            self._process.terminate()
            self._process.wait()
            _kill(sessions)
            self._process = None

    def kill(self) -> None:
        """kill -9 the server and every session, as when the power goes."""
        if self._process is None:
            return
        self.resume()
        sessions = self._children()
        self._process.kill()
        self._process.wait()
        _kill(sessions)
        self._process = None

    def kill_sessions(self) -> None:
        """kill -9 every session; new connections are answered (a NAS that drops idle clients)."""
        _kill(self._children())
        wait_for(lambda: not self._children(), "the sessions to end")

    def pause(self) -> None:
        """Stop the server and its sessions by SIGSTOP: connections stay open, nothing answers."""
        assert self._process is not None
        self._stopped = [psutil.Process(self._process.pid), *self._children()]
        for process in self._stopped:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.suspend()

    def resume(self) -> None:
        """Undo `pause`."""
        for process in self._stopped:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.resume()
        self._stopped = []

    def close(self) -> None:
        """Stop and give back what was mounted."""
        self.kill()
        disk.unmount(self.root)

    # -- faults and facts ---------------------------------------------------------------------------------------

    def change_host_key(self, kind: str = "ed25519") -> None:
        """A new host key from the next `start` on; restarts a running server. ``kind`` as in ``ssh-keygen -t``."""
        running = self._process is not None
        self.kill()
        self._new_host_key(kind)
        if running:
            self.start()

    def forget_client_key(self) -> None:
        """Let nobody in any more."""
        (self.folder / "authorized_keys").write_text("")

    def make_disk_read_only(self) -> bool:
        """Remount the disk of ``disk_bytes`` read-only; False where that is impossible."""
        if not disk.is_mounted(self.root):
            return False
        command = ["mount", "-o", "remount,ro", str(self.root)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def session_processes(self) -> list[psutil.Process]:
        """The processes of all sessions: sshd's own for each connection, and its ``sftp-server``."""
        return self._children()

    def sessions(self) -> int:
        """How many SFTP sessions are open now."""
        return sum(1 for process in self._children() if _name(process).startswith("sftp-server"))

    def refused_a_session(self) -> bool:
        """Whether ``session_limit`` has turned a session away."""
        return (self.folder / "refused").exists()

    def public_host_key(self) -> str:
        """``ssh-ed25519 AAAA...`` as it stands in a known_hosts file."""
        return " ".join(self._host_key.with_suffix(".pub").read_text().split()[:2])

    def trust(self) -> None:
        """Write the server's key to `known_hosts`."""
        self.known_hosts.write_text(f"[{self.host}]:{self.port} {self.public_host_key()}\n")

    # -- inside -------------------------------------------------------------------------------------------------

    def _prepare(self, disk_bytes: int) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        if disk_bytes and not disk.mount(self.root, disk_bytes):
            self._max_file_bytes = self._max_file_bytes or disk_bytes
        _new_key(self.key_file)
        self._new_host_key()
        shutil.copy(self.key_file.with_suffix(".pub"), self.folder / "authorized_keys")
        (self.folder / "session.py").write_text(textwrap.dedent(_WRAPPER))
        self.trust()

    def _new_host_key(self, kind: str = "ed25519") -> None:
        for path in (self._host_key, self._host_key.with_suffix(".pub")):
            path.unlink(missing_ok=True)
        _new_key(self._host_key, kind)

    def _sftp_command(self) -> str:
        server = [find_sftp_server(self._sshd) or "sftp-server", *(["-R"] if self._read_only else [])]
        if self._session_limit or self._max_file_bytes:
            limits = [str(self._session_limit), str(self._max_file_bytes), str(self.folder)]
            server = [sys.executable, "-I", "-S", str(self.folder / "session.py"), *limits, *server]
        return shlex.join(server)

    def _write_config(self) -> None:
        lines = {
            "ListenAddress": self.host,
            "Port": str(self.port),
            "HostKey": str(self._host_key),
            "PidFile": str(self.folder / "sshd.pid"),
            "AuthorizedKeysFile": str(self.folder / "authorized_keys"),
            "Subsystem": f"sftp {self._sftp_command()}",
            # Password logins are offered and none is ever right: root's is forbidden, a user's cannot be read.
            "PasswordAuthentication": "yes",
            "KbdInteractiveAuthentication": "no",
            "PermitRootLogin": "prohibit-password",
            # The user's shell starts each session and would read the user's own start-up files first, which may take
            # seconds, or wait for a lock (pyenv's do).
            "SetEnv": f"HOME={self.folder} SHLVL=9",
            "StrictModes": "no",
            "UsePAM": "no",
            "UseDNS": "no",
            "PrintMotd": "no",
            "MaxStartups": "200",
            "LogLevel": "VERBOSE",
        }
        if self._ciphers:
            lines["Ciphers"] = self._ciphers
        (self.folder / "sshd_config").write_text("".join(f"{name} {value}\n" for name, value in lines.items()))

    def _answers(self) -> bool:
        assert self._process is not None and self._process.poll() is None, (self.folder / "sshd.log").read_text()
        try:
            with socket.create_connection((self.host, self.port), timeout=1) as probe:
                return probe.recv(4) == b"SSH-"
        except OSError:
            return False

    def _children(self) -> list[psutil.Process]:
        if self._process is None:
            return []
        try:
            return list(psutil.Process(self._process.pid).children(recursive=True))
        except psutil.NoSuchProcess:
            return []


def _name(process: psutil.Process) -> str:
    try:
        return str(process.name())
    except psutil.NoSuchProcess:
        return ""


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)


def _new_key(path: Path, kind: str = "ed25519") -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "test", "-f", str(path)], check=True)


@pytest.fixture
def openssh_factory(tmp_path: Path, sshd: str) -> Iterator[Callable[..., OpenSshServer]]:
    """Makes started servers with the faults given as keyword arguments; all are gone after the test."""
    made: list[OpenSshServer] = []

    def make(**faults: Any) -> OpenSshServer:
        folder = tmp_path / f"sshd-{len(made)}"
        folder.mkdir()
        server = OpenSshServer(folder, sshd=sshd, **faults)
        made.append(server)
        server.start()
        return server

    yield make
    for server in made:
        server.close()


@pytest.fixture
def openssh(openssh_factory: Callable[..., OpenSshServer]) -> OpenSshServer:
    """A started server of the test's own."""
    return openssh_factory()


@pytest.fixture(scope="session")
def shared_openssh(tmp_path_factory: pytest.TempPathFactory, sshd: str) -> Iterator[OpenSshServer]:
    """One started server for all tests that do not break it; give each test its own folder below `root`."""
    server = OpenSshServer(tmp_path_factory.mktemp("sshd"), sshd=sshd)
    server.start()
    yield server
    server.close()
