"""The main job: files become print files in the storage and rows in the database, each with an outcome.

    read -> prepare -> decide (in order) -> claim -> encode -> write down -> store -> confirm

Stages overlap; what is in flight is bounded by bytes and by count (`Limits`). Deciding runs on one thread in the order
of the upload, recording on another; pictures are prepared and encoded on ``workers`` threads each, stored on
``transfers``. Wherever it is cut off, `recover` finishes or undoes what was begun.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from printdock.dedupe.old_hashes import old_hashes, old_print
from printdock.designs import known
from printdock.designs.admit import Admitted, admit, check_unchanged
from printdock.designs.decide import Decider, Onward
from printdock.designs.decisions import Desk, finish_all
from printdock.designs.item import Duplicates, Event, Item, Source, Stage, Upload
from printdock.designs.lease import Renewal
from printdock.designs.outcomes import Failed, answer
from printdock.designs.recover import recover
from printdock.designs.store import Recorder
from printdock.designs.upload import finish_upload, give_up_claims, open_upload, renew_claims
from printdock.errors import (
    Cancelled,
    DatabaseUnavailable,
    PrintdockError,
    StorageError,
)
from printdock.imaging.codec import decode, encode_png, probe
from printdock.imaging.fingerprint import fingerprint
from printdock.imaging.prepare import prepare, reserve
from printdock.pipeline.flow import Budget, Group, workers
from printdock.telemetry import logs, meters, traces
from printdock.telemetry.table import UPLOAD_FILES, UPLOAD_HELD, UPLOAD_PEAK, UPLOAD_SECONDS

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Report:
    """What became of an upload; ``files`` are the entries of `outcomes.answer`, in the upload's order."""

    upload: str
    stored: int
    duplicates: int
    failed: int
    seconds: float
    files: list[dict[str, Any]]

    def as_dict(self) -> dict[str, Any]:
        """The document that ``--json`` prints."""
        return {
            "upload": self.upload,
            "stored": self.stored,
            "duplicates": self.duplicates,
            "failed": self.failed,
            "seconds": round(self.seconds, 3),
            "files": self.files,
        }


def ingest(upload: Upload, sources: Iterable[Path | Source]) -> Report:
    """Take in ``sources`` in order. Every file ends as exactly one entry of the report.

    A path is named as it is given, and has the place in the upload that it has in ``sources``.

    Setting ``upload.stop`` from another thread ends it early: what is claimed is finished, the rest is answered as
    stopped.
    """
    with logs.bound(upload=str(upload.id), shop=upload.template.shop.name), traces.span("upload"):
        report = _ingest(upload, sources)
        _tell(report)
    return report


def _ingest(upload: Upload, sources: Iterable[Path | Source]) -> Report:
    started = time.monotonic()
    flow = _Flow(upload)
    with nullcontext() if upload.dry_run else Renewal(partial(renew_claims, upload)):
        items = flow.run(sources)
    give_up_claims(upload, items)
    _replace_awaited(upload)
    entries = [answer(item.source, item.outcome) for item in items if item.outcome is not None]
    counts = {word: sum(entry["outcome"] == word for entry in entries) for word in ("stored", "duplicate", "failed")}
    report = Report(
        str(upload.id), counts["stored"], counts["duplicate"], counts["failed"], time.monotonic() - started, entries
    )
    if not (upload.dry_run or upload.resumes):
        finish_upload(upload, report.stored, report.duplicates, report.failed)
    return report


def _replace_awaited(upload: Upload) -> None:
    """Art that a person wants in the place of other art may have come with this upload. What fails is done by the next."""
    if upload.dry_run:
        return
    try:
        finish_all(Desk(upload.template.shop, upload.database, upload.storage, upload.clock))
    except (StorageError, DatabaseUnavailable) as error:
        log.warning("replacing waits: %s", error)


def _tell(report: Report) -> None:
    counts = {"stored": report.stored, "duplicate": report.duplicates, "failed": report.failed}
    for outcome, number in counts.items():
        meters.count(UPLOAD_FILES, number, outcome=outcome)
    meters.observe(UPLOAD_SECONDS, report.seconds)
    logs.event("upload_finished", place="nas", seconds=round(report.seconds, 3), **counts)


class _Flow:
    """The stages of one upload and the threads between them."""

    def __init__(self, upload: Upload) -> None:
        limits = upload.limits
        self._upload = upload
        # Recovering and reaching the storage take their time: meanwhile the first pictures are prepared.
        self._opening = workers(1, "printdock-open")
        self._opened: Future[PrintdockError | None] = self._opening.submit(open_upload, upload)
        self._memory = Budget(size=limits.memory_bytes, count=limits.batch_images)
        self._seen: set[bytes] = set()
        self._recorder = Recorder(upload, self._give_back)
        onward = Onward(
            prepare=self._prepare_now,
            encode=self._start_encode,
            settle=self._recorder.settle,
            follow=self._recorder.follow,
            recover=self._recover,
        )
        self._deciding = Decider(upload, onward)
        self._decider: Group[Item] = Group(
            "printdock-decide",
            self._decide,
            limit=limits.batch_images,
            failed=self._undecided,
            ordered=True,
        )
        self._preparing = workers(limits.workers, "printdock-prepare")
        self._encoding = workers(limits.workers, "printdock-encode")

    def run(self, sources: Iterable[Path | Source]) -> list[Item]:
        """Take all of ``sources`` through; answers the items in order, settled."""
        items: list[Item] = []
        limits = self._upload.limits
        with meters.threads(prepare=limits.workers, encode=limits.workers, store=limits.transfers, decide=1):
            try:
                for batch in self._batches(sources, items):
                    self._start(batch)
            finally:
                self._preparing.shutdown()
                self._decider.close()
                self._opening.shutdown()
                self._encoding.shutdown()
                self._recorder.all_settled(len(items))
                self._recorder.close()
        meters.observe(UPLOAD_PEAK, self._memory.peak)
        return items

    # --- reading -------------------------------------------------------------------------------------------------

    def _batches(self, sources: Iterable[Path | Source], items: list[Item]) -> Iterator[list[Item]]:
        """Read files into groups that fit the batch limits, so that one query asks for a whole group."""
        batch: list[Item] = []
        size = 0
        for given in sources:
            source = given if isinstance(given, Source) else Source(given, str(given), len(items))
            item = Item(len(items), source)
            items.append(item)
            self._tell(item, Stage.FOUND)
            self._guarded(item, self._admit)
            batch.append(item)
            size += 0 if item.admitted is None else item.admitted.size
            if len(batch) >= self._upload.limits.batch_images or size >= self._upload.limits.batch_bytes:
                yield batch
                batch, size = [], 0
        yield batch

    def _admit(self, item: Item) -> None:
        if self._upload.stop.is_set():
            raise Cancelled("The upload was stopped before this file.", remedy="Run it again.")
        if self._opened.done() and (blocked := self._opened.result()) is not None:
            raise blocked
        item.admitted = admit(item.path, self._upload.limits.max_file_bytes)

    def _start(self, batch: Sequence[Item]) -> None:
        known_digests = self._known(batch)
        for item in batch:
            self._tell(item, Stage.READ)
            if item.outcome is not None or item.digest in known_digests or self._is_repeat(item):
                self._decider.add(item, item.position)
                continue
            if self._guarded(item, self._reserve):
                self._preparing.submit(self._prepare_stage, item)
            else:
                self._decider.add(item, item.position)

    def _known(self, batch: Sequence[Item]) -> set[bytes]:
        """Which files need not be decoded: their bytes are known. (Decided for good, in order, by the decider.)"""
        upload = self._upload
        digests = [item.digest for item in batch if item.admitted is not None]
        if upload.duplicates is Duplicates.OFF or not digests:
            return set()
        try:
            found = upload.read(lambda connection: known.known_files(connection, upload.template, digests))
        except DatabaseUnavailable as error:
            for item in batch:
                item.outcome = item.outcome or Failed.of(error)
            return set()
        return {digest for digest, file in found.items() if file.state != "missing"}

    def _is_repeat(self, item: Item) -> bool:
        if self._upload.duplicates is Duplicates.OFF:
            return False
        repeats = item.digest in self._seen
        self._seen.add(item.digest)
        return repeats

    def _reserve(self, item: Item) -> None:
        """Wait for room in memory: the header tells how much the picture will take."""
        assert item.admitted is not None
        info = probe(item.admitted.data, max_pixels=self._upload.limits.max_pixels)
        needed = reserve(info, self._upload.template.recipe)
        self._memory.take(needed)
        item.held = needed
        meters.change(UPLOAD_HELD, needed)

    def _decide(self, group: Sequence[Item]) -> None:
        """Decide a group, once the library is open. What cannot be stored at all fails here, by the same reason."""
        blocked = self._opened.result()
        if blocked is not None:
            for item in group:
                item.outcome = item.outcome or Failed.of(blocked)
        with meters.busy("decide"), traces.span("decide", files=len(group)):
            self._deciding.handle(group)

    # --- preparing and encoding ----------------------------------------------------------------------------------

    def _prepare_stage(self, item: Item) -> None:
        with meters.busy("prepare"), traces.span("prepare"):
            self._guarded(item, self._prepare)
        self._tell(item, Stage.PREPARED)
        self._decider.add(item, item.position)

    def _prepare(self, item: Item) -> None:
        upload, admitted = self._upload, item.admitted
        assert admitted is not None
        template = upload.template if upload.reread is None else upload.reread()
        prepared = prepare(admitted.data, template.recipe, max_pixels=upload.limits.max_pixels)
        check_unchanged(admitted)
        if upload.duplicates is Duplicates.ON and item.fingerprint is None:
            item.fingerprint = fingerprint(prepared.look)
        item.prepared = prepared
        item.art_size = prepared.art_width, prepared.art_height
        item.size = prepared.width, prepared.height, prepared.dpi
        item.warnings = tuple(f"{finding.code}: {finding.message}" for finding in prepared.preflight.findings)
        if upload.knows_old_hashes and upload.duplicates is Duplicates.ON:
            source = decode(admitted.data, max_pixels=upload.limits.max_pixels)
            item.old = old_hashes(old_print(source, prepared.width, prepared.height))
        self._forget_bytes(item)
        self._keep_only(item, prepared.pixels.nbytes + prepared.look.nbytes)

    def _prepare_now(self, item: Item) -> None:
        """Prepare on the calling thread; its source is read again, since its bytes were dropped or never decoded."""

        def again(item: Item) -> None:
            assert item.admitted is not None
            read = admit(item.path, self._upload.limits.max_file_bytes)
            if read.sha256 != item.admitted.sha256:
                raise PrintdockError(
                    "It changed while it was read.", code="changed_while_reading", remedy="Send it again."
                )
            item.admitted = read
            self._prepare(item)

        self._guarded(item, again)

    def _start_encode(self, item: Item) -> None:
        self._encoding.submit(self._encode_stage, item)

    def _encode_stage(self, item: Item) -> None:
        with meters.busy("encode"), traces.span("encode"):
            encoded = self._guarded(item, self._encode)
        self._tell(item, Stage.ENCODED)
        if encoded:
            self._recorder.encoded(item)
        else:
            self._recorder.settle(item)

    def _encode(self, item: Item) -> None:
        assert item.prepared is not None
        png = encode_png(item.prepared.pixels, item.prepared.dpi)
        item.png_bytes, item.sha256 = len(png), hashlib.sha256(png).digest()
        item.png = png  # before the picture goes: whoever compares with this file finds one of the two
        item.prepared = None
        self._keep_only(item, len(png))

    def _recover(self) -> None:
        recover(self._upload)

    def _tell(self, item: Item, stage: Stage) -> None:
        self._upload.report(Event(stage, item.source, item.file.position))

    # --- what is held --------------------------------------------------------------------------------------------

    def _forget_bytes(self, item: Item) -> None:
        assert item.admitted is not None
        kept = item.admitted
        item.admitted = Admitted(kept.path, kept.path, kept.size, kept.modified_ns, kept.sha256)

    def _keep_only(self, item: Item, size: int) -> None:
        if item.held > size:
            self._memory.shrink(item.held - size)
            meters.change(UPLOAD_HELD, size - item.held)
            item.held = size

    def _give_back(self, item: Item) -> None:
        if item.held:
            self._memory.give_back(item.held)
            meters.change(UPLOAD_HELD, -item.held)
            item.held = 0
        if item.admitted is not None:
            self._forget_bytes(item)

    # --- failures ------------------------------------------------------------------------------------------------

    def _guarded(self, item: Item, work: Callable[[Item], None]) -> bool:
        """Run one stage of one file: what it raises is that file's outcome, and no other file's. Answers success."""
        try:
            work(item)
            return True
        except PrintdockError as error:
            item.outcome = Failed.of(error)
        except Exception as error:  # a bug must cost one file, not the upload
            log.exception("%s failed", item.source)
            item.outcome = Failed("internal_error", f"Something unexpected happened: {error!r}. Please report it.")
        return False

    def _undecided(self, group: Sequence[Item], error: Exception) -> None:
        if not isinstance(error, PrintdockError):
            log.error("deciding failed", exc_info=error)
            error = PrintdockError(
                f"Something unexpected happened: {error!r}.", code="internal_error", remedy="Please report it."
            )
        for item in group:
            if item.outcome is None and item.claim is None:
                item.outcome = Failed.of(error)
                self._recorder.settle(item)
