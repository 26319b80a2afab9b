"""Files that only their owner may read, written whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from artia_lab.runs.files import write_atomically


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all.

    Parameters
    ----------
    path : Path
        The file.
    content : bytes
        What it holds.
    """

    write_atomically(path, lambda aside: _write_new(aside, content))


def write_document(path: Path, document: dict[str, Any]) -> None:
    """Write a JSON document that only its owner may read.

    Parameters
    ----------
    path : Path
        The file.
    document : dict
        JSON types.
    """
    write_private(path, (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode())


def _write_new(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(descriptor, "wb") as stream:
        stream.write(content)
