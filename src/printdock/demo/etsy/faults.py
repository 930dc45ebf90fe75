"""Faults on demand: what goes wrong with which call, planned one by one or at a rate."""

from __future__ import annotations

import random
import threading
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """What may happen to a call."""

    COMMIT_THEN_DROP = "commit_then_drop"  # done, and the connection ends without an answer
    COMMIT_THEN_500 = "commit_then_500"
    COMMIT_THEN_SLOW = "commit_then_slow"  # done, and the answer comes after the caller's patience
    COMMIT_THEN_GARBLED = "commit_then_garbled"  # done, and the answer is not JSON
    IGNORED = "ignored"  # not done, and answered as if it were (#156, #897)
    DROP = "drop"  # not done, the connection ends
    ERROR_500 = "error_500"  # not done
    HTML_502 = "html_502"  # not done; a gateway's page
    TOO_MANY = "too_many"  # not done; 429
    LATE = "late"  # done and answered as a 500, and what was made shows up in lists only after a while
    TIRED = "tired"  # not done; 429 for the day


#: Those before which the call has had no effect.
NOT_DONE = (Fault.DROP, Fault.ERROR_500, Fault.HTML_502, Fault.TOO_MANY, Fault.TIRED)


@dataclass(slots=True)
class _Planned:
    fault: Fault
    operation: str
    skip: int
    left: int


class Faults:
    """Which fault the next call of an operation meets. Safe from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: list[_Planned] = []
        self._rates: dict[Fault, float] = {}
        self._operations: frozenset[str] | None = None
        self._random = random.Random(0)
        self.met: Counter[Fault] = Counter()
        #: ``retry-after`` of TOO_MANY and TIRED, seconds.
        self.retry_after_s = 1
        self.tired_s = 86_400
        #: How long COMMIT_THEN_SLOW waits, and LATE hides, seconds.
        self.slow_s = 2.0
        self.late_s = 1.0

    def plan(self, fault: Fault, operation: str, *, skip: int = 0, times: int = 1) -> None:
        """The next ``times`` calls of ``operation`` meet ``fault``, after ``skip`` that do not."""
        with self._lock:
            self._planned.append(_Planned(fault, operation, skip, times))

    def at_rates(self, rates: dict[Fault, float], *, seed: int = 0, operations: frozenset[str] | None = None) -> None:
        """From here on each call meets a fault with these probabilities (in sum at most 1)."""
        with self._lock:
            self._rates, self._operations, self._random = dict(rates), operations, random.Random(seed)

    def clear(self) -> None:
        """No fault any more."""
        with self._lock:
            self._planned.clear()
            self._rates = {}

    def draw(self, operation: str) -> Fault | None:
        """What this call meets."""
        with self._lock:
            fault = self._from_plan(operation) or self._from_rates(operation)
            if fault is not None:
                self.met[fault] += 1
            return fault

    def _from_plan(self, operation: str) -> Fault | None:
        for planned in self._planned:
            if planned.operation not in (operation, "*") or planned.left == 0:
                continue
            if planned.skip > 0:
                planned.skip -= 1
                continue
            planned.left -= 1
            return planned.fault
        return None

    def _from_rates(self, operation: str) -> Fault | None:
        if self._operations is not None and operation not in self._operations:
            return None
        dice = self._random.random()
        for fault, rate in self._rates.items():
            if dice < rate:
                return fault
            dice -= rate
        return None
