"""Hashes of runs of characters and of words, a whole text at once, in numpy.

A run of characters is hashed by a difference of one running sum of ``code × base^position``, modulo 2^64,
brought back to position 0 by the inverse of the base (after Karp and Rabin, 1987).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint32]
Hashes = NDArray[np.uint64]
Positions = NDArray[np.intp]

BASE = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2^64
MIX = np.uint64(0xD6E8FEB86659FD93)
FILTER_BITS = 16, 24
BITS_PER_MEMBER = 8


def fold(text: str) -> Codes:
    """Bring a text to what is compared: lower case, every blank a space, one code for one character.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    ndarray of uint32 [shape=(len(text),)]
        Unicode code points.
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    if not codes.size:
        return codes
    top = int(codes.max()) + 1
    present = np.zeros(top, dtype=bool)
    present[codes] = True
    folded = np.zeros(top, dtype=np.uint32)
    for code in np.flatnonzero(present).tolist():
        letter = chr(code)
        lower = letter.lower()
        folded[code] = ord(" ") if letter.isspace() else ord(lower) if len(lower) == 1 else code
    return folded[codes]


class Runs:
    """Hashes of any run of a text's characters.

    Parameters
    ----------
    codes : ndarray
        The text, as `fold` gives it.
    """

    def __init__(self, codes: Codes) -> None:
        self._power, self._inverse = _powers(1 << max(10, int(codes.size).bit_length()))
        terms = (codes.astype(np.uint64) + np.uint64(1)) * self._power[: codes.size]
        self._sum = np.concatenate([np.zeros(1, np.uint64), np.cumsum(terms, dtype=np.uint64)])

    def of(self, starts: Positions, ends: Positions) -> Hashes:
        """Hash one run for each pair of positions.

        Parameters
        ----------
        starts, ends : ndarray of int
            Where the runs begin and where they have ended.

        Returns
        -------
        ndarray of uint64
            Equal for equal runs.
        """
        return _mixed((self._sum[ends] - self._sum[starts]) * self._inverse[starts])

    def every(self, length: int) -> Hashes:
        """Hash every run of one length.

        Parameters
        ----------
        length : int
            In characters.

        Returns
        -------
        ndarray of uint64
            One for each position at which such a run begins; empty when the text is shorter.
        """
        count = self._sum.size - length
        if count <= 0:
            return np.zeros(0, np.uint64)
        return _mixed((self._sum[length:] - self._sum[:count]) * self._inverse[:count])


class Table:
    """A set of hashes, made for asking about very many others of which few are in it.

    Parameters
    ----------
    members : ndarray of uint64
        The set; repeated ones count once.
    """

    def __init__(self, members: Hashes) -> None:
        self.members, self.first = np.unique(members, return_index=True)
        least, most = FILTER_BITS
        self._shift = np.uint64(64 - min(max(least, (self.members.size * BITS_PER_MEMBER).bit_length()), most))
        self._filter = np.zeros(1 << (64 - int(self._shift)), dtype=bool)
        self._filter[self._slot(self.members)] = True

    def find(self, asked: Hashes) -> tuple[Positions, Positions]:
        """Find which hashes are in the set.

        Parameters
        ----------
        asked : ndarray of uint64
            Any number of them.

        Returns
        -------
        tuple of (ndarray, ndarray)
            Positions in `asked` of those in the set, and the place in `members` of each.
        """
        likely = np.flatnonzero(self._filter[self._slot(asked)])
        if not likely.size:
            return likely, likely
        place = np.minimum(np.searchsorted(self.members, asked[likely]), self.members.size - 1)
        sure = self.members[place] == asked[likely]
        return likely[sure], place[sure]

    def _slot(self, hashes: Hashes) -> Hashes:
        return hashes >> self._shift


def grams(of_words: Hashes, n: int) -> Hashes:
    """Hash every run of `n` words.

    Parameters
    ----------
    of_words : ndarray of uint64
        One hash for each word of a text.
    n : int
        Words in a run.

    Returns
    -------
    ndarray of uint64
        One for each word that begins such a run.
    """
    count = max(0, of_words.size - n + 1)
    total = np.zeros(count, np.uint64)
    for k in range(n):
        total += of_words[k : k + count] * np.uint64(pow(BASE, 2 * k + 3, 1 << 64))
    return _mixed(total)


def _mixed(hashes: Hashes) -> Hashes:
    """Spread every bit of a hash over its highest ones, which `Table` looks at first."""
    hashes = (hashes ^ (hashes >> np.uint64(32))) * MIX
    return (hashes ^ (hashes >> np.uint64(32))) * MIX


@lru_cache(maxsize=4)
def _powers(size: int) -> tuple[Hashes, Hashes]:
    def powers(base: int) -> Hashes:
        row = np.full(size, base, dtype=np.uint64)
        row[0] = 1
        return np.cumprod(row, dtype=np.uint64)

    return powers(BASE), powers(pow(BASE, -1, 1 << 64))
