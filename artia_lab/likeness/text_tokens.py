"""The words of texts, whatever their case, accents, punctuation and layout, as numbers that can be compared."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from artia_lab.likeness.hashing import Codes, Hashes, Positions, Runs

PIECE_CHARACTERS = 1 << 20
SOFT_CUT_CHARACTERS = 1 << 12
LETTER, MARK, ALONE = 1, 2, 3
WITHOUT_SPACES = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x30FF), (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF),
)  # fmt: skip


class Words(NamedTuple):
    """The words of a text.

    Attributes
    ----------
    hashes : ndarray of uint64 [shape=(n,)]
        Equal for the same letters, whatever their case and accents.
    starts, ends : ndarray of int [shape=(n,)]
        Where each word begins and has ended, in characters.
    """

    hashes: Hashes
    starts: Positions
    ends: Positions


def words_of(text: str) -> Words:
    """Find the words of a text.

    A letter of a script that puts no space between words, such as Chinese or Thai, is a word by itself.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    Words
        In order.
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    if not codes.size:
        return Words(np.zeros(0, np.uint64), np.zeros(0, np.intp), np.zeros(0, np.intp))
    plain, kinds = _letters(codes)
    kept = np.flatnonzero(kinds != MARK) if (kinds == MARK).any() else None
    if kept is not None:
        plain, kinds = plain[kept], kinds[kept]
    inside = kinds > 0
    before = np.concatenate([[0], kinds[:-1]])
    begins = inside & ((before == 0) | (kinds == ALONE) | (before == ALONE))
    starts = np.flatnonzero(begins)
    after = np.append(begins[1:] | ~inside[1:], True)
    ends = np.flatnonzero(inside & after) + 1
    hashes = Runs(plain).of(starts, ends)
    if kept is not None:
        starts, ends = kept[starts], kept[ends - 1] + 1
    return Words(hashes, starts, ends)


def _letters(codes: Codes) -> tuple[Codes, NDArray[np.uint8]]:
    """Each character without case or accent, and whether it belongs to a word, is one, or is a mark to skip."""
    top = int(codes.max()) + 1
    present = np.zeros(top, dtype=bool)
    present[codes] = True
    plain, kinds = np.zeros(top, dtype=np.uint32), np.zeros(top, dtype=np.uint8)
    for code in np.flatnonzero(present).tolist():
        letter = chr(code)
        bare = unicodedata.normalize("NFD", letter.lower())[:1] or letter
        plain[code] = ord(bare)
        if letter.isalnum():
            kinds[code] = ALONE if any(low <= code <= high for low, high in WITHOUT_SPACES) else LETTER
        elif unicodedata.category(letter) in ("Mn", "Me", "Cf"):
            kinds[code] = MARK
    return plain[codes], kinds[codes]


def pieces(text: str) -> Iterator[tuple[int, str]]:
    """Cut a text into pieces of bounded size, between words where it can.

    Parameters
    ----------
    text : str
        Any text.

    Yields
    ------
    tuple of (int, str)
        Where a piece begins, and the piece.
    """
    start = 0
    while start < len(text):
        end = start + PIECE_CHARACTERS
        if end < len(text):
            soft = max(text.rfind(blank, end - SOFT_CUT_CHARACTERS, end) for blank in " \n\t")
            end = soft + 1 if soft > 0 else end
        yield start, text[start:end]
        start = end
