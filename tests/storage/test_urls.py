"""Storage addresses, and that a password in one is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from printdock.errors import UsageError
from printdock.storage.urls import SftpTarget, parse_storage_url

KNOWN = Path("/home/x/known_hosts")


def _parse(url: str) -> SftpTarget:
    return parse_storage_url(url, known_hosts=KNOWN)


def test_every_part() -> None:
    target = _parse("sftp://ann:p%40ss%3Aw%2Frd%23@nas.lan:2222/share/My%20Graphics/")
    assert target == SftpTarget("nas.lan", 2222, "ann", "p@ss:w/rd#", None, "/share/My Graphics", KNOWN)
    assert target.label == "ann@nas.lan:2222"


def test_what_may_be_left_out() -> None:
    target = parse_storage_url("sftp://ann@nas/share", known_hosts=KNOWN, key_file=Path("/k"))
    assert (target.port, target.password, target.key_file, target.root) == (22, None, Path("/k"), "/share")
    assert _parse("sftp://ann@nas").root == "/"
    assert _parse("sftp://ann@[fe80::1]:22/x").label == "ann@[fe80::1]:22"


def test_what_it_shows_can_be_parsed_again_but_for_the_password() -> None:
    target = _parse("sftp://a%20b:pw@nas:23/sh%C3%A4re/%F0%9F%8E%A8")
    again = _parse(str(target))
    assert (again.host, again.port, again.username, again.root) == ("nas", 23, "a b", "/shäre/🎨")


def test_the_password_is_never_shown() -> None:
    target = _parse("sftp://ann:hunter2@nas/share")
    assert "hunter2" not in f"{target!r} {target} {target.label} {[target]!r}"
    assert ":***@" in str(target)


@pytest.mark.parametrize(
    "url",
    [
        "", "nas", "http://ann:hunter2@nas/x", "sftp://nas/share", "sftp://:hunter2@nas/x", "sftp://ann:hunter2@/x",
        "sftp://ann:hunter2@nas:0x16/x", "sftp://ann:hunter2@nas:99999/x", "sftp://ann:hunter2@nas/x?y#z",
        "sftp://ann:hunter2@nas/x/../../etc", "sftp://ann:hunter2@nas/a%0Ab", "sftp://ann:hunter2@[nas/x",
    ],
)  # fmt: skip
def test_nonsense_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        _parse(url)
    assert refused.value.code == "bad_storage_url"
    assert "hunter2" not in f"{refused.value!r} {refused.value}"
    assert refused.value.__cause__ is None
