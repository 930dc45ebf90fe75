"""The last stages of a batch: files are stored, then their rows written, one statement for all that has gathered."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from printdock.errors import KeyTaken, PrintdockError, passes
from printdock.mockups import ledger
from printdock.mockups.batch import Batch
from printdock.mockups.fresh import Look, name_taken
from printdock.mockups.outcomes import Failed, Outcome, Rendered
from printdock.mockups.plan import Mockup, Plan
from printdock.pipeline.flow import Budget, Group, workers
from printdock.telemetry import meters, traces
from printdock.telemetry.table import DATABASE_WRITE_SECONDS

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Files:
    """A mockup and its thumbnail, ready to be stored."""

    mockup: Mockup
    picture: bytes
    thumbnail: bytes
    outcome: Rendered

    @property
    def nbytes(self) -> int:
        return len(self.picture) + len(self.thumbnail)


class Store:
    """Stores and records; every mockup handed over is settled. What waits is bounded by bytes and by count."""

    def __init__(self, batch: Batch, plan: Plan, found: Look, settle: Callable[[Mockup, Outcome], None]) -> None:
        limits = batch.limits
        self._batch, self._plan, self._found, self._settle = batch, plan, found, settle
        self._waiting = Budget(size=limits.batch_bytes, count=max(limits.batch_images, limits.transfers))
        self._transfers = workers(limits.transfers, "printdock-store")
        self._away: PrintdockError | None = None
        self._lock = threading.Lock()
        self._group: Group[Files] = Group(
            "printdock-record", self._record, limit=limits.batch_images, failed=self._failed
        )

    @property
    def away(self) -> PrintdockError | None:
        """Why nothing can be stored any more: then nothing need be rendered."""
        return self._away

    def add(self, files: Files) -> None:
        """Hand over a rendered mockup; waits while too much is on its way."""
        self._waiting.take(files.nbytes)
        self._transfers.submit(self._store, files)

    def close(self) -> None:
        """Store and record what is left, then end."""
        self._transfers.shutdown()
        self._group.close()

    def _store(self, files: Files) -> None:
        try:
            with meters.busy("store"), traces.span("store"):
                self._put(files)
        except PrintdockError as error:
            if passes(error):
                self._away = error
            self._settle(files.mockup, Failed.of(error))
        except Exception as error:  # a bug must cost one mockup, not the batch
            log.exception("storing a mockup failed")
            self._settle(files.mockup, unexpected(error))
        else:
            self._group.add(files)
        finally:
            self._waiting.give_back(files.nbytes)

    def _put(self, files: Files) -> None:
        """The thumbnail first: where a run is cut off, it tells that the mockup's name is ours."""
        mockup, storage = files.mockup, self._batch.storage
        self._replace(mockup.thumbnail, files.thumbnail)
        if self._batch.force or mockup.path in self._found.rows or mockup.thumbnail in self._found.files:
            self._replace(mockup.path, files.picture)
            return
        try:
            storage.put(mockup.path, files.picture)
        except KeyTaken:
            storage.delete(mockup.thumbnail)
            raise name_taken(mockup) from None

    def _replace(self, key: str, data: bytes) -> None:
        try:
            self._batch.storage.put(key, data)
        except KeyTaken:
            self._batch.storage.delete(key)
            self._batch.storage.put(key, data)

    def _record(self, group: Sequence[Files]) -> None:
        done = [(files.mockup, files.outcome) for files in group]
        now = self._batch.clock()
        with meters.timed(DATABASE_WRITE_SECONDS, step="mockups"):
            self._batch.write(lambda connection: ledger.record(connection, self._plan, done, now))
        for files in group:
            self._settle(files.mockup, files.outcome)

    def _failed(self, group: Sequence[Files], error: Exception) -> None:
        if not isinstance(error, PrintdockError):
            log.error("recording mockups failed", exc_info=error)
        for files in group:
            self._settle(files.mockup, Failed.of(error) if isinstance(error, PrintdockError) else unexpected(error))


def unexpected(error: Exception) -> Failed:
    return Failed("internal_error", f"Something unexpected happened: {error!r}. Please report it.")
