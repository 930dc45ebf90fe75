"""Ranks candidates by their whole signatures and fine detail, and drops those that met by chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from printdock.dedupe.detail import DETAIL_BITS, DETAIL_BYTES, DIGEST_BYTES, detail_of
from printdock.imaging.fingerprint import SIGNATURE_BITS, SIGNATURE_BYTES, Fingerprint, View

Id = TypeVar("Id")

#: Bits of 384 that may differ. Copies stay below; of unrelated designs that share a band, few do (bench/duplicates).
MAX_DISTANCE = 120

#: What a bit of detail counts, of a bit of signature.
_DETAIL_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class Candidate(Generic[Id]):
    """A stored design that shares a band: its id, its `Fingerprint.signature_bytes`, and `detail_of` it."""

    id: Id
    signatures: bytes
    detail: bytes

    @classmethod
    def of(cls, key: Id, fp: Fingerprint) -> Candidate[Id]:
        """A design whose fingerprint is at hand."""
        return cls(key, fp.signature_bytes(), detail_of(fp))


@dataclass(frozen=True, slots=True)
class Near(Generic[Id]):
    """A plausible candidate and how many bits of its closest view differ."""

    id: Id
    distance: int


def nearest(fp: Fingerprint, candidates: Sequence[Candidate[Id]], limit: int) -> list[Near[Id]]:
    """At most ``limit`` plausible candidates, closest first: by signature and, as far as designs in one layout have
    the same, by detail. Equally close ones in the order given."""
    if not candidates or not fp.signatures:
        return []
    owners, views, bits = _table([c.signatures for c in candidates])
    best = np.full(len(candidates), SIGNATURE_BITS, np.int64)
    for signature in fp.signatures:
        own = np.frombuffer(signature.bits, np.uint64)
        distance = np.bitwise_count(bits ^ own).sum(axis=1, dtype=np.int64)
        meets = (views == View.BLACK) == (signature.view is View.BLACK)
        np.minimum.at(best, owners[meets], distance[meets])
    plausible = np.flatnonzero(best <= MAX_DISTANCE)
    rank = best[plausible] + _DETAIL_WEIGHT * _detail_distance(fp, [candidates[int(i)].detail for i in plausible])
    order = plausible[np.argsort(rank, kind="stable")][:limit]
    return [Near(candidates[int(i)].id, int(best[i])) for i in order]


def _detail_distance(fp: Fingerprint, details: Sequence[bytes]) -> NDArray[np.float64]:
    """Bits of `DETAIL_BITS` that differ, on the ground that shows the newcomer; -1 for the same look."""
    side = int(all(signature.view is View.BLACK for signature in fp.signatures))
    start = DIGEST_BYTES + side * DETAIL_BITS // 8
    rows = np.frombuffer(b"".join(details), np.uint8).reshape(-1, DETAIL_BYTES)
    own = np.frombuffer(detail_of(fp), np.uint8)
    differs = np.bitwise_count(rows ^ own)
    same_look = ~differs[:, :DIGEST_BYTES].any(axis=1)
    return np.where(same_look, -1.0, differs[:, start : start + DETAIL_BITS // 8].sum(axis=1, dtype=np.float64))


def _table(packed: Sequence[bytes]) -> tuple[NDArray[np.int64], NDArray[np.uint8], NDArray[np.uint64]]:
    """One row a signature: whose it is, its view, its bits as 64-bit words."""
    step = 1 + SIGNATURE_BYTES
    counts = [len(p) // step for p in packed]
    rows = np.frombuffer(b"".join(packed), np.uint8).reshape(-1, step)
    bits = np.ascontiguousarray(rows[:, 1:]).view(np.uint64)
    return np.repeat(np.arange(len(packed)), counts), rows[:, 0], bits
