"""The developer's page names every file it speaks of as it is, and every word that a pack or a template may hold is explained."""

from __future__ import annotations

import re

from printdock.imaging.types import Fit
from printdock.rendering.types import Blend
from printdock.storage.base import Storage
from tests.docs.pages import DOCS, ROOT, rows, spans

PAGE = DOCS / "developing.md"


def test_functions_and_classes_that_it_names_are_where_it_says() -> None:
    """In one item: each word of code that looks like a name of Python's stands in one of the files that the item names."""
    items = re.split(r"\n(?=\d\. |\n|\|)", PAGE.read_text())
    checked = 0
    for item in items:
        words = re.findall(r"`([^`\n]+)`", item)
        files = [ROOT / word for word in words if (ROOT / word).is_file()]
        for word in words if files else ():
            if re.fullmatch(r"_?[a-z]+(_[a-z]+)+|[A-Z][a-z]+([A-Z][a-z]+)+", word):
                assert any(re.search(rf"\b{word}\b", file.read_text()) for file in files), f"{word} in {words}"
                checked += 1
    assert checked >= 8


def test_every_method_of_a_storage_is_named() -> None:
    methods = {name for name in vars(Storage) if not name.startswith("_")}
    assert methods <= set(spans(PAGE))


def test_every_fit_is_explained() -> None:
    assert {str(fit) for fit in Fit} <= set(rows(DOCS / "settings.md", first="`"))


def test_every_blend_mode_is_named() -> None:
    assert {str(mode) for mode in Blend} <= set(spans(DOCS / "mockup-packs.md"))
