"""Which names of files are taken. A name is shown to people and names the design; it never becomes part of a path."""

from __future__ import annotations

import re
import unicodedata

from printdock.errors import InputRefused

#: Longest name with its folders, characters.
MAX_NAME = 1000

_DRIVE = re.compile(r"^[A-Za-z]:")


def check_name(name: str) -> None:
    """Raise `InputRefused` (``bad_name``) for what no picture of a seller is called.

    Folders before the name are fine (``summer/rose.png``). A way out of a folder, an absolute path, a backslash,
    and characters that cannot be printed are not: whoever sends such names means harm or is mistaken.
    """
    segments = name.split("/")
    bad = (
        not name.strip()
        or len(name) > MAX_NAME
        or "\\" in name
        or _DRIVE.match(name) is not None
        or any(segment in ("", ".", "..") for segment in segments)
        or any(unicodedata.category(char) in ("Cc", "Cs") for char in name)
    )
    if bad:
        raise InputRefused(
            f"{name[:100]!r} cannot be the name of a file.",
            code="bad_name",
            remedy="Send a plain relative name, such as 'rose.png' or 'summer/rose.png'.",
        )
