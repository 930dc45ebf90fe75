"""What the options say, for the one command this process runs."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from printdock.cli.common import errors_console

if TYPE_CHECKING:
    from printdock.settings import Settings
    from printdock.wiring import Services

HomeOption = Annotated[
    Path | None, typer.Option("--home", help="Folder of database, settings and nas/ (or PRINTDOCK_HOME).")
]
ShopOption = Annotated[str | None, typer.Option("--shop", help="The shop; the default one when not given.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on stdout; everything else on stderr.")]

_home: Path | None = None


def set_home(home: Path | None) -> None:
    """Remember ``--home`` given before the command."""
    global _home
    _home = home


def settings_for(home: Path | None) -> Settings:
    """The settings in force for ``--home``."""
    from printdock.settings import load

    return load(home or _home)


@contextmanager
def services_for(home: Path | None) -> Iterator[Services]:
    """The open services for ``--home``; storage trouble is told on stderr."""
    from stamina.instrumentation import LoggingOnRetryHook, set_on_retry_hooks

    from printdock.wiring import open_services

    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=errors_console.file)
    set_on_retry_hooks([LoggingOnRetryHook])  # its default is structlog, which prints on stdout
    for chatty in ("asyncssh", "stamina"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    with open_services(
        settings_for(home), on_storage=lambda sentence: errors_console.print(sentence, style="yellow")
    ) as services:
        yield services


@contextmanager
def stoppable(stop: threading.Event) -> Iterator[None]:
    """The first Ctrl-C (or SIGTERM) finishes what is begun and stops; the second one ends at once."""

    def ask(number: int, _frame: object) -> None:
        if stop.is_set():
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        errors_console.print("Stopping: what is begun is finished. Once more to end at once.", style="yellow")
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
