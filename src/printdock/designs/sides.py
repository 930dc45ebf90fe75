"""Both sides of a comparison, small: kept with a match, so that a person sees what was compared, stored or refused."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from sqlalchemy import Connection, delete, insert, select

from printdock.db.tables import match_pictures
from printdock.imaging.small import SmallPicture, fitted_look, look_file
from printdock.imaging.types import Pixels
from printdock.shops.queries import Shop

#: Longest side, px, and most bytes of a side.
SIDE_PX, SIDE_BYTES = 512, 30_000

#: Matches of a shop that keep their pictures: the newest so many (at most 300 MB; some 80 MB of usual art).
KEPT_MATCHES = 5_000

NEWCOMER, STORED = "newcomer", "stored"


@dataclass(frozen=True, slots=True)
class Sides:
    """What was compared, in the form in which the evidence's map relates them: premultiplied, at most `SIDE_PX`.

    ``stored`` is None where the stored picture could not be read, or prints the same as the newcomer's pixel by pixel.
    """

    newcomer: Pixels
    stored: Pixels | None

    @classmethod
    def of(cls, newcomer: Pixels, stored: Pixels | None) -> Self:
        """Of two premultiplied pictures of any size."""
        return cls(fitted_look(newcomer, SIDE_PX), None if stored is None else fitted_look(stored, SIDE_PX))

    def files(self) -> dict[str, SmallPicture]:
        """As files, by side."""
        found = {NEWCOMER: look_file(self.newcomer, SIDE_BYTES)}
        if self.stored is not None:
            found[STORED] = look_file(self.stored, SIDE_BYTES)
        return found


def remember(connection: Connection, shop: Shop, match: int, files: Mapping[str, SmallPicture]) -> None:
    """Keep the pictures of a match."""
    rows = [
        {
            "match_id": match,
            "side": side,
            "shop_id": shop.id,
            "width": one.width,
            "height": one.height,
            "sha256": hashlib.sha256(one.webp).digest(),
            "webp": one.webp,
        }
        for side, one in files.items()
    ]
    connection.execute(insert(match_pictures), rows)


@dataclass(frozen=True, slots=True)
class Side:
    """A picture that is kept, without its bytes."""

    match: int
    side: str
    width: int  # px
    height: int
    sha256: bytes


def sides_of(connection: Connection, shop: Shop, keys: Sequence[int]) -> dict[tuple[int, str], Side]:
    """What is kept of these matches, by match and side."""
    columns = match_pictures.c
    wanted = select(columns.match_id, columns.side, columns.width, columns.height, columns.sha256).where(
        columns.shop_id == shop.id, columns.match_id.in_(list(keys))
    )
    return {
        (row.match_id, row.side): Side(row.match_id, row.side, row.width, row.height, bytes(row.sha256))
        for row in connection.execute(wanted)
    }


def picture(connection: Connection, shop: Shop, sha256: bytes, match: int) -> bytes | None:
    """The WebP with this digest of a match, or None."""
    wanted = select(match_pictures.c.webp).where(
        match_pictures.c.shop_id == shop.id, match_pictures.c.match_id == match, match_pictures.c.sha256 == sha256
    )
    found = connection.execute(wanted.limit(1)).scalar_one_or_none()
    return None if found is None else bytes(found)


def sweep(connection: Connection, shop: Shop) -> int:
    """Remove the pictures of all but the newest `KEPT_MATCHES` matches; answers how many went."""
    columns = match_pictures.c
    kept = (
        select(columns.match_id)
        .where(columns.shop_id == shop.id)
        .distinct()
        .order_by(columns.match_id.desc())
        .offset(KEPT_MATCHES)
        .limit(1)
    )
    last = connection.execute(kept).scalar_one_or_none()
    if last is None:
        return 0
    old = delete(match_pictures).where(columns.shop_id == shop.id, columns.match_id <= last)
    return connection.execute(old).rowcount
