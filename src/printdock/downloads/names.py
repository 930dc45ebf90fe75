"""What files are called in a download: alike for the same files, and allowed on Windows, macOS and Linux."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')

#: Longest name of a file or folder in an archive, characters: archivers of Windows stop at paths of 260.
_LONGEST = 90


def plain(text: str) -> str:
    """``text`` as the name of a file or folder."""
    return _FORBIDDEN.sub("_", text)[:_LONGEST].strip(" .") or "_"


def mockup_path(
    number: int, template: str, mockup_set: str, index: int, picture: str, colour: str | None, stored: str
) -> str:
    """A folder for each print file; in it the pictures of each set in the set's order. ``stored``: the stored name.

    ``906 UVDTF 16oz/Glass can 16oz 01 Front.jpg``
    """
    suffix = stored.rsplit(".", 1)[-1].lower()
    words = " ".join(word for word in (mockup_set, f"{index + 1:02}", picture, colour) if word)
    return f"{plain(f'{number} {template}')}/{plain(words)}.{suffix}"


def print_path(template: str, stored: str) -> str:
    """A folder for each template; in it the print files under their own names, which printers and orders know."""
    return f"{plain(template)}/{plain(stored)}"


def distinct(paths: Iterable[str]) -> Iterator[str]:
    """The same paths; those that differ in nothing but capital letters are numbered: `` (2)``."""
    seen: dict[str, int] = {}
    for path in paths:
        times = seen[path.casefold()] = seen.get(path.casefold(), 0) + 1
        stem, dot, suffix = path.rpartition(".")
        yield path if times == 1 else f"{stem} ({times}){dot}{suffix}"
