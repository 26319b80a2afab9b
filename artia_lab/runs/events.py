"""The diary of a run: one JSON object a line, only ever appended to.

Whoever works on a run holds an exclusive lock on this file for as long as it lives, so that a lock nobody
holds, beside a record nobody wrote, says that the work was interrupted, whatever killed it.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def append(path: Path, event: str, /, **details: Any) -> int:
    """Append one event.

    Parameters
    ----------
    path : Path
        The diary.
    event : str
        Its kind: ``state``, ``step``, ``preview``, ``output``, ``warning`` or ``stop``.
    **details
        What else there is to say, as JSON types.

    Returns
    -------
    int
        How many bytes were appended.
    """
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    line = json.dumps({"time": now, "event": event, **details}, ensure_ascii=False, allow_nan=False) + "\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
    try:
        # One write of one line: appends of several processes never mix.
        return os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def read(path: Path, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
    """Read the whole lines that stand after an offset.

    Parameters
    ----------
    path : Path
        The diary.
    offset : int
        Where the last reading ended, in bytes.

    Returns
    -------
    events : list of dict
        The events since then; a line that a full disk cut short is left out.
    offset : int
        Where this reading ended.
    """
    with path.open("rb") as stream:
        stream.seek(offset)
        content = stream.read()
    whole = content[: content.rfind(b"\n") + 1]
    found = []
    for line in whole.splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found, offset + len(whole)


def claim(path: Path) -> int | None:
    """Take the lock of a diary for as long as the descriptor stays open, here or in a child that inherits it.

    Parameters
    ----------
    path : Path
        The diary.

    Returns
    -------
    int or None
        The descriptor that holds the lock, or None when somebody else holds it.
    """
    descriptor = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def worked_on(path: Path) -> bool:
    """Say whether somebody holds the lock of a diary.

    Parameters
    ----------
    path : Path
        The diary.

    Returns
    -------
    bool
        Whether a worker lives. Those who ask at the same time never take each other for one: they share the lock.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


@contextmanager
def held(path: Path, patience_s: float = 0.5) -> Iterator[bool]:
    """Hold the lock of a diary for a while, if no worker does.

    Parameters
    ----------
    path : Path
        The diary.
    patience_s : float
        How long to try: whoever asks `worked_on` shares the lock for an instant.

    Yields
    ------
    bool
        Whether the lock is ours.
    """
    end = time.monotonic() + patience_s
    while (descriptor := claim(path)) is None and time.monotonic() < end:
        time.sleep(0.005)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            os.close(descriptor)
