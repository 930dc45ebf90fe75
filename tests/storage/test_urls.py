"""Storage addresses, and that a password in one is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from printdock.errors import UsageError
from printdock.storage.s3_target import S3Target, parse_s3_url
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


def _bucket(url: str, key_id: str | None = "id", secret: str | None = "hunter2") -> S3Target:
    return parse_s3_url(url, endpoint="http://minio.lan:9000/", region="here", key_id=key_id, secret=secret)


def test_a_bucket_and_its_folder() -> None:
    target = _bucket("s3://prints.my-shop/K%C3%B6ln/a%20b/")
    assert (target.bucket, target.prefix) == ("prints.my-shop", "Köln/a b")
    assert (
        str(target) == "s3://prints.my-shop/Köln/a b" and target.label == "s3://prints.my-shop at http://minio.lan:9000"
    )
    assert _bucket("s3://prints").prefix == ""
    assert _bucket("s3://prints", None, None).secret is None
    assert "hunter2" not in f"{target!r} {target} {target.label}"


@pytest.mark.parametrize(
    "url",
    [
        "s3://",
        "s3://a",
        "s3://Prints",
        "s3://key:hunter2@prints/x",
        "s3://prints/../x",
        "s3://prints/a?b=hunter2",
        "s3:prints",
    ],
)
def test_what_is_no_bucket(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        _bucket(url)
    assert refused.value.code == "bad_storage_url" and "hunter2" not in f"{refused.value}"


def test_half_a_key_is_refused() -> None:
    with pytest.raises(UsageError) as refused:
        _bucket("s3://prints", "id", None)
    assert refused.value.code == "half_a_setting"
