"""The digital file of a draft: the print file itself, there once."""

from __future__ import annotations

from printdock.errors import EtsyUnknown
from printdock.listings.bench import Bench
from printdock.listings.draft import DigitalFile


def ensure_file(bench: Bench, file: DigitalFile, sha256: bytes) -> None:
    """Have this file on the listing, and no earlier one of printdock's. Safe to run again."""
    before = dict((bench.entry.sent or {}).get("file") or {})
    if before.get("sha256") == sha256.hex() and _find(bench, file, before.get("id")) is not None:
        return
    old = before.get("id") if before and before.get("sha256") != sha256.hex() else None
    key = _find(bench, file, None, but=old) or _upload(bench, file)
    bench.write(sent={**(bench.entry.sent or {}), "file": {"sha256": sha256.hex(), "id": key, "name": file.name}})
    if old is not None and old != key:
        _remove(bench, old)


def _find(bench: Bench, file: DigitalFile, key: int | None, but: int | None = None) -> int | None:
    """The id of the file on the listing: that one, or one of this name and size."""
    for one in bench.desk.etsy.files(bench.etsy_shop_id, bench.listing_id):
        alike = one.name == file.name and one.size == file.size
        if one.id != but and (one.id == key if key is not None else alike):
            return one.id
    return None


def _upload(bench: Bench, file: DigitalFile) -> int:
    """Sent once a round; without an answer it is looked for before the next."""
    with bench.desk.storage.open(file.key) as stream:
        data = stream.read()
    for _again in range(bench.desk.patience.sends):
        try:
            return bench.desk.etsy.upload_file(bench.etsy_shop_id, bench.listing_id, data, name=file.name).id
        except EtsyUnknown:
            for wait in bench.desk.patience.looks_s[:2]:
                bench.desk.wait(wait)
                found = _find(bench, file, None)
                if found is not None:
                    return found
    raise EtsyUnknown("Etsy does not show the digital file it was sent.", remedy="It is looked up again later.")


def _remove(bench: Bench, key: int) -> None:
    present = {one.id for one in bench.desk.etsy.files(bench.etsy_shop_id, bench.listing_id)}
    if key in present:
        bench.desk.etsy.delete_file(bench.etsy_shop_id, bench.listing_id, key)
