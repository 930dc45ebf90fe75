"""Where a piece belongs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printdock.errors import OffsetConflict, UsageError
from printdock.uploads.offsets import Span, admit_span, asked_span


def test_a_request_without_a_range_brings_all_of_the_file() -> None:
    assert asked_span(None, 10) == Span(0, 10)


@given(size=st.integers(1, 10**15), data=st.data())
def test_a_range_is_what_it_says(size: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, size - 1))
    last = data.draw(st.integers(first, size - 1))
    span = asked_span(f"bytes {first}-{last}/{size}", size)
    assert (span.start, span.end, span.length) == (first, last + 1, last - first + 1)


@pytest.mark.parametrize(
    "text",
    ["", "bytes", "bytes 0-9", "bytes 0-9/*", "bytes */10", "bytes 5-4/10", "bytes 0-10/10", "bytes 0-9/11",
     "bytes=0-9/10", "bytes -1-9/10", "bytes 0-9/10, 3-4/10", "bytes 0-٩/10", "bytes " + "9" * 40 + "-9/10"],
)  # fmt: skip
def test_any_other_form_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as raised:
        asked_span(text, 10)
    assert raised.value.code == "bad_range"


@given(have=st.integers(0, 1000), start=st.integers(0, 1000))
def test_a_piece_may_overlap_and_may_not_leave_a_hole(have: int, start: int) -> None:
    span = Span(start, start + 1)
    if start <= have:
        admit_span(span, have)
        return
    with pytest.raises(OffsetConflict) as raised:
        admit_span(span, have)
    assert raised.value.have == have
