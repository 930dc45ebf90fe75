"""The heartbeat of a worker: what must happen whether or not anybody sends a message."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from printdock.db.statistics import ensure_statistics
from printdock.designs import sides
from printdock.errors import DatabaseUnavailable, LeaseLost
from printdock.jobs import claims, events, presence, records
from printdock.jobs.abandoned import empty_bins, sweep_uploads
from printdock.jobs.job import State, Wish
from printdock.jobs.kinds import KINDS
from printdock.jobs.runner import Runner, Running, Why
from printdock.pipeline.limits import give_memory_back
from printdock.shops.queries import list_shops

log = logging.getLogger(__name__)

#: Seconds between two ticks; between two looks for dead workers; for abandoned uploads; between two times that old rows are removed.
TICK_S, SWEEP_S, ABANDONED_S, TIDY_S = 0.5, 2.0, 30.0, 3600.0

#: Base images made ready that no mockup was rendered on in so many seconds are given up: an idle worker is a small one.
KEEP_BASES_S = 300.0

_WISHES = {Wish.CANCEL: Why.CANCEL, Wish.PAUSE: Why.PAUSE}


class _Every:
    """Something that is due every so many seconds, and at once at first."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._next = seconds, time.monotonic()

    def due(self) -> bool:
        """Whether it is time; then the next time is set."""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + self._seconds
        return True

    def wait(self, seconds: float) -> None:
        """It is next due in ``seconds``."""
        self._next = time.monotonic() + seconds


class Ticker:
    """A thread that, for the jobs of a `Runner`, renews claims, notices what people ask, writes progress down; and that
    takes jobs from dead workers, and wakes idle slots when jobs are due, for no message need arrive.
    """

    def __init__(self, runner: Runner, *, check_health: Callable[[], object], tick_s: float = TICK_S) -> None:
        self._runner, self._check_health, self._tick_s = runner, check_health, tick_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="printdock-ticker", daemon=True)
        self._renew_every_s = runner.lease.total_seconds() / 4
        self._renewal, self._sweeping, self._tidying = _Every(self._renew_every_s), _Every(SWEEP_S), _Every(TIDY_S)
        self._abandoned, self._sign = _Every(ABANDONED_S), _Every(presence.SIGN_S)
        self._tidying.wait(TIDY_S)
        self._away = False

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """End; a tick that is under way ends first."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                self._check_health()
                self._tick()
                if self._away:
                    self._away = False
                    log.warning("the database is back")
            except DatabaseUnavailable as error:
                self._database_away(error)
            except Exception:  # jobs would lose their claims one by one if this thread ended
                log.exception("a tick of the worker failed")
            if self._over.wait(self._tick_s):
                return

    def _database_away(self, error: DatabaseUnavailable) -> None:
        if not self._away:
            log.warning("jobs wait for the database: %s", error)
        self._away = True
        # When it is back all claims may be old: their owners renew first, then the dead ones are looked for.
        self._renewal.wait(0.0)
        self._sweeping.wait(self._renew_every_s)

    def _tick(self) -> None:
        running = self._runner.running()
        if running:
            self._listen(running)
            self._renew(running)
            self._note(running)
        if self._sign.due():
            self._sign_in()
        if self._sweeping.due():
            self._sweep()
        self._nudge(len(running))
        if self._abandoned.due():
            sweep_uploads(self._runner.services)
            ensure_statistics(self._runner.services.database)
            empty_bins(self._runner.services)
            self._give_up_bases()
        if self._tidying.due():
            self._tidy()

    def _listen(self, running: list[Running]) -> None:
        """Notice what people ask, and which jobs another worker has taken over."""
        with self._runner.services.database.read() as connection:
            kept = claims.kept(connection, self._runner.owner, [one.job.id for one in running])
        there = set(self._runner.running())
        for one in running:
            if one.job.id not in kept:
                if one in there:
                    one.ask(Why.LOST)
            elif (wish := kept[one.job.id]) is not None:
                one.ask(_WISHES[wish])

    def _renew(self, running: list[Running]) -> None:
        if not self._renewal.due():
            return
        with self._runner.services.database.write() as connection:
            ids = [one.job.id for one in running]
            claims.renew(connection, self._runner.owner, ids, self._runner.services.clock(), self._runner.lease)

    def _note(self, running: list[Running]) -> None:
        for one in running:
            if not one.unwritten or one.progress is None:
                continue
            one.unwritten = False
            try:
                with self._runner.services.database.write() as connection:
                    claims.note(connection, one.job, one.progress)
            except LeaseLost:
                continue  # it has ended meanwhile, or the next tick notices

    def _sweep(self) -> None:
        services = self._runner.services
        with services.database.read() as connection:
            dead = claims.dead(connection, services.clock())
        for job in dead:
            with services.database.write() as connection:
                state = claims.sweep(connection, job, services.clock())
            if state is not None:
                log.warning("job %s (%s) was left by its worker %s: %s", job.id, job.kind, job.worker, state)
            if state is State.PENDING:
                self._runner.broker.wake(job.priority)

    def _sign_in(self) -> None:
        runner = self._runner
        with runner.services.database.write() as connection:
            presence.sign(connection, runner.owner, runner.slots, runner.services.clock())

    def _nudge(self, busy: int) -> None:
        """Wake idle slots while there are jobs: whatever became of the messages that said so."""
        runner = self._runner
        idle = runner.slots - busy
        if idle <= 0 or runner.closing:
            return
        with runner.services.database.read() as connection:
            due = records.due(connection, runner.services.clock(), KINDS, runner.places, idle)
        runner.broker.nudge(due)

    def _give_up_bases(self) -> None:
        if self._runner.services.bases.give_up_unused(KEEP_BASES_S):
            give_memory_back()

    def _tidy(self) -> None:
        services = self._runner.services
        with services.database.write() as connection:
            events.sweep(connection, services.clock())
            records.sweep(connection, services.clock())
            for shop in list_shops(connection):
                sides.sweep(connection, shop)
            presence.sweep(connection, services.clock())
