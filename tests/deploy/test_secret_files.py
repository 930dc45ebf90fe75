"""Secrets can come from files that the environment names."""

from __future__ import annotations

from pathlib import Path

import pytest

from printdock.errors import UsageError
from printdock.settings import load


def test_a_secret_is_read_from_its_file_and_shown_to_nobody(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "database_url"
    file.write_text("postgresql://printdock:of-the-file@db/printdock\n")
    monkeypatch.setenv("DATABASE_URL_FILE", str(file))
    settings = load()
    assert settings.database == "postgresql+psycopg://printdock:of-the-file@db/printdock"
    assert "of-the-file" in settings.secrets()
    shown = next(one for one in settings.in_force() if one.variable == "DATABASE_URL")
    assert (shown.value, shown.source) == ("*****", "environment")


def test_the_variable_itself_outranks_its_file_and_the_file_outranks_the_home(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "settings.toml").write_text('REDIS_PASSWORD = "of the home"\n')
    (tmp_path / "password").write_text("of the file")
    monkeypatch.setenv("REDIS_PASSWORD_FILE", str(tmp_path / "password"))
    assert load().redis_password.get_secret_value() == "of the file"
    monkeypatch.setenv("REDIS_PASSWORD", "of the environment")
    assert load().redis_password.get_secret_value() == "of the environment"


def test_a_file_that_cannot_be_read_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRINTDOCK_SECRET_FILE", "/nonexistent/secret")
    with pytest.raises(UsageError, match="PRINTDOCK_SECRET_FILE names /nonexistent/secret") as refused:
        load()
    assert refused.value.code == "no_secret_file"
