"""Reading texts, in whichever of the usual encodings they are."""

from __future__ import annotations

import os
from typing import BinaryIO

from artia_lab.corpora.decode_child import Refused
from artia_lab.corpora.recognise import UTF16_MARKS

MAX_MEGABYTES = 20


def decode_text(file: BinaryIO) -> bytes:
    """Read a text as UTF-8 with one kind of line end.

    Its encoding is UTF-16 where a byte order mark says so, else UTF-8, else Windows-1252, which holds Latin-1.

    Parameters
    ----------
    file : file
        Open for reading, at its start.

    Returns
    -------
    bytes
        The text in UTF-8, its lines ended by ``\\n``.

    Raises
    ------
    Refused
        If it is too large, empty, or not a text.
    """
    size = os.fstat(file.fileno()).st_size
    if size > MAX_MEGABYTES * 1_000_000:
        raise Refused("large", size=round(size / 1e6), limit=MAX_MEGABYTES)
    words = _words(file.read())
    if "\0" in words:
        raise Refused("not-text")
    words = words.replace("\r\n", "\n").replace("\r", "\n")
    if not words.strip():
        raise Refused("empty")
    return words.encode("utf-8")


def _words(raw: bytes) -> str:
    if raw.startswith(UTF16_MARKS):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
