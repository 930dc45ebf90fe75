"""A worker: slots that run jobs, and their ticker. In a server's process, or as `printdock worker`."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection
from datetime import timedelta

from printdock.designs.lease import new_owner
from printdock.errors import DatabaseUnavailable
from printdock.jobs import presence
from printdock.jobs.broker import Broker
from printdock.jobs.job import LEASE
from printdock.jobs.runner import Runner, Why
from printdock.jobs.ticker import TICK_S, Ticker
from printdock.jobs.wakes import BLOCK_S
from printdock.telemetry import meters
from printdock.telemetry.meters import Sample
from printdock.telemetry.table import JOB_SLOTS
from printdock.wiring import Services

log = logging.getLogger(__name__)

#: When a worker is to end: seconds that its jobs may finish in, then seconds in which they may stop at a good place.
FINISH_S, STOP_S = 5.0, 20.0


class EmbeddedWorker:
    """Runs jobs on threads of this process, between `start` and `close`.

    ``broker``: the process's own, so that those who enqueue here are heard at once. ``places``: ids of the incoming
    folders this process sees. Neither the services nor the broker are closed by it.
    """

    def __init__(
        self,
        services: Services,
        broker: Broker,
        *,
        slots: int | None = None,
        places: Collection[str] = (),
        lease: timedelta = LEASE,
        tick_s: float = TICK_S,
    ) -> None:
        slots = slots or services.settings.job_slots
        self.runner = Runner(services, broker, new_owner(), slots=slots, places=places, lease=lease)
        self._broker = broker
        self._consumer = broker.consumer(self.runner.drain, slots)
        self._ticker = Ticker(self.runner, check_health=self._check_health, tick_s=tick_s)
        self._started = False

    def start(self) -> None:
        """Begin to work; jobs that wait already are taken at once."""
        self._consumer.start()
        self._ticker.start()
        self._unwatch = meters.watch(lambda: [Sample(JOB_SLOTS, self.runner.slots)])
        self._started = True

    def close(self, *, finish_s: float = FINISH_S, stop_s: float = STOP_S) -> bool:
        """Take no more jobs; let those that run finish, then ask them to stop, then give back what still runs.

        None of that counts as a try. Answers whether all threads have ended. Idempotent.
        """
        if not self._started:
            return True
        self.runner.closing = True
        self._consumer.stop_flag.set()
        self._broker.rouse()
        if not self.runner.wait_until_idle(finish_s):
            for running in self.runner.running():
                running.ask(Why.SHUTDOWN)
            self.runner.wait_until_idle(stop_s)
        left = self.runner.running()
        for running in left:
            log.warning("job %s (%s) does not stop: another worker may have it", running.job.id, running.job.kind)
            self.runner.release(running)
        self._ticker.close()
        self._leave()
        self._unwatch()
        self._started = False
        return not left and self._join()

    def _leave(self) -> None:
        services = self.runner.services
        try:
            with services.database.write() as connection:
                presence.leave(connection, self.runner.owner)
        except DatabaseUnavailable as error:
            log.warning("the worker ends without saying so: %s", error)

    def _join(self) -> bool:
        deadline = time.monotonic() + 4 * BLOCK_S
        threads = [thread for _worker, thread in self._consumer.worker_threads]
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)

    def _check_health(self) -> None:
        """Replace threads that died: none should, but a worker without threads would stand still for ever."""
        if not self.runner.closing:
            self._consumer.check_worker_health()
