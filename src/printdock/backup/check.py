"""Is everything in a backup what it was when it was copied?"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from printdock.backup.folder import BackupFolder, Snapshot
from printdock.backup.source import Progress, Report


@dataclass(slots=True)
class Checked:
    """``contents``: different files that were read; ``damaged``: names of those that are not what they were."""

    snapshots: int = 0
    contents: int = 0
    bytes: int = 0
    damaged: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for ``--json``."""
        return asdict(self) | {"sound": not self.damaged}


def check_backup(folder: BackupFolder, snapshots: list[Snapshot], *, report: Report) -> Checked:
    """Read everything that ``snapshots`` consist of, and compare the digests. Changes nothing.

    Raises `InputRefused` (code ``backup_damaged``) for a damaged manifest. A content that several snapshots have is read
    for each: their order on the disk is the same, so the disk's cache seldom helps, and memory stays constant.
    """
    checked = Checked()
    for snapshot in snapshots:
        with folder.manifest(snapshot) as manifest:
            for sha256, size in manifest.digests():
                if folder.objects.sound(sha256):
                    checked.contents += 1
                    checked.bytes += size
                else:
                    checked.damaged += [f"{snapshot.name}: {name}" for name in manifest.named(sha256)]
                report(Progress("checking", checked.contents, 0, checked.bytes, sha256))
        checked.snapshots += 1
    return checked
