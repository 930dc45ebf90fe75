"""The rows of uploads that are sent. Every change locks the upload's row first, so changes of one follow each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from printdock.db.tables import incoming_files, sources, uploads
from printdock.designs.answers import answer_row, record_answers
from printdock.designs.known import KnownFile
from printdock.designs.outcomes import Failed, Outcome
from printdock.errors import Conflict, InputRefused, NoRoom, PrintdockError, UsageError
from printdock.shops.queries import Shop
from printdock.templates.queries import Template
from printdock.uploads.names import check_name
from printdock.uploads.queries import counts_so_far, files_of, find, find_file, of_upload, which_known
from printdock.uploads.types import ENDED, Announced, Bounds, SentFile, SentUpload

# --- beginning -------------------------------------------------------------------------------------------------------


def begin(
    connection: Connection,
    template: Template,
    announced: Sequence[Announced],
    *,
    upload: UUID,
    place: str,
    by: str,
    bounds: Bounds,
    skip_known: bool,
    now: datetime,
    expires_at: datetime,
) -> SentUpload:
    """A new upload of the template's shop that receives ``announced``: see `add` for what becomes of each."""
    shop = template.shop
    row = {
        "id": upload, "shop_id": shop.id, "template_id": template.id, "owner": "", "state": "receiving",
        "created_by": by[:200], "place": place, "started_at": now, "expires_at": expires_at,
    }  # fmt: skip
    connection.execute(insert(uploads).values(**row))
    _announce(connection, template, upload, announced, 0, bounds, skip_known=skip_known)
    return find(connection, shop, upload)


def add(
    connection: Connection,
    template: Template,
    upload: UUID,
    announced: Sequence[Announced],
    *,
    bounds: Bounds,
    skip_known: bool,
    expires_at: datetime,
) -> SentUpload:
    """Announce more files, after those there are. Each is to be sent, or is answered now: refused by its name or size,
    or (with ``skip_known``) a duplicate by its digest.

    Raises `UsageError` (``too_many_files``), `NoRoom`, and `Conflict` unless the upload is receiving.
    """
    found = _locked(connection, template.shop, upload)
    _expect_receiving(found)
    _announce(connection, template, upload, announced, found.count, bounds, skip_known=skip_known)
    connection.execute(_own(template.shop, upload).values(expires_at=expires_at))
    return find(connection, template.shop, upload)


def _announce(
    connection: Connection,
    template: Template,
    upload: UUID,
    announced: Sequence[Announced],
    first: int,
    bounds: Bounds,
    *,
    skip_known: bool,
) -> None:
    if first + len(announced) > bounds.max_files:
        raise UsageError(
            f"An upload has at most {bounds.max_files} files.",
            code="too_many_files",
            remedy="Send the rest as another upload.",
        )
    digests = [digest for file in announced for digest in file.digests]
    known = which_known(connection, template, digests) if skip_known else {}
    outcomes = [_at_once(file, bounds, known) for file in announced]
    wanted = sum(file.size for file, outcome in zip(announced, outcomes, strict=True) if outcome is None)
    if bounds.room is not None and wanted > bounds.room:
        raise NoRoom(
            f"The server has {bounds.room / 1e6:,.0f} MB left for incoming files; these have {wanted / 1e6:,.0f} MB.",
            remedy="Send fewer at once, or tell the shop's owner.",
        )
    rows, answers = [], []
    for position, (file, outcome) in enumerate(zip(announced, outcomes, strict=True), first):
        name = file.name.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")[:1000]
        rows.append({
            "upload_id": upload, "position": position, "shop_id": template.shop.id, "name": name,
            "size": max(0, min(file.size, 2**62)), "sha256": file.sha256, "prepared_from": file.prepared_from,
            "state": "wanted" if outcome is None else "answered",
        })  # fmt: skip
        if outcome is not None:
            answers.append(answer_row(upload, template.shop.id, position, name, outcome))
    if rows:
        connection.execute(insert(incoming_files), rows)
    record_answers(connection, answers)


def _at_once(file: Announced, bounds: Bounds, known: dict[bytes, KnownFile]) -> Outcome | None:
    """What can be answered without the file's bytes."""
    try:
        check_name(file.name)
        check_size(file.size, bounds.max_file_bytes)
    except InputRefused as error:
        return Failed.of(error)
    found = next((known[digest] for digest in file.digests if digest in known), None)
    return None if found is None else found.as_outcome()


def check_size(size: int, most: int) -> None:
    """Raise `InputRefused` (``empty_file``, ``too_large``)."""
    if size <= 0:
        raise InputRefused("It is empty.", code="empty_file", remedy="Export or download it again.")
    if size > most:
        raise InputRefused(
            f"It has {size / 1e6:,.0f} MB; at most {most / 1e6:,.0f} MB are taken.",
            code="too_large",
            remedy="Export it smaller, or raise PRINTDOCK_MAX_FILE_MB.",
        )


# --- receiving -------------------------------------------------------------------------------------------------------


def expect_receiving(upload: SentUpload, place: str) -> None:
    """Raise `Conflict` unless ``upload`` receives files in the incoming folder with the id ``place``."""
    _expect_receiving(upload)
    if upload.place != place:
        raise Conflict(
            "This upload's files lie in another incoming folder than this server's.",
            code="other_place",
            remedy="Let all servers share one folder (PRINTDOCK_INCOMING), or send it to the server it began on.",
        )


def received(
    connection: Connection,
    shop: Shop,
    upload: UUID,
    position: int,
    *,
    now: datetime,
    expires_at: datetime,
    size: int | None = None,
    sha256: bytes | None = None,
) -> SentUpload:
    """All bytes of a file are there, durably. ``size`` and ``sha256``: where they were not known before.

    Raises `Conflict` when the upload was ended meanwhile. Idempotent.
    """
    found = _locked(connection, shop, upload)
    _expect_receiving(found)
    values: dict[str, Any] = {"state": "received", "received_at": now}
    values |= {} if size is None else {"size": size}
    values |= {} if sha256 is None else {"sha256": sha256}
    connection.execute(_own_file(shop, upload, position).where(incoming_files.c.state == "wanted").values(**values))
    connection.execute(_own(shop, upload).values(expires_at=expires_at))
    return found


def refuse(connection: Connection, shop: Shop, upload: UUID, position: int, error: PrintdockError) -> SentFile:
    """A file that is no picture is answered so, and not taken. Raises `Conflict`, `NotFound`."""
    _expect_receiving(_locked(connection, shop, upload))
    _, file = find_file(connection, shop, upload, position)
    connection.execute(_own_file(shop, upload, position).values(state="answered"))
    record_answers(connection, [answer_row(upload, shop.id, position, file.name, Failed.of(error))])
    return find_file(connection, shop, upload, position)[1]


def queue(
    connection: Connection,
    shop: Shop,
    upload: UUID,
    *,
    enqueue: Callable[[], UUID],
    now: datetime,
    leave_out_missing: bool = False,
) -> SentUpload:
    """Everything is there: the job that ``enqueue`` adds in this transaction takes it in.

    Files still missing raise `Conflict` (``files_missing``), or with ``leave_out_missing`` are answered as not sent.
    """
    found = _locked(connection, shop, upload)
    _expect_receiving(found)
    missing = files_of(connection, shop, upload, incoming_files.c.state == "wanted")
    if missing and not leave_out_missing:
        names = ", ".join(file.name for file in missing[:3]) + (", ..." if len(missing) > 3 else "")
        raise Conflict(
            f"{len(missing)} of {found.count} files are not there yet: {names}.",
            code="files_missing",
            remedy="Send them, or complete with leave_out_missing.",
        )
    why = Failed("not_sent", "It did not arrive before the upload was completed. Send it again.")
    record_answers(connection, [answer_row(upload, shop.id, file.position, file.name, why) for file in missing])
    unsent = update(incoming_files).where(of_upload(shop, upload), incoming_files.c.state == "wanted")
    connection.execute(unsent.values(state="answered"))
    values = {"state": "queued", "job_id": enqueue(), "received_at": now, "expires_at": None}
    connection.execute(_own(shop, upload).values(**values))
    return find(connection, shop, upload, files=False)


# --- working and ending ----------------------------------------------------------------------------------------------


def start(connection: Connection, shop: Shop, upload: UUID) -> SentUpload:
    """Its files are being taken in, unless it has ended. Idempotent."""
    found = _locked(connection, shop, upload)
    if found.state == "queued":
        connection.execute(_own(shop, upload).values(state="processing"))
        return find(connection, shop, upload)
    return find(connection, shop, upload)


def end(
    connection: Connection, shop: Shop, upload: UUID, state: str, now: datetime, rest: Failed | None = None
) -> SentUpload:
    """The upload has ended as ``state``: files without an answer get ``rest``, and the counts are written.

    An upload that has ended stays as it is. Files that lie in the incoming folder are the caller's to remove, after
    this is committed.
    """
    found = _locked(connection, shop, upload)
    if found.state in ENDED:
        return found
    if rest is not None:
        left = [file for file in files_of(connection, shop, upload) if file.answer is None]
        record_answers(connection, [answer_row(upload, shop.id, file.position, file.name, rest) for file in left])
    remember_originals(connection, shop, found)
    counts = counts_so_far(connection, shop, upload)
    values = {"state": state, "finished_at": now, "expires_at": None}
    connection.execute(_own(shop, upload).values(**values, **counts))
    return find(connection, shop, upload)


def remember_originals(connection: Connection, shop: Shop, upload: SentUpload) -> None:
    """Files that clients prepared before sending: their originals are known by what became of what was sent, so that
    the same original is known again, sent from anywhere.

    That one was made of the other is the client's word. It never displaces what the shop has seen itself, holds for the
    upload's own shop and template only, and goes with the print file that answers for it.
    """
    prepared = [
        file for file in files_of(connection, shop, upload.id, incoming_files.c.prepared_from.is_not(None))
        if file.sha256 is not None
    ]  # fmt: skip
    if not prepared:
        return
    own = sources.c.shop_id == shop.id, sources.c.template_id == upload.template_id
    digests = [digest for file in prepared for digest in (file.sha256, file.prepared_from)]
    seen = {
        bytes(row.sha256): row for row in connection.execute(select(sources).where(*own, sources.c.sha256.in_(digests)))
    }
    rows = {
        file.prepared_from: {
            "shop_id": shop.id, "template_id": upload.template_id, "sha256": file.prepared_from,
            "print_file_id": seen[file.sha256].print_file_id, "match_id": seen[file.sha256].match_id,
        }
        for file in prepared
        if file.sha256 in seen and file.prepared_from not in seen
    }  # fmt: skip
    if rows:
        connection.execute(insert(sources), list(rows.values()))


# --- rows ------------------------------------------------------------------------------------------------------------


def _expect_receiving(upload: SentUpload) -> None:
    if upload.state != "receiving":
        raise Conflict(
            f"The upload is {upload.state}: no file can be added to it.",
            code="not_receiving",
            remedy="Begin another upload.",
        )


def _locked(connection: Connection, shop: Shop, upload: UUID) -> SentUpload:
    own = select(uploads.c.id).where(uploads.c.shop_id == shop.id, uploads.c.id == upload)
    connection.execute(own.with_for_update())
    return find(connection, shop, upload, files=False)


def _own(shop: Shop, upload: UUID) -> Any:
    return update(uploads).where(uploads.c.shop_id == shop.id, uploads.c.id == upload)


def _own_file(shop: Shop, upload: UUID, position: int) -> Any:
    return update(incoming_files).where(of_upload(shop, upload), incoming_files.c.position == position)
