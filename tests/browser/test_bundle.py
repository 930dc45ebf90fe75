"""What the first page costs."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.xdist_group("browser")

#: Bytes over the line until the designs are shown to somebody who was never here.
MOST = 300_000


def test_the_first_load_is_small(signed_in: Page) -> None:
    page = signed_in
    page.goto("/designs")
    expect(page.get_by_role("heading", name="No designs yet")).to_be_visible()
    sizes = page.evaluate(
        "() => performance.getEntriesByType('resource').filter(one => !one.name.includes('/api/'))"
        ".map(one => [one.name, one.encodedBodySize])"
    )
    assert sum(size for _name, size in sizes) < MOST, sizes
    # The editor and its canvas come only when it is opened.
    assert not [name for name, _size in sizes if "Editor" in name]
