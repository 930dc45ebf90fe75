"""The promises, each with the part that measures it, what it asks for, and where its figure stands in the part's data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.promises.parts import TESTS
from bench.soak.judge import FLAT_MB

Data = dict[str, Any]
_NO_FIGURE = "–"


@dataclass(frozen=True)
class Promise:
    """``figure`` and ``baseline`` are words for people, ``kept`` is whether the figure keeps the promise.

    ``command`` measures this one alone. ``baseline``: the replaced system's figure, of the same run where it can be run.
    """

    name: str
    part: str
    command: str
    figure: Callable[[Data], str]
    kept: Callable[[Data], bool]
    baseline: Callable[[Data], str]


@dataclass(frozen=True)
class Fault:
    """A fault that tests inflict, and the file in which they do and look for what was lost."""

    name: str
    file: str


def _speed(count: int, most_s: float) -> Promise:
    def row(data: Data) -> Data:
        return next(one for one in data["results"] if one["designs"] == count)

    return Promise(
        f"{count} images in less than {most_s:.0f} s", "speed", "make bench ARGS=speed",
        lambda data: f"{row(data)['wall_s']:.1f} s",
        lambda data: row(data)["wall_s"] < most_s,
        lambda data: _old(row(data), data["results"]),
    )  # fmt: skip


def _old(row: Data, rows: Sequence[Data]) -> str:
    """The replaced system's time; where it would take minutes, from its largest: it takes one image after another."""
    if "old_wall_s" in row:
        return f"{row['old_wall_s']:.0f} s ({row['wall_ratio']:.0f} times as long)"
    largest = max((one for one in rows if "old_wall_s" in one), key=lambda one: one["designs"])
    expected = largest["old_wall_s"] * row["designs"] / largest["designs"]
    return f"about {expected:.0f} s ({row['designs'] / largest['designs']:.0f} times that of {largest['designs']})"


def _loaded(row: int) -> Callable[[Data], str]:
    def words(data: Data) -> str:
        one = data["results"][row]
        return (
            f"{one['files']} files in {one['wall_s']:.0f} s, {one['failed']} failed; of {one['looks']:,} other requests "
            f"meanwhile {one['not_200']} failed, 95 % were answered within {one['p95_ms']:.0f} ms"
        )

    return words


def _all_answered(data: Data, row: int) -> bool:
    one = data["results"][row]
    return bool(one["failed"] == 0 and one["not_200"] == 0 and one["stored"] + one["duplicates"] == one["files"])


def _looked_up(data: Data) -> str:
    said = [
        f"{one['mixed_ms']:.1f} ms at {one['designs']:,} ({one['database']})"
        for one in data["results"]
        if one["designs"]
    ]
    return f"a newcomer is looked up in {', '.join(said)}"


def _passed(what: str) -> tuple[Callable[[Data], str], Callable[[Data], bool]]:
    def words(data: Data) -> str:
        one = data[what]
        passed = one["tests"] - one["failures"] - one["errors"] - one["skipped"]
        return f"{passed} of {one['tests']} tests pass" + f", {one['skipped']} left out (slow)" * bool(one["skipped"])

    return words, lambda data: data[what]["failures"] + data[what]["errors"] == 0 < data[what]["tests"]


def _steady(data: Data) -> str:
    said = ", ".join(f"{one['part']} {one['first_mb']:.0f} → {one['last_mb']:.0f} MB" for one in data["memory"])
    return f"{said}, in the second half of {data['minutes']:.0f} minutes"


def _peaks(data: Data) -> list[float]:
    return [one["peak_mb"] for one in data["memory"]]


PROMISES = (
    _speed(10, 15),
    _speed(50, 40),
    _speed(100, 90),
    Promise(
        "five users send 20 images each at once", "load", "make bench ARGS=load",
        _loaded(0), lambda data: _all_answered(data, 0),
        lambda _: "file numbers collided; one after another",
    ),
    Promise(
        "no time-outs with up to 100 images", "load", "make bench ARGS=load",
        _loaded(1), lambda data: _all_answered(data, 1),
        lambda _: _NO_FIGURE,
    ),
    Promise(
        "memory does not grow with the library", "library", "make bench ARGS=library",
        lambda data: "an upload peaks at " + ", ".join(
            f"{one['peak_mb']:.0f} MB with {one['designs']:,} designs" for one in data["memory"]
        ),
        lambda data: _peaks(data)[-1] < _peaks(data)[0] * 1.1,
        lambda _: "all hashes in memory",
    ),
    Promise(
        "millions of existing images", "library", "make bench ARGS=library",
        _looked_up, lambda data: all(one["mixed_ms"] < 20 for one in data["results"]),
        lambda _: "56 ms at 10,000, 272 ms at 100,000, 1,687 ms at a million, and most copies missed",
    ),
    Promise(
        "fewer than 1 % of mockup jobs fail", "soak", "make soak",
        lambda data: f"{data['mockup_jobs_failed_percent']:.1f} % of {data['mockup_jobs']} jobs, while all the faults below happened",
        lambda data: data["mockup_jobs_failed_percent"] < 1 and data["mockup_jobs"] > 0,
        lambda _: "jobs were lost at every restart",
    ),
    Promise(
        "memory does not grow while it works", "soak", "make soak",
        _steady, lambda data: bool(data["memory"]) and all(one["grew_mb"] <= FLAT_MB for one in data["memory"]),
        lambda _: "the state of every job stayed in memory",
    ),
    Promise(
        "what the network interrupts is tried again", "tests", f"make test ARGS={TESTS['a NAS that fails']}",
        *_passed("a NAS that fails"), lambda _: "a failed transfer leaked its connection until the pool hung",
    ),
    Promise(
        "what the database fails at is rolled back", "tests", f"make test ARGS={TESTS['a database that fails']}",
        *_passed("a database that fails"), lambda _: "orphaned files; a failing look-up counted as *no duplicate*",
    ),
    Promise(
        "a new version without a pause", "upgrade", "make bench ARGS=upgrade",
        lambda data: f"of {data['requests']:,} requests {data['requests_failed']} failed, of {data['stored']} stored files "
                     f"{data['lost']} were lost",
        lambda data: data["requests_failed"] == data["uploads_failed"] == data["lost"] == 0 < data["requests"],
        lambda _: _NO_FIGURE,
    ),
    Promise(
        "logs name the stage", "tests", f"make test ARGS={TESTS['what logs say']}",
        *_passed("what logs say"), lambda _: _NO_FIGURE,
    ),
)  # fmt: skip

#: Faults that come in tests only; those of `bench.soak.faults` are measured, too.
TESTED = (
    Fault("`ingest` is killed (-9) at each boundary, at random statements, five times in a row", "tests/end_to_end/test_killed.py"),
    Fault("it is killed while it recovers from being killed", "tests/end_to_end/test_killed.py"),
    Fault("Ctrl-C or SIGTERM, once and twice", "tests/end_to_end/test_stopped.py"),
    Fault("the same art is sent by several at once, one of them dying", "tests/end_to_end/test_at_once.py"),
    Fault("PostgreSQL is restarted in the middle, stays away, goes down with printdock", "tests/end_to_end/test_database_faults.py"),
    Fault("the NAS dies, freezes, sleeps, stays away, fills up, becomes read-only", "tests/end_to_end/test_nas_faults.py"),
    Fault("the NAS shows another host key in the middle", "tests/end_to_end/test_nas_faults.py"),
    Fault("an S3 server is killed or frozen, cut off, damages bytes on the way", "tests/storage/test_s3_faults.py"),
    Fault("a worker is killed while it takes an upload in, at each boundary", "tests/uploads/test_killed.py"),
    Fault("workers are killed again and again under 200 jobs; Redis comes back empty", "tests/jobs/test_killed.py"),
    Fault("a browser is closed in the middle of an upload", "tests/browser/test_upload_goes_on.py"),
    Fault("files that are damaged, empty, huge, or no pictures", "tests/end_to_end/test_bad_input.py"),
    Fault("Etsy's answer is lost, three calls of ten fail, the worker is killed five times", "tests/listings/test_many.py"),
    Fault("a backup is cut off; one of its files is damaged", "tests/end_to_end/test_backup.py"),
)  # fmt: skip
