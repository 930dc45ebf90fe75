"""Mockup packs as ZIP files: taken apart with care, since anybody may have made them, and put together."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from difflib import get_close_matches
from typing import BinaryIO
from zlib import error as ZlibError

from printdock.errors import InputRefused, PackRefused, Problem, StorageRefused
from printdock.mockups.pack import MANIFEST, MANIFEST_BYTES, PICTURE_BYTES, Pack, parse_pack
from printdock.mockups.stored import folder_of, read_stored
from printdock.shops.queries import Shop
from printdock.storage.base import Storage, check_key

#: Most files of an archive, and most bytes they may have together, unpacked.
MOST_FILES, MOST_BYTES = 2_000, 300_000_000

#: A file packed to less than this share of itself is no picture: those are compressed already. (1 : 200)
_LEAST_SHARE = 1 / 200

#: What archivers of macOS and Windows add by themselves.
_LITTER = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")

_SYMLINK = 0o120000


def read_archive(stream: BinaryIO) -> Pack:
    """The pack in the ZIP file ``stream`` (seekable): its files at the top, or all in one folder.

    Nothing is written anywhere; only files that the manifest names are unpacked. Raises `InputRefused` for what is no
    ZIP file or leads out of it (not_a_zip, outside_pack, too_large, too_many_files, no_manifest, encrypted), and
    `PackRefused` as `pack.parse_pack`.
    """
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, OverflowError) as error:
        raise InputRefused(
            "It is not a ZIP file.", code="not_a_zip", remedy="Send the pack's folder as a ZIP."
        ) from error
    with archive:
        members = _members(archive)
        text = _unpacked(archive, members[MANIFEST], MANIFEST_BYTES)
        try:
            manifest = text.decode("utf-8")
        except UnicodeDecodeError as error:
            raise PackRefused([Problem(MANIFEST, 1, "error", "not_text", f"It is not UTF-8: {error}.")]) from error
        return parse_pack(manifest, lambda name: _picture(archive, members, name), MANIFEST)


def write_archive(storage: Storage, shop: Shop, set_name: str, names: Mapping[str, str], target: BinaryIO) -> None:
    """Write the set's files into ``target`` as a ZIP file, one at a time. ``names``: `sets.stored_names`.

    The same set always gives the same bytes. Raises as `stored.read_stored`.
    """
    folder = folder_of(shop, set_name)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:  # pictures are compressed already
        for path, stored in names.items():
            archive.writestr(zipfile.ZipInfo(path), read_stored(storage, folder, stored))


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The archive's files by their path in the pack; checked before one is unpacked."""
    infos = [info for info in archive.infolist() if not info.is_dir() and not _is_litter(info.filename)]
    if len(infos) > MOST_FILES:
        raise InputRefused(f"It holds more than {MOST_FILES} files.", code="too_many_files")
    for info in infos:
        _check(info)
    if sum(info.file_size for info in infos) > MOST_BYTES:
        raise InputRefused(f"Unpacked it has more than {MOST_BYTES // 1_000_000} MB.", code="too_large")
    top = _top([info.filename for info in infos])
    return {info.filename[len(top) :]: info for info in infos if info.filename.startswith(top)}


def _check(info: zipfile.ZipInfo) -> None:
    try:
        check_key(info.filename)
    except StorageRefused as error:
        raise InputRefused(
            f"It holds a file with an impossible name: {info.filename[:80]!r}.", code="outside_pack"
        ) from error
    if info.external_attr >> 16 & 0o170000 == _SYMLINK:
        raise InputRefused(f"{info.filename} is a link.", code="outside_pack", remedy="Put the file itself into it.")
    if info.flag_bits & 1:
        raise InputRefused(f"{info.filename} is encrypted.", code="encrypted", remedy="Pack it without a password.")
    if info.file_size > PICTURE_BYTES or info.file_size * _LEAST_SHARE > max(info.compress_size, 5_000):
        raise InputRefused(f"{info.filename} is too large unpacked.", code="too_large", remedy="Save it smaller.")


def _top(names: list[str]) -> str:
    """The folder that the pack is in, with its slash: "" where the manifest is at the top."""
    if MANIFEST in names:
        return ""
    tops = {name.split("/", 1)[0] for name in names}
    if len(tops) == 1 and f"{(top := tops.pop())}/{MANIFEST}" in names:
        return f"{top}/"
    raise InputRefused(
        f"There is no {MANIFEST} at its top.", code="no_manifest", remedy="Pack the folder that has mockup.toml in it."
    )


def _is_litter(name: str) -> bool:
    return name.startswith(_LITTER[0]) or name.rsplit("/", 1)[-1] in _LITTER[1:]


def _picture(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], name: str) -> bytes:
    if name not in members:
        near = get_close_matches(name, members, 1)
        remedy = f"Did you mean {near[0]!r}?" if near else "Put it into the pack."
        raise InputRefused("It is not in the pack.", code="missing_file", remedy=remedy)
    return _unpacked(archive, members[name], PICTURE_BYTES)


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes:
    """The file's bytes, at most as many as it says it has: what a header says is not believed, only held to."""
    try:
        with archive.open(info) as stream:
            data = stream.read(min(info.file_size, most) + 1)
    except (zipfile.BadZipFile, ZlibError, NotImplementedError, EOFError, RuntimeError, ValueError, OSError) as error:
        raise InputRefused("It cannot be unpacked.", code="damaged", remedy="Pack it again.") from error
    if len(data) > most or len(data) != info.file_size:
        raise InputRefused("It has another size than it says, or too large a one.", code="too_large")
    return data
