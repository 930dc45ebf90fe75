"""Every metric there is, declared once: what `meters` counts, `/metrics` shows and docs/metrics.md explains."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a metric behaves. A counter only grows, a gauge is as it is now, a histogram counts values by size."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Metric:
    """``name`` as Prometheus shows it (a counter's ends in ``_total``); ``unit`` of its values, empty for plain counts.

    ``buckets``: upper bounds of a histogram, in ``unit``. ``shared``: the value is read from the database when asked
    for, so every server answers the same; all others are of the one process that is asked.
    """

    name: str
    kind: Kind
    help: str
    unit: str = ""
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    shared: bool = False


#: From a look-up in memory to a wait for another process, s.
_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
#: From one small file to a NAS that takes its time, s.
_FILE = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
#: From one picture to a thousand, s. 15, 40 and 90 are what 10, 50 and 100 pictures may take.
_UPLOAD = (0.5, 1.0, 2.5, 5.0, 10.0, 15.0, 25.0, 40.0, 60.0, 90.0, 180.0, 600.0, 1800.0)
_MEMORY = tuple(mega * 1e6 for mega in (1, 5, 10, 25, 50, 100, 150, 200, 300, 500, 1000))

UPLOAD_SECONDS = Metric(
    "printdock_upload_duration_seconds",
    Kind.HISTOGRAM,
    "From the first file read until the last one is stored and recorded, per upload.",
    "seconds",
    buckets=_UPLOAD,
)
UPLOAD_FILES = Metric(
    "printdock_upload_files_total",
    Kind.COUNTER,
    "Files of uploads by what became of them: stored, duplicate or failed.",
    labels=("outcome",),
)
UPLOAD_HELD = Metric(
    "printdock_upload_held_bytes",
    Kind.GAUGE,
    "Decoded pictures and encoded print files that uploads hold in memory.",
    "bytes",
)
UPLOAD_PEAK = Metric(
    "printdock_upload_peak_bytes",
    Kind.HISTOGRAM,
    "The most that one upload held in memory at a time.",
    "bytes",
    buckets=_MEMORY,
)
DUPLICATE_CHECK_SECONDS = Metric(
    "printdock_duplicate_check_duration_seconds",
    Kind.HISTOGRAM,
    "Looking up and comparing one group of files with what the shop has; `printdock_duplicate_checked_files_total`"
    " counts the files.",
    "seconds",
    buckets=_FAST,
)
DUPLICATE_CHECKED = Metric(
    "printdock_duplicate_checked_files_total", Kind.COUNTER, "Files that were compared with what the shop has."
)
DATABASE_WRITE_SECONDS = Metric(
    "printdock_database_write_duration_seconds",
    Kind.HISTOGRAM,
    "One transaction that writes an upload's or a batch's rows, by step: claim, store, record, mockups.",
    "seconds",
    ("step",),
    _FAST,
)
DATABASE_FAILURES = Metric(
    "printdock_database_failures_total",
    Kind.COUNTER,
    "Transactions the database did not do, by kind: timeout (a lock, a statement or a connection took too long) or"
    " away.",
    labels=("kind",),
)
NAS_SECONDS = Metric(
    "printdock_nas_file_duration_seconds",
    Kind.HISTOGRAM,
    "One call for one file in the storage, by operation (put, open, stat, delete) and result (ok, refused, away).",
    "seconds",
    ("operation", "result"),
    _FILE,
)
NAS_BYTES = Metric("printdock_nas_written_bytes_total", Kind.COUNTER, "Bytes put into the storage.", "bytes")
NAS_UP = Metric(
    "printdock_nas_up", Kind.GAUGE, "Whether the storage answers: 1, or 0 while calls wait for it to come back."
)
NAS_OUTAGES = Metric("printdock_nas_outages_total", Kind.COUNTER, "Times the storage stopped answering.")
SPOOL_FILES = Metric(
    "printdock_spool_files", Kind.GAUGE, "Print files that wait on this machine for the storage to be back."
)
SFTP_CONNECTIONS = Metric(
    "printdock_sftp_connections",
    Kind.GAUGE,
    "Connections to the NAS by state: in_use, idle, connecting. `limit` is how many there may be now.",
    labels=("state",),
)
SFTP_WAITING = Metric("printdock_sftp_waiting", Kind.GAUGE, "Calls that wait for a connection to the NAS.")
SFTP_FAILURES = Metric(
    "printdock_sftp_failures_total",
    Kind.COUNTER,
    "Connections that were closed (discarded: broken or idle for long) or turned away by the NAS (refused).",
    labels=("kind",),
)
THREADS = Metric(
    "printdock_threads",
    Kind.GAUGE,
    "Working threads of uploads and mockup batches, by stage: prepare, decide, encode, store, render.",
    labels=("stage",),
)
THREADS_BUSY = Metric(
    "printdock_threads_busy",
    Kind.GAUGE,
    "Of `printdock_threads` those at work now; the share of the two is the stage's saturation.",
    labels=("stage",),
)
MOCKUPS = Metric(
    "printdock_mockups_total",
    Kind.COUNTER,
    "Mockups of finished batches by what became of them: rendered, fresh (nothing to do) or failed.",
    labels=("outcome",),
)
MOCKUP_SECONDS = Metric(
    "printdock_mockup_render_duration_seconds",
    Kind.HISTOGRAM,
    "Rendering and encoding one mockup.",
    "seconds",
    buckets=_FAST,
)
JOBS = Metric(
    "printdock_jobs_total",
    Kind.COUNTER,
    "Jobs this process ran to an end, by kind and result: completed, failed, retried, released,"
    " cancelled, paused or lost (another worker has it).",
    labels=("kind", "result"),
)
JOB_SECONDS = Metric(
    "printdock_job_duration_seconds", Kind.HISTOGRAM, "One run of a job, by kind.", "seconds", ("kind",), _UPLOAD
)
JOB_WAIT_SECONDS = Metric(
    "printdock_job_wait_seconds",
    Kind.HISTOGRAM,
    "From the moment a job may run until it is begun, by priority.",
    "seconds",
    ("priority",),
    (*_FAST, 60.0, 600.0),
)
JOB_SLOTS = Metric("printdock_job_slots", Kind.GAUGE, "Jobs this process may run at the same time.")
JOB_SLOTS_BUSY = Metric("printdock_job_slots_busy", Kind.GAUGE, "Jobs this process runs now.")
QUEUE_DEPTH = Metric(
    "printdock_queue_depth",
    Kind.GAUGE,
    "Jobs that wait to be run, by priority: high, normal, low.",
    labels=("priority",),
    shared=True,
)
QUEUE_AGE = Metric(
    "printdock_queue_oldest_seconds",
    Kind.GAUGE,
    "How long the job that waits longest could have run already.",
    "seconds",
    shared=True,
)
JOBS_BY_STATE = Metric(
    "printdock_jobs",
    Kind.GAUGE,
    "Jobs by state: pending, processing, paused, failed (completed and cancelled ones are not counted).",
    labels=("state",),
    shared=True,
)
HTTP_REQUESTS = Metric(
    "printdock_http_requests_total",
    Kind.COUNTER,
    "Answered requests by method, route (its template, not the address) and status.",
    labels=("method", "route", "status"),
)
HTTP_SECONDS = Metric(
    "printdock_http_request_duration_seconds",
    Kind.HISTOGRAM,
    "From a request's head until its answer's last byte, by method and route.",
    "seconds",
    ("method", "route"),
    (*_FAST, 30.0, 120.0),
)
HTTP_OPEN = Metric("printdock_http_requests_open", Kind.GAUGE, "Requests being answered now, streams included.")

#: All of them, in the order they are documented.
TABLE: tuple[Metric, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Metric))
