"""``ingest_upload``: files that were sent are taken in, each with its outcome.

Safe to kill and run again: what has its answer keeps it, what was stored is answered as stored, the rest is decided
in the order of the upload.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Connection

from printdock.designs.ingest import Report, ingest
from printdock.designs.item import Source
from printdock.designs.outcomes import Failed
from printdock.designs.store import OPEN_CODES
from printdock.errors import Cancelled, PrintdockError
from printdock.jobs import events
from printdock.jobs.job import Job, State
from printdock.jobs.upload_news import UploadNews
from printdock.jobs.work import Input, Kind, Result, Work
from printdock.shops.queries import Shop, get_shop
from printdock.uploads import queries, records
from printdock.uploads.types import SentFile, SentUpload

log = logging.getLogger(__name__)

_CANCELLED = Failed("cancelled", "The upload was cancelled before this file.")
_MISSING = Failed("not_sent", "It did not arrive. Send it again.")


class UploadInput(Input):
    """Which upload."""

    upload: UUID


def run(work: Work) -> Result:
    """Take in the upload's files. Stops between two files; the next try goes on there."""
    services, upload = work.services, work.input(UploadInput).upload
    shop, place = services.shop_of(work.job.shop_id), services.place()
    with services.database.write() as connection:
        found = start(connection, shop, upload)
    if found.ended:
        place.remove(upload)
        return _result(found)
    with services.database.read() as connection:
        left = queries.waiting(connection, shop, upload)
        counts = queries.counts_so_far(connection, shop, upload)
    with UploadNews(services.database, shop.id, upload, found.count, counts, work.progress) as news:
        report = _take_in(work, shop, found, left, news)
    _expect_answers(work, report)
    with services.database.write() as connection:
        ended = end(connection, shop, upload, "finished", services.clock(), _MISSING)
    place.remove(upload)
    return _result(ended)


def start(connection: Connection, shop: Shop, upload: UUID) -> SentUpload:
    """The upload is being taken in, unless it has ended; whoever follows it is told."""
    before = queries.find(connection, shop, upload, files=False)
    found = records.start(connection, shop, upload)
    if found.state != before.state:
        tell_state(connection, shop, found)
    return found


def end(
    connection: Connection, shop: Shop, upload: UUID, state: str, now: datetime, rest: Failed | None = None
) -> SentUpload:
    """`records.end`, told to whoever follows the upload."""
    before = queries.find(connection, shop, upload, files=False)
    ended = records.end(connection, shop, upload, state, now, rest)
    if not before.ended:
        tell_state(connection, shop, ended)
    return ended


def tell_state(connection: Connection, shop: Shop, upload: SentUpload) -> None:
    """Tell followers the upload's state and counts, as the transaction's last statement."""
    data = {
        "state": upload.state,
        "files": upload.count,
        "stored": upload.stored,
        "duplicates": upload.duplicates,
        "failed": upload.failed,
        "job": None if upload.job is None else str(upload.job),
    }
    events.append(connection, shop.id, "upload", upload.id, "state", data)


def _take_in(work: Work, shop: Shop, found: SentUpload, left: list[SentFile], news: UploadNews) -> Report:
    services = work.services
    place, template = services.place(), services.template(found.template, shop)
    sources = [Source(place.path(found.id, file.position), file.name, file.position) for file in left]
    return ingest(services.upload(template, report=news.report, resumes=found.id), sources)


def _expect_answers(work: Work, report: Report) -> None:
    """Raise what kept files from being answered for good, so that the job goes on later."""
    open_ = [entry["reason"] for entry in report.files if _is_open(entry["reason"]) and entry["outcome"] == "failed"]
    if not open_:
        return
    if work.stop.is_set():
        raise Cancelled("The upload was stopped.", remedy="What was begun is finished; the rest waits.")
    code, _, why = open_[0].partition(": ")
    raise PrintdockError(f"{len(open_)} files could not be answered: {why}", code=code)


def _is_open(reason: str | None) -> bool:
    return reason is not None and reason.partition(":")[0] in OPEN_CODES


def _result(upload: SentUpload) -> Result:
    counts = {"stored": upload.stored, "duplicates": upload.duplicates, "failed": upload.failed}
    return Result({"upload": str(upload.id), "state": upload.state, **counts})


def _ended(connection: Connection, job: Job) -> None:
    """The job will not be run: its upload ends, and every file of it has an answer."""
    shop, upload = get_shop(connection, job.shop_id), parsed_upload(job)
    if job.state is State.CANCELLED:
        end(connection, shop, upload, "cancelled", datetime.now(UTC), _CANCELLED)
        return
    error = job.error or {}
    why = Failed(str(error.get("code", "internal_error")), f"{error.get('message', 'It failed.')} Send it again.")
    end(connection, shop, upload, "finished", datetime.now(UTC), why)


def parsed_upload(job: Job) -> UUID:
    """The upload that a job of this kind is about."""
    return UploadInput.model_validate(job.input).upload


KIND = Kind("ingest_upload", "Takes in the files of an upload", UploadInput, run, ended=_ended)
