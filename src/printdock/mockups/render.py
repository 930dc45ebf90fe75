"""A batch: the mockups of a plan that are not there yet, rendered, stored and recorded, each with an outcome.

    look -> read -> decode -> render -> encode -> store -> record

Stages overlap; designs in flight, prepared bases and files on their way to the storage are each bounded in bytes. A
design is read and shrunk once, and given up when its last mockup is rendered. Wherever a run is cut off, the next one
renders only what has no row: the same pixels, and so the same bytes under the same names.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from printdock.errors import Cancelled, InputRefused, PrintdockError
from printdock.imaging.output import Output, encode, thumbnail_file
from printdock.imaging.types import Pixels
from printdock.mockups import ledger
from printdock.mockups.art import design_of, read_art, reserve
from printdock.mockups.bases import Bases
from printdock.mockups.batch import Batch, Progress
from printdock.mockups.fresh import Look, look
from printdock.mockups.outcomes import Failed, Outcome, Planned, Rendered, answer
from printdock.mockups.plan import Mockup, Plan, PrintFile
from printdock.mockups.store import Files, Store, unexpected
from printdock.pipeline.flow import Budget, workers
from printdock.rendering.design import Design
from printdock.rendering.render import render
from printdock.telemetry import logs, meters, traces
from printdock.telemetry.table import MOCKUP_SECONDS, MOCKUPS

log = logging.getLogger(__name__)

#: Longest side of a thumbnail, px.
THUMBNAIL_PX = 400

#: Designs read at the same time: one is read while another is rendered.
_READERS = 2


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a plan; ``mockups`` are the entries of `outcomes.answer`, in the plan's order.

    ``waiting``: one of the failures that a later run may mend by itself, where there is any.
    """

    mockup_set: str
    template: str
    rendered: int
    fresh: int
    failed: int
    seconds: float
    mockups: list[dict[str, Any]]
    waiting: Failed | None = None

    def as_dict(self) -> dict[str, Any]:
        """The document that ``--json`` prints."""
        return {
            "set": self.mockup_set,
            "template": self.template,
            "rendered": self.rendered,
            "fresh": self.fresh,
            "failed": self.failed,
            "seconds": round(self.seconds, 3),
            "mockups": self.mockups,
        }


def render_batch(batch: Batch, plan: Plan) -> Report:
    """Render what is stale of ``plan``. Every mockup ends as exactly one entry of the report.

    Setting ``batch.stop`` from another thread ends it early: what is begun is finished, the rest answered as stopped.
    Raises `UsageError` for names of another set, and what database and storage raise while it looks at what is there.
    """
    with logs.bound(shop=plan.template.shop.name), traces.span("mockups"):
        report = _render(batch, plan)
        _tell(report)
    return report


def _tell(report: Report) -> None:
    counts = {"rendered": report.rendered, "fresh": report.fresh, "failed": report.failed}
    for outcome, number in counts.items():
        meters.count(MOCKUPS, number, outcome=outcome)
    logs.event(
        "mockups_rendered", place="mockups", mockup_set=report.mockup_set, seconds=round(report.seconds, 3), **counts
    )


def _render(batch: Batch, plan: Plan) -> Report:
    started = time.monotonic()
    found = batch.read(lambda connection: look(connection, batch.storage, plan))
    outcomes = _Flow(batch, plan, found).run()
    entries = [answer(mockup, outcomes[mockup.path]) for mockup in plan.mockups]
    counts = {word: sum(entry["outcome"] == word for entry in entries) for word in ("rendered", "fresh", "failed")}
    return Report(
        plan.mockup_set.name,
        plan.template.name,
        counts["rendered"],
        counts["fresh"],
        counts["failed"],
        time.monotonic() - started,
        entries,
        next((one for one in outcomes.values() if isinstance(one, Failed) and one.passing), None),
    )


@dataclass(eq=False, slots=True)
class _Art:
    """One design on its way: read, then decoded by the first part that needs it, given up after the last."""

    file: PrintFile
    todo: list[Mockup]
    held: int  # bytes of the memory budget
    data: bytes | None = None
    design: Design | None = None
    error: PrintdockError | None = None
    parts: int = 1  # not rendered yet
    lock: threading.Lock = field(default_factory=threading.Lock)


class _Flow:
    def __init__(self, batch: Batch, plan: Plan, found: Look) -> None:
        limits = batch.limits
        self._batch, self._plan, self._found = batch, plan, found
        self._outcomes: dict[str, Outcome] = {}
        self._bases = Bases(
            batch.bases,
            lambda picture: batch.load(batch.storage, plan.mockup_set, picture),
            plan.mockup_set.longest_side,
        )
        self._memory = Budget(size=limits.memory_bytes, count=limits.workers + _READERS)
        self._store = Store(batch, plan, found, self._settle)
        self._reading = workers(_READERS, "printdock-read")
        self._rendering = workers(limits.workers, "printdock-render")

    def run(self) -> dict[str, Outcome]:
        """Take all of the plan through; answers the outcomes by path."""
        stale = list(self._stale())
        # Few designs are split over the workers; of many, each stays with one, so that none waits for another's.
        split = self._batch.limits.workers if len(stale) < 2 * self._batch.limits.workers else 1
        limits = self._batch.limits
        with meters.threads(render=limits.workers, store=limits.transfers):
            try:
                for file, todo in stale:
                    self._start(file, todo, min(split, len(todo)))
            finally:
                self._reading.shutdown()
                self._rendering.shutdown()
                self._store.close()
        return self._outcomes

    def _stale(self) -> Iterator[tuple[PrintFile, list[Mockup]]]:
        """What is to be rendered, by design; all else is settled."""
        for file, mockups in self._plan.by_design():
            todo = [mockup for mockup in mockups if not self._is_settled(mockup)]
            if todo:
                yield file, todo

    def _is_settled(self, mockup: Mockup) -> bool:
        batch = self._batch
        if not batch.force or batch.force_before is not None:
            fresh = self._found.fresh(mockup, batch.force_before if batch.force else None)
            if fresh is not None:
                self._settle(mockup, fresh)
                return True
        if not batch.force:
            try:
                self._found.refuse_foreign(mockup)
            except InputRefused as error:
                self._settle(mockup, Failed.of(error))
                return True
        if batch.dry_run:
            self._settle(mockup, Planned())
            return True
        return False

    def _start(self, file: PrintFile, todo: list[Mockup], parts: int) -> None:
        if (blocked := self._blocked()) is not None:
            self._settle_all(todo, Failed.of(blocked))
            return
        art = _Art(file, todo, reserve(file), parts=parts)
        self._memory.take(art.held)
        self._reading.submit(self._read, art)

    def _blocked(self) -> PrintdockError | None:
        """Why nothing more is begun, if so."""
        if self._batch.stop.is_set():
            return Cancelled("The batch was stopped before this mockup.", remedy="Run it again.")
        return self._store.away

    # --- one design ----------------------------------------------------------------------------------------------

    def _read(self, art: _Art) -> None:
        try:
            art.data = read_art(self._batch.storage, art.file)
            self._withdraw(art.todo)
        except PrintdockError as error:
            art.error = error
        except Exception as error:  # a bug must cost one design, not the batch
            log.exception("reading a design failed")
            art.error = PrintdockError(unexpected(error).reason, code="internal_error")
        for part in range(art.parts):
            self._rendering.submit(self._render_part, art, art.todo[part :: art.parts])

    def _withdraw(self, todo: Sequence[Mockup]) -> None:
        """Files that are about to be replaced count as stale from now on, whatever happens."""
        rows = [self._found.rows[mockup.path].id for mockup in todo if mockup.path in self._found.rows]
        if rows:
            self._batch.write(lambda connection: ledger.withdraw(connection, self._plan.template.shop, rows))

    def _render_part(self, art: _Art, part: Sequence[Mockup]) -> None:
        for mockup in self._bases.nearest_first(part):
            try:
                if (blocked := self._blocked()) is not None:
                    raise blocked
                files = self._render_one(mockup, self._design(art))
            except PrintdockError as error:
                self._settle(mockup, Failed.of(error))
            except Exception as error:  # a bug must cost one mockup, not the batch
                log.exception("rendering a mockup failed")
                self._settle(mockup, unexpected(error))
            else:
                self._store.add(files)
        with art.lock:
            art.parts -= 1
            last = art.parts == 0
        if last:
            art.data = art.design = None
            self._memory.give_back(art.held)

    def _design(self, art: _Art) -> Design:
        with art.lock:
            if art.error is not None:
                raise art.error
            if art.design is None:
                assert art.data is not None
                try:
                    art.design = design_of(art.data, art.file, self._batch.limits.max_pixels)
                except PrintdockError as error:
                    art.error = error
                    raise
                finally:
                    art.data = None
            return art.design

    def _render_one(self, mockup: Mockup, design: Design) -> Files:
        with meters.busy("render"), meters.timed(MOCKUP_SECONDS), traces.span("render"):
            picture = render(self._bases.get(mockup.picture, mockup.colour), design)
            return _files(mockup, picture, self._plan.mockup_set.output)

    # --- outcomes ------------------------------------------------------------------------------------------------

    def _settle_all(self, mockups: Sequence[Mockup], outcome: Outcome) -> None:
        for mockup in mockups:
            self._settle(mockup, outcome)

    def _settle(self, mockup: Mockup, outcome: Outcome) -> None:
        self._outcomes[mockup.path] = outcome
        self._batch.report(Progress(answer(mockup, outcome), self._bases.used, self._bases.found_share))


def _files(mockup: Mockup, picture: Pixels, output: Output) -> Files:
    encoded = encode(picture, output)
    small = thumbnail_file(picture, THUMBNAIL_PX)
    height, width = picture.shape[:2]
    digest = hashlib.sha256(encoded.data).digest()
    return Files(mockup, encoded.data, small, Rendered(width, height, len(encoded.data), digest, encoded.quality))
