"""Base images made ready once and kept, bounded in bytes: whoever comes back soonest finds them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from printdock.errors import PrintdockError
from printdock.mockups.plan import Mockup
from printdock.mockups.types import LoadedPicture, SetPicture
from printdock.rendering.render import PreparedBase, in_colour, prepare
from printdock.rendering.types import Garment

#: A picture's digest, and the garment colour or None.
Key = tuple[bytes, str | None]


@dataclass(frozen=True, slots=True)
class _Kept:
    base: PreparedBase
    garment: Garment | None
    nbytes: int


class Bases:
    """Prepared bases of one set, those used longest ago given up first. Safe from many threads.

    At most ``limit`` bytes are kept, or one base where that is larger; those given up while a thread renders on them
    last until it has. Photos are decoded one at a time. A base that cannot be loaded is tried once.
    """

    def __init__(self, load: Callable[[SetPicture], LoadedPicture], longest_side: int, limit: int) -> None:
        self._load, self._longest_side, self._limit = load, longest_side, limit
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._failed: dict[Key, PrintdockError] = {}
        self._making: dict[Key, threading.Lock] = {}
        self._lock = threading.Lock()
        self._decoding = threading.Lock()
        self.used = self.found = self.made = 0  # bytes kept, times a base was there, times it was not

    def get(self, picture: SetPicture, colour: str | None) -> PreparedBase:
        """The base in that colour. Raises what loading or preparing it raised: `PrintdockError`."""
        return self._get(picture, colour).base

    def nearest_first(self, mockups: Sequence[Mockup]) -> list[Mockup]:
        """``mockups`` with those first whose base is here now: going round and round, none would be found again."""
        with self._lock:
            return sorted(mockups, key=lambda mockup: (mockup.picture.digest, mockup.colour) not in self._kept)

    def _get(self, picture: SetPicture, colour: str | None) -> _Kept:
        key = picture.digest, colour
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        with making:
            kept = self._find(key)
            if kept is None:
                kept = self._make(picture, colour)
                self._keep(key, kept)
            return kept

    def _find(self, key: Key) -> _Kept | None:
        with self._lock:
            if key in self._failed:
                raise self._failed[key]
            kept = self._kept.get(key)
            if kept is None:
                self.made += 1
                return None
            self.found += 1
            self._kept.move_to_end(key)
            return kept

    def _make(self, picture: SetPicture, colour: str | None) -> _Kept:
        try:
            return self._plain(picture) if colour is None else self._coloured(picture, colour)
        except PrintdockError as error:
            with self._lock:
                self._failed[picture.digest, colour] = error
            raise

    def _plain(self, picture: SetPicture) -> _Kept:
        with self._decoding:
            loaded = self._load(picture)
        base = prepare(loaded.base, loaded.photo, longest_side=self._longest_side)
        garment = loaded.base.garment
        return _Kept(base, garment, base.nbytes + (0 if garment is None else garment.mask.nbytes))

    def _coloured(self, picture: SetPicture, colour: str) -> _Kept:
        plain = self._get(picture, None)
        base = in_colour(plain.base, plain.garment, colour)
        return _Kept(base, None, base.photo.nbytes)

    def _keep(self, key: Key, kept: _Kept) -> None:
        with self._lock:
            self._kept[key] = kept
            self.used += kept.nbytes
            while self.used > self._limit and len(self._kept) > 1:
                _key, oldest = self._kept.popitem(last=False)
                self.used -= oldest.nbytes
