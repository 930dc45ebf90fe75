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
    the same, by detail; the same look is first. Equally close ones in the order given."""
    if not candidates:
        return []
    owners, views, bits = _table([c.signatures for c in candidates])
    best = np.full(len(candidates), SIGNATURE_BITS, np.int64)
    for signature in fp.signatures + fp.variants:
        own = np.frombuffer(signature.bits, np.uint64)
        distance = np.bitwise_count(bits ^ own).sum(axis=1, dtype=np.int64)
        meets = (views == View.BLACK) == (signature.view is View.BLACK)
        np.minimum.at(best, owners[meets], distance[meets])
    same_look, apart = _compared(fp, [candidate.detail for candidate in candidates])
    best[same_look] = 0
    rank = best + _DETAIL_WEIGHT * np.where(same_look, -1, apart)
    plausible = np.flatnonzero(best <= MAX_DISTANCE)
    order = plausible[np.argsort(rank[plausible], kind="stable")][:limit]
    return [Near(candidates[int(i)].id, int(best[i])) for i in order]


def _compared(fp: Fingerprint, details: Sequence[bytes]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Which have the same look; and how many of `DETAIL_BITS` differ, on the ground that shows the newcomer."""
    side = int(all(signature.view is View.BLACK for signature in fp.signatures))
    start = DIGEST_BYTES + side * DETAIL_BITS // 8
    rows = np.frombuffer(b"".join(details), np.uint8).reshape(-1, DETAIL_BYTES)
    differs = np.bitwise_count(rows ^ np.frombuffer(detail_of(fp), np.uint8))
    same_look = ~differs[:, :DIGEST_BYTES].any(axis=1)
    return same_look, differs[:, start : start + DETAIL_BITS // 8].sum(axis=1, dtype=np.int64)


def _table(packed: Sequence[bytes]) -> tuple[NDArray[np.int64], NDArray[np.uint8], NDArray[np.uint64]]:
    """One row a signature: whose it is, its view, its bits as 64-bit words."""
    step = 1 + SIGNATURE_BYTES
    counts = [len(p) // step for p in packed]
    rows = np.frombuffer(b"".join(packed), np.uint8).reshape(-1, step)
    bits = np.ascontiguousarray(rows[:, 1:]).view(np.uint64)
    return np.repeat(np.arange(len(packed)), counts), rows[:, 0], bits
