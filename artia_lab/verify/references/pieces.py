"""Files too large for a repository, kept compressed and in pieces; they come back byte for byte."""

from __future__ import annotations

import lzma
import shutil
from pathlib import Path

from artia_lab.errors import Mistake
from artia_lab.i18n import _

PIECE_BYTES = 1_000_000

# What one file may become again: a few pieces could hold a thousand times their size. In bytes.
WHOLE_LIMIT_BYTES = 256 * 1024 * 1024
CHUNK_BYTES = 1 << 20

# The bytes of 24-bit sounds repeat every three.
DELTAS = (0, 3)


def first_piece(place: Path) -> Path:
    """Name the first piece of a file.

    Parameters
    ----------
    place : Path
        Where the file would stand.

    Returns
    -------
    Path
        A file, there or not.
    """
    return place.with_name(f"{place.name}.xz-1")


def packed(folder: Path) -> bool:
    """Say whether a folder holds pieces.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    bool
        Whether anything in it must be joined before it can be read.
    """
    return any(folder.rglob("*.xz-1"))


def split(folder: Path) -> None:
    """Replace each file that is too large by its pieces.

    Parameters
    ----------
    folder : Path
        The folder; what is below it counts.
    """
    for place in [each for each in folder.rglob("*") if each.is_file() and each.stat().st_size > PIECE_BYTES]:
        content = place.read_bytes()
        small = min((_compressed(content, delta) for delta in DELTAS), key=len)
        for number, start in enumerate(range(0, len(small), PIECE_BYTES), 1):
            place.with_name(f"{place.name}.xz-{number}").write_bytes(small[start : start + PIECE_BYTES])
        place.unlink()


def join(folder: Path, whole: Path) -> None:
    """Copy a folder with its files made whole again.

    Parameters
    ----------
    folder : Path
        The folder.
    whole : Path
        The copy, which must not be there yet.

    Raises
    ------
    Mistake
        If a piece is damaged, or a file becomes larger than 256 MB.
    """
    for place in sorted(each for each in folder.rglob("*") if each.is_file() and not each.is_symlink()):
        copy = whole / place.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        name, mark, number = place.name.rpartition(".xz-")
        if not mark or not number.isdecimal():
            shutil.copyfile(place, copy)
        elif number == "1":
            _join(place.with_name(name), copy.with_name(name))


def _compressed(content: bytes, delta: int) -> bytes:
    before = [{"id": lzma.FILTER_DELTA, "dist": delta}] if delta else []
    return lzma.compress(content, filters=[*before, {"id": lzma.FILTER_LZMA2, "preset": 9}])


def _join(place: Path, whole: Path) -> None:
    unpacking, size, number = lzma.LZMADecompressor(lzma.FORMAT_XZ), 0, 1
    try:
        with whole.open("wb") as stream:
            while not unpacking.eof:
                piece = b""
                if unpacking.needs_input:
                    piece = place.with_name(f"{place.name}.xz-{number}").read_bytes()
                    number += 1
                size += stream.write(unpacking.decompress(piece, CHUNK_BYTES))
                if size > WHOLE_LIMIT_BYTES:
                    raise ValueError("too large")
    except (OSError, EOFError, ValueError, lzma.LZMAError) as error:
        raise Mistake(
            _(
                "“{file}”, in the reference, is damaged and cannot be read. Take another copy of the reference, "
                "or keep a new one: artia verify --keep."
            ).format(file=place.name)
        ) from error
