"""Ranks candidates by their whole signatures, and drops those that met by chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from printdock.imaging.fingerprint import SIGNATURE_BITS, SIGNATURE_BYTES, Fingerprint, View

Id = TypeVar("Id")

#: Bits of 384 that may differ. Copies stay below; of unrelated designs that share a band, few do (bench/duplicates).
MAX_DISTANCE = 120


@dataclass(frozen=True, slots=True)
class Candidate(Generic[Id]):
    """A stored design that shares a band: its id, and its `Fingerprint.signature_bytes`."""

    id: Id
    signatures: bytes


@dataclass(frozen=True, slots=True)
class Near(Generic[Id]):
    """A plausible candidate and how many bits of its closest view differ."""

    id: Id
    distance: int


def nearest(fp: Fingerprint, candidates: Sequence[Candidate[Id]], limit: int) -> list[Near[Id]]:
    """At most ``limit`` plausible candidates, closest first; equally close ones in the order given."""
    if not candidates or not fp.signatures:
        return []
    owners, views, bits = _table([c.signatures for c in candidates])
    best = np.full(len(candidates), SIGNATURE_BITS, np.int64)
    for signature in fp.signatures:
        own = np.frombuffer(signature.bits, np.uint64)
        distance = np.bitwise_count(bits ^ own).sum(axis=1, dtype=np.int64)
        meets = (views == View.BLACK) == (signature.view is View.BLACK)
        np.minimum.at(best, owners[meets], distance[meets])
    order = np.argsort(best, kind="stable")[:limit]
    return [Near(candidates[i].id, int(best[i])) for i in order if best[i] <= MAX_DISTANCE]


def _table(packed: Sequence[bytes]) -> tuple[NDArray[np.int64], NDArray[np.uint8], NDArray[np.uint64]]:
    """One row a signature: whose it is, its view, its bits as 64-bit words."""
    step = 1 + SIGNATURE_BYTES
    counts = [len(p) // step for p in packed]
    rows = np.frombuffer(b"".join(packed), np.uint8).reshape(-1, step)
    bits = np.ascontiguousarray(rows[:, 1:]).view(np.uint64)
    return np.repeat(np.arange(len(packed)), counts), rows[:, 0], bits
