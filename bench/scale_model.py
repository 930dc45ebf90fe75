"""What a look-up costs in a library that is larger than any measured: fitted to two sizes, checked against a third.

A look-up asks for a fixed number of bands, and reads the designs it meets in them. So its time is a fixed part, a part for
each design met, and a part for each level of the index, which grows with the logarithm of the library. How many designs are
met grows more slowly than the library, for full bands give a few only (`MAX_PER_SIDE`), and ends at `MAX_CANDIDATES`.

The model knows nothing of memory: it holds as long as the index of bands fits in it (docs/scaling.md).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from printdock.designs.index import MAX_CANDIDATES


@dataclass(frozen=True)
class Measured:
    """Looking up one newcomer of a ``kind``: how many designs it met, and how long it took, ms."""

    kind: str
    designs: int
    met: float
    ms: float


@dataclass(frozen=True)
class Growth:
    """``met`` = ``at_one`` x designs ^ ``power``, at most `MAX_CANDIDATES`."""

    at_one: float
    power: float

    def met(self, designs: int) -> float:
        return min(float(MAX_CANDIDATES), self.at_one * designs**self.power)


@dataclass(frozen=True)
class Model:
    """``ms`` = ``fixed`` + ``each_met`` x met + ``each_tenfold`` x log10(designs)."""

    fixed: float
    each_met: float
    each_tenfold: float
    growth: dict[str, Growth]

    def ms(self, kind: str, designs: int) -> float:
        met = self.growth[kind].met(designs)
        return self.fixed + self.each_met * met + self.each_tenfold * math.log10(designs)


def fit(points: Sequence[Measured]) -> Model:
    """The model nearest to ``points`` (at least two sizes of each kind) by least squares; no part of it is negative."""
    growth = {}
    for kind in dict.fromkeys(point.kind for point in points):
        own = sorted((point for point in points if point.kind == kind), key=lambda point: point.designs)
        growth[kind] = _growth(own[0], own[-1])
    columns = np.array([[1.0, point.met, math.log10(point.designs)] for point in points])
    found = _not_negative(columns, np.array([point.ms for point in points]))
    return Model(*found, growth)


def error(model: Model, point: Measured) -> float:
    """How far the model is from what was measured, as a share of that: +0.1 is ten per cent too much."""
    return model.ms(point.kind, point.designs) / point.ms - 1


def _growth(small: Measured, large: Measured) -> Growth:
    power = math.log(max(large.met, 1e-9) / max(small.met, 1e-9)) / math.log(large.designs / small.designs)
    power = min(1.0, max(0.0, power))
    return Growth(large.met / large.designs**power, power)


def _not_negative(columns: np.ndarray, values: np.ndarray) -> tuple[float, float, float]:
    """Least squares; what comes out negative is left out, and the rest fitted anew."""
    used = list(range(columns.shape[1]))
    while True:
        found = np.linalg.lstsq(columns[:, used], values, rcond=None)[0]
        if (found >= 0).all() or len(used) == 1:
            break
        used.pop(int(found.argmin()))
    whole = np.zeros(columns.shape[1])
    whole[used] = np.maximum(found, 0)
    return float(whole[0]), float(whole[1]), float(whole[2])
