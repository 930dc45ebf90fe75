"""What is told of an upload while its files are taken in: a few events a second at most, however fast the files go."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from printdock.db.engine import Database
from printdock.designs.item import Event, Stage
from printdock.errors import DatabaseUnavailable
from printdock.jobs import events

log = logging.getLogger(__name__)

#: Seconds between two events of one upload, and most files that one names: its data stays within some 100 kB.
EVERY_S, MOST_FILES = 0.4, 200

_WORDS = {"stored": "stored", "duplicate": "duplicates", "failed": "failed"}


class UploadNews:
    """Gathers what `report` is told and appends it as ``progress`` events of the upload, from a thread of its own.

    ``counts``: answers there are from earlier tries. ``progress`` gets the counts too, for the job's row. Thread-safe;
    leaving the context tells what is left.
    """

    def __init__(
        self,
        database: Database,
        shop_id: int,
        upload: UUID,
        total: int,
        counts: dict[str, int],
        progress: Callable[[dict[str, Any]], None],
    ) -> None:
        self._database, self._shop_id, self._upload, self._total = database, shop_id, upload, total
        self._outcomes: Counter[str] = Counter(counts)
        self._before = sum(counts.values())
        self._progress = progress
        self._stages: Counter[str] = Counter()
        self._changed: dict[int, dict[str, Any]] = {}
        self._started = time.monotonic()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="printdock-news", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        while self._flush():
            pass

    def report(self, event: Event) -> None:
        """Take note of one event; never waits."""
        with self._lock:
            self._stages[event.stage] += 1
            news: dict[str, Any] = {"position": event.position, "stage": event.stage.value}
            if event.stage is Stage.SETTLED and event.answer is not None:
                self._outcomes[_WORDS[event.answer["outcome"]]] += 1
                news["answer"] = event.answer
            self._changed[event.position] = news
        self._progress(self.counts())

    def counts(self) -> dict[str, Any]:
        """How far the upload is: files by outcome, by the stage they have reached, and the seconds left (a guess)."""
        with self._lock:
            outcomes = {word: self._outcomes[word] for word in _WORDS.values()}
            stages = {stage.value: self._stages[stage] for stage in Stage}
        done = sum(outcomes.values())
        return {"files": self._total, "done": done, **outcomes, "stages": stages, "seconds_left": self._left(done)}

    def _left(self, done: int) -> float | None:
        """By the pace so far; None while too little has been seen to tell."""
        here = done - self._before
        if here < 2:
            return None
        pace = (time.monotonic() - self._started) / here
        return round(pace * max(0, self._total - done), 1)

    def _run(self) -> None:
        while not self._over.wait(EVERY_S):
            self._flush()

    def _flush(self) -> bool:
        """Tell what has changed, `MOST_FILES` at a time; answers whether there is more. What cannot be told is kept."""
        with self._lock:
            names = list(self._changed)[:MOST_FILES]
            told = [self._changed.pop(name) for name in names]
            more = bool(self._changed)
        if not told:
            return False
        data = self.counts() | {"changed": told}
        try:
            with self._database.write() as connection:
                events.append(connection, self._shop_id, "upload", self._upload, "progress", data)
        except DatabaseUnavailable as error:
            log.warning("progress of upload %s waits: %s", self._upload, error)
            with self._lock:
                for news in told:
                    self._changed.setdefault(news["position"], news)
            return False
        return more
