"""Passwords and the server's secret."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from printdock.accounts import passwords
from printdock.accounts.passwords import hash_password, is_password, needs_new_hash
from printdock.accounts.secret import ServerSecret
from printdock.errors import UsageError


def test_a_password_is_told_from_others() -> None:
    encoded = hash_password("correct horse battery")
    assert encoded.startswith("$argon2id$") and "correct" not in encoded
    assert is_password("correct horse battery", encoded)
    assert not is_password("correct horse batterY", encoded)
    assert not is_password("correct horse battery", None)
    assert not is_password("correct horse battery", "damaged")
    assert not needs_new_hash(encoded)


def test_nobodys_password_takes_as_long_as_anybodys() -> None:
    """Made with today's parameters: else the answer's time would tell whether an account exists."""
    assert not needs_new_hash(passwords._NOBODY)


@pytest.mark.parametrize("password", ["", "too short", "x" * 201])
def test_a_password_has_a_length(password: str) -> None:
    with pytest.raises(UsageError):
        hash_password(password)


def test_the_secret_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: ServerSecret(file).key("csrf"), range(16)))
    assert len(keys) == 1 and [path.name for path in tmp_path.iterdir()] == ["secret"]
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert ServerSecret(file).key("csrf") in keys
    assert ServerSecret(file).key("files") not in keys
    seal = ServerSecret(file).fernet("oidc")
    assert seal.decrypt(seal.encrypt(b"state")) == b"state"


def test_servers_with_one_setting_have_one_secret(tmp_path: Path) -> None:
    one, other = (ServerSecret(tmp_path / name, "s" * 40) for name in ("a", "b"))
    assert one.key("csrf") == other.key("csrf") and not list(tmp_path.iterdir())
    assert "s" * 10 not in repr(one)
    with pytest.raises(UsageError, match="too short"):
        ServerSecret(tmp_path / "c", "short")


def test_a_damaged_secret_is_not_replaced_silently(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("half")
    with pytest.raises(UsageError, match="damaged"):
        ServerSecret(tmp_path / "secret").key("csrf")
