"""What a rerun may use before it is stopped."""

from __future__ import annotations

import os
from dataclasses import dataclass

MB = 1 << 20
GB = 1 << 30


def _memory() -> int:
    """Leave a quarter of a small machine to its owner."""
    return min(4 * GB, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * 3 // 4)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits of one rerun.

    Attributes
    ----------
    seconds : float
        How long it may take, in s.
    memory_bytes : int
        What all its processes may hold together.
    disk_bytes : int
        What it may write.
    processes : int
        How many processes and threads there may be at once.
    address_bytes : int
        What one process may map.
    open_files : int
        How many files one process may have open.
    result_bytes : int
        How large the archive of its results may be.
    """

    seconds: float = 1800.0
    memory_bytes: int = _memory()
    disk_bytes: int = 2 * GB
    processes: int = 512
    address_bytes: int = 32 * GB
    open_files: int = 1024
    result_bytes: int = 1 * GB
