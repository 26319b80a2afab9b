"""Chains of seeds, the runs of words that two texts share, that follow one another in both."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from artia_lab.likeness.hashing import Positions
from artia_lab.likeness.text_tokens import Words

LONGEST_GAP, LARGEST_DRIFT, LOOKED_BACK = 14, 8, 4
OTHER_WORD_BITS = 6.0
KEPT = 64


class Chain(NamedTuple):
    """A passage of an output and the passage of an item that it follows.

    Attributes
    ----------
    item : str
        Which item.
    of_start, of_end, start, end : int
        Where it begins and has ended in the output and in the item, in characters.
    first, last : int
        Its first word in the output, and the one after its last.
    shared : int
        How many of its words are also the item's, in the same order.
    words : int
        How many words it has, in the output or in the item, whichever has more.
    bits : float
        How far beyond chance it is.
    """

    item: str
    of_start: int
    of_end: int
    start: int
    end: int
    first: int
    last: int
    shared: int
    words: int
    bits: float


class Linked(NamedTuple):
    """Seeds that an item shares with an output, linked into chains.

    Attributes
    ----------
    item : str
        Which item.
    seeds : ndarray of int [shape=(4, n)]
        In the item's order: the first word of each seed in the output and in the item, and where the seed
        begins and has ended in the item, in characters.
    before, root : ndarray of int [shape=(n,)]
        The seed that each follows, and the first one of its chain; itself where there is none.
    words : int
        In a seed.
    """

    item: str
    seeds: NDArray[np.int64]
    before: Positions
    root: Positions
    words: int

    def chains(self, output: Words, total: NDArray[np.float64], by_chance: float) -> list[Chain]:
        """Give the chains, the surest first.

        Parameters
        ----------
        output : Words
            The words of the output.
        total : ndarray [shape=(words of the output + 1,)]
            What the words before each are worth together, in bits.
        by_chance : float
            What is taken off, in bits.

        Returns
        -------
        list of Chain
            At most `KEPT`.
        """
        here, there = self.seeds[:2]
        alone = self.before == np.arange(len(here))
        new = np.where(alone, here, np.maximum(here, here[self.before] + self.words))
        roots, chain = np.unique(self.root, return_inverse=True)
        bits = np.bincount(chain, total[here + self.words] - total[new])
        shared = np.bincount(chain, here + self.words - new).astype(int)
        last = np.zeros(len(roots), np.intp)
        last[chain] = np.arange(len(here))  # the last one written stays
        spans = np.maximum(here[last] - here[roots], there[last] - there[roots]) + self.words
        bits -= OTHER_WORD_BITS * (spans - shared) + by_chance
        return [
            Chain(
                self.item,
                int(output.starts[here[roots[k]]]),
                int(output.ends[here[last[k]] + self.words - 1]),
                int(self.seeds[2, roots[k]]),
                int(self.seeds[3, last[k]]),
                int(here[roots[k]]),
                int(here[last[k]] + self.words),
                int(shared[k]),
                int(spans[k]),
                float(bits[k]),
            )
            for k in np.argsort(-bits, kind="stable")[:KEPT].tolist()
        ]


def longest_run(seeds: NDArray[np.int64]) -> int:
    """Find where the longest run of seeds that follow one another word by word begins.

    Parameters
    ----------
    seeds : ndarray of int [shape=(4, n)]
        As in `Linked`.

    Returns
    -------
    int
        Which seed.
    """
    breaks = np.flatnonzero((np.diff(seeds[0]) != 1) | (np.diff(seeds[1]) != 1)) + 1
    begins = np.concatenate([[0], breaks])
    return int(begins[np.diff(np.append(begins, seeds.shape[1])).argmax()])


def link(item: str, seeds: NDArray[np.int64], words: int, least: int) -> Linked | None:
    """Link each seed to the nearest one before it that it goes on from.

    Parameters
    ----------
    item : str
        Which item.
    seeds : ndarray of int [shape=(4, n)]
        As in `Linked`.
    words : int
        In a seed.
    least : int
        Chains of fewer seeds are forgotten.

    Returns
    -------
    Linked or None
        None when no chain is left.
    """
    here, there = seeds[0], seeds[1]
    numbers = np.arange(len(here))
    before = numbers.copy()
    for back in range(1, min(LOOKED_BACK, len(here) - 1) + 1):
        steps, moves = here[back:] - here[:-back], there[back:] - there[:-back]
        follows = (steps > 0) & (steps <= LONGEST_GAP) & (moves <= LONGEST_GAP)
        follows &= abs(moves - steps) <= LARGEST_DRIFT
        follows &= before[back:] == numbers[back:]
        before[back:][follows] = numbers[:-back][follows]
    root = before
    while not np.array_equal(root[root], root):
        root = root[root]
    kept = np.bincount(root, minlength=len(root))[root] >= least
    if not kept.any():
        return None
    renumbered = np.cumsum(kept) - 1
    return Linked(item, seeds[:, kept], renumbered[before[kept]], renumbered[root[kept]], words)
