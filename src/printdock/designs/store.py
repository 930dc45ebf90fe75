"""The last stage: sizes and digests are written down, files stored, rows confirmed. One transaction for all that has
gathered; nothing is answered before it is durable."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import Connection

from printdock.designs import ledger
from printdock.designs.answers import answer_row, record_answers
from printdock.designs.item import Event, Item, Stage, Upload
from printdock.designs.outcomes import Duplicate, Failed, Planned, Stored, answer, code_of
from printdock.designs.resume import spooled
from printdock.errors import Cancelled, KeyTaken, PrintdockError, StorageUnavailable
from printdock.pipeline.flow import Group, workers
from printdock.telemetry import meters, traces
from printdock.telemetry.table import DATABASE_WRITE_SECONDS
from printdock.templates.naming import number_in
from printdock.templates.queries import skip_numbers

log = logging.getLogger(__name__)

#: Failures that say nothing about the file: an upload that goes on later asks again (`Upload.resumes`).
OPEN_CODES = frozenset({"cancelled", "database_unavailable", "lease_lost"})

#: How often another number is tried when the storage already has a file of that name.
_RENUMBER_TRIES = 5


@dataclass(frozen=True, slots=True)
class Encoded:
    """A claimed file is ready to be stored."""

    item: Item


@dataclass(frozen=True, slots=True)
class Put:
    """A claimed file came to rest: in the storage, or in the spool where ``state`` is "spooled"."""

    item: Item
    state: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A file has its outcome; a claim it holds is given back."""

    item: Item


News = Encoded | Put | Answered


class Recorder:
    """Records what happens to the files of an upload. `all_settled` waits for the last."""

    def __init__(self, upload: Upload, done: Callable[[Item], None]) -> None:
        self._upload, self._done = upload, done
        self._lock = threading.Condition()
        self._settled = 0
        self._group: Group[News] = Group(
            "printdock-record", self._handle, limit=upload.limits.batch_images, failed=self._failed
        )
        self._transfers = workers(upload.limits.transfers, "printdock-store")

    # --- what other stages say -----------------------------------------------------------------------------------

    def encoded(self, item: Item) -> None:
        """The item's ``png``, ``bytes`` and ``sha256`` are there: write them down, then store it."""
        self._group.add(Encoded(item))

    def settle(self, item: Item) -> None:
        """The item has its outcome."""
        self._group.add(Answered(item))

    def follow(self, follower: Item, leader: Item) -> None:
        """``follower`` is a duplicate of ``leader``, a file of the same upload: it settles as the leader does."""
        with self._lock:
            if not leader.settled:
                leader.followers.append(follower)
                return
        follower.outcome = _after(follower, leader)
        self.settle(follower)

    def all_settled(self, count: int) -> None:
        """Wait until ``count`` files have settled."""
        with self._lock:
            self._lock.wait_for(lambda: self._settled >= count)

    def close(self) -> None:
        """End the threads; everything has settled."""
        self._transfers.shutdown()
        self._group.close()

    # --- the group -----------------------------------------------------------------------------------------------

    def _handle(self, group: Sequence[News]) -> None:
        encoded = [news.item for news in group if isinstance(news, Encoded)]
        put = [news for news in group if isinstance(news, Put)]
        answered = [news.item for news in group if isinstance(news, Answered)]
        self._release_abandoned(answered)
        states = self._write(encoded, put)
        for news in put:
            self._conclude(news, states.get(_claimed(news.item).print_file))
        settled = self._with_followers([news.item for news in put] + answered)
        try:
            self._record(settled)
        finally:  # they have their outcomes, recorded or not: an upload never waits for them in vain
            for item in settled:
                self._finish(item)
        for item in encoded:
            self._transfers.submit(self._store, item)

    def _failed(self, group: Sequence[News], error: Exception) -> None:
        """The group could not be recorded (the database is away): every file of it says so."""
        if not isinstance(error, PrintdockError):
            log.error("recording failed", exc_info=error)
            error = PrintdockError(
                f"Something unexpected happened: {error!r}.", code="internal_error", remedy="Please report it."
            )
        items = [news.item for news in group]
        for item in items:
            if item.outcome is None:
                item.outcome = Failed(error.code, f"{error} What was begun is finished or undone by the next run.")
        for item in self._with_followers([item for item in items if not item.settled]):
            self._finish(item)

    def _write(self, encoded: Sequence[Item], put: Sequence[Put]) -> dict[UUID, str]:
        """Answers the state of each that was ``put``; those that were lost are left out."""
        if not (encoded or put):
            return {}
        upload = self._upload

        def work(connection: Connection) -> dict[UUID, str]:
            if encoded:
                files = [(_claimed(item).print_file, item.png_bytes, item.sha256) for item in encoded]
                ledger.mark_encoded(connection, upload.owner, files)
            states: dict[UUID, str] = {}
            for state in ("stored", "spooled"):
                keys = [_claimed(news.item).print_file for news in put if news.state == state]
                if keys:
                    own = ledger.settle(connection, upload.owner, state, keys, upload.clock())
                    # The rest was taken over meanwhile: given up, or confirmed on our behalf.
                    states |= dict.fromkeys(own, state) | dict.fromkeys(
                        ledger.finished(connection, set(keys) - own), "stored"
                    )
            return states

        with meters.timed(DATABASE_WRITE_SECONDS, step="store"):
            return upload.write(work)

    def _conclude(self, news: Put, state: str | None) -> None:
        item, claim = news.item, _claimed(news.item)
        if state is None:
            item.outcome = Failed("lease_lost", "It took too long, and another process took it over. Run again.")
            self._remove(item)
        elif state == "spooled":
            item.outcome = spooled(claim.path)
        else:
            item.outcome = _stored(item)

    def _remove(self, item: Item) -> None:
        """Numbers are never handed out twice, so what stands under a lost claim's name can only be this file."""
        try:
            self._upload.spool.discard(_claimed(item).path)
            self._upload.storage.delete(_claimed(item).path)
        except PrintdockError as error:
            log.warning("left behind: %s (%s)", _claimed(item).path, error)

    def _release_abandoned(self, items: Iterable[Item]) -> None:
        keys = [item.claim.print_file for item in items if item.claim is not None]
        if keys:
            self._upload.write(lambda connection: ledger.release(connection, self._upload.template.shop, keys))

    def _with_followers(self, items: Sequence[Item]) -> list[Item]:
        """``items`` and all that settle with them, marked as settled."""
        settled: list[Item] = []
        with self._lock:
            todo = list(items)
            while todo:
                item = todo.pop(0)
                item.settled = True
                settled.append(item)
                for follower in item.followers:
                    follower.outcome = _after(follower, item)
                todo += item.followers
                item.followers = []
        return settled

    def _record(self, items: Sequence[Item]) -> None:
        if not items or self._upload.dry_run:
            return
        upload, rows = self._upload, []
        for item in items:
            assert item.outcome is not None
            if not (upload.resumes and code_of(item.outcome) in OPEN_CODES):
                shop = upload.template.shop.id
                rows.append(answer_row(upload.id, shop, item.file.position, item.source, item.outcome))
        with meters.timed(DATABASE_WRITE_SECONDS, step="record"):
            upload.write(lambda connection: record_answers(connection, rows))

    def _finish(self, item: Item) -> None:
        assert item.outcome is not None
        item.prepared = item.png = None
        if not self._upload.dry_run:
            item.fingerprint = None
        self._done(item)
        self._upload.report(Event(Stage.SETTLED, item.source, item.file.position, answer(item.source, item.outcome)))
        with self._lock:
            self._settled += 1
            self._lock.notify_all()

    # --- storing -------------------------------------------------------------------------------------------------

    def _store(self, item: Item) -> None:
        try:
            with meters.busy("store"), traces.span("store"):
                state = self._put(item)
        except PrintdockError as error:
            item.outcome = Failed.of(error)
            self._group.add(Answered(item))
        except Exception as error:  # a bug must cost one file, not the upload
            log.exception("storing failed")
            item.outcome = Failed("internal_error", f"Something unexpected happened: {error!r}. Please report it.")
            self._group.add(Answered(item))
        else:
            self._group.add(Put(item, state))

    def _put(self, item: Item) -> str:
        assert item.png is not None
        for _attempt in range(_RENUMBER_TRIES):
            try:
                self._upload.storage.put(_claimed(item).path, item.png)
            except KeyTaken:
                self._take_another_number(item)
            except (StorageUnavailable, Cancelled):
                # Whether the last try arrived is not known: the spool sends the same bytes again, which is harmless.
                self._upload.spool.keep(_claimed(item).path, item.png)
                return "spooled"
            else:
                return "stored"
        raise KeyTaken(
            f"The storage already has files named like {_claimed(item).path}.",
            remedy="Set the template's next number past them: `printdock templates set NAME --next-number N`.",
        )

    def _take_another_number(self, item: Item) -> None:
        """The storage has files that the database does not know (earlier ones): go on after the highest of them."""
        template, claim = self._upload.template, _claimed(item)
        names = (entry.key.rsplit("/", 1)[-1] for entry in self._upload.storage.list(template.folder))
        numbers = (number_in(name, template.pattern, prefix=template.prefix, template=template.name) for name in names)
        highest = max((number for number in numbers if number is not None), default=claim.number)

        def work(connection: Connection) -> ledger.Claim:
            skip_numbers(connection, template, highest)
            return ledger.renumber(connection, template, self._upload.owner, claim.print_file)

        item.claim = self._upload.write(work)


def _claimed(item: Item) -> ledger.Claim:
    assert item.claim is not None
    return item.claim


def _stored(item: Item) -> Stored:
    claim = _claimed(item)
    return Stored(
        claim.design,
        claim.print_file,
        claim.number,
        claim.path,
        *item.size,
        size=item.png_bytes,
        sha256=item.sha256,
        similar_to=item.similar_to,
        distance=item.distance,
        reason=item.reason,
        warnings=item.warnings,
    )


def _after(follower: Item, leader: Item) -> Duplicate | Failed | Planned:
    """A follower's outcome, once its leader has one."""
    match leader.outcome:
        case Stored():
            return Duplicate(leader.outcome.design, follower.distance or 0.0, follower.reason or "")
        case Duplicate():
            return replace(leader.outcome, reason=f"{follower.reason} {leader.outcome.reason}")
        case Planned():
            return Duplicate(leader.outcome.design, follower.distance or 0.0, follower.reason or "")
        case Failed():
            return Failed(leader.outcome.code, f"{follower.reason} That file failed: {leader.outcome.reason}")
        case None:
            raise AssertionError("a leader settles before its followers")
