"""Every setting is in the README's table as it is, and pages name none that there is not."""

from __future__ import annotations

import re
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from printdock.settings import SECRET_FILE, Settings
from tests.docs.pages import PAGES, ROOT, name, rows

#: Variables of what is around printdock, that pages name beside its settings.
_OTHERS = {
    "PRINTDOCK_API_KEY",  # `printdock upload` reads it
    "PRINTDOCK_WORKER_REPLICAS",  # compose.yaml
    "PRINTDOCK_SIGNING_KEY",  # make dist
}
_VARIABLE = re.compile(r"\b((?:PRINTDOCK|NAS|REDIS|ETSY|QNAP)_[A-Z0-9_]+|DATABASE_URL(?:_FILE)?)\b")


def _names() -> set[str]:
    return {str(choice) for field in Settings.model_fields.values() for choice in field.validation_alias.choices}


def _shown(value: Any) -> str:
    return str(value.value if isinstance(value, Enum) else value)


def test_every_setting_is_in_the_readme_with_its_default_and_its_words() -> None:
    table = rows(ROOT / "README.md", first="`")
    for field in Settings.model_fields.values():
        variable = str(field.validation_alias.choices[0])
        assert variable in table, f"{variable} is not in the README's table"
        default, words = table[variable]
        assert words == field.description, f"{variable}: the README's words differ from the setting's"
        if field.default_factory is None:
            given = "" if field.default in (None, "") else f"`{_shown(field.default)}`"
            assert default == given, f"{variable}: another default"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_pages_name_settings_that_there_are(page: Path) -> None:
    named = {word.rstrip("_") for word in _VARIABLE.findall(page.read_text())}
    known = _names() | {f"{one}{SECRET_FILE}" for one in _names()} | _OTHERS
    assert sorted(one for one in named - known if not any(other.startswith(f"{one}_") for other in known)) == []
