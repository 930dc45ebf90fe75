"""Where an editor's previews are painted: the renderer on photos, masks and designs that are kept ready.

What no drag of a handle changes is made once and kept, bounded in bytes: photos and masks at the size of the preview,
designs at most `DESIGN_SIDE` px. Areas are made ready anew each time, for they are what changes.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np

from printdock.errors import Conflict
from printdock.imaging.output import Output, encode
from printdock.imaging.resize import unpremultiply
from printdock.imaging.types import Pixels
from printdock.mockups import photos
from printdock.mockups.described import base_of
from printdock.mockups.drafts import Draft
from printdock.mockups.kept import Kept
from printdock.mockups.manifest import Described
from printdock.rendering.design import Design
from printdock.rendering.pattern import pattern
from printdock.rendering.render import ground, output_size, prepare_on, render
from printdock.rendering.shrink import resized
from printdock.rendering.types import BaseImage, Grey, PrintArea, Quad
from printdock.storage.base import Storage

#: Longest side, px, of designs that are kept for previews.
DESIGN_SIDE = 1_600

#: Quality of previews: seen for a moment, sent often.
PREVIEW = Output(quality=86)

#: Bytes that a design and what it is shrunk to take at most, times those of its pixels.
_TIMES = 8

#: Editors whose turns are remembered.
_MOST_EDITORS = 1_000

Read = Callable[[str], bytes]
Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Turn:
    """One request of an editor: a later one has a higher number."""

    editor: str
    number: int


class Easel:
    """One a process, shared by its threads. At most ``limit`` bytes are kept; ``at_once`` previews are painted together."""

    def __init__(self, limit: int, at_once: int) -> None:
        self._kept = Kept(limit)
        self._painting = threading.Semaphore(at_once)
        self._turns: OrderedDict[str, int] = OrderedDict()
        self._lock = threading.Lock()

    def preview(
        self,
        described: Described,
        draft: Draft,
        storage: Storage,
        design: Callable[[], Design] | None,
        *,
        colour: str | None,
        longest_side: int,
        turn: Turn | None = None,
    ) -> bytes:
        """A JPEG of the picture with ``design`` on it, or bare where that is None.

        Raises InputRefused as `rendering.prepare` and for pictures that cannot be had, `Conflict` (superseded) once a
        later turn of the same editor has come in.
        """
        self._note(turn)
        with self._painting:
            self._refuse_old(turn)
            photo = draft.files.get(described.file)
            size = (photo.width, photo.height) if photo else (0, 0)
            small = output_size(*size, min(longest_side, max(size))) if photo else (0, 0)
            pictures = _Reduced(self._kept, draft, storage, small)
            plain = pictures.ground(described.file)
            base = base_of(described, size, pictures)
            shown = None if design is None else design()
            self._refuse_old(turn)
            return encode(_painted(base, plain, shown, colour), PREVIEW).data

    def keep(self, key: tuple[str, ...], make: Callable[[], tuple[Thing, int]]) -> Thing:
        """What ``make`` answers, kept with all else. The key names everything that decides it."""
        return self._kept.get(key, make)

    def design(self, sha256: str, make: Callable[[], Pixels]) -> Design:
        """The design (straight RGBA) whose print file has that digest, reduced."""

        return self._design(("design", sha256), lambda: reduced_design(make()))

    def pattern(self, aspect: float) -> Design:
        """The test pattern of those proportions."""

        return self._design(("pattern", round(aspect, 4)), lambda: pattern(aspect))

    def _design(self, key: Hashable, make: Callable[[], Pixels]) -> Design:
        """A design and what it was shrunk to before, which a small move asks for again; begun anew when it holds much."""

        def held() -> tuple[_Held, int]:
            pixels = make()
            return _Held(pixels), _TIMES * pixels.nbytes

        return self._kept.get(key, held).design()

    def _note(self, turn: Turn | None) -> None:
        if turn is None:
            return
        with self._lock:
            self._turns[turn.editor] = max(turn.number, self._turns.pop(turn.editor, 0))
            if len(self._turns) > _MOST_EDITORS:
                self._turns.popitem(last=False)

    def _refuse_old(self, turn: Turn | None) -> None:
        if turn is None:
            return
        with self._lock:
            newest = self._turns.get(turn.editor, turn.number)
        if newest > turn.number:
            raise Conflict("A later preview was asked for.", code="superseded")


class _Held:
    def __init__(self, pixels: Pixels) -> None:
        self._pixels, self._design = pixels, Design(pixels)

    def design(self) -> Design:
        if self._design.nbytes > (_TIMES - 1) * self._pixels.nbytes:
            self._design = Design(self._pixels)
        return self._design


class _Reduced:
    """Pictures of a draft at the size of a preview."""

    def __init__(self, kept: Kept, draft: Draft, storage: Storage, size: tuple[int, int]) -> None:
        self._kept, self._draft, self._storage, self._size = kept, draft, storage, size

    def ground(self, name: str) -> Pixels:
        def make() -> tuple[Pixels, int]:
            plain = ground(photos.photo(self._draft.read(self._storage, name)), self._size)
            return plain, plain.nbytes

        return self._get("ground", name, make)

    def grey(self, name: str) -> Grey:
        def make() -> tuple[Grey, int]:
            whole = photos.grey(self._draft.read(self._storage, name))
            small = whole
            if whole.shape[1] > self._size[0]:
                # Its own proportions are kept, so that a mask of another shape than the photo is still told.
                height = max(1, round(whole.shape[0] * self._size[0] / whole.shape[1]))
                small = np.asarray(cv2.resize(whole, (self._size[0], height), interpolation=cv2.INTER_AREA), np.uint8)
            return small, small.nbytes

        return self._get("grey", name, make)

    def mark(self, name: str) -> Pixels:
        def make() -> tuple[Pixels, int]:
            pixels = photos.photo(self._draft.read(self._storage, name))
            return pixels, pixels.nbytes

        return self._get("mark", name, make)

    def _get(self, kind: str, name: str, make: Callable[[], tuple[Thing, int]]) -> Thing:
        file = self._draft.files.get(name)
        stored = file.stored if file else name
        return self._kept.get((kind, self._draft.shop.id, stored, self._size), make)


def reduced_design(pixels: Pixels) -> Pixels:
    """Straight RGBA at most `DESIGN_SIDE` px long."""
    height, width = pixels.shape[:2]
    if max(width, height) <= DESIGN_SIDE:
        return pixels
    return np.ascontiguousarray(unpremultiply(resized(pixels, *output_size(width, height, DESIGN_SIDE))))


def _painted(base: BaseImage, plain: Pixels, design: Design | None, colour: str | None) -> Pixels:
    if design is not None and base.areas:
        return render(prepare_on(base, plain, colour=colour), design)
    if colour is None:
        return plain
    # A garment is recoloured in the renderer only: with an area that covers nothing that matters, and no mark.
    corner = Quad(((0, 0), (base.width, 0), (base.width, base.height), (0, base.height)))
    bare = BaseImage(base.width, base.height, (PrintArea(corner),), base.garment)
    return prepare_on(bare, plain, colour=colour).photo
