"""The sha256 of files."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from artia_lab.corpora.names import open_item


def sha256_of(folder: Path, name: str) -> str:
    """Compute the sha256 of an item's file.

    Parameters
    ----------
    folder : Path
        The corpus folder.
    name : str
        The item's name in it.

    Returns
    -------
    str
        In hexadecimal.

    Raises
    ------
    MaterialError
        If there is no such file, or if it is not a plain file inside the folder.
    """
    descriptor = open_item(folder, name)
    try:
        with open(descriptor, "rb", closefd=False) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    finally:
        os.close(descriptor)
