"""Same design or not: a coarse look, a fine look, and three answers.

Throwing away a new design is the costliest mistake, so a newcomer is a duplicate only where the fine look shows no
difference that the pair's own noise does not explain, and only where the newcomer holds nothing that the stored one lacks.
What cannot be told is similar. Thresholds: bench/duplicates (tuned on one half, reported on the other).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from printdock.dedupe.compare import Comparison, compare
from printdock.dedupe.forms import Filled, pair
from printdock.imaging.fingerprint import unpack_coarse
from printdock.imaging.types import LOOK_PX, Pixels


class Outcome(StrEnum):
    """What a newcomer is, held against one stored design."""

    DUPLICATE = "duplicate"  # proven the same: refused
    SIMILAR = "similar"  # cannot be told: stored, and flagged for a person
    NEW = "new"  # proven different


@dataclass(frozen=True, slots=True)
class CoarseMatch:
    """At 64 px. ``possible``: whether a fine look is worth its cost; ``distance``: 0 = identical."""

    comparison: Comparison
    possible: bool
    distance: float


@dataclass(frozen=True, slots=True)
class FineMatch:
    """At the looks' resolution."""

    comparison: Comparison
    identical: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """``distance``: 0 = identical; ``evidence``: plain data, with a sentence under "why"."""

    outcome: Outcome
    distance: float
    evidence: dict[str, object]


#: Coarse look: more than this cannot be a copy.
COARSE_LEVEL = 30.0
COARSE_SPREAD = 0.5

#: Fine look.
SAME_SURPRISE = 14.0
OTHER_LOCAL = 0.7
SAME_COLOUR = 20.0
OTHER_COLOUR = 28.0
MIN_RESOLUTION = 96


def coarse_look(newcomer: bytes, stored: bytes) -> CoarseMatch:
    """Compares two coarse pictures (`Fingerprint.coarse`)."""
    a, b = unpack_coarse(newcomer), unpack_coarse(stored)
    compared = compare(pair(a.pixels, b.pixels), (32, 64), 64)
    aspect = abs(math.log(a.aspect / b.aspect))
    found = compared.difference
    possible = found.level <= COARSE_LEVEL and found.spread <= COARSE_SPREAD
    return CoarseMatch(compared, possible, round(found.level + 100 * aspect * 0, 3))


def fine_look(newcomer: Pixels, stored: Pixels) -> FineMatch:
    """Compares two looks (premultiplied RGBA, of any two sizes)."""
    same = newcomer.shape == stored.shape and bool((newcomer == stored).all())
    return FineMatch(compare(pair(newcomer, stored), (32, 64, 128, 256), LOOK_PX), same)


def decide(coarse: CoarseMatch, fine: FineMatch | None) -> Verdict:
    """The verdict on one candidate. ``fine`` is None where the stored picture could not be read: then at most similar."""
    if not coarse.possible:
        return _verdict(Outcome.NEW, coarse.comparison, coarse.distance, "The pictures differ already at 64 px.")
    if fine is None:
        return _verdict(Outcome.SIMILAR, coarse.comparison, coarse.distance, "Alike at 64 px; the stored picture could not be read.")
    if fine.identical:
        return _verdict(Outcome.DUPLICATE, fine.comparison, 0.0, "Every pixel is the same.")
    outcome, why = judge(fine.comparison)
    return _verdict(outcome, fine.comparison, max(0.001, fine.comparison.difference.surprise), why)


def judge(compared: Comparison) -> tuple[Outcome, str]:
    """The outcome of a fine comparison, and why."""
    found, rest = compared.difference, compared.rest
    if rest.ink > 0.0005 and rest.share > 0.003:
        if rest.cut < 0.0005 and rest.share > 0.012:
            return Outcome.NEW, "One has an element at its edge that the other lacks."
        if rest.share > 0.06:
            return Outcome.NEW, "One shows much more than the other."
        return Outcome.SIMILAR, "One is cut at its edge."
    if found.local * math.sqrt(found.surprise / 30) > OTHER_LOCAL:
        return Outcome.NEW, "A spot differs thoroughly while the rest agrees."
    if found.colour > OTHER_COLOUR + 6 * (found.noise - 1.5):
        return Outcome.NEW, "The colours differ."
    if found.colour > SAME_COLOUR:
        return Outcome.SIMILAR, "The colours differ a little."
    if found.local > 1 or (found.local > 0.15 and found.surprise > SAME_SURPRISE):
        return Outcome.SIMILAR, "A spot differs a little more than the rest."
    if compared.resolution < MIN_RESOLUTION:
        return Outcome.SIMILAR, "No difference seen, but the picture is too small to be sure."
    if compared.filled is Filled.STORED:
        return Outcome.SIMILAR, "The same art, but the newcomer has transparency that the stored one lacks."
    return Outcome.DUPLICATE, "No difference beyond what copying leaves."


def _verdict(outcome: Outcome, compared: Comparison, distance: float, why: str) -> Verdict:
    found, at = compared.difference, compared.registration
    evidence: dict[str, object] = {
        "why": why,
        "resolution_px": compared.resolution,
        "local": round(found.local, 4),
        "surprise": round(found.surprise, 3),
        "spread": round(found.spread, 4),
        "colour": round(found.colour, 2),
        "level": round(found.level, 3),
        "where": [round(v, 4) for v in found.where],
        "scale": [round(v, 5) for v in at.scale],
        "shift": [round(v, 5) for v in at.shift],
        "gain": round(compared.tone.gain, 4),
        "offset": round(compared.tone.offset, 2),
        "blur_px": compared.blur,
        "uncovered": {"share": round(compared.rest.share, 4), "ink": round(compared.rest.ink, 4), "cut": round(compared.rest.cut, 4)},
        "filled": compared.filled.value,
    }
    return Verdict(outcome, round(distance, 4), evidence)
