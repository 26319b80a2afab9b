"""Writing files so that nobody ever reads half of one."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file aside, flush it to the disk, then put it in place.

    Parameters
    ----------
    path : Path
        Where the file shall stand; an older one there is replaced.
    write : callable
        Given the path to write to, which has the same suffix.

    Raises
    ------
    OSError
        If the disk refuses; nothing is left beside `path` then, and an older file stays as it was.
    """
    aside = path.with_name(f".{secrets.token_hex(4)}{path.suffix}")
    try:
        write(aside)
        _flush(aside)
        os.replace(aside, path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    _flush(path.parent)


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON document atomically, indented, refusing what JSON cannot hold.

    Parameters
    ----------
    path : Path
        Where the document shall stand.
    content : dict
        What it says; finite numbers only.
    """
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    write_atomically(path, lambda aside: aside.write_text(text, encoding="utf-8"))


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
