"""Brings two pictures to one form, so that they can be compared: the same ground, the same cut."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from printdock.imaging.fingerprint import MARGIN_LEVELS, Ground, art_box, is_clear
from printdock.imaging.types import Pixels

Plane = NDArray[np.float32]


class Filled(StrEnum):
    """Which one of two pictures alone had its transparency filled with white or black."""

    NEITHER = "neither"
    NEWCOMER = "newcomer"
    STORED = "stored"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures in one form: premultiplied RGBA (h x w x 4), cut to their art, to be looked at on ``grounds``."""

    newcomer: Pixels
    stored: Pixels
    grounds: tuple[Ground, ...]
    filled: Filled


def pair(newcomer: Pixels, stored: Pixels, margin: int = MARGIN_LEVELS) -> Pair:
    """Brings two looks (or coarse pictures) to one form. ``margin``: levels from white (or black) that are margin."""
    clear = is_clear(newcomer), is_clear(stored)
    if all(clear):
        return Pair(newcomer, stored, (Ground.WHITE, Ground.BLACK), Filled.NEITHER)
    if not any(clear):
        solid = _flattened(newcomer, Ground.WHITE), _flattened(stored, Ground.WHITE)
        return Pair(_cut(solid[0], margin), _cut(solid[1], margin), (Ground.WHITE,), Filled.NEITHER)
    flat, cut_out = (stored, newcomer) if clear[0] else (newcomer, stored)
    shown = _shown_ground(flat, cut_out, margin)
    same = _flattened(cut_out, shown)
    if clear[0]:
        return Pair(_cut(same, margin), _cut(flat, margin), (shown,), Filled.STORED)
    return Pair(_cut(flat, margin), _cut(same, margin), (shown,), Filled.NEWCOMER)


def _flattened(look: Pixels, ground: Ground) -> Pixels:
    """Laid on white or black: opaque."""
    out = look.copy()
    if ground is Ground.WHITE:
        out[:, :, :3] = on_ground(look, ground)
    out[:, :, 3] = 255
    return out


def _cut(look: Pixels, margin: int) -> Pixels:
    _, (left, top, right, bottom) = art_box(look, margin)
    return look[top:bottom, left:right]


def _shown_ground(flat: Pixels, cut_out: Pixels, margin: int) -> Ground:
    """What the flattened picture shows where the other one is see-through."""
    ground, (left, top, right, bottom) = art_box(flat, margin)
    art = flat[top:bottom, left:right]
    if art.shape != flat.shape:
        return ground  # it has a margin to tell by
    size = flat.shape[1], flat.shape[0]
    alpha = np.asarray(cv2.resize(cut_out, size, interpolation=cv2.INTER_NEAREST))[:, :, 3]
    other = np.asarray(cv2.resize(flat, size, interpolation=cv2.INTER_NEAREST))
    through = alpha < 64
    return Ground.BLACK if through.any() and float(other[:, :, :3][through].mean()) < 128 else Ground.WHITE


def on_ground(pixels: Pixels, ground: Ground) -> Pixels:
    """RGB as seen on a ground: h x w x 3."""
    rgb = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGBA2RGB), np.uint8)
    if ground is not Ground.WHITE:
        return rgb
    through = cv2.bitwise_not(cv2.extractChannel(pixels, 3))
    return np.asarray(cv2.add(rgb, cv2.merge([through, through, through])), np.uint8)


def grey(rgb: Pixels) -> Pixels:
    """Rec. 601 luma, h x w."""
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY))


def fitted(pixels: Pixels, longest: int) -> Pixels:
    """Shrunk to ``longest`` px; smaller pictures stay."""
    height, width = pixels.shape[:2]
    if max(height, width) <= longest:
        return pixels
    size = max(8, round(width * longest / max(height, width))), max(8, round(height * longest / max(height, width)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def planes(pixels: Pixels, grounds: tuple[Ground, ...], longest: int) -> list[Plane]:
    """What registration looks at: luma, one plane a ground, at most ``longest`` px."""
    small = fitted(pixels, longest)
    return [grey(on_ground(small, ground)).astype(np.float32) for ground in grounds]
