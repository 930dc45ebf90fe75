"""Rows and files of a snapshot belong together, though files change places while they are copied.

The rows are those of one moment. Files are copied after it, one by one, and meanwhile printdock may let two print files
change places (`designs/replace.py`), render a mockup again, or remove what its rows name no more. A file that is not
what its row says is brought back to what it was at the rows' moment: contents are kept by digest, and art that was
replaced lies under another name by then. What a person changed or removed in the storage by hand stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select, and_, literal, or_, select, update

from printdock.backup.manifest import Apart, Named
from printdock.db.engine import Database
from printdock.db.tables import mockups, print_files, replacements

#: Rows that are read at once.
_PAGE = 1000
#: Print files that are to lie in the storage: stored ones, and deleted ones that can be brought back.
_KEPT = or_(
    print_files.c.state == "stored", and_(print_files.c.state == "deleted", print_files.c.kept_until.is_not(None))
)


def named(connection: Connection) -> Iterator[Named]:
    """What the rows say of files in the storage, in constant memory. A mockup that is being replaced says nothing."""
    for wanted in (_print_files().where(print_files.c.sha256.is_not(None)), _mockups()):
        for row in connection.execute(wanted.execution_options(stream_results=True, yield_per=_PAGE)):
            yield Named(row.shop_id, row.path, row.bytes, bytes(row.sha256).hex())


def was_moved(database: Database, apart: Apart) -> bool:
    """Whether it was printdock that put another file there, or took it away, since ``apart``'s row was copied."""
    one = apart.named
    with database.read() as connection:
        here = print_files.c.shop_id == one.shop, print_files.c.path == one.key
        shown = mockups.c.shop_id == one.shop, mockups.c.path == one.key
        now = (
            connection.execute(_print_files().where(*here)).first()
            or connection.execute(_mockups().where(*shown)).first()
        )
        if now is None or bytes(now.sha256).hex() != one.sha256:
            return True
        if one.key in _changing_places(connection, one.shop):
            return True
        if apart.found is None:
            return False
        others = print_files.c.shop_id == one.shop, print_files.c.sha256 == bytes.fromhex(apart.found)
        return connection.execute(select(literal(1)).where(*others).limit(1)).first() is not None


def places_of(database: Database, one: Named) -> list[str]:
    """Where in the storage the print file that ``one`` names may lie now, the likeliest first; a mockup lies nowhere else."""
    with database.read() as connection:
        same = print_files.c.shop_id == one.shop, print_files.c.sha256 == bytes.fromhex(one.sha256)
        found = [row.path for row in connection.execute(_print_files().where(*same))]
        return list(dict.fromkeys([*found, *_changing_places(connection, one.shop)]))


def withdraw_mockup(connection: Connection, shop: int, path: str) -> bool:
    """Let the mockup there not count as rendered; False where there is none."""
    here = mockups.c.shop_id == shop, mockups.c.path == path
    return connection.execute(update(mockups).where(*here).values(key=b"")).rowcount > 0


def _changing_places(connection: Connection, shop: int) -> list[str]:
    """All names under which files lie that are changing places now: their rows say so only afterwards."""
    own = replacements.c.shop_id == shop
    either = print_files.c.id.in_(select(replacements.c.print_file_id).where(own)) | print_files.c.id.in_(
        select(replacements.c.newcomer_file_id).where(own)
    )
    paths = select(print_files.c.path).where(print_files.c.shop_id == shop, either)
    return [
        *connection.execute(paths).scalars(),
        *connection.execute(select(replacements.c.aside).where(own)).scalars(),
    ]


def _print_files() -> Select[Any]:
    return select(print_files.c.shop_id, print_files.c.path, print_files.c.bytes, print_files.c.sha256).where(_KEPT)


def _mockups() -> Select[Any]:
    return select(mockups.c.shop_id, mockups.c.path, mockups.c.bytes, mockups.c.sha256).where(mockups.c.key != b"")
