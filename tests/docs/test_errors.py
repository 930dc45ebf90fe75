"""Every error code is in docs/errors.md, and the page is as the code is."""

from __future__ import annotations

import inspect
import re

import pytest

from printdock import errors
from printdock.api.problems import STATUS_BY_CODE
from scripts.reference import errors_page
from scripts.reference.codes import Said, every_code
from tests.docs.pages import DOCS, ROOT, rows


@pytest.fixture(scope="module")
def said() -> list[Said]:
    return every_code()


def test_the_page_is_fresh() -> None:
    assert (DOCS / "errors.md").read_text() == errors_page.page(), "make docs writes it anew"


def test_every_class_of_errors_and_every_status_has_its_code_there(said: list[Said]) -> None:
    documented = {one.code for one in said}
    classes = [one for _name, one in inspect.getmembers(errors, inspect.isclass) if hasattr(one, "code")]
    assert {one.code for one in classes if issubclass(one, errors.PrintdockError)} <= documented
    assert set(STATUS_BY_CODE) <= documented


def test_every_code_that_a_test_expects_is_there(said: list[Said]) -> None:
    """A code that is put together, or handed on in a way that is not read, would be missing here."""
    expected = re.compile(
        r"""(?:error|value|refused|problem|raised)(?:\.value)?\.code == "([a-z_0-9]+)"|\["code"\] == "([a-z_0-9]+)\""""
    )
    found = {
        code: file.name
        for file in (ROOT / "tests").rglob("test_*.py")
        for pair in expected.findall(file.read_text())
        for code in pair
        if code and f'code="{code}"' not in file.read_text()
    }
    assert len(found) > 60
    assert {code: file for code, file in found.items() if code not in {one.code for one in said}} == {}


def test_codes_have_a_sentence_and_a_place(said: list[Said]) -> None:
    for one in said:
        assert " " in one.message and one.module and one.answer, one


def test_codes_that_pages_list_exist(said: list[Said]) -> None:
    documented = {one.code for one in said}
    for page in ("storage.md", "troubleshooting.md"):
        listed = {
            code
            for first in rows(DOCS / page, first="`")
            for code in re.findall(r"[a-z]+(?:_[a-z]+)+", first)
            if not code.startswith(("printdock_", "process_"))
        }
        assert listed <= documented, page
