"""Base images made ready once and kept, for as many batches as render on them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from printdock.errors import PrintdockError
from printdock.mockups.kept import Kept
from printdock.mockups.plan import Mockup
from printdock.mockups.types import LoadedPicture, SetPicture
from printdock.rendering.render import PreparedBase, in_colour, prepare
from printdock.rendering.types import Garment


@dataclass(frozen=True, slots=True)
class _Ready:
    base: PreparedBase
    garment: Garment | None = None


class Bases:
    """Prepared bases of one set for one batch, in ``kept``, which all batches of the process share.

    Safe from many threads. Photos are decoded one at a time. A base that cannot be loaded is tried once: what is wrong
    with it may be mended before the next batch.
    """

    def __init__(self, kept: Kept, load: Callable[[SetPicture], LoadedPicture], longest_side: int) -> None:
        self._kept, self._load, self._longest_side = kept, load, longest_side
        self._failed: dict[Hashable, PrintdockError] = {}
        self._lock = threading.Lock()
        self._decoding = threading.Lock()
        self._asked = self._made = 0

    @property
    def used(self) -> int:
        """Bytes kept, those of other batches included."""
        return self._kept.used

    @property
    def found_share(self) -> float:
        """Of the times that this batch asked for a base, the share in which it was there; 0 before the first."""
        with self._lock:
            return 1 - self._made / self._asked if self._asked else 0.0

    def get(self, picture: SetPicture, colour: str | None) -> PreparedBase:
        """The base in that colour. Raises what loading or preparing it raised: `PrintdockError`."""
        return self._get(picture, colour).base

    def nearest_first(self, mockups: Sequence[Mockup]) -> list[Mockup]:
        """``mockups`` with those first whose base is here now: going round and round, none would be found again."""
        return sorted(mockups, key=lambda mockup: self._key(mockup.picture, mockup.colour) not in self._kept)

    def _key(self, picture: SetPicture, colour: str | None) -> Hashable:
        """All that decides the pixels: equal keys of two shops or sets are equal bases."""
        return picture.digest, colour, self._longest_side

    def _get(self, picture: SetPicture, colour: str | None) -> _Ready:
        key = self._key(picture, colour)
        with self._lock:
            self._asked += 1
        return self._kept.get(key, lambda: self._make(key, picture, colour))

    def _make(self, key: Hashable, picture: SetPicture, colour: str | None) -> tuple[_Ready, int]:
        with self._lock:
            if key in self._failed:
                raise self._failed[key]
            self._made += 1
        try:
            return self._plain(picture) if colour is None else self._coloured(picture, colour)
        except PrintdockError as error:
            with self._lock:
                self._failed[key] = error
            raise

    def _plain(self, picture: SetPicture) -> tuple[_Ready, int]:
        with self._decoding:
            loaded = self._load(picture)
        base, garment = prepare(loaded.base, loaded.photo, longest_side=self._longest_side), loaded.base.garment
        return _Ready(base, garment), base.nbytes + (0 if garment is None else garment.mask.nbytes)

    def _coloured(self, picture: SetPicture, colour: str) -> tuple[_Ready, int]:
        plain = self._get(picture, None)
        base = in_colour(plain.base, plain.garment, colour)
        return _Ready(base), base.photo.nbytes
