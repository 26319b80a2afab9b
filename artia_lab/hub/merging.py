"""Memory that seats and kernels have alike, kept once by Linux (KSM), where the settings ask for it.

What is forked shares its memory until it writes there, and Python writes wherever it reads, to count references:
a page is soon each process's own, with what it held before, or what it holds in all the others. Linux finds such
pages and keeps them once, for processes that agree (https://docs.kernel.org/admin-guide/mm/ksm.html; since Linux
6.7 what they start agrees as well). Only root can switch it on.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
from collections.abc import Iterator
from pathlib import Path

log = logging.getLogger(__name__)

PLACE = Path("/sys/kernel/mm/ksm")
PR_SET_MEMORY_MERGE = 67
CHANGED = ("use_zero_pages", "pages_to_scan", "run")

# How many pages are looked at in each round: while seats open, half of a core's time; then next to none.
HURRIED_PAGES, USUAL_PAGES = 4000, 100

# For how long after a seat has opened, in s: everything is looked at twice before it is merged.
HURRY_S = 180.0


@contextlib.contextmanager
def merged(place: Path = PLACE) -> Iterator[None]:
    """Agree for this process and whatever it starts, and switch merging on, where that is allowed, for a while.

    Parameters
    ----------
    place : Path
        Where it is set.

    Yields
    ------
    None
        While it is on. Afterwards it is set as it was; what is merged stays so until it is written to.
    """
    if ctypes.CDLL(None).prctl(PR_SET_MEMORY_MERGE, 1, 0, 0, 0):
        log.warning("memory is not merged: this Linux cannot, or is older than 6.7")
        yield
        return
    before: dict[Path, str] = {}
    try:
        before = {place / name: (place / name).read_text().strip() for name in CHANGED}
        # Empty pages are all merged with the one that the system has.
        for name in ("use_zero_pages", "run"):
            (place / name).write_text("1")
    except OSError:
        if before.get(place / "run") != "1":
            log.warning("memory is not merged: as root, write 1 to %s", place / "run")
    try:
        yield
    finally:
        for file, value in before.items():
            with contextlib.suppress(OSError):
                file.write_text(value)


def pace(hurried: bool, place: Path = PLACE) -> None:
    """Let Linux look at more pages while seats open, and at few otherwise.

    Parameters
    ----------
    hurried : bool
        Whether a seat has opened not long ago.
    place : Path
        Where it is set; nothing is done where this account may not.
    """
    file, wanted = place / "pages_to_scan", str(HURRIED_PAGES if hurried else USUAL_PAGES)
    with contextlib.suppress(OSError):
        if os.access(file, os.W_OK) and file.read_text().strip() != wanted:
            file.write_text(wanted)
