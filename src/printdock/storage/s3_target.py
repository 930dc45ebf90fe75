"""Where an S3-compatible storage is, as a value."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from printdock.errors import StorageRefused, UsageError
from printdock.storage.base import check_key

#: Source: "Bucket naming rules", Amazon S3 User Guide; other servers are no stricter.
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class S3Target:
    """One folder (``prefix``, may be empty) of one bucket, and who asks.

    ``endpoint`` is the address of a server that is not Amazon's, such as ``http://minio.local:9000``. Without keys the
    machine's own role is used: the ``AWS_`` variables, a web identity, or the instance's role.
    """

    bucket: str
    prefix: str
    endpoint: str | None
    region: str
    key_id: str | None = field(repr=False)
    secret: str | None = field(repr=False)

    def __post_init__(self) -> None:
        if not _BUCKET.fullmatch(self.bucket):
            raise UsageError("An S3 storage needs the name of its bucket.", code="bad_storage_url", remedy=_REMEDY)
        if (self.key_id is None) != (self.secret is None):
            raise UsageError(
                "PRINTDOCK_S3_KEY_ID and PRINTDOCK_S3_SECRET go together.",
                code="half_a_setting",
                remedy="Set both, or neither to use the machine's own role.",
            )

    @property
    def label(self) -> str:
        """How messages name it: bucket and server, never a key."""
        return f"s3://{self.bucket} at {self.endpoint}" if self.endpoint else f"s3://{self.bucket}"

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")


_REMEDY = "Write it as s3://bucket or s3://bucket/folder; its keys are PRINTDOCK_S3_KEY_ID and PRINTDOCK_S3_SECRET."


def parse_s3_url(url: str, *, endpoint: str | None, region: str, key_id: str | None, secret: str | None) -> S3Target:
    """`S3Target` of ``s3://bucket/folder``. The folder is percent-decoded.

    Raises `UsageError` (code ``bad_storage_url``), whose message never repeats the address: it may hold a password.
    """
    try:
        parts = urlsplit(url)
        bucket, extra = parts.netloc, parts.query or parts.fragment
        prefix = unquote(parts.path).strip("/")
        if prefix:
            check_key(prefix)
    except (ValueError, StorageRefused):
        raise UsageError("This is no storage address.", code="bad_storage_url", remedy=_REMEDY) from None
    if parts.scheme != "s3" or extra:
        raise UsageError("This is no storage address.", code="bad_storage_url", remedy=_REMEDY)
    return S3Target(bucket, prefix, endpoint.rstrip("/") if endpoint else None, region, key_id, secret)
