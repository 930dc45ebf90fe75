"""Is this the art of a design we have? Candidates by index, a coarse look at each, a fine look at the few left."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Generic, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import Row

from printdock.dedupe.nearest import Candidate, nearest
from printdock.dedupe.prints import SAME_PRINT, largest_difference
from printdock.dedupe.rule import CoarseMatch, Outcome, Verdict, coarse_look, decide, fine_look
from printdock.errors import StorageError
from printdock.imaging.codec import decode
from printdock.imaging.fingerprint import Fingerprint
from printdock.imaging.prepare import look_of_print, prepare
from printdock.imaging.recipe import visible
from printdock.imaging.types import Fit, Pixels, Prepared, Recipe
from printdock.templates.queries import recipe_from

#: Most candidates that get a coarse look, after ranking by signature, and a fine look, after the coarse one.
COARSE_LOOKS, FINE_LOOKS = 12, 4

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Art to be judged: as prepared by ``recipe``, with its px size in the source."""

    fingerprint: Fingerprint
    prepared: Prepared
    recipe: Recipe

    def as_printed(self, recipe: Recipe) -> Pixels:
        """The look of the part that ``recipe`` would print: a print file that covers its area shows no more."""
        prepared = self.prepared
        if recipe.fit is not Fit.COVER:
            return prepared.look
        return visible(prepared.look, recipe, prepared.art_width, prepared.art_height)


@dataclass(frozen=True, slots=True)
class Picture:
    """A design's picture to compare with, in whichever form it is at hand: prepared in memory, or a print file.

    ``art_size``: px of the art in its source; None for a print file that was taken in as it was.
    """

    recipe: Recipe
    printed: Prepared | bytes
    art_size: tuple[int, int] | None = None

    def pixels(self) -> Pixels:
        """The print itself, straight alpha."""
        return self.printed.pixels if isinstance(self.printed, Prepared) else decode(self.printed)

    def look(self) -> Pixels:
        """The art's look, the geometry of the print undone."""
        if isinstance(self.printed, Prepared):
            return self.printed.look
        if self.art_size is None:  # how its art was placed is not known, so it is looked for
            return prepare(self.printed, self.recipe).look
        return look_of_print(self.printed, self.recipe, *self.art_size)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The closest design and the verdict on it."""

    design: UUID
    verdict: Verdict


def judge(
    newcomer: Newcomer,
    candidates: Sequence[Candidate[UUID]],
    *,
    fingerprints: Callable[[Sequence[UUID]], Mapping[UUID, Fingerprint]],
    picture: Callable[[UUID], Picture | None],
) -> Judgement | None:
    """The best match among ``candidates``, or None when the art is new.

    ``picture`` answers None when a design's print file cannot be read now; such a design is at most similar.
    """
    near = [found.id for found in nearest(newcomer.fingerprint, candidates, COARSE_LOOKS)]
    if not near:
        return None
    stored = fingerprints(near)
    looks = [(key, coarse_look(newcomer.fingerprint.coarse, stored[key].coarse)) for key in near if key in stored]
    plausible = sorted(((key, look) for key, look in looks if look.possible), key=lambda pair: pair[1].distance)
    best: Judgement | None = None
    for key, coarse in plausible[:FINE_LOOKS]:
        verdict = _look(newcomer, coarse, picture(key))
        if verdict.outcome is Outcome.DUPLICATE:
            return Judgement(key, verdict)
        if verdict.outcome is Outcome.SIMILAR and (best is None or verdict.distance < best.verdict.distance):
            best = Judgement(key, verdict)
    return best


def _look(newcomer: Newcomer, coarse: CoarseMatch, shown: Picture | None) -> Verdict:
    """The verdict on one plausible candidate: the same print, pixel by pixel, or else by the fine look."""
    if shown is None:
        return decide(coarse, None)
    if shown.recipe == newcomer.recipe:
        difference = largest_difference(newcomer.prepared.pixels, shown.pixels())
        if difference <= SAME_PRINT:
            why = "It prints the same, pixel by pixel."
            return Verdict(Outcome.DUPLICATE, difference / 255, {"why": why, "largest_difference": difference})
    return decide(coarse, fine_look(newcomer.as_printed(shown.recipe), shown.look()))


class Reader(Protocol):
    """Where stored bytes are read from: the storage, or the spool while the storage is away."""

    def open(self, key: str) -> BinaryIO: ...


def stored_picture(storage: Reader, row: Row[Any]) -> Picture | None:
    """The picture of a stored print file, or None when the storage does not hand it out (it may be away)."""
    try:
        with storage.open(row.path) as stream:
            png = stream.read()
    except StorageError:
        return None
    art_size = None if row.art_width is None else (row.art_width, row.art_height)
    return Picture(recipe_from(row.recipe), png, art_size)


class Recent(Generic[Key, Value]):
    """The last few values by key: a design that many copies are compared with is read once."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """The value of ``key``, made when it is not among the last few."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = make()
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._size:
                self._values.popitem(last=False)
        return value
