"""Same design or not: a coarse look, a fine look, and three answers.

Throwing away a new design is the costliest mistake, so a newcomer is a duplicate only where the fine look shows no
difference that the pair's own noise does not explain, and only where the newcomer holds nothing that the stored one
lacks. What cannot be told is similar. Thresholds: bench/duplicates (tuned on one half, reported on the other).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from printdock.dedupe.compare import Comparison, compare
from printdock.dedupe.forms import Filled, Pair, pair
from printdock.imaging.fingerprint import Ground, unpack_coarse
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
    """At the looks' resolution. ``pictures``: the two in the form in which the comparison's map relates them."""

    comparison: Comparison
    pictures: Pair
    identical: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """``distance``: 0 = identical; ``evidence``: plain data, with a sentence under "why"."""

    outcome: Outcome
    distance: float
    evidence: dict[str, object]


#: Coarse look: more than this cannot be a copy.
COARSE_LEVEL = 40.0
COARSE_SPREAD = 0.75
COARSE_MARGIN = 3  # levels: opaque pictures were cut to their art before they were shrunk
COARSE_ASPECT = 0.35  # logarithm of the ratio: the registration's bounds on both sides

#: Fine look (`Difference.spot`, levels of `colour` and `tint`, logarithm of a stretch): up to "same" a copy, from
#: "other" on another design. Copies of the set reach spot 0.5, nearly all stay under 0.2; years in 4 px digits begin
#: at 0.35, in larger ones at 1.
SAME_SPOT = 0.3
OTHER_SPOT = 0.8
OTHER_LOCAL = 3.5
OTHER_SPREAD = 0.7
SAME_COLOUR = 9.0
OTHER_COLOUR = 28.0
SAME_TINT = 1.4
OTHER_TINT = 4.0
SAME_STRETCH = 0.015
OTHER_STRETCH = 0.08
#: Where one is cut the map is less sure: spots may be this much larger. Crops stay thin: share of a side.
CUT_SPOT = 1.6
MAX_STRIP = 0.06
#: Below this, px of the longest side, text cannot be seen: at most similar.
MIN_RESOLUTION = 96
#: Below this less can be seen, so half as much is allowed.
SMALL_RESOLUTION = 256


def coarse_look(newcomer: bytes, stored: bytes) -> CoarseMatch:
    """Compares two coarse pictures (`Fingerprint.coarse`)."""
    a, b = unpack_coarse(newcomer), unpack_coarse(stored)
    compared = compare(pair(a.pixels, b.pixels, COARSE_MARGIN), (32, 64), 64)
    aspect = abs(math.log(a.aspect / b.aspect))
    found = compared.difference
    possible = found.level <= COARSE_LEVEL and found.spread <= COARSE_SPREAD and aspect <= COARSE_ASPECT
    return CoarseMatch(compared, possible, round(max(0.001, found.level + 100 * aspect), 3))


def fine_look(newcomer: Pixels, stored: Pixels) -> FineMatch:
    """Compares two looks (premultiplied RGBA, of any two sizes). Stops at 256 px where they differ beyond doubt
    already.
    """
    if newcomer.shape == stored.shape and bool((newcomer == stored).all()):
        same = Pair(newcomer, stored, (Ground.WHITE,), Filled.NEITHER)
        return FineMatch(Comparison.identical(max(newcomer.shape)), same, True)
    pictures = pair(newcomer, stored)
    first = compare(pictures, (32, 64, 128, 256), 256)
    if first.difference.spot > 4 * OTHER_SPOT or first.difference.spread > 0.5:
        return FineMatch(first, pictures)
    return FineMatch(compare(pictures, (256,), LOOK_PX, first.registration), pictures)


def decide(coarse: CoarseMatch, fine: FineMatch | None) -> Verdict:
    """The verdict on one candidate. ``fine`` is None where the stored picture could not be read: then at most
    similar.
    """
    if not coarse.possible:
        return _verdict(Outcome.NEW, coarse.comparison, coarse.distance, "The pictures differ already at 64 px.")
    if fine is None:
        return _verdict(
            Outcome.SIMILAR, coarse.comparison, coarse.distance, "Alike at 64 px; the stored picture could not be read."
        )
    if fine.identical:
        return _verdict(Outcome.DUPLICATE, fine.comparison, 0.0, "Every pixel is the same.")
    outcome, why = judge(fine.comparison)
    return _verdict(outcome, fine.comparison, max(0.001, fine.comparison.difference.surprise), why)


def judge(compared: Comparison) -> tuple[Outcome, str]:
    """The outcome of a fine comparison, and why."""
    proven = _other(compared) or _cut(compared)
    if proven is not None:
        return proven
    found = compared.difference
    rough = found.noise - 1.5
    if compared.stretch > SAME_STRETCH or compared.aspect > OTHER_STRETCH:
        return Outcome.SIMILAR, "One is drawn a little wider than the other."
    strict = 0.5 if compared.resolution < SMALL_RESOLUTION else 1.0
    if found.colour > strict * (SAME_COLOUR + 2 * rough) or found.tint > strict * (SAME_TINT + 0.3 * rough):
        return Outcome.SIMILAR, "The colours differ a little."
    if found.spot > strict * SAME_SPOT or found.local > 1:
        return Outcome.SIMILAR, "A spot differs a little more than the rest."
    if compared.resolution < MIN_RESOLUTION:
        return Outcome.SIMILAR, "No difference seen, but the picture is too small to be sure."
    if compared.filled is Filled.STORED:
        return Outcome.SIMILAR, "The same art, but the newcomer has transparency that the stored one lacks."
    return Outcome.DUPLICATE, "No difference beyond what copying leaves."


def _other(compared: Comparison) -> tuple[Outcome, str] | None:
    """Where the overlap proves another design. A rough pair (few colours, strong compression) must differ by more."""
    found = compared.difference
    rough = found.noise - 1.5  # levels above the least noise that is assumed
    if found.spot > OTHER_SPOT * (1 + 0.5 * rough) * (CUT_SPOT if compared.rest.uncovers else 1):
        return Outcome.NEW, "A spot differs thoroughly while the rest agrees."
    if found.spread > OTHER_SPREAD or found.local > OTHER_LOCAL:
        return Outcome.NEW, "The pictures differ everywhere."
    if found.tint > OTHER_TINT + 0.5 * rough or found.colour > OTHER_COLOUR + 8 * rough:
        return Outcome.NEW, "The colours differ."
    if min(compared.stretch, compared.aspect) > OTHER_STRETCH:  # nearly blank art can be laid over itself in any way
        return Outcome.NEW, "One is drawn much wider than the other."
    return None


def _cut(compared: Comparison) -> tuple[Outcome, str] | None:
    """Where one shows ink beyond the other's edge: an element more where there is a gap between, else a crop."""
    rest = compared.rest
    if not rest.matters:
        return None
    if rest.is_element:
        return Outcome.NEW, "One has an element at its edge that the other lacks."
    if rest.share > MAX_STRIP:
        return Outcome.NEW, "One shows much more than the other."
    return Outcome.SIMILAR, "One is cut at its edge."


def _verdict(outcome: Outcome, compared: Comparison, distance: float, why: str) -> Verdict:
    found, at = compared.difference, compared.registration
    evidence: dict[str, object] = {
        "why": why,
        "resolution_px": compared.resolution,
        "local": round(found.local, 4),
        "surprise": round(found.surprise, 3),
        "spread": round(found.spread, 4),
        "tint": round(found.tint, 2),
        "colour": round(found.colour, 2),
        "noise": round(found.noise, 2),
        "level": round(found.level, 3),
        "where": [round(v, 4) for v in found.where],
        "matrix": [[round(float(v), 6) for v in row] for row in at.matrix],
        "scale": [round(v, 5) for v in at.scale],
        "shift": [round(v, 5) for v in at.shift],
        "stretch": round(compared.stretch, 4),
        "gain": round(compared.tone.gain, 4),
        "offset": round(compared.tone.offset, 2),
        "blur_px": compared.blur,
        "uncovered": {
            "share": round(compared.rest.share, 4),
            "ink": round(compared.rest.ink, 4),
            "cut": round(compared.rest.cut, 4),
        },
        "filled": compared.filled.value,
    }
    return Verdict(outcome, round(distance, 4), evidence)
