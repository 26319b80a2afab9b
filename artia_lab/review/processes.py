"""A limit on processes that the kernel keeps, as whoever watches comes too late for a bomb that doubles.

The kernel counts an ordinary user's processes in each namespace (``RLIMIT_NPROC``), and lets root start any
number: root's sandboxes get a control group of their own, where root may make one.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PATIENCE_S = 5.0
# A group that nobody has entered by then was left by a review that was killed.
LEFT_AFTER_S = 60.0
PREFIX = "artia-review-"
_MOUNTS = Path("/proc/self/mountinfo")


def refused_beyond(processes: int) -> int:
    """Give the number from which on the kernel refuses.

    Parameters
    ----------
    processes : int
        The limit at which the one who watches ends them all, and says so.

    Returns
    -------
    int
        A little more, so that going beyond is seen; little enough that so many cannot keep others off the cores.
    """
    return processes + max(16, processes // 8)


@contextlib.contextmanager
def grouped(processes: int) -> Iterator[list[str]]:
    """Make a control group for a command, if this process may.

    Parameters
    ----------
    processes : int
        How many processes and threads the kernel lets live in it.

    Yields
    ------
    list of str
        What to write before the command; empty where there is no group. The group ends with its last process.
    """
    group = _group(processes) if os.geteuid() == 0 else None
    if group is None:
        yield []
        return
    try:
        # 0 is who writes.
        yield ["/bin/sh", "-c", 'echo 0 > "$0/cgroup.procs" && exec "$@"', str(group)]
    finally:
        _remove(group)


def _group(processes: int) -> Path | None:
    for parent in _parents():
        _sweep(Path(parent))
        try:
            group = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        except OSError:
            continue
        try:
            # Opened, not made: where processes are not counted there is no such file.
            with open(group / "pids.max", "r+") as limit:
                limit.write(str(processes))
            return group
        except OSError:
            group.rmdir()
    return None


def _parents() -> Iterator[str]:
    """List where control groups that count processes may be made, in either version of their file system."""
    for line in _MOUNTS.read_text().splitlines():
        words = line.split()
        kind, _source, options = words[words.index("-") + 1 :][:3]
        if kind == "cgroup2" or (kind == "cgroup" and "pids" in options.split(",")):
            yield words[4]


def _sweep(parent: Path) -> None:
    for each in parent.glob(f"{PREFIX}*"):
        # One with a process in it cannot be removed.
        with contextlib.suppress(OSError):
            if time.time() - each.stat().st_mtime > LEFT_AFTER_S:
                each.rmdir()


def _remove(group: Path) -> None:
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            return group.rmdir()
        except OSError:
            # Its processes were killed, and may still be ending.
            if time.monotonic() > until:
                return
            time.sleep(0.02)
