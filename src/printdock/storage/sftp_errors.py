"""The one place where errors of SSH, SFTP and the network become printdock's."""

from __future__ import annotations

import asyncio
import socket

import asyncssh

from printdock.errors import StorageError, StorageNotFound, StorageRefused, StorageUnavailable
from printdock.storage.hostkeys import changed, pinned_keys
from printdock.storage.packing import Status
from printdock.storage.pool import Crowded
from printdock.storage.transfer import Impossible
from printdock.storage.urls import SftpTarget
from printdock.storage.wire import ServerSaidNo, WireLost, WireStalled

#: Everything `translated` knows; what is not here is a programming error and passes as it is.
FOREIGN = (ServerSaidNo, WireLost, Impossible, Crowded, asyncssh.Error, OSError)

#: What the server said about a file, by status: (code, what happened, what to do).
_ANSWERS = {
    Status.PERMISSION_DENIED: ("permission_denied", "The NAS denied access", "Give the NAS user write access there."),
    Status.BAD_MESSAGE: ("bad_key", "The NAS does not accept this name", "Use a shorter, plainer name."),
    Status.UNSUPPORTED: ("unsupported", "The NAS does not offer what is needed", "Update the NAS's SSH server."),
    Status.WRITE_PROTECT: ("read_only", "The NAS's disk is read-only", "Check the NAS: it may have found disk errors."),
    Status.NO_SPACE: ("disk_full", "The NAS's disk is full", "Free some space on the NAS, then try again."),
    Status.QUOTA_EXCEEDED: ("quota_exceeded", "The NAS user's quota is used up", "Free space or raise the quota."),
    Status.FAILURE: ("server_failure", "The NAS refused and did not say why", "Look at the NAS's own log."),
}
_FOUND_OUT = {
    "disk_full": _ANSWERS[Status.NO_SPACE][1:],
    "read_only": _ANSWERS[Status.WRITE_PROTECT][1:],
    "not_a_folder": ("A file is where a folder should be on the NAS", "Rename the file that is in the way."),
}
#: Words by which servers that say "failure" explain themselves.
_WORDS = {"quota": Status.QUOTA_EXCEEDED, "no space": Status.NO_SPACE, "disk full": Status.NO_SPACE,
          "read-only": Status.WRITE_PROTECT, "read only": Status.WRITE_PROTECT}  # fmt: skip
_TIMED_OUT = (WireStalled, TimeoutError, asyncio.TimeoutError)


def translated(error: BaseException, target: SftpTarget, key: str) -> StorageError:
    """The `StorageError` for one of `FOREIGN`. Names the server and the key, never the password."""
    match error:
        case ServerSaidNo():
            return _answer(error, target, key)
        case Impossible():
            return _impossible(error, target, key)
        case asyncssh.PermissionDenied() | asyncssh.IllegalUserName():
            return _wrong_credentials(target)
        case asyncssh.HostKeyNotVerifiable():
            return _host_key_changed(target)
        case asyncssh.KeyExchangeFailed() if "host key" in str(error):
            return _host_key_changed(target)  # the server no longer has a key of the pinned kind
        case asyncssh.KeyExchangeFailed() | asyncssh.ProtocolNotSupported():
            return StorageRefused(
                f"{target.label} and printdock have no cipher in common: {error}.",
                code="ssh_incompatible",
                remedy="Update the NAS's SSH server.",
            )
        case asyncssh.ProtocolError() if "authentication failures" in str(error):
            return _wrong_credentials(target)
    return _away(error, target)


def _answer(error: ServerSaidNo, target: SftpTarget, key: str) -> StorageError:
    if error.code in (Status.NO_SUCH_FILE, Status.NO_SUCH_PATH):
        return StorageNotFound(f"There is no stored file {key!r} on {target.label}.")
    if error.code in (Status.NO_CONNECTION, Status.CONNECTION_LOST):
        return _away(error, target)
    status = next((found for word, found in _WORDS.items() if word in error.text.lower()), error.code)
    code, message, remedy = _ANSWERS.get(Status(status) if status in _ANSWERS else Status.FAILURE, ("", "", ""))
    said = f' ("{error.text}")' if error.text else ""
    return StorageRefused(f"{message} for {key!r} on {target.label}{said}.", code=code, remedy=remedy)


def _impossible(error: Impossible, target: SftpTarget, key: str) -> StorageError:
    if error.code == "root_missing":
        # Not refused: after a restart a NAS answers before its volumes are mounted. The folder is never made by us,
        # or the files would land on the system disk, below the mount point.
        return StorageUnavailable(
            f"The folder {target.root} is not there on {target.label}.",
            code="root_missing",
            remedy="Create the folder, or wait until the NAS has mounted its volume.",
        )
    if error.code == "size_differs":
        return StorageUnavailable(f"{target.label} kept {key!r} in another size than was sent.", code="size_differs")
    message, remedy = _FOUND_OUT[error.code]
    return StorageRefused(f"{message} for {key!r} on {target.label}.", code=error.code, remedy=remedy)


def _wrong_credentials(target: SftpTarget) -> StorageRefused:
    how = "key" if target.key_file is not None else "password"
    return StorageRefused(
        f"{target.label} refused the log-in.",
        code="wrong_credentials",
        remedy=f"Check the user name and the {how}, and that the user may use SFTP.",
    )


def _host_key_changed(target: SftpTarget) -> StorageRefused:
    pinned = pinned_keys(target.known_hosts, target.host, target.port)
    return changed(target.host, target.port, pinned[0][1] if pinned else "none")


def _away(error: BaseException, target: SftpTarget) -> StorageUnavailable:
    if isinstance(error, _TIMED_OUT):
        return StorageUnavailable(
            f"{target.label} does not answer ({str(error) or 'no connection in time'}).",
            code="storage_timeout",
            remedy="Is the NAS busy, asleep or off?",
        )
    if isinstance(error, socket.gaierror):
        return StorageUnavailable(
            f"The name {target.host} is not known on the network.",
            code="host_not_found",
            remedy="Check the NAS's name, or use its IP address.",
        )
    if isinstance(error, Crowded) and error.certain:
        return StorageUnavailable(
            f"{target.label} lets no further session in ({error}).",
            code="too_many_sessions",
            remedy="Close other programs that use the NAS, lower NAS_MAX_CONNECTIONS, or allow SFTP for this user.",
        )
    reason = str(error) or type(error).__name__
    return StorageUnavailable(f"{target.label} is away: {reason}.", remedy="Is the NAS on and reachable?")
