"""An upload's row and its claims: taken up, kept while it works, ended."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import Connection, insert, select, update

from printdock.db.tables import uploads
from printdock.designs import ledger
from printdock.designs.item import Item, Upload
from printdock.designs.outcomes import Failed
from printdock.designs.recover import recover
from printdock.errors import (
    Cancelled,
    DatabaseUnavailable,
    PrintdockError,
    StorageNotFound,
    StorageRefused,
    StorageUnavailable,
)

log = logging.getLogger(__name__)


def open_upload(upload: Upload) -> PrintdockError | None:
    """Recover, begin the upload's row, and answer why nothing can be stored now, if so: then nothing is decoded.

    A storage that is merely away does not block: print files then wait in the spool.
    """
    if upload.dry_run:
        return None
    blocked: PrintdockError | None = None
    try:
        with suppress(StorageNotFound):  # it need not be there: that it is answered is what counts
            upload.storage.stat(f"{upload.template.folder}/.printdock")
        recover(upload)
    except StorageUnavailable as error:
        log.warning("%s", error)
    except (StorageRefused, DatabaseUnavailable, Cancelled) as error:
        blocked = error
    try:
        upload.write(lambda connection: _begin(connection, upload))
    except DatabaseUnavailable as error:
        return error
    return blocked


def _begin(connection: Connection, upload: Upload) -> None:
    """The upload's row says who works on it."""
    own = uploads.c.shop_id == upload.template.shop.id, uploads.c.id == upload.id
    if upload.resumes:
        connection.execute(update(uploads).where(*own).values(owner=upload.owner))
        return
    row = {
        "id": upload.id,
        "shop_id": upload.template.shop.id,
        "template_id": upload.template.id,
        "owner": upload.owner,
        "state": "processing",
        "started_at": upload.clock(),
    }
    if connection.execute(select(uploads.c.id).where(*own)).one_or_none() is None:  # a commit may be in doubt
        connection.execute(insert(uploads).values(**row))


def give_up_claims(upload: Upload, items: Sequence[Item]) -> None:
    """Claims that could not be settled are free from now on, and not only when their lease runs out."""
    left = [item for item in items if item.claim is not None and isinstance(item.outcome, Failed)]
    if not left or upload.dry_run:
        return
    try:
        with upload.database.write() as connection:
            ledger.lapse(connection, upload.owner, upload.clock())
    except DatabaseUnavailable as error:
        log.warning("claims stay until their lease runs out: %s", error)


def finish_upload(upload: Upload, stored: int, duplicates: int, failed: int) -> None:
    """The upload's row says what became of it."""
    done = (
        update(uploads)
        .where(uploads.c.shop_id == upload.template.shop.id, uploads.c.id == upload.id)
        .values(
            state="finished",
            finished_at=upload.clock(),
            stored=stored,
            duplicates=duplicates,
            failed=failed,
        )
    )
    try:
        upload.write(lambda connection: connection.execute(done))
    except DatabaseUnavailable as error:
        log.warning("the upload's counts could not be recorded: %s", error)


def renew_claims(upload: Upload) -> None:
    """Keep what ``upload`` has claimed for another lease."""
    with upload.database.write() as connection:
        ledger.renew(connection, upload.owner, upload.clock())
