"""Blend modes: W3C Compositing and Blending Level 1, sections 9.1.4 (source-over) and 10.1 (separable modes).

With premultiplied source S = as cs, source alpha as and an opaque backdrop cb every mode of the list is linear in both:

    co = cb + as P(cb) + S Q(cb)        e.g. normal P = -cb, Q = 1; multiply P = -cb, Q = cb

(soft-light with one pair of P and Q for cs <= 1/2 and one beyond), so nothing is ever divided by alpha.
All planes are float32, 0..1, of one shape.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from printdock.rendering.types import Blend

Plane = NDArray[np.float32]

_ONE, _TWO, _HALF = np.float32(1), np.float32(2), np.float32(0.5)


def over_opaque(mode: Blend, source: Plane, alpha: Plane, backdrop: Plane) -> Plane:
    """One channel of a premultiplied source over an opaque backdrop. Clipping is left to the caller's rounding."""
    match mode:
        case Blend.NORMAL:
            return backdrop - alpha * backdrop + source
        case Blend.MULTIPLY:
            return backdrop * (_ONE - alpha + source)
        case Blend.SCREEN:
            return backdrop + source - source * backdrop
        case Blend.OVERLAY:
            return _overlay(source, alpha, backdrop)
        case Blend.SOFT_LIGHT:
            return _soft_light(source, alpha, backdrop)


def over(mode: Blend, source: Plane, alpha: Plane, backdrop: Plane, backdrop_alpha: Plane) -> Plane:
    """One premultiplied channel of the result over a backdrop (straight) with an alpha of its own.

    Section 5.1: co = cs as (1 - ab) + ab [(1 - as) cb + as B(cb, cs)]; its alpha is as + ab (1 - as).
    """
    mixed = over_opaque(mode, source, alpha, backdrop)
    return np.asarray(source * (_ONE - backdrop_alpha) + backdrop_alpha * mixed, np.float32)


def _overlay(source: Plane, alpha: Plane, backdrop: Plane) -> Plane:
    """Hard-light with the layers swapped: multiply by 2 cb where cb <= 1/2, else screen with 2 cb - 1."""
    dark = backdrop <= _HALF
    weight = np.where(dark, backdrop, _ONE - backdrop)
    return np.asarray(backdrop - alpha * weight + source * (_TWO * weight), np.float32)


def _soft_light(source: Plane, alpha: Plane, backdrop: Plane) -> Plane:
    """cb - (1 - 2 cs) cb (1 - cb) for cs <= 1/2, else cb + (2 cs - 1) (D(cb) - cb)."""
    lean = _TWO * source - alpha
    cubic = ((np.float32(16) * backdrop - np.float32(12)) * backdrop + np.float32(4)) * backdrop
    lifted = np.where(backdrop <= np.float32(0.25), cubic, np.sqrt(backdrop))
    by = np.where(lean > 0, lifted - backdrop, backdrop - backdrop * backdrop)
    return np.asarray(backdrop + lean * by, np.float32)
