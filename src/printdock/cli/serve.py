"""``printdock serve``: the HTTP API, and work in the background."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from printdock.cli.common import errors_console
from printdock.cli.context import HomeOption, settings_for
from printdock.errors import UsageError

if TYPE_CHECKING:
    from granian.server.common import AbstractServer

    from printdock.settings import Settings


def serve(
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on; 0.0.0.0 lets others in.")] = None,
    port: Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option("--workers", min=1, max=64, help="Processes that answer.")] = None,
    tls_cert: Annotated[Path | None, typer.Option("--tls-cert", help="Certificate chain, PEM: speaks TLS.")] = None,
    tls_key: Annotated[Path | None, typer.Option("--tls-key", help="Its private key, PEM (PKCS#8).")] = None,
    home: HomeOption = None,
) -> None:
    """Serve the HTTP API (and do background work) until told to end.

    SIGTERM or Ctrl-C: takes no new work, finishes what runs (PRINTDOCK_GRACE seconds at most), exits with 0.
    A second instance on the same port takes over without a gap: start it, then end the first.
    """
    settings = settings_for(home)
    given = {"host": host, "port": port, "server_workers": workers, "tls_cert": tls_cert, "tls_key": tls_key}
    settings = settings.model_copy(update={name: value for name, value in given.items() if value is not None})
    _check(settings)
    # The processes that answer read the settings themselves.
    os.environ["PRINTDOCK_HOME"] = str(settings.home)
    _prepare(settings)
    if hasattr(signal, "SIGUSR1"):
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)  # its default would end a worker that does not listen yet
    server = _server(settings)
    server.on_startup(lambda: errors_console.print(f"printdock answers at {settings.address}", highlight=False))
    server.serve()


def _check(settings: Settings) -> None:
    if (settings.tls_cert is None) != (settings.tls_key is None):
        raise UsageError("TLS needs both a certificate and a key.", remedy="--tls-cert and --tls-key.")
    for file in (settings.tls_cert, settings.tls_key):
        if file is not None and not os.access(file, os.R_OK):
            raise UsageError(f"{file} cannot be read.")


def _prepare(settings: Settings) -> None:
    """What must be right before anything listens; on the first start, the link that makes the owner's account.

    Everything opened here is closed again: the server forks.
    """
    from printdock.accounts.links import OWNER_LASTS, address, owner_link
    from printdock.accounts.users import any_users
    from printdock.wiring import open_services

    with open_services(settings) as services:
        services.secret.key("csrf")
        shop = services.shop()
        with services.database.write() as connection:
            if any_users(connection):
                return
            token = owner_link(connection, shop.id, services.clock())
    errors_console.print(
        f"Nobody has an account yet. This link makes yours, once, within {OWNER_LASTS.total_seconds() / 60:.0f} minutes:"
    )
    errors_console.print(address(settings.address, token), highlight=False, soft_wrap=True, markup=False)


def _server(settings: Settings) -> AbstractServer[Any]:
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces, SSLProtocols
    from granian.log import LogLevels

    class Draining(Granian):  # type: ignore[misc,valid-type]
        """Tells its workers first, so that they say "not ready" while they still answer; a second signal ends at once."""

        _asked = False

        def signal_handler_interrupt(self, *arguments: Any, **named: Any) -> None:
            if os.getpid() != self.pid:
                # A worker that has not come to its own handlers yet has this one from the fork. It serves nothing yet.
                os._exit(0)
            if self._asked or not settings.drain_s:
                super().signal_handler_interrupt(*arguments, **named)
                return
            self._asked = True
            for worker in self.wrks:
                os.kill(worker.inner.pid, signal.SIGUSR1)
            timer = threading.Timer(settings.drain_s, super().signal_handler_interrupt)
            timer.daemon = True
            timer.start()

    return Draining(
        "printdock.asgi:create",
        factory=True,
        interface=Interfaces.ASGI,
        address=settings.host,
        port=settings.port,
        workers=settings.server_workers,
        workers_kill_timeout=settings.grace_s,
        respawn_failed_workers=True,
        http=HTTPModes.auto,
        websockets=False,
        backlog=1024,
        log_level=LogLevels.warning,
        ssl_cert=settings.tls_cert,
        ssl_key=settings.tls_key,
        ssl_protocol_min=SSLProtocols.tls12,
    )
