"""``printdock users`` and ``printdock keys``, as a person or a script meets them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from printdock.cli.app import app
from printdock.errors import PrintdockError
from tests.services.forks import run_printdock


def _run(home: Path, *arguments: str, given: str | None = None) -> str:
    """What it prints; raises its error."""
    done = CliRunner().invoke(app, ["--home", str(home), *arguments], input=given, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_people_come_and_go(home: Path) -> None:
    link = json.loads(_run(home, "users", "add", " Rose@Example.com", "--role", "owner", "--json"))["link"]
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/welcome#[\w-]{43}", link)
    added = _run(home, "users", "add", "lily@example.com", "--password-stdin", given="correct horse battery\n")
    assert "lily@example.com" in added and "welcome" not in added
    people = json.loads(_run(home, "users", "list", "--json"))
    assert [(one["email"], one["state"], one["role"]) for one in people] == [
        ("lily@example.com", "member", "member"), ("rose@example.com", "invited", "owner"),
    ]  # fmt: skip
    assert json.loads(_run(home, "users", "role", "lily@example.com", "owner", "--json"))["before"] == "member"
    assert "/welcome#" in _run(home, "users", "link", "lily@example.com")
    assert json.loads(_run(home, "users", "remove", "rose@example.com", "--json"))["removed"] is True
    with pytest.raises(PrintdockError) as refused:
        _run(home, "users", "remove", "lily@example.com")
    assert refused.value.code == "last_owner"
    actions = [one["action"] for one in json.loads(_run(home, "users", "log", "--json"))]
    assert actions == ["invitation_withdrawn", "link_made", "role_changed", "member_added", "person_invited"]
    assert "console" in _run(home, "users", "log")
    assert json.loads(_run(home, "users", "log", "--nobody", "--json")) == []


def test_keys_are_made_listed_and_revoked(home: Path) -> None:
    made = json.loads(
        _run(home, "keys", "add", "NAS", "--scope", "read", "--scope", "upload", "--days", "30", "--json")
    )
    assert made["key"].startswith(made["prefix"] + "_") and made["scopes"] == ["read", "upload"]
    assert made["expires_at"] and made["shop"] == "My Shop"
    listed = _run(home, "keys", "list", "--json")
    assert made["key"] not in listed and json.loads(listed)[0]["revoked_at"] is None
    _run(home, "keys", "revoke", made["prefix"])
    _run(home, "keys", "revoke", made["prefix"])  # twice is once
    assert json.loads(_run(home, "keys", "list", "--json"))[0]["revoked_at"]
    assert "revoked" in _run(home, "keys", "list")
    text = _run(home, "keys", "add", "other", "--scope", "read")
    assert re.search(r"^pdk_[0-9a-f]{8}_[\w-]{43}$", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["users", "add", "nobody"], "unusable_email"),
        (["users", "role", "nobody@example.com", "owner"], "no_such_member"),
        (["users", "link", "nobody@example.com"], "no_such_member"),
        (["users", "remove", "nobody@example.com"], "no_such_member"),
        (["keys", "revoke", "pdk_00000000"], "no_such_key"),
        (["serve", "--tls-cert", "nowhere.pem"], "wrong_use"),
        (["serve", "--tls-cert", "nowhere.pem", "--tls-key", "nowhere.pem"], "wrong_use"),
    ],
)
def test_what_cannot_be_done_is_named(home: Path, arguments: list[str], code: str) -> None:
    with pytest.raises(PrintdockError) as refused:
        _run(home, *arguments)
    assert refused.value.code == code


def test_a_too_short_password_makes_no_account(home: Path) -> None:
    done = run_printdock("users", "add", "a@b", "--password-stdin", "--home", str(home), input="short\n")
    assert done.returncode == 2 and "10 to 200" in done.stderr and "short" not in done.stderr
