"""Old mockup groups become mockup sets: their photos, their watermark, and the masks drawn on each photo."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from typing import Any

from printdock.errors import InputRefused, PackRefused, StorageNotFound, StorageRefused, UsageError
from printdock.mockups.check import refuse_faulty
from printdock.mockups.old_masks import old_group
from printdock.mockups.pack import MANIFEST, PICTURE_BYTES, Pack
from printdock.mockups.sets import import_pack, list_sets, stored_names
from printdock.mockups.stored import manifest_name, stored_name
from printdock.moving.names import place_of
from printdock.moving.old_tables import document, truth
from printdock.moving.parts import Move
from printdock.shops.queries import check_folder_name

TABLE, IMAGES, MASKS = "mockups", "mockup_images", "mockup_mask_data"

_OWN = """
SELECT m.*, t.name AS template FROM mockups m JOIN owners o ON o.user_id = m.user_id
LEFT JOIN etsy_product_templates t ON t.id = m.product_template_id WHERE o.shop = ? ORDER BY m.name, m.id
"""


def bring_groups(move: Move) -> None:
    """Import each group. A set of the same name with other content is left as it is."""
    names = _Names()
    for row in list(move.staging.rows(_OWN, move.name)):
        if move.parts.stop.is_set():
            return
        name = names.of(row)
        move.tally(TABLE).rows += 1
        try:
            check_folder_name(name, "mockup set")
            pack = old_group(_document(move, row, name), lambda path: _read(move, path))
            refuse_faulty(pack)
        except (PackRefused, InputRefused, UsageError, StorageNotFound, StorageRefused, ValueError) as error:
            _refused(move, name, error)
            continue
        _bring(move, pack)
        move.parts.report(f"{name}: {len(pack.manifest.picture)} photos")


def _bring(move: Move, pack: Pack) -> None:
    tally = move.tally(TABLE)
    there = _there(move, pack)
    if there is None:
        tally.new += 1
        if not move.parts.dry_run:
            assert move.shop is not None
            parts = move.parts
            import_pack(parts.database, parts.storage, move.shop, pack, parts.clock())
    elif there:
        tally.there += 1
    else:
        tally.left_out += 1
        move.problem(
            TABLE, "set_exists", pack.name, "There is a mockup set of this name with other content: it stays.",
            f"`printdock mockups remove {pack.name!r}` and run this again, to have the old one.",
        )  # fmt: skip


def _there(move: Move, pack: Pack) -> bool | None:
    """Whether the set is there as it is here; None where there is none of its name."""
    if move.shop is None:
        return None
    with move.parts.database.read() as connection:
        found = next((one for one in list_sets(connection, move.shop) if one.name == pack.name), None)
        if found is None:
            return None
        names = stored_names(connection, move.shop, found.id)
    return names == {
        MANIFEST: manifest_name(pack.text),
        **{path: stored_name(data) for path, data in pack.files.items()},
    }


def _refused(move: Move, name: str, error: Exception) -> None:
    move.tally(TABLE).left_out += 1
    code, remedy = getattr(error, "code", "old_masks"), getattr(error, "remedy", "")
    move.problem(TABLE, str(code), name, f"The group cannot come: {getattr(error, 'message', error)}", str(remedy))


class _Names:
    """A name for each group: its own; with its template where the shop has several of a name; then with a number."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def of(self, row: sqlite3.Row) -> str:
        name = str(row["name"] or "Mockups").strip().replace("/", "-")[:150]
        choices = [name, f"{name} ({row['template']})", *(f"{name} {n}" for n in range(2, 1000))]
        chosen = next(choice for choice in choices if choice not in self._used)
        self._used.add(chosen)
        return chosen


def _document(move: Move, row: sqlite3.Row, name: str) -> dict[str, Any]:
    """The group as the old API answered it, masks beside the photo they were drawn on."""
    return {"name": name, "product_template_name": row["template"], "mockup_images": list(_images(move, row["id"]))}


def _images(move: Move, group: str) -> Iterator[dict[str, Any]]:
    query = "SELECT * FROM mockup_images WHERE mockups_id = ?"
    for image in sorted(move.staging.rows(query, group), key=_order):
        move.tally(IMAGES).rows += 1
        yield {
            "file_path": image["file_path"] or image["filename"],
            "watermark_path": image["watermark_path"],
            "mask_data": list(_masks(move, image["id"])),
        }


def _masks(move: Move, image: str) -> Iterator[dict[str, Any]]:
    query = "SELECT * FROM mockup_mask_data WHERE mockup_image_id = ? ORDER BY id"
    for row in list(move.staging.rows(query, image)):
        move.tally(MASKS).rows += 1
        yield {
            "masks": document(row["masks"]),
            "is_cropped": truth(row["is_cropped"]),
            "alignment": row["alignment"],
            "is_cropped_list": document(row["is_cropped_list"]),
            "alignment_list": document(row["alignment_list"]),
        }


def _order(image: sqlite3.Row) -> tuple[int, str, str]:
    """As they were numbered when they were uploaded: ``mockup_{group}_{i}.png``."""
    path = str(image["file_path"] or image["filename"] or "")
    found = re.search(r"_(\d+)\.[A-Za-z]+$", path)
    return (int(found.group(1)) if found else 1_000_000, path, str(image["id"]))


def _read(move: Move, path: str) -> bytes:
    place = place_of(path, move.name)
    if place is None:
        raise UsageError(f"The path {path!r} is not below the shop's folder.", code="no_place")
    key = f"{move.name}/{place.folder}/{place.name}"
    if move.parts.files.stat(key).size > PICTURE_BYTES:
        raise InputRefused(f"{key} is too large.", code="too_large")
    with move.parts.files.open(key) as stream:
        return stream.read()
