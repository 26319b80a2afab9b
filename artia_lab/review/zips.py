"""The directory of a zip, and the content of one entry: read without believing any size that it states."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from artia_lab.errors import Mistake
from artia_lab.i18n import _

END, END_64, LOCATOR_64 = b"PK\5\6", b"PK\6\6", b"PK\6\7"
LOCAL = struct.Struct("<4s5H3I2H")
# A directory of the most entries that are taken, with long names; reading one takes hardly any memory.
DIRECTORY_LIMIT_BYTES = 4 << 20
CHUNK_BYTES = 1 << 20


class Refused(Mistake):
    """An archive that is not unpacked; its text says why."""


@dataclass(frozen=True)
class Entry:
    """One entry of a zip.

    Attributes
    ----------
    name : str
        As the directory has it, unchecked.
    mode : int
        Kind and permissions that it asks for, as Unix writes them; 0 when it does not say.
    encrypted : bool
        Whether it is.
    method : int
        How it is compressed.
    checksum, size : int
        CRC-32 and size of its content, as stated.
    header, start, end : int
        Where in the archive it begins, its data begins, and both end.
    """

    name: str
    mode: int
    encrypted: bool
    method: int
    checksum: int
    size: int
    header: int
    start: int
    end: int


def entries(path: Path, stream: IO[bytes]) -> list[Entry]:
    """Read the directory of a zip.

    Parameters
    ----------
    path : Path
        Its name, for sentences.
    stream : binary file
        The zip.

    Returns
    -------
    list of Entry
        In the order of the archive.

    Raises
    ------
    Refused
        If it is no zip, is damaged, or its directory is too large.
    """
    try:
        if _directory_size(stream) > DIRECTORY_LIMIT_BYTES:
            raise Refused(_("“{file}” holds more files than a publication has.").format(file=path.name))
        with zipfile.ZipFile(stream) as archive:
            found = [_entry(stream, each) for each in archive.infolist()]
            limit = archive.start_dir
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        struct.error,
        ValueError,
        OverflowError,
        NotImplementedError,
        OSError,
    ):
        raise Refused(
            _("“{file}” is no zip, or a damaged one. Ask its authors for another copy.").format(file=path.name)
        ) from None
    found.sort(key=lambda each: each.header)
    nexts = [each.header for each in found[1:]] + [limit]
    for before, after in zip(found, nexts, strict=False):
        if before.end > after:
            raise Refused(
                _("“{file}” holds entries that overlap, as only an archive made to do harm does.").format(
                    file=path.name
                )
            )
    return found


def content(stream: IO[bytes], entry: Entry) -> Iterator[bytes]:
    """Decompress one entry, piece by piece.

    Parameters
    ----------
    stream : binary file
        The zip.
    entry : Entry
        The entry.

    Yields
    ------
    bytes
        At most 1 MB each; whoever reads counts them.

    Raises
    ------
    ValueError
        If the content is not what was stated, or is cut short.
    """
    stream.seek(entry.start)
    left = entry.end - entry.start
    unpack = zlib.decompressobj(-15) if entry.method == zipfile.ZIP_DEFLATED else None
    checksum = size = 0
    pending = b""
    while left or pending:
        if not pending:
            pending = stream.read(min(65536, left))
            left -= len(pending)
            if not pending:
                raise ValueError("cut short")
        if unpack is None:
            piece, pending = pending, b""
        else:
            try:
                piece = unpack.decompress(pending, CHUNK_BYTES)
            except zlib.error as error:
                raise ValueError("damaged") from error
            pending = unpack.unconsumed_tail
            if unpack.unused_data or (unpack.eof and (pending or left)):
                raise ValueError("something follows")
        size += len(piece)
        checksum = zlib.crc32(piece, checksum)
        if size > entry.size:
            raise ValueError("more than stated")
        if piece:
            yield piece
    while unpack is not None and not unpack.eof and (piece := unpack.decompress(b"", CHUNK_BYTES)):
        size += len(piece)
        checksum = zlib.crc32(piece, checksum)
        if size > entry.size:
            raise ValueError("more than stated")
        yield piece
    if size != entry.size or checksum != entry.checksum or (unpack is not None and not unpack.eof):
        raise ValueError("not as stated")


def _entry(stream: IO[bytes], info: zipfile.ZipInfo) -> Entry:
    stream.seek(info.header_offset)
    sign, _version, flags, method, _time, _date, _crc, _packed, _size, name, extra = LOCAL.unpack(
        stream.read(LOCAL.size)
    )
    encoding = "utf-8" if flags & 0x800 else "cp437"
    # One name for those who list and another for those who extract is a trick.
    if (
        sign != b"PK\3\4"
        or method != info.compress_type
        or stream.read(name).decode(encoding) != info.orig_filename
    ):
        raise ValueError(info.orig_filename)
    start = info.header_offset + LOCAL.size + name + extra
    return Entry(
        name=info.orig_filename,
        mode=info.external_attr >> 16,
        encrypted=bool((info.flag_bits | flags) & 0x2041),
        method=info.compress_type,
        checksum=info.CRC,
        size=info.file_size,
        header=info.header_offset,
        start=start,
        end=start + info.compress_size,
    )


def _directory_size(stream: IO[bytes]) -> int:
    """Read how large the directory says it is, which is how much `zipfile` will read."""
    stream.seek(0, 2)
    length = stream.tell()
    tail_at = max(0, length - 65536 - 22)
    stream.seek(tail_at)
    tail = stream.read()
    at = tail.rfind(END)
    if at < 0:
        raise ValueError("no directory")
    (size,) = struct.unpack_from("<I", tail, at + 12)
    locator = tail.find(LOCATOR_64, max(0, at - 20), at)
    if locator >= 0:
        (offset,) = struct.unpack_from("<Q", tail, locator + 8)
        stream.seek(offset)
        end = stream.read(56)
        if end[:4] == END_64:
            size = max(size if size != 0xFFFFFFFF else 0, struct.unpack_from("<Q", end, 40)[0])
    return int(size)
