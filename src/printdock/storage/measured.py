"""How long the storage takes for each file, and how it fares: for `/metrics`, traces and whoever asks how it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import BinaryIO, Protocol, TypeVar, runtime_checkable

from printdock.errors import StorageError, StorageNotFound, StorageUnavailable
from printdock.storage.base import Entry, Storage
from printdock.storage.pool import PoolState
from printdock.storage.spool import Spool
from printdock.telemetry import meters, traces
from printdock.telemetry.meters import Sample
from printdock.telemetry.table import (
    NAS_BYTES,
    NAS_SECONDS,
    NAS_UP,
    SFTP_CONNECTIONS,
    SFTP_FAILURES,
    SFTP_WAITING,
    SPOOL_FILES,
)

T = TypeVar("T")


class MeasuredStorage:
    """`Storage` that measures each call of ``inner``. Below retries, so that each try counts by itself."""

    def __init__(self, inner: Storage) -> None:
        self.inner = inner

    def __repr__(self) -> str:
        return f"MeasuredStorage({self.inner!r})"

    def put(self, key: str, data: bytes) -> None:
        """See `Storage.put`."""
        self._measured("put", lambda: self.inner.put(key, data))
        meters.count(NAS_BYTES, len(data))

    def open(self, key: str) -> BinaryIO:
        """See `Storage.open`. The time until the first bytes are there is measured, not that of reading on."""
        return self._measured("open", lambda: self.inner.open(key))

    def stat(self, key: str) -> Entry:
        """See `Storage.stat`."""
        return self._measured("stat", lambda: self.inner.stat(key))

    def delete(self, key: str) -> None:
        """See `Storage.delete`."""
        self._measured("delete", lambda: self.inner.delete(key))

    def list(self, prefix: str) -> Iterator[Entry]:
        """See `Storage.list`. Not measured: it takes as long as there are files."""
        return self.inner.list(prefix)

    def close(self) -> None:
        """See `Storage.close`."""
        self.inner.close()

    def _measured(self, operation: str, work: Callable[[], T]) -> T:
        started, result = time.perf_counter(), "away"
        try:
            with traces.span(f"nas {operation}"):
                answer = work()
            result = "ok"
            return answer
        except StorageNotFound:
            result = "ok"  # an answer like any other
            raise
        except StorageUnavailable:
            raise
        except StorageError:
            result = "refused"
            raise
        finally:
            meters.observe(NAS_SECONDS, time.perf_counter() - started, operation=operation, result=result)


@runtime_checkable
class _Pools(Protocol):
    def pool_state(self) -> PoolState | None: ...


def pool_of(storage: Storage) -> PoolState | None:
    """The sessions of ``storage``; None for one without, and before the first is opened."""
    layer: object | None = storage
    while layer is not None:
        if isinstance(layer, _Pools):
            return layer.pool_state()
        layer = getattr(layer, "inner", None)
    return None


def samples(storage: Storage, spool: Spool, *, here: bool) -> list[Sample]:
    """How the storage fares and what waits in the spool, as metrics. ``here``: whether it answers."""
    found = [Sample(NAS_UP, 1 if here else 0)]
    with suppress(
        OSError
    ):  # a folder that cannot be read shows in the uploads; the other numbers are wanted all the same
        found.append(Sample(SPOOL_FILES, spool.count()))
    if (pool := pool_of(storage)) is not None:
        states = {"in_use": pool.leased, "idle": pool.idle, "connecting": pool.connecting, "limit": pool.limit}
        found += [Sample(SFTP_CONNECTIONS, number, {"state": state}) for state, number in states.items()]
        found.append(Sample(SFTP_WAITING, pool.waiting))
        failures = {"discarded": pool.discarded, "refused": pool.refused}
        found += [Sample(SFTP_FAILURES, number, {"kind": kind}) for kind, number in failures.items()]
    return found
