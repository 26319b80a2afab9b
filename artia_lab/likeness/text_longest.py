"""The longest passage that a text shares with a corpus, to the character, in one reading of the corpus."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from artia_lab.likeness.hashing import Codes, Hashes, Runs, Table, fold

PIECE_CHARACTERS = 1 << 20
TRIED = 8
FIRST_GUESS = 24


class Passage(NamedTuple):
    """A passage shared with an item: where it begins in the output and in the item, and its length."""

    item: str
    of_start: int
    start: int
    length: int


class Longest:
    """The longest passage so far that a corpus shares with an output.

    Case is not minded, and any blank equals any other.

    Parameters
    ----------
    output : str
        The output.
    """

    def __init__(self, output: str) -> None:
        self._codes = fold(output)
        self._runs = Runs(self._codes)
        self._shift = np.uint64(64 - min(max(16, (16 * len(output)).bit_length()), 24))
        self._known = (0, np.zeros(0, np.uint64), np.zeros(0, bool))
        self.passage: Passage | None = None

    @property
    def length(self) -> int:
        """Give how long it is.

        Returns
        -------
        int
            In characters.
        """
        return self.passage.length if self.passage else 0

    def read(self, item: str, reference: str) -> None:
        """Look for a longer passage in an item.

        Parameters
        ----------
        item : str
            Its name.
        reference : str
            Its text.
        """
        first = 0
        while first < len(reference) and self.length < len(self._codes):
            known = self.length
            runs = Runs(fold(reference[first : first + PIECE_CHARACTERS + known]))
            self._search(item, reference, first, runs)
            # A longer passage yet may have begun here, and gone on beyond what was read.
            if self.length == known:
                first += PIECE_CHARACTERS

    def widened(self, item: str, reference: str, of_start: int, start: int) -> Passage:
        """Give the passage around two places, as far as the texts agree.

        Parameters
        ----------
        item : str
            The item's name.
        reference : str
            Its text.
        of_start, start : int
            A place in the output and one in the item.

        Returns
        -------
        Passage
            Of length 0 when they do not agree there.
        """
        size = len(self._codes)
        offset = max(0, start - of_start)
        there = fold(reference[offset : start + size - of_start])
        before = _agreement(self._codes[:of_start][::-1], there[: start - offset][::-1])
        after = _agreement(self._codes[of_start:], there[start - offset :])
        return Passage(item, of_start - before, start - before, before + after)

    def offer(self, passage: Passage) -> None:
        """Keep a passage if it is longer.

        Parameters
        ----------
        passage : Passage
            Found otherwise.
        """
        if passage.length > self.length:
            self.passage = passage

    def _search(self, item: str, reference: str, offset: int, runs: Runs) -> None:
        """Bisect between what is known and what is not there; nearly always, nothing longer is there."""
        most, asked = len(self._codes) + 1, self.length + 1 if self.length else FIRST_GUESS
        while self.length + 1 < most:
            asked = min(max(asked, self.length + 1), most - 1)
            if not self._longer(item, reference, offset, runs, asked):
                most = asked
            asked = self.length + 1 if most > len(self._codes) else (self.length + most) // 2

    def _longer(self, item: str, reference: str, offset: int, runs: Runs, length: int) -> bool:
        own, sketch = self._own(length)
        asked = runs.every(length)
        likely = np.flatnonzero(sketch[asked >> self._shift])
        if not likely.size:
            return False
        table = Table(asked[likely])
        here, place = table.find(own)
        there, before = likely[table.first[place[:TRIED]]], self.length
        for i, j in zip(here[:TRIED].tolist(), there.tolist(), strict=True):
            self.offer(self.widened(item, reference, i, offset + j))
        return self.length >= max(length, before + 1)

    def _own(self, length: int) -> tuple[Hashes, NDArray[np.bool_]]:
        """Every run of the output of one length, and a sketch of that set."""
        if self._known[0] != length:
            hashes = self._runs.every(length)
            sketch = np.zeros(1 << (64 - int(self._shift)), bool)
            sketch[hashes >> self._shift] = True
            self._known = (length, hashes, sketch)
        return self._known[1:]


def _agreement(a: Codes, b: Codes) -> int:
    size = min(a.size, b.size)
    done, step = 0, 64
    while done < size:
        end = min(size, done + step)
        differ = np.flatnonzero(a[done:end] != b[done:end])
        if differ.size:
            return done + int(differ[0])
        done, step = end, step * 4
    return size
