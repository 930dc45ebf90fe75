"""What one picture shows beyond the other's edge: a crop cuts through ink, another design has an element more."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from printdock.dedupe.forms import grey, on_ground
from printdock.dedupe.register import Registration
from printdock.imaging.fingerprint import Ground
from printdock.imaging.types import Pixels

#: Share of a side up to which a crop may end in a gap of the art.
CLEAN_STRIP = 0.012


@dataclass(frozen=True, slots=True)
class Rest:
    """What of one picture lies outside the other: ``share`` of the side, ``ink`` on it (0..1), and whether ink
    crosses every row between its outer end and the ``cut``: the share of ink on the emptiest one. ``sides``: how many
    sides show ink beyond the other's edge.
    """

    share: float = 0.0
    ink: float = 0.0
    cut: float = 0.0
    sides: int = 0

    @property
    def matters(self) -> bool:
        """Whether it is more than trimming leaves: thicker than 0.3 % of the side, and not empty."""
        return self.uncovers and self.ink > 0.0005

    @property
    def uncovers(self) -> bool:
        """Whether one picture ends inside the other at all, in ink or not."""
        return self.share > 0.003

    @property
    def is_element(self) -> bool:
        """Whether there is an element that stands apart: a crop cuts through ink, or stays thin, or cuts more sides."""
        return self.matters and self.cut < 0.0005 and self.share > CLEAN_STRIP and self.sides == 1


def uncovered(moving: Pixels, stored: Pixels, at: Registration, grounds: tuple[Ground, ...]) -> Rest:
    """The worst strip of either picture that the other does not cover."""
    forward = at.pixel_matrix((moving.shape[0], moving.shape[1]), (stored.shape[0], stored.shape[1]))
    backward = np.asarray(cv2.invertAffineTransform(forward))
    strips = [Rest()]
    for picture, other, matrix in ((stored, moving, backward), (moving, stored, forward)):
        height, width = other.shape[:2]
        left, top = matrix @ np.array([-0.5, -0.5, 1.0])
        right, bottom = matrix @ np.array([width - 0.5, height - 0.5, 1.0])
        strips += _strips(_departure(picture, grounds), left + 0.5, top + 0.5, right + 0.5, bottom + 0.5)
    worst = max(strips, key=lambda rest: (rest.share * rest.ink, rest.share))
    return replace(worst, sides=sum(rest.matters for rest in strips))


def _departure(pixels: Pixels, grounds: tuple[Ground, ...]) -> Pixels:
    """How far each pixel is from the ground(s)."""
    seen = []
    for ground in grounds:
        value = grey(on_ground(pixels, ground))
        seen.append(cv2.bitwise_not(value) if ground is Ground.WHITE else value)
    return np.asarray(seen[0] if len(seen) == 1 else cv2.max(seen[0], seen[1]))


def _strips(departure: Pixels, left: float, top: float, right: float, bottom: float) -> list[Rest]:
    """One `Rest` for each side where the covered box ends inside the picture."""
    found = []
    for picture, start, end in ((departure, top, bottom), (np.ascontiguousarray(departure.T), left, right)):
        length = picture.shape[0]
        slack = max(1.5, 0.003 * length)
        if start > slack:
            found.append(_strip(picture, round(start), length))
        if end < length - slack:
            found.append(_strip(picture[::-1], round(length - end), length))
    return found


def _strip(picture: Pixels, depth: int, length: int) -> Rest:
    """The first ``depth`` rows; registration is good to a pixel or two, so the cut may be a little further in."""
    depth = min(depth, length - 1)
    slack = 2 + round(0.002 * length)
    inked = (picture[: depth + slack + 1] > 40).mean(axis=1)
    outer = int(np.argmax(inked > 0))
    return Rest(depth / length, float(inked[: max(1, depth - 1)].mean()), float(inked[outer:].min()))
