"""The one place where errors of obstore and of S3 servers become printdock's.

obstore gives no status and no S3 error code as values, so both are read from its message, which repeats the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from obstore.exceptions import BaseError

from printdock.errors import StorageError, StorageNotFound, StorageRefused, StorageUnavailable
from printdock.storage.s3_target import S3Target

_STATUS = re.compile(r"non-2xx status code: (\d{3})")
_CODE = re.compile(r"<Code>(\w{1,80})</Code>")

#: What the server said no to, by its error code: (ours, what happened, what to do). Sources: "Error responses", Amazon S3
#: API Reference; the XMinio codes are MinIO's own.
_KEYS = ("wrong_credentials", "refused the key", "Check PRINTDOCK_S3_KEY_ID and PRINTDOCK_S3_SECRET.")
_QUOTA = ("quota_exceeded", "has no room left for this bucket", "Free space or raise the bucket's quota.")
_REFUSALS = {
    "InvalidAccessKeyId": _KEYS,
    "SignatureDoesNotMatch": _KEYS,
    "InvalidToken": _KEYS,
    "ExpiredToken": ("wrong_credentials", "says that the key has expired", "Make a new key."),
    "AccessDenied": ("permission_denied", "denied access", "Give the key the rights that docs/storage.md lists."),
    "AllAccessDisabled": ("permission_denied", "has closed the bucket", "Ask who runs it."),
    "NoSuchBucket": ("no_bucket", "has no such bucket", "Make the bucket, or correct PRINTDOCK_STORAGE."),
    "RequestTimeTooSkewed": ("wrong_clock", "says that this machine's clock is wrong", "Set the clock (NTP)."),
    "AuthorizationHeaderMalformed": ("wrong_region", "has the bucket elsewhere", "Correct PRINTDOCK_S3_REGION."),
    "PermanentRedirect": ("wrong_region", "has the bucket elsewhere", "Correct PRINTDOCK_S3_REGION."),
    "KeyTooLongError": ("bad_key", "does not accept so long a name", "Use a shorter name."),
    "XMinioInvalidObjectName": ("bad_key", "does not accept this name", "Use a plainer name."),
    "EntityTooLarge": ("too_large", "does not accept so large a file", ""),
    "QuotaExceeded": _QUOTA,
    "XMinioAdminBucketQuotaExceeded": _QUOTA,
    "XMinioStorageFull": ("disk_full", "is full", "Free some space there, then try again."),
    "NotImplemented": (
        "unsupported", "does not offer what is needed", "Use a server with conditional writes (If-None-Match)."
    ),
}  # fmt: skip
#: What a status says where there is no code: HEAD answers have no body.
_BY_STATUS = {
    "301": "PermanentRedirect", "401": "InvalidAccessKeyId", "403": "AccessDenied", "501": "NotImplemented",
    "507": "XMinioStorageFull",
}  # fmt: skip
#: Codes of bytes that were damaged on the way: the same again may work.
_DAMAGED = {"BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch", "IncompleteBody"}
#: Statuses and codes that pass.
_PASSING = {"408", "409", "425", "429", "500", "502", "503", "504"}
_PASSING_CODES = {"RequestTimeout", "SlowDown", "InternalError", "ConditionalRequestConflict", "OperationAborted"}


@contextmanager
def translated(target: S3Target, key: str) -> Iterator[None]:
    """Raises `StorageError` for what obstore raises. Names bucket, server and key, never a secret."""
    try:
        yield
    except (BaseError, OSError) as error:
        raise _ours(error, target, key) from error


def _ours(error: Exception, target: S3Target, key: str) -> StorageError:
    said = str(error)
    status, code = _first(_STATUS, said), _first(_CODE, said)
    if code not in _REFUSALS and (isinstance(error, FileNotFoundError) or code == "NoSuchKey" or status == "404"):
        return StorageNotFound(f"There is no stored file {key!r} in {target.label}.")
    if code in _DAMAGED:
        return StorageUnavailable(f"{key!r} was damaged on its way to {target.label}.", code="damaged_on_the_way")
    if status in _PASSING or code in _PASSING_CODES:
        return StorageUnavailable(
            f"{target.label} is busy or in trouble ({status} {code}).", remedy="Look at the server, or wait."
        )
    if not status:
        return _away(said, target)
    known = _REFUSALS.get(code) or _REFUSALS.get(_BY_STATUS.get(status, ""))
    ours, happened, remedy = known or ("server_failure", "refused", "Look at the server's own log.")
    return StorageRefused(f"{target.label} {happened}, for {key!r} ({status} {code}).", code=ours, remedy=remedy)


def _away(said: str, target: S3Target) -> StorageUnavailable:
    if "TimedOut" in said or "kind: Timeout" in said:
        return StorageUnavailable(
            f"{target.label} does not answer in time.", code="storage_timeout", remedy="Is the server busy or off?"
        )
    if "dns error" in said:
        return StorageUnavailable(
            f"The name in {target.endpoint or 'the address of Amazon S3'} is not known on the network.",
            code="host_not_found",
            remedy="Check PRINTDOCK_S3_ENDPOINT.",
        )
    return StorageUnavailable(f"{target.label} is away.", remedy="Is the server on and reachable?")


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found.group(1) if found else ""
