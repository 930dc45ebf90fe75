"""``printdock worker``: a process that runs jobs, on as many machines as wanted."""

from __future__ import annotations

import logging
import os
import threading
from typing import Annotated

import typer

from printdock.cli.common import errors_console
from printdock.cli.context import HomeOption, services_for, stoppable


def worker(
    slots: Annotated[
        int | None,
        typer.Option("--slots", min=1, max=64, help="Jobs at the same time; PRINTDOCK_JOB_SLOTS if not given."),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Run jobs until stopped. Ctrl-C or SIGTERM: what runs is finished or given back; a second one ends at once."""
    from printdock.jobs.broker import broker_for
    from printdock.jobs.worker import EmbeddedWorker
    from printdock.wiring import open_telemetry

    stopping = threading.Event()
    with (
        services_for(home) as services,
        open_telemetry(services.settings, metrics_port=True),
        stoppable(stopping),
    ):
        broker = broker_for(services)
        running = EmbeddedWorker(services, broker, slots=slots, places=[services.place().id])
        running.start()
        errors_console.print(f"Working: {running.runner.slots} jobs at a time. Ctrl-C ends it.")
        stopping.wait()
        ended = running.close()
        broker.close()
    if not ended:  # a job's thread does not stop; its job was given back, and Python would wait for it for ever
        logging.shutdown()
        os._exit(0)
