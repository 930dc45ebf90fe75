"""The old hashes of designs whose print file cannot be looked at: a newcomer that has them is flagged.

Designs that have a print file are fingerprinted from its pixels, which finds more and mistakes less. Their old hashes are
not needed, and a shop that has any pays for them with every upload: each newcomer is then hashed the old way as well.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from itertools import islice

from printdock.dedupe.old_hashes import OldHashes, parse_hex
from printdock.designs.old_hashes import remember_old
from printdock.moving.files import known_paths
from printdock.moving.names import place_of
from printdock.moving.parts import Move

TABLE = "old hashes"
_KINDS = ("phash", "ahash", "dhash", "whash")

_HASHED = """
SELECT d.* FROM design_images d JOIN owners o ON o.user_id = d.user_id
WHERE o.shop = ? AND coalesce(d.phash, d.ahash, d.dhash, d.whash) IS NOT NULL ORDER BY d.created_at, d.id
"""
_CHUNK = 500


def bring_hashes(move: Move) -> None:
    """Keep what is needed of them."""
    rows = move.staging.rows(_HASHED, move.name)
    while chunk := list(islice(rows, _CHUNK)):
        _bring(move, chunk)


def _bring(move: Move, chunk: Sequence[sqlite3.Row]) -> None:
    tally = move.tally(TABLE)
    tally.rows += len(chunk)
    paths = {row["id"]: _path(move, row) for row in chunk}
    fingerprinted = set() if move.parts.all_hashes else _looked_at(move, list(paths.values()))
    found: dict[str, OldHashes] = {}
    for row in chunk:
        path = paths[row["id"]]
        if path in fingerprinted:
            tally.there += 1
            continue
        try:
            found[path] = OldHashes(*(parse_hex(row[kind]) for kind in _KINDS))
        except ValueError as error:
            tally.left_out += 1
            move.problem(TABLE, "bad_hash", path, f"Its hashes cannot be read: {error}.")
            continue
        tally.new += 1
    if not move.parts.dry_run:
        assert move.shop is not None
        with move.parts.database.write() as connection:
            remember_old(connection, move.shop, found)


def _looked_at(move: Move, paths: Sequence[str]) -> set[str]:
    """Those that are in the library, or (in a dry run) would be."""
    known = known_paths(move, paths)
    if move.parts.dry_run:
        query = "SELECT count(*) FROM plan WHERE shop = ? AND folder = ? AND name = ?"
        for path in paths:
            _shop, _, rest = path.partition("/")
            folder, _, name = rest.rpartition("/")
            if move.staging.count(query, move.name, folder, name):
                known.add(path)
    return known


def _path(move: Move, row: sqlite3.Row) -> str:
    path = str(row["file_path"] or row["filename"] or row["id"])
    place = place_of(path, move.name)
    return path if place is None else f"{move.name}/{place.folder}/{place.name}"
