"""What a process that handles large pictures tells the C library's allocator."""

from __future__ import annotations

import ctypes
import sys

# Parameters of glibc's mallopt(3).
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8

#: Freed memory kept at hand, bytes: about one picture at a time per worker.
KEEP_BYTES = 256 * 1024 * 1024


def keep_memory() -> bool:
    """Let freed pictures' memory be used for the next ones. Answers whether the C library could be told (glibc only).

    By default every large array is mapped from the kernel and given back, which zeroes each page anew: measured a tenth
    of all CPU time of an upload. One arena for all threads lets what one frees serve the others; it lowered the peak by
    a sixth.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    settings = ((_M_MMAP_THRESHOLD, 1 << 30), (_M_TRIM_THRESHOLD, KEEP_BYTES), (_M_ARENA_MAX, 1))
    told = [mallopt(*one) == 1 for one in settings]
    return all(told)
