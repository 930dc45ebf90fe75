"""Is this the art of a design we have? Candidates by index, a coarse look at each, a fine look at the few left."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, Generic, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import Row

from printdock.dedupe.nearest import Candidate, nearest
from printdock.dedupe.prints import SAME_PRINT, largest_difference
from printdock.dedupe.rule import CoarseMatch, Outcome, Verdict, coarse_look, decide, fine_look
from printdock.designs.sides import Sides
from printdock.errors import StorageError
from printdock.imaging.codec import decode
from printdock.imaging.fingerprint import Fingerprint
from printdock.imaging.prepare import look_of_print, prepare
from printdock.imaging.recipe import visible
from printdock.imaging.types import Fit, Pixels, Prepared, Recipe
from printdock.templates.queries import recipe_from

#: Most candidates that get a coarse look, after ranking by signature, and a fine look, after the coarse one.
COARSE_LOOKS, FINE_LOOKS = 12, 4
#: Most further fine looks, at look-alikes of those.
ALIKE_LOOKS = 2

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
    """The closest design, the verdict on it, and what was looked at."""

    design: UUID
    verdict: Verdict
    sides: Sides


def judge(
    newcomer: Newcomer,
    candidates: Sequence[Candidate[UUID]],
    *,
    fingerprints: Callable[[Sequence[UUID]], Mapping[UUID, Fingerprint]],
    picture: Callable[[UUID], Picture | None],
    originals: Callable[[Sequence[UUID]], Mapping[UUID, UUID]],
) -> Judgement | None:
    """The best match among ``candidates``, or None when the art is new.

    ``picture`` answers None when a design's print file cannot be read now; such a design is at most similar.
    ``originals`` answers what designs are flagged as similar to. An original speaks for its look-alikes: they show the
    same or less, so what is new beside it is not flagged for them, and not refused for one unless it prints the same.
    """
    near = [found.id for found in nearest(newcomer.fingerprint, candidates, COARSE_LOOKS)]
    if not near:
        return None
    looks = _Looks(newcomer, fingerprints, picture)
    plausible = looks.plausible(near)
    root_of = {key: root for key, root in originals(plausible).items() if looks.has(root)}
    roots = looks.plausible(list(dict.fromkeys(root_of.get(key, key) for key in plausible)))
    best: Judgement | None = None
    for key in roots[:FINE_LOOKS]:
        verdict = looks.verdict(key)
        if verdict.outcome is Outcome.DUPLICATE:
            return Judgement(key, verdict, looks.sides(key))
        if verdict.outcome is Outcome.SIMILAR and (best is None or verdict.distance < best.verdict.distance):
            best = Judgement(key, verdict, looks.sides(key))
    for key in [key for key in plausible if key in root_of][:ALIKE_LOOKS]:
        verdict = looks.verdict(key)
        if verdict.outcome is Outcome.DUPLICATE:
            found = Judgement(key, verdict, looks.sides(key))
            return _same_as_alike(found, best is not None and best.design == root_of[key])
    return best


def _same_as_alike(found: Judgement, like_original: bool) -> Judgement:
    """The judgement on what is the same as a look-alike: refused only where the original is like it too, or where it
    prints the same. A small copy does not show what its original lacks."""
    verdict = found.verdict
    if like_original or verdict.distance <= SAME_PRINT / 255:
        return found
    evidence = verdict.evidence | {"why": "The same as a look-alike, but not as the design that it looks like."}
    return replace(found, verdict=Verdict(Outcome.SIMILAR, verdict.distance, evidence))


class _Looks:
    """A newcomer's looks at stored designs: each taken once."""

    def __init__(
        self,
        newcomer: Newcomer,
        fingerprints: Callable[[Sequence[UUID]], Mapping[UUID, Fingerprint]],
        picture: Callable[[UUID], Picture | None],
    ) -> None:
        self._newcomer, self._fingerprints, self._picture = newcomer, fingerprints, picture
        self._coarse: dict[UUID, CoarseMatch] = {}
        self._verdicts: dict[UUID, tuple[Verdict, Sides]] = {}

    def plausible(self, keys: Sequence[UUID]) -> list[UUID]:
        """Those that may be the same, by a coarse look; closest first. Designs released meanwhile are left out."""
        self._take([key for key in keys if key not in self._coarse])
        possible = [key for key in keys if key in self._coarse and self._coarse[key].possible]
        return sorted(possible, key=lambda key: self._coarse[key].distance)

    def has(self, key: UUID) -> bool:
        """Whether the design can still be compared with."""
        self.plausible([key])
        return key in self._coarse

    def _take(self, keys: Sequence[UUID]) -> None:
        stored = self._fingerprints(keys) if keys else {}
        own = self._newcomer.fingerprint.coarse
        self._coarse |= {key: coarse_look(own, stored[key].coarse) for key in keys if key in stored}

    def verdict(self, key: UUID) -> Verdict:
        """The verdict on a plausible design, by a fine look."""
        if key not in self._verdicts:
            self._verdicts[key] = _look(self._newcomer, self._coarse[key], self._picture(key))
        return self._verdicts[key][0]

    def sides(self, key: UUID) -> Sides:
        """What the fine look at it saw."""
        self.verdict(key)
        return self._verdicts[key][1]


def _look(newcomer: Newcomer, coarse: CoarseMatch, shown: Picture | None) -> tuple[Verdict, Sides]:
    """The verdict on one plausible candidate: the same print, pixel by pixel, or else by the fine look."""
    if shown is None:
        return decide(coarse, None), Sides.of(newcomer.prepared.look, None)
    if shown.recipe == newcomer.recipe:
        difference = largest_difference(newcomer.prepared.pixels, shown.pixels())
        if difference <= SAME_PRINT:
            why = "It prints the same, pixel by pixel."
            verdict = Verdict(Outcome.DUPLICATE, difference / 255, {"why": why, "largest_difference": difference})
            return verdict, Sides.of(newcomer.prepared.look, None)
    fine = fine_look(newcomer.as_printed(shown.recipe), shown.look())
    return decide(coarse, fine), Sides.of(fine.pictures.newcomer, fine.pictures.stored)


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
