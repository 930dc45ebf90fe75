"""The servers that benchmarks run against: a PostgreSQL and an OpenSSH of their own, for as long as they are needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.services.packages import ensure_debian_package
from tests.services.postgres import Postgres, find_programs
from tests.services.ssh import OpenSshServer


@dataclass(frozen=True)
class Servers:
    """A database server and a NAS."""

    postgres: Postgres
    nas: OpenSshServer

    @property
    def storage_url(self) -> str:
        """The NAS's folder as printdock's setting writes it."""
        return f"sftp://{self.nas.username}@{self.nas.host}:{self.nas.port}{self.nas.root}"

    def environment(self, database_url: str) -> dict[str, str]:
        """What printdock needs to work with both."""
        return {
            "DATABASE_URL": database_url.replace("postgresql+psycopg://", "postgresql://"),
            "PRINTDOCK_STORAGE": self.storage_url,
            "PRINTDOCK_NAS_KEY": str(self.nas.key_file),
        }


@contextmanager
def servers(folder: Path) -> Iterator[Servers]:
    """Both servers, started in ``folder`` and stopped at the end."""
    ensure_debian_package("ssh-keygen", "openssh-client")
    sshd = ensure_debian_package("sshd", "openssh-server", "openssh-client")
    nas = OpenSshServer(folder, sshd=sshd)
    nas.start()
    nas.trust()
    try:
        with Postgres(find_programs()) as postgres:
            yield Servers(postgres, nas)
    finally:
        nas.close()
