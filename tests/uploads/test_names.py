"""Names of files: shown, never followed."""

from __future__ import annotations

import pytest

from printdock.errors import InputRefused
from printdock.uploads.names import check_name


@pytest.mark.parametrize("name", ["rose.png", "summer/rose.png", "Rosé 50 %.PNG", "...rose.png", "a..b.png", "-rf.png"])
def test_a_plain_name_is_taken(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize(
    "name",
    ["", " ", "../rose.png", "a/../../b.png", "/etc/passwd", "a//b.png", "./a.png", "a/", "..", "C:\\rose.png", "C:rose.png",
     "a\\b.png", "a\0b.png", "a\nb.png", "\x1b[2Ja.png", "\ud800.png", "a" * 1001],
)  # fmt: skip
def test_a_way_out_or_an_unprintable_name_is_refused(name: str) -> None:
    with pytest.raises(InputRefused) as raised:
        check_name(name)
    assert raised.value.code == "bad_name"
