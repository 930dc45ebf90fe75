"""What a check says, and what it may look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from printdock.db import schema
from printdock.db.engine import Database
from printdock.db.schema import SchemaStatus
from printdock.errors import PrintdockError
from printdock.settings import Settings


class Level(StrEnum):
    """How a piece is. BAD alone makes `printdock doctor` exit with 3."""

    OK = "ok"
    WARN = "warn"  # it works; somebody should look
    BAD = "bad"  # it is missing or broken
    SKIPPED = "skipped"  # it could not be looked at, for another piece is bad


@dataclass(frozen=True, slots=True)
class Finding:
    """``detail``: what is so, in a sentence or less; ``remedy``: what to do, never empty where the level is WARN or BAD."""

    level: Level
    detail: str
    remedy: str = ""


def ok(detail: str) -> Finding:
    return Finding(Level.OK, detail)


def warn(detail: str, remedy: str) -> Finding:
    return Finding(Level.WARN, detail, remedy)


def bad(detail: str, remedy: str) -> Finding:
    return Finding(Level.BAD, detail, remedy)


def refused(error: PrintdockError, remedy: str) -> Finding:
    """A piece that says itself what is wrong; ``remedy`` where it does not say what to do."""
    return Finding(Level.BAD, error.message, error.remedy or remedy)


class Patient:
    """What checks look at: the settings, and the database as it is. Nothing is made or changed by opening it."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        self.settings, self.clock = settings, clock

    @property
    def home(self) -> Path:
        return self.settings.home

    @property
    def is_new(self) -> bool:
        """Whether the database is a SQLite file that the first start has yet to make."""
        return self.settings.database_url is None and not (self.home / "printdock.db").exists()

    @cached_property
    def database(self) -> Database:
        """Not yet connected. Not to be used where `is_new`: SQLite would make the file."""
        return Database(self.settings.database)

    @cached_property
    def schema(self) -> SchemaStatus | PrintdockError | None:
        """The database's schema, why it does not say, or None where `is_new`."""
        if self.is_new:
            return None
        try:
            return schema.status(self.database)
        except PrintdockError as error:
            return error

    @property
    def readable(self) -> bool:
        """Whether rows can be read: the database answers, and has this program's tables or newer ones."""
        now = self.schema
        return isinstance(now, SchemaStatus) and now.current is not None and now.current >= now.head

    def close(self) -> None:
        """Let go of the database, where it was opened."""
        if "database" in self.__dict__:
            self.database.close()
