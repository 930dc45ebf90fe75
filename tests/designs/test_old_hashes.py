"""The replaced system's hashes flag a newcomer they equal, and never refuse one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import imagehash
import pytest
from PIL import Image

from printdock.designs.old_hashes import has_old_hashes, import_csv
from printdock.errors import UsageError
from tests.designs.conftest import Library

Draw = Callable[..., Path]


def old_row(path: Path, label: str, width: int, height: int) -> str:
    """A line of the old system's table, made its way: cut, stretched on straight alpha, ImageHash."""
    pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    rows, columns = pixels[..., 3].any(axis=1).nonzero()[0], pixels[..., 3].any(axis=0).nonzero()[0]
    pixels = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    grows = width > pixels.shape[1] or height > pixels.shape[0]
    how = cv2.INTER_CUBIC if grows else cv2.INTER_AREA
    printed = Image.fromarray(cv2.cvtColor(cv2.resize(pixels, (width, height), interpolation=how), cv2.COLOR_BGRA2RGBA))
    hashes = (imagehash.phash, imagehash.average_hash, imagehash.dhash, imagehash.whash)
    return ",".join([label, *(str(function(printed, hash_size=16)) for function in hashes)])


def write(file: Path, *rows: str) -> Path:
    file.write_text("\n".join(["file_path,phash,ahash,dhash,whash", *rows]) + "\n")
    return file


def test_art_the_old_system_knew_is_stored_and_flagged(library: Library, draw: Draw, tmp_path: Path) -> None:
    known, new = draw("known.png", 1), draw("new.png", 2)
    size = library.ingest(known, dry_run=True).files[0]
    row = old_row(known, "/share/Graphics/My Shop/Small/UV 906 Small_906.png", size["width"], size["height"])
    assert import_csv(library.database, library.shop, write(tmp_path / "old.csv", row)) == 1
    assert import_csv(library.database, library.shop, write(tmp_path / "old.csv", row)) == 1  # twice is once
    with library.database.read() as connection:
        assert has_old_hashes(connection, library.shop)
    report = library.ingest(known, new, knows_old_hashes=True)
    assert [entry["outcome"] for entry in report.files] == ["stored", "stored"]
    flagged = [any(warning.startswith("seen_before: ") for warning in entry["warnings"]) for entry in report.files]
    assert flagged == [True, False]
    assert "UV 906 Small_906.png" in report.files[0]["reason"]


@pytest.mark.parametrize("row", ["x,zz,,,", ",00,,,", "x,,,,", "x,1234,,,"])
def test_a_line_that_cannot_be_read_is_named_and_nothing_is_imported(
    library: Library, tmp_path: Path, row: str
) -> None:
    good = "ok," + ",".join(["0f" * 32] * 4)
    with pytest.raises(UsageError, match="Line 3"):
        import_csv(library.database, library.shop, write(tmp_path / "old.csv", good, row))
    with library.database.read() as connection:
        assert not has_old_hashes(connection, library.shop)
