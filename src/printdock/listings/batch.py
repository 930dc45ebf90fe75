"""Many drafts in one go, in this process: what passes is tried again, what does not is told, nothing ends the rest."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from printdock.errors import (
    Cancelled,
    DatabaseUnavailable,
    EtsyError,
    EtsyParked,
    EtsyReconnect,
    EtsyUnavailable,
    EtsyUnknown,
    LeaseLost,
    PrintdockError,
    StorageUnavailable,
)
from printdock.listings.desk import Desk
from printdock.listings.journal import open_and_deleted
from printdock.listings.work import find_out_deleted, make_draft

log = logging.getLogger(__name__)

#: May be over in a while: each draft is tried so often, with so many seconds between, and longer every time.
PASSING = (EtsyUnavailable, EtsyUnknown, StorageUnavailable, DatabaseUnavailable, LeaseLost)
TRIES, WAIT_S = 4, 2.0

#: End the whole batch: none of its drafts can go on.
_ENDING = (EtsyParked, EtsyReconnect, Cancelled)


@dataclass(frozen=True, slots=True)
class Options:
    """As `make_draft`. ``workers``: drafts at the same time; calls are paced whatever it is."""

    overwrite: bool = False
    published: bool = False
    workers: int = 4
    wait_s: float = WAIT_S


Report = Callable[[dict[str, Any]], None]


def make_drafts(desk: Desk, keys: Sequence[UUID], options: Options, report: Report) -> list[dict[str, Any]]:
    """Every draft's entry, in order: ``listing``, ``outcome``, and what goes with it; ``report`` gets each when it ends.

    Outcomes besides those of `work.Made`: ``failed`` (``again``: another try may mend it) and, where the whole batch
    ended early, ``waiting``.

    Drafts that may have been made of designs which were deleted since are looked for, too: their rows say what was found.
    """

    def make(key: UUID) -> dict[str, Any]:
        return make_draft(desk, key, overwrite=options.overwrite, published=options.published).as_dict()

    entries = run_batch(desk, keys, make, options, report)
    _find_out_deleted(desk, options)
    return entries


def _find_out_deleted(desk: Desk, options: Options) -> None:
    with desk.database.read() as connection:
        orphans = open_and_deleted(connection, desk.shop)

    def look(key: UUID) -> dict[str, Any]:
        find_out_deleted(desk, key)
        return {"listing": str(key), "outcome": "same"}  # brought back meanwhile: the next plan comes to it

    run_batch(desk, orphans, look, options, lambda entry: log.warning("a deleted design's draft: %s", entry))


def run_batch(
    desk: Desk, keys: Sequence[UUID], work: Callable[[UUID], dict[str, Any]], options: Options, report: Report
) -> list[dict[str, Any]]:
    """What `make_drafts` does, with any other ``work`` on a listing, which answers its entry."""
    ended = threading.Event()

    def one(key: UUID) -> dict[str, Any]:
        entry = _worked(desk, key, work, options, ended)
        report(entry)
        return entry

    with ThreadPoolExecutor(options.workers) as pool:
        return list(pool.map(one, keys))


def _worked(
    desk: Desk, key: UUID, work: Callable[[UUID], dict[str, Any]], options: Options, ended: threading.Event
) -> dict[str, Any]:
    for tries in range(1, TRIES + 1):
        if ended.is_set():
            return {"listing": str(key), "outcome": "waiting"}
        try:
            return work(key)
        except _ENDING as error:
            ended.set()
            return _failed(key, error, "waiting")
        except PASSING as error:
            if tries == TRIES or desk.stop.wait(options.wait_s * 2 ** (tries - 1)):
                return _failed(key, error)
        except PrintdockError as error:
            return _failed(key, error)
    raise AssertionError("the last try answers")


def _failed(key: UUID, error: PrintdockError, outcome: str = "failed") -> dict[str, Any]:
    reason = {"code": error.code, "message": error.message, "remedy": _remedy(error)}
    return {"listing": str(key), "outcome": outcome, "error": reason, "again": isinstance(error, PASSING)}


def _remedy(error: PrintdockError) -> str:
    return error.told if isinstance(error, EtsyError) else error.remedy
