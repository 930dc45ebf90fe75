"""What people and enemies put into a folder: one clear line each, the good files beside it stored, memory bounded."""

from __future__ import annotations

import os
import signal
import socket
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.killed import Plan
from tests.end_to_end.pictures import art, save
from tests.end_to_end.shop import Shop, assert_answered, assert_whole


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _png_bomb(width: int, height: int, *, bits: int = 1, colour: int = 0, interlaced: int = 0) -> bytes:
    """A valid PNG of nothing but zeros, a thousand times smaller than its pixels."""
    channels = {0: 1, 2: 3, 6: 4}[colour]
    row = b"\0" * (1 + (width * bits * channels + 7) // 8)
    squeeze = zlib.compressobj(9)
    data = b"".join(squeeze.compress(row) for _ in range(height)) + squeeze.flush()
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlaced)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _webp(width: int, height: int) -> bytes:
    vp8x = struct.pack("<B3x", 0) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = (
        b"WEBP"
        + b"VP8X"
        + struct.pack("<I", len(vp8x))
        + vp8x
        + b"VP8L"
        + struct.pack("<I", 10)
        + b"\x2f"
        + b"\xff" * 9
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _tiff(width: int, height: int) -> bytes:
    tags = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 200),
            (277, 3, 1, 1), (278, 4, 1, height), (279, 4, 1, 64)]  # fmt: skip
    packed = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + packed + struct.pack("<I", 0) + b"\0" * 256


def _gif(width: int, height: int) -> bytes:
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02\x44\x01\x00;"
    return screen + frame


def _good(tmp: Path, ending: str, **options: object) -> bytes:
    return save(tmp / f"x{ending}", art(77), **options).read_bytes()


def _damaged_check_sum(data: bytes) -> bytes:
    at = data.index(b"IDAT") + 40
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def _bad_files(tmp: Path) -> dict[str, tuple[bytes, set[str]]]:
    """Name: (bytes, the codes that are right)."""
    png, jpeg, webp, tiff, gif = (_good(tmp, ending) for ending in (".png", ".jpg", ".webp", ".tif", ".gif"))
    damaged = {"damaged"}
    bomb = {"too_many_pixels"}
    return {
        "bomb 1 bit.png": (_png_bomb(20_000, 20_000), bomb),
        "bomb long.png": (_png_bomb(100_000, 100), {"too_large"}),
        "bomb interlaced.png": (_png_bomb(10_000, 10_000, interlaced=1), bomb | damaged),
        "bomb.webp": (_webp(16_384, 16_384), bomb | damaged),
        "bomb.tif": (_tiff(60_000, 60_000), bomb | damaged),
        "bomb huge.tif": (_tiff(4_000_000_000, 4_000_000_000), {"too_large"} | damaged),
        "bomb.gif": (_gif(65_535, 65_535), bomb | damaged | {"too_large"}),
        "cut at 0.png": (b"", {"empty_file"}),
        "cut at 1.png": (png[:1], {"unsupported_format"}),
        "cut at 8.png": (png[:8], damaged),
        "cut at 33.png": (png[:33], damaged),
        "cut in half.png": (png[: len(png) // 2], damaged),
        "cut before the end.png": (png[:-12], damaged),
        "cut one byte.png": (png[:-1], damaged),
        "wrong check sum.png": (_damaged_check_sum(png), damaged),
        "cut.jpg": (jpeg[: len(jpeg) // 2], damaged),
        "cut.webp": (webp[: len(webp) // 2], damaged),
        "cut.tif": (tiff[: len(tiff) // 2], damaged),
        "cut.gif": (gif[: len(gif) // 2], damaged),
        "only a header.jpg": (jpeg[:20], damaged),
        "text.png": (b"Invoice 2024-031\n" * 20, {"unsupported_format"}),
        "zeros.png": (b"\0" * 5000, {"unsupported_format"}),
        "png header, then noise.png": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, damaged),
        "drawing.svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
                        {"unsupported_format"}),
        "svg as.png": (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', {"unsupported_format"}),
        "sheet.pdf": (b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF", {"unsupported_format"}),
        "script.eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n(%pipe%id) (r) file", {"unsupported_format"}),
        "nothing to see.png": (save(tmp / "clear.png", art(1) * 0).read_bytes(), {"empty_art"}),
    }  # fmt: skip


def _good_under_odd_names(tmp: Path) -> dict[bytes, bytes]:
    """Pictures that are fine, whatever they are called and whatever their ending says."""
    names: list[tuple[bytes, str]] = [
        (b"dots .. inside ..png", ".png"),
        (b"..png", ".png"),  # hidden: passed over
        (b"new\nline.png", ".png"),
        ("emoji 🦊🎨.png".encode(), ".png"),
        (b"n" * 251 + b".png", ".png"),
        (b"not \xff\xfe text.png", ".png"),
        (b"-rf leading dash.png", ".png"),
        (b"[bold red]markup[link=x].png", ".png"),
        (b"%s {number} $HOME `id`.png", ".png"),
        (b"a jpeg called.png", ".jpg"),
        (b"a png called.jpg", ".png"),
        (b"a webp without an ending", ".webp"),
        (b"a png called.svg", ".png"),
    ]
    return {
        name: save(tmp / f"good-{seed}{ending}", art(1000 + seed)).read_bytes()
        for seed, (name, ending) in enumerate(names)
    }


def test_each_bad_file_has_its_line_and_the_good_ones_beside_it_are_stored(shop: Shop, tmp_path: Path) -> None:
    workshop, folder, notes = tmp_path / "workshop", tmp_path / "designs", tmp_path / "notes"
    for each in (workshop, folder, notes):
        each.mkdir()
    wanted: dict[str, set[str]] = {}
    for name, (data, codes) in _bad_files(workshop).items():
        (folder / name).write_bytes(data)
        wanted[str(folder / name)] = codes
    with zipfile.ZipFile(folder / "designs.zip", "w") as archive:
        archive.writestr("x.png", b"x")
    wanted[str(folder / "designs.zip")] = {"unsupported_format"}
    _special_files(folder, wanted)
    good = _good_under_odd_names(workshop)
    for raw, data in good.items():
        (folder / os.fsdecode(raw)).write_bytes(data)
    good.pop(b"..png")

    run = shop.ingest(folder, plan=Plan(notes=notes), fresh=True, PRINTDOCK_BATCH_IMAGES="20")
    run.expect(3)
    entries = {entry["source"]: entry for entry in run.files}
    assert len(entries) == len(run.files) == len(wanted) + len(good)
    wrong = {}
    for source, codes in wanted.items():
        entry = entries[source]
        code = (entry["reason"] or "").split(":", 1)[0]
        if entry["outcome"] != "failed" or code not in codes:
            wrong[source] = (entry["outcome"], entry["reason"])
    for raw in good:
        entry = entries[str(folder / os.fsdecode(raw))]
        if entry["outcome"] != "stored":
            wrong[entry["source"]] = (entry["outcome"], entry["reason"])
    assert not wrong
    for entry in run.files:
        assert entry["outcome"] == "stored" or "\n" not in entry["reason"]
    peak = int((notes / "peak_rss").read_text())
    assert peak < 450_000_000, f"{peak / 1e6:.0f} MB"
    for source in wanted:
        _remove(Path(source))
    again = shop.ingest(folder).expect(0)
    assert again.outcomes == {"duplicate": len(good)}
    assert_whole(shop, [run, again][1:], distinct=len(good))


def _special_files(folder: Path, wanted: dict[str, set[str]]) -> None:
    (folder / "a folder.png").mkdir()
    (folder / "a folder.png" / "inside.txt").write_text("a text inside a folder")
    wanted[str(folder / "a folder.png" / "inside.txt")] = {"unsupported_format"}
    os.mkfifo(folder / "fifo.png")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(folder / "socket.png"))
    (folder / "dangling.png").symlink_to(folder / "nowhere.png")
    (folder / "loop.png").symlink_to("loop.png")
    (folder / "device.png").symlink_to("/dev/zero")
    wanted[str(folder / "fifo.png")] = wanted[str(folder / "socket.png")] = {"not_a_file"}
    wanted[str(folder / "device.png")] = {"not_a_file"}
    wanted[str(folder / "dangling.png")] = wanted[str(folder / "loop.png")] = {"unreadable"}


def _remove(path: Path) -> None:
    path.unlink()
    if path.parent.name == "a folder.png":
        path.parent.rmdir()


def test_a_file_nobody_may_read_is_one_line(shop: Shop, six_designs: Path, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    locked = save(tmp_path / "locked.png", art(9))
    locked.chmod(0)
    run = shop.ingest(locked, six_designs)
    assert run.codes == {"unreadable": 1}


@pytest.mark.parametrize("kind", ["fifo", "device"])
def test_what_never_ends_is_not_waited_for_when_it_is_named_itself(shop: Shop, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x.png"
    os.mkfifo(path) if kind == "fifo" else path.symlink_to("/dev/zero")
    run = shop.ingest(path).expect(3)
    assert_answered(run, [path])
    assert run.codes == {"not_a_file": 1}


def test_a_path_that_does_not_exist_is_wrong_use(shop: Shop, tmp_path: Path) -> None:
    run = shop.ingest(tmp_path / "nowhere").expect(2)
    assert "There is no" in run.err and "Traceback" not in run.err


def _rewritten(path: Path) -> None:
    save(path, art(501, 430))


def _truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize("change", [_rewritten, _truncated, Path.unlink])
def test_a_file_that_changes_after_it_was_read_does_no_harm(
    shop: Shop, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    """Its bytes were hashed and decoded in one reading: what was hashed is what is stored."""
    folder = tmp_path / "designs"
    folder.mkdir()
    path = save(folder / "a.png", art(500))
    save(folder / "b.png", art(502))
    hold = shop.hold()
    run = shop.begin_ingest(folder, faults=[hold.at("after admit", nth=1)])
    hold.wait(run)
    change(path)
    hold.release()
    run.expect(0)
    assert run.outcomes == {"stored": 2}
    assert_whole(shop, [run], distinct=2)


def test_a_file_that_shrinks_while_it_is_read_is_refused(shop: Shop, tmp_path: Path) -> None:
    """Told apart by its size: the reader must not wait for bytes that never come."""
    folder = tmp_path / "designs"
    folder.mkdir()
    path = save(folder / "a.png", art(500, 900), compression=0)
    hold = shop.hold()
    run = shop.begin_ingest(folder, faults=[hold.at("before reading")])
    hold.wait(run)
    os.truncate(path, 100)
    hold.release()
    assert run.expect(3).codes == {"changed_while_reading": 1}
    assert signal.SIGKILL not in (-run.code,)
