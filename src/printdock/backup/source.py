"""What is backed up, and what a restore fills."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from printdock.db.engine import Database
from printdock.storage.base import Storage

Stage = Literal["waiting", "database", "files", "checking"]


@dataclass(frozen=True, slots=True)
class Library:
    """One printdock. ``waiting``: folders of this machine by place (spool, incoming), whose files exist nowhere else;
    ``secret``: tells its secret from others without giving it away; ``shown``: the storage's address, without passwords;
    ``transfers``: files under way at once.
    """

    database: Database
    storage: Storage
    waiting: dict[str, Path]
    secret: str
    shown: str
    transfers: int
    stop: threading.Event


@dataclass(frozen=True, slots=True)
class Progress:
    """``files``: seen so far; ``copied`` of them, of ``copied_bytes`` bytes; ``name`` of the last one."""

    stage: Stage
    files: int
    copied: int
    copied_bytes: int
    name: str


Report = Callable[[Progress], None]
