"""Files whose empty borders the page cut off before sending: the same print files, warnings and digests as without."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import pyvips
from playwright.sync_api import Page, expect

from printdock.imaging.codec import encode_png
from printdock.imaging.prepare import prepare
from printdock.templates.presets import PRESETS
from tests.browser.site import Site

pytestmark = pytest.mark.xdist_group("browser")

#: One that warns of pictures without transparency.
PRODUCT = "DTF Pocket"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """What cutting could spoil: colour under transparency, faint pixels, specks, a plate with a border, 16 bits, grey."""
    folder, random = tmp_path_factory.mktemp("borders"), np.random.default_rng(5)
    hidden = random.integers(0, 256, (900, 1100, 4), np.uint8)
    hidden[..., 3] = 0
    hidden[211:634, 333:877, 3] = random.integers(0, 256, (423, 544), np.uint8)
    faint = np.zeros((900, 1100, 4), np.uint8)
    faint[300:600, 301:700] = np.kron(random.integers(0, 256, (30, 42, 4)), np.ones((10, 10, 1)))[:, :399]
    faint[200, 250] = faint[203, 651] = (9, 9, 9, 1)
    specks = faint[:, ::-1].copy()
    specks[100:102, 900:902] = specks[820, 40] = (200, 10, 10, 255)
    plate = np.zeros((900, 1100, 4), np.uint8)
    plate[13:555, 401:1010] = np.kron(random.integers(0, 256, (11, 13, 4)), np.ones((50, 47, 1)))[:542, :609]
    plate[13:555, 401:1010, 3] = 255
    pictures = {"hidden": hidden, "faint": faint, "specks": specks, "plate": plate}
    for name, pixels in pictures.items():
        pyvips.Image.new_from_array(pixels, interpretation="srgb").pngsave(str(folder / f"{name}.png"))
    deep = pyvips.Image.new_from_array(plate[::-1].astype(np.uint16) * 257, interpretation="rgb16")
    deep.copy(xres=11.8, yres=11.8).pngsave(str(folder / "deep.png"), profile="p3")
    grey = pyvips.Image.new_from_array(hidden[::-1, ::-1, 2:].copy(), interpretation="b-w")
    grey.pngsave(str(folder / "grey.png"))
    return sorted(folder.iterdir())


def test_the_same_print_files(signed_in: Page, site: Site, drawn: list[Path]) -> None:
    page = signed_in
    page.goto("/upload")
    page.get_by_test_id("files").set_input_files(drawn)
    page.get_by_text(PRODUCT, exact=True).click()
    page.get_by_role("switch", name="Send less").check()
    page.get_by_role("button", name=f"Upload {len(drawn)} designs").click()
    upload = page.get_by_role("region", name=f"Upload for {PRODUCT}")
    expect(upload.get_by_role("status")).to_have_text(f"{len(drawn)} stored")
    with site.owner() as owner:
        sent = owner.get(f"/api/v1/uploads/{owner.get('/api/v1/uploads').json()['items'][0]['id']}").json()["files"]
        stored = {one["name"]: one["print_files"][0] for one in owner.get("/api/v1/designs").json()["items"]}
        for path, file in zip(drawn, sent, strict=True):
            assert file["prepared_from"] == hashlib.sha256(path.read_bytes()).hexdigest(), path.name
            assert file["size"] < 0.9 * path.stat().st_size
            made = prepare(path.read_bytes(), PRESETS[PRODUCT])
            there = stored[path.stem]
            assert owner.get(there["url"]).content == encode_png(made.pixels, made.dpi), path.name
            assert there["preflight"] == made.preflight.as_dict(), path.name
        digests = [file["prepared_from"] for file in sent]
        known = owner.post("/api/v1/uploads/known", json={"template": PRODUCT, "sha256": digests}).json()["known"]
    assert known == digests
