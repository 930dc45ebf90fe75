"""A worker's process for tests: `printdock worker`, but as hasty as `HASTY`. Forked from a process that has imported
everything, which saves the seconds that imports take."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from printdock.cli import worker as command
from printdock.cli.app import app
from printdock.etsy.wire import Wire
from printdock.jobs import ticker
from printdock.jobs.worker import EmbeddedWorker
from printdock.listings import work
from printdock.listings.desk import Desk
from tests.listings.hasty import HASTY

__all__ = ["command", "run", "work"]


def run(environment: dict[str, str], log: Path) -> None:
    """Work until killed."""
    os.environ.update(environment)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    _hurry()
    sys.argv = ["printdock", "worker"]
    app()


def _hurry() -> None:
    defaults: Any = Desk.__init__.__defaults__
    Desk.__init__.__defaults__ = (HASTY, *defaults[1:])
    Wire.__init__.__kwdefaults__["first_wait_s"] = 0.02
    EmbeddedWorker.__init__.__kwdefaults__["tick_s"] = 0.1
    ticker.SWEEP_S = 0.2
