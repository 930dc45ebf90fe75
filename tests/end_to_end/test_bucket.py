"""A shop whose print files lie in a bucket."""

from __future__ import annotations

import shutil
from pathlib import Path

import obstore
import pytest

from tests.end_to_end.shop import Shop, copy_home
from tests.services.s3 import SECRET, S3Server, private_s3_server

__all__ = ["private_s3_server"]

pytestmark = pytest.mark.xdist_group("s3")


def test_from_the_first_design_to_a_server_that_was_away(
    private_s3_server: S3Server, home_template: Path, six_designs: Path, tmp_path: Path
) -> None:
    server = private_s3_server
    copy_home(home_template, tmp_path / "home")
    environment = {**server.environment("Rose/prints"), "PRINTDOCK_STORE_PATIENCE": "0.5"}
    shop = Shop(tmp_path / "home", tmp_path, tmp_path, environment)
    checked = shop.run("storage", "check", "--json").expect(0).document
    assert checked["storage"] == "s3://prints/Rose/prints"
    doctor = shop.run("doctor").expect(0)
    assert SECRET not in doctor.out + doctor.err
    assert "bucket" in shop.run("storage", "trust", "--yes").expect(2).err

    designs = sorted(six_designs.iterdir())
    for name, files in {"first": designs[:3], "second": designs[3:]}.items():
        (tmp_path / name).mkdir()
        for file in files:
            shutil.copy(file, tmp_path / name)
    assert shop.ingest(tmp_path / "first").expect(0).outcomes == {"stored": 3}
    assert shop.ingest(tmp_path / "first").expect(0).outcomes == {"duplicate": 3}
    server.kill()
    away = shop.ingest(tmp_path / "second").expect(3)
    assert away.codes == {"storage_unavailable": 3} and SECRET not in away.out + away.err
    assert len(shop.spooled()) == 3, "what could not be stored waits here"
    server.start()
    assert shop.run("storage", "replay", "--json").expect(0).document == {"sent": 3, "waiting": 0}
    assert shop.run("verify", "--deep", "--json").expect(0).document["clean"] is True
    keys = {found["path"] for page in obstore.list(server.client("Rose/prints/My Shop")) for found in page}
    assert keys == {f"Small/DTF {number:03d} Small_{number:03d}.png" for number in range(100, 106)}
