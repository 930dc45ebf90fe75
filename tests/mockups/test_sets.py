"""Sets in a shop: taken in without loss, the same twice is nothing, a change breaks no render under way."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from printdock.db.tables import mockup_sets
from printdock.errors import InputRefused, PackRefused, StorageRefused, UsageError
from printdock.imaging.output import PictureFormat
from printdock.mockups.pack import Pack, read_pack, write_pack
from printdock.mockups.sets import find_set, list_sets, load_picture, remove_set, stored_manifest, stored_pack
from printdock.mockups.types import MockupSet
from printdock.rendering.design import Design
from printdock.rendering.render import prepare, render
from printdock.rendering.types import Blend, Cylinder, Quad
from printdock.shops.queries import ensure_shop
from printdock.storage.local import LocalStorage
from tests.mockups.conftest import MANIFEST, NOW, Place, photo, write_folder


def found(place: Place, name: str = "Wall") -> MockupSet:
    with place.database.read() as connection:
        return find_set(connection, place.shop, name)


def test_a_set_is_found_and_its_pictures_render(place: Place, pack: Pack) -> None:
    done = place.take(pack)
    mockups = found(place)
    assert done.mockup_set == mockups and done.changed
    assert (mockups.name, mockups.template, mockups.longest_side) == ("Wall", "Poster 18x24", 400)
    assert mockups.output.format is PictureFormat.WEBP and mockups.output.quality == 90
    assert [(p.name, p.index, p.colours) for p in mockups.pictures] == [
        ("Front", 0, ("navy", "off white")),
        ("Mug", 1, ()),
    ]
    loaded = load_picture(place.storage, mockups, mockups.pictures[0])
    assert np.array_equal(loaded.photo[..., :3], photo(1)) and (loaded.photo[..., 3] == 255).all()
    area = loaded.base.areas[0]
    assert isinstance(area.shape, Quad) and area.blend is Blend.MULTIPLY and area.feather == 1.5
    assert area.mask is not None and area.mask.shape == (300, 400) and area.displacement is not None
    assert loaded.base.garment is not None and loaded.base.garment.colours[0].rgb == (0x1B, 0x2A, 0x49)
    assert loaded.base.watermark is not None and loaded.base.watermark.text == "SAMPLE"
    assert isinstance(load_picture(place.storage, mockups, mockups.pictures[1]).base.areas[0].shape, Cylinder)
    art = Design(np.full((50, 50, 4), 255, np.uint8))
    assert render(prepare(loaded.base, loaded.photo, colour="navy", longest_side=400), art).shape == (300, 400, 3)


def test_the_same_pack_again_writes_nothing(place: Place, pack: Pack, folder: Path) -> None:
    first = place.take(pack)
    before = place.files()
    again = place.take(read_pack(folder), now=NOW + timedelta(days=3))
    assert not again.changed and again.written == 0 and place.files() == before
    assert again.mockup_set == first.mockup_set
    with place.database.read() as connection:
        assert connection.execute(select(mockup_sets.c.updated_at)).scalar_one() == NOW


def test_a_changed_pack_takes_the_place_and_old_renders_go_on(place: Place, pack: Pack, folder: Path) -> None:
    old = place.take(pack).mockup_set
    changed = place.take(read_pack(write_folder(folder, MANIFEST.replace("radius = 90", "radius = 80"), seed=2)))
    new = changed.mockup_set
    assert changed.changed and new.id == old.id
    assert all(a.digest != b.digest for a, b in zip(old.pictures, new.pictures, strict=True))
    assert np.array_equal(load_picture(place.storage, old, old.pictures[0]).photo[..., :3], photo(1))
    assert np.array_equal(load_picture(place.storage, new, new.pictures[0]).photo[..., :3], photo(2))
    # What nothing refers to goes a day later, with the next import; not what came back into use.
    later = place.take(read_pack(folder), now=NOW + timedelta(days=2))
    assert not later.changed
    with pytest.raises(InputRefused) as raised:
        load_picture(place.storage, old, old.pictures[0])
    assert raised.value.code == "mockup_file_missing"
    load_picture(place.storage, new, new.pictures[1])
    assert len(place.files()) == 5  # the manifest, photo, mask and two descriptions


def test_a_picture_that_stays_the_same_keeps_its_digest(place: Place, pack: Pack, folder: Path) -> None:
    old = place.take(pack).mockup_set
    text = MANIFEST.replace("radius = 90", "radius = 80").replace('name = "Front"', 'name = "Renamed"')
    (folder / "photos" / "front.png").rename(folder / "moved.png")
    text = text.replace("photos/front.png", "moved.png").replace("longest_side = 400", "longest_side = 300")
    (folder / "mockup.toml").write_text(text)
    new = place.take(read_pack(folder)).mockup_set
    assert new.pictures[0].digest == old.pictures[0].digest and new.pictures[0].name == "Renamed"
    assert new.pictures[1].digest != old.pictures[1].digest


def test_export_and_import_go_round(place: Place, pack: Pack, folder: Path, tmp_path: Path) -> None:
    first = place.take(pack)
    write_pack(stored_pack(place.database, place.storage, place.shop, "Wall"), tmp_path / "out")
    for path in ("mockup.toml", "photos/front.png", "mask.png"):
        assert (tmp_path / "out" / path).read_bytes() == (folder / path).read_bytes()
    again = place.take(read_pack(tmp_path / "out"))
    assert not again.changed and again.mockup_set == first.mockup_set
    assert stored_manifest(place.database, place.storage, place.shop, "Wall") == pack.manifest


def test_another_name_makes_another_set(place: Place, pack: Pack) -> None:
    place.take(pack)
    place.take(pack, name="Second")
    with place.database.read() as connection:
        assert [one.name for one in list_sets(connection, place.shop)] == ["Second", "Wall"]
    exported = stored_pack(place.database, place.storage, place.shop, "Second")
    assert exported.name == "Second" and not place.take(exported).changed


def test_an_unknown_set_names_the_known_ones(place: Place, pack: Pack) -> None:
    with pytest.raises(UsageError, match="printdock mockups import"):
        found(place)
    place.take(pack)
    with pytest.raises(UsageError, match="It has: Wall"):
        found(place, "Mall")


def test_sets_of_another_shop_are_not_seen(place: Place, pack: Pack) -> None:
    place.take(pack)
    with place.database.write() as connection:
        other = ensure_shop(connection, "Other", NOW)
    with place.database.read() as connection:
        assert list_sets(connection, other) == []
        with pytest.raises(UsageError):
            find_set(connection, other, "Wall")
    with pytest.raises(UsageError):
        remove_set(place.database, place.storage, other, "Wall")
    assert found(place).name == "Wall"


def test_removing_leaves_no_row_and_no_file(place: Place, pack: Pack) -> None:
    place.take(pack)
    place.take(pack, name="Second")
    assert remove_set(place.database, place.storage, place.shop, "Wall") == 5
    with pytest.raises(UsageError):
        found(place)
    assert all("/Second/" in name for name in place.files())
    assert place.take(pack).changed


def test_a_pack_that_cannot_be_rendered_on_is_not_taken_in(place: Place, folder: Path) -> None:
    text = MANIFEST.replace("[345, 250], [52, 255]]", "[52, 255], [345, 250]]")
    (folder / "mockup.toml").write_text(text)
    with pytest.raises(PackRefused) as raised:
        place.take(read_pack(folder))
    assert [problem.code for problem in raised.value.problems] == ["quad_not_convex"]
    assert place.files() == {}


def test_a_stored_file_that_was_tampered_with_is_refused_and_mended(place: Place, pack: Pack) -> None:
    mockups = place.take(pack).mockup_set
    photos = [path for path in place.root.rglob("*.png") if path.stat().st_size > 10_000]
    assert len(photos) == 1
    photos[0].write_bytes(photos[0].read_bytes()[:-1] + b"x")
    with pytest.raises(InputRefused) as raised:
        load_picture(place.storage, mockups, mockups.pictures[0])
    assert raised.value.code == "mockup_file_changed" and photos[0].name in raised.value.message
    photos[0].unlink()
    assert place.take(pack).written == 1
    load_picture(place.storage, mockups, mockups.pictures[0])


class _Full(LocalStorage):
    """A disk that is full after ``room`` files."""

    room = 2

    def put(self, key: str, data: bytes) -> None:
        self.room -= 1
        if self.room < 0:
            raise StorageRefused("The disk is full.", code="disk_full")
        super().put(key, data)


def test_an_import_that_stops_half_way_leaves_the_old_set_and_can_be_finished(
    place: Place, pack: Pack, folder: Path
) -> None:
    old = place.take(pack).mockup_set
    storage = place.storage
    place.storage = _Full(place.root)
    changed = read_pack(write_folder(folder, MANIFEST.replace("radius = 90", "radius = 80"), seed=2))
    with pytest.raises(StorageRefused):
        place.take(changed)
    assert found(place) == old
    load_picture(storage, old, old.pictures[1])
    place.storage = storage
    done = place.take(changed)
    assert done.changed and done.written == 2
