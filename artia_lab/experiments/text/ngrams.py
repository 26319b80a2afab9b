"""Every n-gram of some texts, sorted, counted, and with the places where each one stands.

The texts are laid end to end as small integers, with ``length - 1`` START marks before each of them and after the
last one, so that no n-gram ever joins two texts. Positions are then sorted by the ``length`` characters that begin
there: a suffix array cut at that depth, from which counting, looking up and citing are all contiguous ranges.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

START = 0
"""The code that stands before a text; characters have codes 1 to ``len(alphabet)``."""

Tick = Callable[[float], None]


def no_tick(fraction: float) -> None:
    """Ignore progress.

    Parameters
    ----------
    fraction : float
        Share of the work done, in [0, 1].

    Returns
    -------
    None
        Nothing.
    """


def normalise(text: str) -> str:
    r"""Give a text one way of writing each character: NFC, ``\n`` newlines, no byte-order mark.

    Positions cited by this package count the characters of the text returned here.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The same text, normalised (Unicode Standard Annex 15, form C).
    """
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff"))


def code_points(text: str) -> np.ndarray:
    """Read a text as Unicode code points.

    Parameters
    ----------
    text : str
        Any text, lone surrogates included.

    Returns
    -------
    np.ndarray [shape=(len(text),), dtype=uint32]
        One code point per character.
    """
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def alphabet_of(texts: Sequence[str]) -> str:
    """List the characters of some texts, each once, by code point.

    Parameters
    ----------
    texts : Sequence[str]
        Any texts.

    Returns
    -------
    str
        The distinct characters, sorted.
    """
    return "".join(sorted(set().union(*texts)))


def encode(text: str, alphabet: str) -> np.ndarray:
    """Write a text as codes of an alphabet.

    Parameters
    ----------
    text : str
        Any text.
    alphabet : str
        Distinct characters, sorted by code point.

    Returns
    -------
    np.ndarray [shape=(len(text),), dtype=uint8, uint16 or uint32]
        Codes from 1; ``len(alphabet) + 1`` for a character that the alphabet lacks.
    """
    unknown = len(alphabet) + 1
    kind = np.min_scalar_type(unknown)
    known = code_points(alphabet)
    if known.size == 0:
        return np.full(len(text), unknown, dtype=kind)
    points = code_points(text)
    rank = np.minimum(np.searchsorted(known, points), known.size - 1)
    return np.where(known[rank] == points, rank + 1, unknown).astype(kind)


@dataclass(frozen=True, eq=False)
class Ngrams:
    """The sorted n-grams of some texts.

    Attributes
    ----------
    texts : tuple[str, ...]
        The texts.
    alphabet : str
        Their distinct characters, sorted.
    length : int
        Length of an n-gram, in characters.
    codes : np.ndarray [shape=(m,)]
        The texts end to end as codes, with START marks between.
    starts : np.ndarray [shape=(len(texts),)]
        Where each text begins in ``codes``.
    positions : np.ndarray [shape=(rows,)]
        Places in ``codes``, sorted by the ``length`` codes that begin there.
    """

    texts: tuple[str, ...]
    alphabet: str
    length: int
    codes: np.ndarray
    starts: np.ndarray
    positions: np.ndarray

    def distinct(self, tick: Tick = no_tick) -> tuple[np.ndarray, np.ndarray]:
        """Count each different n-gram.

        Parameters
        ----------
        tick : callable, optional
            Told the share of the work done; may raise to stop.

        Returns
        -------
        ngrams : np.ndarray [shape=(n, length)]
            Distinct n-grams in lexicographic order; those that run past the end of a text end in START.
        counts : np.ndarray [shape=(n,), dtype=int32]
            How often each occurs.
        """
        different = np.zeros(self.positions.size, dtype=bool)
        different[:1] = True
        for depth in range(self.length):
            column = self.codes[self.positions + depth]
            different[1:] |= column[1:] != column[:-1]
            tick(depth / (2 * self.length))
        first = np.flatnonzero(different)
        counts = np.diff(first, append=self.positions.size).astype(np.int32)
        ngrams = np.empty((first.size, self.length), dtype=self.codes.dtype)
        for depth in range(self.length):
            ngrams[:, depth] = self.codes[self.positions[first] + depth]
            tick(0.5 + depth / (2 * self.length))
        return ngrams, counts

    def find(self, codes: Sequence[int]) -> tuple[int, int, int]:
        """Find where a sequence of codes occurs, or as much of its beginning as ever occurs.

        Parameters
        ----------
        codes : Sequence[int]
            Codes of the alphabet; at most the first ``length`` are looked up.

        Returns
        -------
        low, high, matched : tuple[int, int, int]
            ``positions[low:high]`` are the places of the first ``matched`` codes.
        """
        low, high = 0, self.positions.size
        for depth, code in enumerate(codes[: self.length]):

            def at(row: int, depth: int = depth) -> int:
                return int(self.codes[self.positions[row] + depth])

            rows = range(low, high)
            first, beyond = bisect_left(rows, code, key=at), bisect_right(rows, code, key=at)
            if first == beyond:
                return low, high, depth
            low, high = low + first, low + beyond
        return low, high, min(len(codes), self.length)

    def locate(self, position: int) -> tuple[int, int]:
        """Say which text a place belongs to.

        Parameters
        ----------
        position : int
            A place in ``codes`` that holds a character, or just after the last character of a text.

        Returns
        -------
        text, offset : tuple[int, int]
            Index of the text, and the character's place in it from 0.
        """
        text = int(np.searchsorted(self.starts, position, side="right")) - 1
        return text, position - int(self.starts[text])


def sort_ngrams(texts: Sequence[str], length: int, tick: Tick = no_tick) -> Ngrams:
    """Sort every n-gram of some texts.

    Positions are gathered by first character, then each group is radix-sorted from the last character back.

    Parameters
    ----------
    texts : Sequence[str]
        At least one text, normalised.
    length : int
        Length of an n-gram, at least 2.
    tick : callable, optional
        Told the share of the work done, several times a second; may raise to stop.

    Returns
    -------
    Ngrams
        The sorted n-grams.
    """
    alphabet = alphabet_of(texts)
    tick(0.0)
    gap = np.zeros(length - 1, dtype=np.min_scalar_type(len(alphabet) + 1))
    pieces: list[np.ndarray] = [gap]
    for text in texts:
        pieces += [encode(text, alphabet), gap]
        tick(0.0)
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    starts = np.cumsum(lengths + gap.size) - lengths
    codes = np.concatenate(pieces)
    del pieces
    positions = np.argsort(codes[: codes.size - gap.size], kind="stable").astype(np.int32)
    bounds = np.searchsorted(codes[positions], np.arange(len(alphabet) + 2))
    for low, high in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        group = positions[low:high]
        for depth in range(length - 1, 0, -1):
            group = group[np.argsort(codes[group + depth], kind="stable")]
            tick(low / max(1, positions.size))
        positions[low:high] = group
    return Ngrams(tuple(texts), alphabet, length, codes, starts, positions)
