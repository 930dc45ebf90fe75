"""Mockup packs: a folder with ``mockup.toml`` and its pictures is one set of base images.

read_pack(folder)          the pack, checked as far as it can be without a renderer; all problems at once
parse_pack(text, read)     the same from wherever its files are
write_pack(pack, folder)   the folder again: the manifest as it was written, comments included
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

from printdock.errors import InputRefused, PackRefused, Problem, UsageError
from printdock.mockups import photos
from printdock.mockups.lines import Lines
from printdock.mockups.lines import Path as Place
from printdock.mockups.manifest import Manifest
from printdock.mockups.problems import manifest_of
from printdock.mockups.writing import quoted, text_of

MANIFEST = "mockup.toml"

#: Most bytes of the manifest, of one picture, and of a whole pack, which is held in memory while it is imported.
MANIFEST_BYTES, PICTURE_BYTES, PACK_BYTES = 4_000_000, 100_000_000, 500_000_000

Read = Callable[[str], bytes]


@dataclass(frozen=True)
class Pack:
    """A pack whose manifest is well-formed and whose pictures can be decoded.

    ``text``: of the manifest; ``files``: by their path in it; ``source``: what problems call the manifest; ``sizes``: width
    and height of upright pictures where they are known without reading the files.
    """

    manifest: Manifest
    text: str
    files: Mapping[str, bytes]
    source: str = MANIFEST
    sizes: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @cached_property
    def lines(self) -> Lines:
        return Lines(self.text)

    @property
    def name(self) -> str:
        return self.manifest.name

    def problem(self, place: Place, code: str, message: str, remedy: str = "", *, level: str = "error") -> Problem:
        return Problem(self.source, self.lines.line(place), level, code, message, remedy, place)

    def size(self, path: str) -> tuple[int, int]:
        """(width, height) of the upright picture, px."""
        return self.sizes.get(path) or photos.size(self.files[path])

    def renamed(self, name: str) -> Pack:
        """The same pack under another name; the rest of its manifest stays as it is written."""
        span = self.lines.span(("name",))
        if name == self.name or span is None:
            return self
        return parse_pack(
            self.text[: span.start] + quoted(name) + self.text[span.end :], self.files.__getitem__, self.source
        )


def read_pack(folder: Path) -> Pack:
    """The pack in ``folder``.

    Raises `PackRefused` with everything that is wrong: not TOML, unknown or missing keys, values of the wrong kind, files
    that are missing, lead out of the folder, are too large, or cannot be decoded whole. `UsageError` where there is no
    manifest.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise UsageError(
            f"There is no {MANIFEST} in {folder}.", code="no_manifest", remedy="Name the folder of a mockup pack."
        )
    source = str(path)
    if path.stat().st_size > MANIFEST_BYTES:
        raise PackRefused([Problem(source, 1, "error", "too_large", f"{MANIFEST} has more than 4 MB.")])
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise PackRefused([Problem(source, 1, "error", "not_text", f"{MANIFEST} is not UTF-8: {error}.")]) from error
    return parse_pack(text, lambda name: _read_inside(folder, name), source)


def parse_pack(text: str, read: Read, source: str = MANIFEST) -> Pack:
    """The pack that ``text`` and its files make. ``read`` may raise `InputRefused`. Raises as `read_pack`."""
    manifest = manifest_of(text, source)
    lines, problems = Lines(text), []
    files: dict[str, bytes] = {}
    refused: set[str] = set()
    for place, name, kind in pictures_of(manifest):
        if name in refused:
            continue
        try:
            if name not in files:
                files[name] = read(name)
                if sum(map(len, files.values())) > PACK_BYTES:
                    raise InputRefused(
                        f"The pack has more than {PACK_BYTES // 1_000_000} MB.",
                        code="too_large",
                        remedy="Make two of it.",
                    )
            photos.check(files[name], kind)
        except InputRefused as error:
            refused.add(name)
            problems.append(
                Problem(source, lines.line(place), "error", error.code, f"{name}: {error.message}", error.remedy, place)
            )
    if problems:
        raise PackRefused(problems)
    return Pack(manifest, text, files, source)


def make_pack(manifest: Manifest, files: Mapping[str, bytes]) -> Pack:
    """A pack made by a program. Raises as `parse_pack`."""
    return parse_pack(text_of(manifest), files.__getitem__)


def write_pack(pack: Pack, folder: Path) -> None:
    """Write the pack into ``folder``, which is made where it is missing; files of the same names are replaced.

    The manifest is written last, so a folder that was not finished is no pack.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in pack.files.items():
        path = folder.joinpath(*name.split("/"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (folder / MANIFEST).write_bytes(pack.text.encode())


def pictures_of(manifest: Manifest) -> list[tuple[Place, str, str]]:
    """Every picture the manifest names: where, its path, and what it is for (``photo``, ``mask`` or ``mark``)."""
    found: list[tuple[Place, str, str]] = []
    if manifest.watermark and manifest.watermark.image:
        found.append((("watermark", "image"), manifest.watermark.image, "mark"))
    for index, picture in enumerate(manifest.picture):
        for where, path in picture.files():
            kind = {"file": "photo", "watermark": "mark"}.get(str(where[0]), "mask")
            found.append((("picture", index, *where), path, kind))
    return found


def _read_inside(folder: Path, name: str) -> bytes:
    """The bytes of a file of the pack. Raises `InputRefused`; never follows a link out of the folder."""
    path = folder.joinpath(*name.split("/"))
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(folder.resolve()):
            raise InputRefused(
                "It leads out of the pack's folder.", code="outside_pack", remedy="Copy the file into it."
            )
        found = real.stat()
        if not stat.S_ISREG(found.st_mode):
            raise InputRefused("It is not a file.", code="missing_file")
        if found.st_size > PICTURE_BYTES:
            limit = f"{PICTURE_BYTES // 1_000_000} MB"
            raise InputRefused(f"It has more than {limit}.", code="too_large", remedy="Save it smaller.")
        return real.read_bytes()
    except (OSError, RuntimeError) as error:  # a loop of links is a RuntimeError before Python 3.13
        reason = getattr(error, "strerror", None) or str(error)
        raise InputRefused(
            f"It cannot be read: {reason}.", code="missing_file", remedy=_nearest(folder, name)
        ) from error


def _nearest(folder: Path, name: str) -> str:
    there = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    near = get_close_matches(name, there, 1)
    return f"Did you mean {near[0]!r}?" if near else "Put it into the pack's folder."
