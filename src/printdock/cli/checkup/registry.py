"""All checks, in the order in which one is worth reading before the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from printdock.cli.checkup import machine, parts, work
from printdock.cli.checkup.finding import Finding, Level, Patient, bad
from printdock.errors import PrintdockError

Check = Callable[[Patient], Finding]

CHECKS: dict[str, Check] = {
    "python": machine.check_python,
    "home": machine.check_home,
    "disk": machine.check_disk,
    "limits": machine.check_limits,
    "secret": parts.check_secret,
    "pages": machine.check_pages,
    "address": parts.check_address,
    "database": parts.check_database,
    "clock": machine.check_clock,
    "storage": parts.check_storage,
    "spool": work.check_spool,
    "redis": parts.check_redis,
    "workers": work.check_workers,
    "stuck jobs": work.check_stuck_jobs,
    "failed jobs": work.check_failed_jobs,
    "etsy": work.check_etsy,
}

#: Those that read rows: where that is impossible the database's own finding says why.
READ_ROWS = frozenset({"workers", "stuck jobs", "failed jobs"})


def examine(patient: Patient) -> Iterator[tuple[str, Finding]]:
    """Every check's finding, as it is made. No check keeps another from being made."""
    for part in CHECKS:
        yield part, find(part, patient)


def find(part: str, patient: Patient) -> Finding:
    """What the check of ``part`` says. What cannot be looked at is a finding, too."""
    needs_rows = part in READ_ROWS or (part == "etsy" and patient.settings.etsy_keystring is not None)
    if needs_rows and not patient.readable:
        why = "there is nothing yet" if patient.schema is None else "the database cannot be read"
        return Finding(Level.SKIPPED, f"not looked at: {why}")
    try:
        return CHECKS[part](patient)
    except (PrintdockError, OSError) as error:
        remedy = error.remedy if isinstance(error, PrintdockError) else ""
        return bad(f"It cannot be looked at: {error}", remedy or "Run it as the user that printdock runs as.")
