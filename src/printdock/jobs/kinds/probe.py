"""``probe``: does nothing for a while, which shows that workers are there and how soon they come."""

from __future__ import annotations

from pydantic import Field

from printdock.jobs.work import Input, Kind, Result, Work


class ProbeInput(Input):
    """``seconds``: how long it takes."""

    seconds: float = Field(default=0.0, ge=0, le=3600)


def run(work: Work) -> Result:
    """Wait. Starts from the beginning when it was stopped."""
    work.stop.wait(work.input(ProbeInput).seconds)
    work.check_stopped()
    return Result()


KIND = Kind("probe", "Does nothing: shows that jobs are done", ProbeInput, run)
