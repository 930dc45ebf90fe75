"""A real nginx of the tests' own, with the configuration that ``deploy/nginx`` holds, on free ports."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from pathlib import Path
from typing import Self

from tests.services.ssh import free_port, wait_for

CONFIG = Path(__file__).resolve().parents[2] / "deploy" / "nginx"

_AROUND = """
daemon off;
worker_processes 1;
error_log {folder}/error.log info;
pid {folder}/pid;
{user}
events {{ worker_connections 256; }}
http {{
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  include {folder}/printdock.conf;
}}
"""


class Nginx:
    """In front of the printdock at ``upstream`` (a port). The files are those people get, but for places, ports and names.

    ``certificate``: chain and key, PEM. Use as a context manager.
    """

    def __init__(self, program: str, folder: Path, certificate: tuple[Path, Path], upstream: int) -> None:
        self._program, self.folder = program, folder
        self.port, self.plain_port = free_port(), free_port()
        self._write(certificate, upstream)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        with (self.folder / "output").open("wb") as output:
            self._process = subprocess.Popen(
                [self._program, "-c", str(self.folder / "nginx.conf")],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        wait_for(self._answers, f"nginx on port {self.port}")
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(20)

    def log(self, name: str) -> str:
        """``error`` or ``printdock`` (the access log), as far as it is written."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def kept_on_disk(self, place: str) -> list[Path]:
        """Files of ``body`` (uploads), ``proxy`` (answers) or ``cache``."""
        return [path for path in (self.folder / place).rglob("*") if path.is_file()]

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "output").read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _write(self, certificate: tuple[Path, Path], upstream: int) -> None:
        chain, key = certificate
        replaced = {
            "/etc/ssl/printdock/fullchain.pem": str(chain),
            "/etc/ssl/printdock/privkey.pem": str(key),
            "/etc/nginx/printdock-cache.conf": f"{self.folder}/printdock-cache.conf",
            "/var/cache/nginx/printdock": f"{self.folder}/cache",
            "/var/log/nginx": str(self.folder),
            "127.0.0.1:8000": f"127.0.0.1:{upstream}",
            "listen 80;": f"listen 127.0.0.1:{self.plain_port};",
            "listen 443 ": f"listen 127.0.0.1:{self.port} ",
            "prints.example.com": "127.0.0.1",
        }
        config = (CONFIG / "printdock.conf").read_text()
        for before, after in replaced.items():
            assert before in config, f"deploy/nginx/printdock.conf says {before!r} no more"
            config = config.replace(before, after)
        config = re.sub(r"\n *listen \[::\].*", "", config)
        (self.folder / "printdock.conf").write_text(config)
        (self.folder / "printdock-cache.conf").write_text((CONFIG / "printdock-cache.conf").read_text())
        user = "user root;" if os.geteuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(_AROUND.format(folder=self.folder, user=user))
