"""How many calls are allowed in a second and in a day, and the headers that say what is left."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

from printdock.demo.etsy.rules import refuse

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Calls in any second and any 24 hours. Seen at Etsy: 5 and 5,000; 10 and 10,000."""

    per_second: int = 10
    per_day: int = 10_000


class Quota:
    """Counts calls in sliding windows."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        #: The guide misspells one header; both spellings have been seen.
        self.misspelled = False
        self._lock = threading.Lock()
        self._second: deque[float] = deque()
        self._day: deque[float] = deque()

    def count(self, now: float) -> dict[str, str]:
        """Count a call and answer its headers. Raises `Refused` over a limit; such a call does not count."""
        with self._lock:
            _forget(self._second, now - 1.0)
            _forget(self._day, now - DAY_S)
            if len(self._day) >= self.limits.per_day:
                wait = max(1, round(self._day[0] + DAY_S - now))
                raise refuse("over_day", {"retry-after": str(wait)} | self._headers())
            if len(self._second) >= self.limits.per_second:
                raise refuse("over_second", {"retry-after": "1"} | self._headers())
            self._second.append(now)
            self._day.append(now)
            return self._headers()

    @property
    def counted(self) -> int:
        """Calls of the last day."""
        return len(self._day)

    def _headers(self) -> dict[str, str]:
        remaining = "x-remaining-this-secon" if self.misspelled else "x-remaining-this-second"
        return {
            "x-limit-per-second": str(self.limits.per_second),
            remaining: str(max(0, self.limits.per_second - len(self._second))),
            "x-limit-per-day": str(self.limits.per_day),
            "x-remaining-today": str(max(0, self.limits.per_day - len(self._day))),
        }


def _forget(calls: deque[float], before: float) -> None:
    while calls and calls[0] <= before:
        calls.popleft()
