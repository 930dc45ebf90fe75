"""Several writers who have all looked before anybody writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, get_ident
from typing import Any

from sqlalchemy import Connection, event

from printdock.db.engine import Database


@contextmanager
def all_look_first(database: Database, writers: int, statement: str = "INSERT") -> Iterator[None]:
    """The first statement of each thread that begins with ``statement`` waits for those of the others (PostgreSQL).

    SQLite lets one writer begin at a time: there they come after each other, whatever they do.
    """
    looked = Barrier(writers)
    waited: set[int] = set()
    waits = database.dialect == "postgresql"

    def hold(connection: Connection, cursor: object, text: str, *others: object) -> None:
        if waits and text.startswith(statement) and get_ident() not in waited:
            waited.add(get_ident())
            looked.wait(10)

    event.listen(database.engine, "before_cursor_execute", hold)
    try:
        yield
    finally:
        event.remove(database.engine, "before_cursor_execute", hold)


def at_once(work: Callable[[int], Any], writers: int, *refusals: type[Exception]) -> list[Any]:
    """What ``work`` answered each writer, who are told their numbers, or which of ``refusals`` it raised."""

    def one(number: int) -> Any:
        try:
            return work(number)
        except refusals as error:
            return error

    with ThreadPoolExecutor(writers) as pool:
        return list(pool.map(one, range(writers)))
