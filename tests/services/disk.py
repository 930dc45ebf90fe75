"""A disk of its own for a folder, small enough to be filled; only root may mount one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

_BALLAST = ".ballast"


def mount(folder: Path, size: int) -> bool:
    """Put an empty file system of ``size`` bytes in place of ``folder``. False where that is not allowed."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        return False
    options = f"size={size},mode=0755"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "printdock-test", str(folder)], capture_output=True, check=False
    )
    return done.returncode == 0


def is_mounted(folder: Path) -> bool:
    return os.path.ismount(folder)


def unmount(folder: Path) -> None:
    """Take the disk away with all that is on it; nothing happens where there is none."""
    if is_mounted(folder):
        subprocess.run(["umount", "--lazy", str(folder)], check=False)


def fill(folder: Path, left: int) -> None:
    """Leave ``left`` bytes free on a disk that `mount` made; `empty` undoes that."""
    assert is_mounted(folder), f"{folder} lies on a disk that others use"
    with (folder / _BALLAST).open("wb") as file:
        piece = bytes(1_000_000)
        try:
            while shutil.disk_usage(folder).free > len(piece) + left:
                file.write(piece)
                file.flush()
            file.write(bytes(max(0, shutil.disk_usage(folder).free - left)))
        except OSError:
            return  # fuller than meant is full, too


def empty(folder: Path) -> None:
    (folder / _BALLAST).unlink()
