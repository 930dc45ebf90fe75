"""The work: who does it, what waits, what failed; and the connection to Etsy."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from printdock.cli.checkup.finding import Finding, Patient, bad, ok, refused, warn
from printdock.db.tables import jobs
from printdock.errors import PrintdockError
from printdock.jobs import claims, presence
from printdock.jobs.job import State
from printdock.jobs.records import IS_PENDING
from printdock.storage.spool import Spool, SpoolDamage

#: A job that could run for this long and was not begun is stuck; one whose worker is gone, after the lease and a little.
WAITS = timedelta(minutes=10)
LEFT = timedelta(minutes=2)

#: Failed jobs are told of for so long.
RECENT = timedelta(days=7)


def check_workers(patient: Patient) -> Finding:
    """Somebody does the work in the background, at least while there is any."""
    now = patient.clock()
    with patient.database.read() as connection:
        known = presence.present(connection, now)
        due = _due(connection, now)
    alive = [one for one in known if one.alive]
    last = f"; one was last seen {_ago(now, known[0].seen_at)} on {known[0].host}" if known else ""
    if alive:
        hosts = ", ".join(sorted({one.host for one in alive}))
        slots = sum(one.slots for one in alive)
        return ok(f"{len(alive)} alive on {hosts}, {slots} jobs at a time, seen {_ago(now, alive[0].seen_at)}")
    if due:
        return bad(
            f"{due} jobs wait, and no worker is alive{last}.",
            "Start printdock worker, or printdock serve with PRINTDOCK_SERVER_JOBS=1.",
        )
    return warn(f"No worker is alive{last}.", "Work in the background needs printdock worker, or printdock serve.")


def _due(connection: Connection, now: datetime) -> int:
    return connection.execute(select(func.count()).where(IS_PENDING, jobs.c.run_at <= now)).scalar_one()


def _ago(now: datetime, then: datetime) -> str:
    seconds = max(0.0, (now - then).total_seconds())
    return f"{seconds:.0f} s ago" if seconds < 120 else f"{seconds / 60:.0f} min ago"


def check_stuck_jobs(patient: Patient) -> Finding:
    """No job stands still: left by its worker, or waiting though it could run."""
    now = patient.clock()
    waits = select(func.count()).where(IS_PENDING, jobs.c.run_at <= now - WAITS)
    with patient.database.read() as connection:
        left = [job for job in claims.dead(connection, now) if job.lease_until is None or job.lease_until < now - LEFT]
        waiting = connection.execute(waits).scalar_one()
    if left:
        return bad(
            f"{len(left)} jobs were left by their worker, such as {left[0].id}.",
            "Start a worker: it takes them over. printdock worker",
        )
    if waiting:
        minutes = WAITS.total_seconds() / 60
        return warn(
            f"{waiting} jobs have waited for more than {minutes:.0f} minutes.",
            "Start more workers, or look at what takes so long: printdock jobs list --state processing",
        )
    return ok("none stands still")


def check_failed_jobs(patient: Patient) -> Finding:
    """No job failed lately."""
    recent = select(jobs.c.kind, func.count()).where(
        jobs.c.state == State.FAILED.value, jobs.c.finished_at > patient.clock() - RECENT
    )
    with patient.database.read() as connection:
        failed = {row[0]: row[1] for row in connection.execute(recent.group_by(jobs.c.kind))}
    if not failed:
        return ok(f"none in {RECENT.days} days")
    kinds = ", ".join(f"{many} {kind}" for kind, many in sorted(failed.items()))
    return warn(
        f"{sum(failed.values())} failed in {RECENT.days} days: {kinds}.",
        "printdock jobs list --state failed says why; printdock jobs retry --failed tries them again.",
    )


def check_spool(patient: Patient) -> Finding:
    """No print file waits on this machine for the storage."""
    spool = Spool(patient.home / "spool")
    if not spool.folder.is_dir():
        return ok("empty")
    entries = list(spool.pending())
    damaged = [entry for entry in entries if isinstance(entry, SpoolDamage)]
    if damaged:
        return bad(
            f"{len(damaged)} files of the spool are damaged, such as {damaged[0].path}: {damaged[0].reason}",
            "Look at them, then: printdock verify --repair. Their designs have to be sent again.",
        )
    if entries:
        return warn(
            f"{len(entries)} print files wait for the storage to be back.", "When it is: printdock storage replay"
        )
    return ok("empty")


def check_etsy(patient: Patient) -> Finding:
    """The app's keys, and each shop's connection."""
    from printdock.listings.connection import find_connection
    from printdock.shops.queries import list_shops
    from printdock.wiring import etsy_app

    settings = patient.settings
    if settings.etsy_keystring is None and settings.etsy_shared_secret is None:
        return ok("not used: no keys are set")
    try:
        etsy_app(settings)
    except PrintdockError as error:
        return refused(error, "Set ETSY_KEYSTRING and ETSY_SHARED_SECRET, as Etsy shows them.")
    with patient.database.read() as connection:
        found = {shop.name: find_connection(connection, shop) for shop in list_shops(connection)}
    for name, connected in found.items():
        if connected is not None and connected.broken:
            return bad(
                f"The connection of {name} has ended: {connected.broken}", f"printdock etsy connect --shop '{name}'"
            )
    connected_shops = [name for name, connected in found.items() if connected is not None]
    if not connected_shops:
        return warn("Keys are set, and no shop is connected.", "printdock etsy connect")
    return ok(f"connected: {', '.join(connected_shops)}")
