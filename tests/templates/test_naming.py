"""File names, and the number read back from them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printdock.errors import UsageError
from printdock.templates.naming import DEFAULT_PATTERN, check_pattern, default_prefix, file_name, number_in

NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9 +.-]{0,20}[A-Za-z0-9+]", fullmatch=True)


def test_the_name_sellers_know() -> None:
    assert file_name(DEFAULT_PATTERN, prefix="UV", number=906, template="UVDTF 16oz") == "UV 906 UVDTF_16oz_906.png"
    assert file_name(DEFAULT_PATTERN, prefix="DTF", number=7, template="Shirt") == "DTF 007 Shirt_007.png"
    assert default_prefix("UVDTF 16oz") == "UV" and default_prefix("Shirt") == "DTF"


@given(
    st.integers(0, 10**8), NAMES, st.sampled_from([DEFAULT_PATTERN, "{number}.png", "{template} no {number:05d}.png"])
)
def test_a_number_is_read_back_from_its_name(number: int, template: str, pattern: str) -> None:
    name = file_name(pattern, prefix="UV", number=number, template=template)
    assert number_in(name, pattern, prefix="UV", template=template) == number


@pytest.mark.parametrize(
    "name",
    ["UV 1000 UVDTF_16oz_100.png", "UV 100 UVDTF_16oz_1000.png", "UV 7 UVDTF_16oz_7.png", "UV 100 UVDTF_16oz_100.PNG",
     "DTF 100 UVDTF_16oz_100.png", "UV 100 UVDTF_16oz_100_BG_0.jpg", "x"],
)  # fmt: skip
def test_a_name_of_another_make_has_no_number(name: str) -> None:
    assert number_in(name, DEFAULT_PATTERN, prefix="UV", template="UVDTF 16oz") is None


@pytest.mark.parametrize(
    "pattern",
    ["same.png", "{number}.jpg", "{number}/{number}.png", "{prefix.__class__} {number}.png", "{number!r}.png",
     "../{number}.png", "{number:99999999d}.png", ".{number}.png", "{nope} {number}.png", "{number", "{number:x}.png"],
)  # fmt: skip
def test_a_pattern_that_could_do_harm_is_refused(pattern: str) -> None:
    with pytest.raises(UsageError):
        check_pattern(pattern, prefix="UV", template="UVDTF 16oz")
