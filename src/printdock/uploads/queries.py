"""Reading uploads that are sent, and which files need no sending."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, case, func, select

from printdock.db.tables import incoming_files, templates, upload_files, uploads
from printdock.designs.known import KnownFile, known_files
from printdock.errors import NotFound
from printdock.shops.queries import Shop
from printdock.templates.queries import Template
from printdock.uploads.types import SentFile, SentUpload

#: States of print files that answer for bytes seen before.
_THERE = ("stored", "spooled")


def find(connection: Connection, shop: Shop, upload: UUID, *, files: bool = True) -> SentUpload:
    """One upload of the shop, with its files in order and its counts as of now. Raises `NotFound`."""
    row = connection.execute(_uploads(shop).where(uploads.c.id == upload)).one_or_none()
    if row is None:
        raise NotFound(f"There is no upload {upload}.", code="unknown_upload")
    found = _upload(row, ())
    if not found.ended:
        now = counts_so_far(connection, shop, upload)
        found = replace(found, stored=now["stored"], duplicates=now["duplicates"], failed=now["failed"])
    if not files:
        return found
    return replace(found, files=files_of(connection, shop, upload) or _read_in_place(connection, shop, upload))


def find_file(connection: Connection, shop: Shop, upload: UUID, position: int) -> tuple[SentUpload, SentFile]:
    """One file, and its upload without the others. Raises `NotFound`."""
    found = find(connection, shop, upload, files=False)
    files = files_of(connection, shop, upload, incoming_files.c.position == position)
    if not files:
        raise NotFound(f"The upload has no file {position}.", code="unknown_file")
    return found, files[0]


def list_sent(
    connection: Connection, shop: Shop, *, limit: int, before: UUID | None = None, state: str | None = None
) -> list[SentUpload]:
    """Uploads newest first, without their files; those that began before the one with the id ``before``."""
    wanted = _uploads(shop).order_by(uploads.c.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(uploads.c.id < before)
    if state is not None:
        wanted = wanted.where(_state() == state)
    return [_upload(row, ()) for row in connection.execute(wanted)]


def which_known(connection: Connection, template: Template, digests: Sequence[bytes]) -> dict[bytes, KnownFile]:
    """Of ``digests`` those whose bytes the shop has stored (or refused) for this template: they need not be sent."""
    if not digests:
        return {}
    found = known_files(connection, template, list(dict.fromkeys(digests)))
    return {digest: file for digest, file in found.items() if file.state in _THERE}


def waiting(connection: Connection, shop: Shop, upload: UUID) -> list[SentFile]:
    """Files that were received and have no answer yet, in order."""
    return [
        file for file in files_of(connection, shop, upload, incoming_files.c.state == "received") if file.answer is None
    ]


def counts_so_far(connection: Connection, shop: Shop, upload: UUID) -> dict[str, int]:
    """How many files were answered ``stored``, ``duplicates`` and ``failed`` until now."""
    counted = (
        select(upload_files.c.outcome, func.count())
        .where(upload_files.c.shop_id == shop.id, upload_files.c.upload_id == upload)
        .group_by(upload_files.c.outcome)
    )
    by_word = {word: int(count) for word, count in connection.execute(counted)}
    names = (("stored", "stored"), ("duplicates", "duplicate"), ("failed", "failed"))
    return {name: by_word.get(word, 0) for name, word in names}


def of_upload(shop: Shop, upload: UUID) -> ColumnElement[bool]:
    """The condition on ``incoming_files`` that picks the files of one upload."""
    return (incoming_files.c.shop_id == shop.id) & (incoming_files.c.upload_id == upload)


def _state() -> ColumnElement[str]:
    """An upload that a program of an earlier version ended has no word for it: its moment says so."""
    over = (uploads.c.finished_at.is_not(None)) & (uploads.c.state == "processing")
    return case((over, "finished"), else_=uploads.c.state)


def _uploads(shop: Shop) -> Select[Any]:
    sent = select(func.count()).where(incoming_files.c.upload_id == uploads.c.id).scalar_subquery()
    return (
        select(uploads, _state().label("state_now"), templates.c.name.label("template"), sent.label("files"))
        .join(templates, templates.c.id == uploads.c.template_id)
        .where(uploads.c.shop_id == shop.id)
    )


def files_of(connection: Connection, shop: Shop, upload: UUID, *only: ColumnElement[bool]) -> tuple[SentFile, ...]:
    """The files of one upload in order; ``only``: conditions on ``incoming_files``."""
    answered = (upload_files.c.upload_id == incoming_files.c.upload_id) & (
        upload_files.c.position == incoming_files.c.position
    )
    wanted = (
        select(incoming_files, upload_files.c.answer)
        .outerjoin(upload_files, answered)
        .where(of_upload(shop, upload), *only)
        .order_by(incoming_files.c.position)
    )
    return tuple(
        SentFile(
            row.position,
            row.name,
            row.size,
            None if row.sha256 is None else bytes(row.sha256),
            row.state,
            row.answer,
            None if row.prepared_from is None else bytes(row.prepared_from),
        )
        for row in connection.execute(wanted)
    )


def _read_in_place(connection: Connection, shop: Shop, upload: UUID) -> tuple[SentFile, ...]:
    """The files of an upload that nobody sent: those that have their answers."""
    wanted = (
        select(upload_files)
        .where(upload_files.c.shop_id == shop.id, upload_files.c.upload_id == upload)
        .order_by(upload_files.c.position)
    )
    rows = connection.execute(wanted)
    return tuple(SentFile(row.position, row.source, None, None, "answered", row.answer) for row in rows)


def _upload(row: Row[Any], files: tuple[SentFile, ...]) -> SentUpload:
    return SentUpload(
        id=row.id,
        template=row.template,
        template_id=row.template_id,
        state=row.state_now,
        created_by=row.created_by,
        place=row.place,
        job=row.job_id,
        started_at=row.started_at,
        received_at=row.received_at,
        finished_at=row.finished_at,
        expires_at=row.expires_at,
        stored=row.stored,
        duplicates=row.duplicates,
        failed=row.failed,
        count=row.files or row.stored + row.duplicates + row.failed,
        files=files,
    )
