"""The machine: programs and libraries, home, disk, clock, limits."""

from __future__ import annotations

import importlib
import os
import platform
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from importlib import resources

from sqlalchemy import func, select

from printdock.cli.checkup.finding import Finding, Patient, bad, ok, refused, warn
from printdock.errors import PrintdockError

#: Libraries that come compiled for one kind of machine and one Python.
COMPILED = ("numpy", "cv2", "psycopg", "cryptography")

#: Bytes that must be free for database, spool and uploads: less is bad; less than five times that is said.
ROOM = 1_000_000_000

#: Open files a process may have. One upload of 100 files over ten connections, with events for 100 pages, needs some 400.
FEWEST_FILES, FEW_FILES = 256, 1024

#: How far this machine's clock and the database's may be apart: leases of jobs last a minute.
APART = timedelta(seconds=10)

#: No printdock is older.
EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)


def check_python(patient: Patient) -> Finding:
    """Python and the libraries with compiled parts: each is loaded."""
    try:
        loaded = {name: importlib.import_module(name) for name in COMPILED}
        libvips = importlib.import_module("printdock.imaging.vips").version()
    except (ImportError, OSError) as error:
        return bad(
            f"A library cannot be loaded: {error}.",
            "Install printdock again for this machine and this Python: pip install --force-reinstall printdock",
        )
    versions = (f"{name} {module.__version__}" for name, module in loaded.items())
    return ok(", ".join((f"Python {platform.python_version()}", f"libvips {libvips}", *versions)))


def check_home(patient: Patient) -> Finding:
    """The home can be written, by printdock's user alone where the system knows such rights."""
    home = patient.home
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=home, prefix=".doctor-") as file:
            file.write(b"printdock")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return bad(
            f"{home} cannot be written: {error.strerror}.",
            f"Give it to printdock's user (chown -R printdock {home}), or choose another by PRINTDOCK_HOME.",
        )
    if os.name == "posix" and home.stat().st_mode & 0o022:
        return warn(f"{home} can be written by other users of this machine.", f"chmod 700 {home}")
    return ok(str(home))


def check_disk(patient: Patient) -> Finding:
    """Room for database, spool and files being uploaded."""
    folder = patient.settings.incoming_folder
    places = {place for place in (patient.home, folder) if place.is_dir()}
    free = {place: shutil.disk_usage(place).free for place in places}
    if not free:
        return bad(f"{patient.home} is not there.", "See the home, above.")
    place = min(free, key=lambda each: free[each])
    words = f"{free[place] / 1e9:.1f} GB free at {place}"
    remedy = (
        "Free some, or move the home (PRINTDOCK_HOME) or files being uploaded (PRINTDOCK_INCOMING) to a larger disk."
    )
    if free[place] < ROOM:
        return bad(words, remedy)
    return warn(words, remedy) if free[place] < 5 * ROOM else ok(words)


def check_clock(patient: Patient) -> Finding:
    """The clock, against the database server's where there is one. Leases of jobs and sign-ins go by it."""
    now = patient.clock()
    remedy = "Set the clock, and keep it set: timedatectl set-ntp true"
    if now < EARLIEST:
        return bad(f"This machine says it is {now:%Y-%m-%d}.", remedy)
    if not patient.readable or patient.database.dialect != "postgresql":
        return ok(f"{now:%Y-%m-%d %H:%M:%S} UTC")
    try:
        with patient.database.read() as connection:
            other: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    except PrintdockError as error:
        return refused(error, remedy)
    apart = abs(patient.clock() - other)
    if apart > APART:
        return bad(f"This machine's clock and the database's are {apart.total_seconds():.0f} s apart.", remedy)
    return ok(f"{now:%Y-%m-%d %H:%M:%S} UTC, as the database says")


def check_limits(patient: Patient) -> Finding:
    """How many files and connections a process may have open."""
    try:
        import resource
    except ImportError:
        return ok("this system has none that matter")
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = soft == resource.RLIM_INFINITY
    words = "any number of open files" if unlimited else f"{soft} open files"
    remedy = "Raise it: ulimit -n 65536, LimitNOFILE=65536 in a systemd unit, or `ulimits` of a container."
    if not unlimited and soft < FEWEST_FILES:
        return bad(words, remedy)
    return warn(words, remedy) if not unlimited and soft < FEW_FILES else ok(words)


def check_pages(patient: Patient) -> Finding:
    """The pages for the browser were built."""
    if resources.files("printdock").joinpath("web", "dist", "index.html").is_file():
        return ok("built")
    return warn(
        "They are not built: the server answers the API alone.",
        "In the folder with the source: make web. A wheel has them.",
    )
