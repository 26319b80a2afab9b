"""Passages of a text that a corpus holds too, word for word or nearly, and how sure that is.

Runs of `SEED` words common to the output and to an item are seeds; those that follow one another in both, with
few words between them, make a chain (seed and extend, after BLAST: Altschul et al., 1990). A chain is worth the
information of the words it shares, in bits: a word is worth ``-log2`` of how often it comes in the corpus, so
that names often repeated and common turns of phrase weigh little. Words in its span that are not shared cost
`artia_lab.likeness.text_chains.OTHER_WORD_BITS` each. What chance would give among so many places, ``log2`` of
the number of pairs of a word of the output and one of the corpus, is then taken off.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from artia_lab.likeness.hashing import Hashes, Positions, Table, grams
from artia_lab.likeness.text_chains import Chain, Linked, link, longest_run
from artia_lab.likeness.text_tokens import Words, pieces, words_of

SEED = 4
RUN = 5
LETTER_BITS, MOST_BITS = 2.5, 20.0
SUPPOSED_WORDS = 5000


class Aligner:
    """What an output shares with a corpus that goes by, item after item.

    Parameters
    ----------
    output : Words
        The words of the output.
    """

    def __init__(self, output: Words) -> None:
        self.output = output
        self._n = min(SEED, len(output.hashes))
        self._run = min(RUN, len(output.hashes))
        own = grams(output.hashes, self._n)
        self._seeds = Table(own)
        self._place = np.searchsorted(self._seeds.members, own)
        self._once = np.bincount(self._place, minlength=len(self._seeds.members)) == 1
        self._runs = Table(grams(output.hashes, self._run))
        self._seen = np.zeros(len(self._runs.members), bool)
        self._vocabulary = Table(output.hashes)
        self._counts = np.zeros(len(self._vocabulary.members), np.int64)
        self._corpus_words = 0
        self._found: list[Linked] = []

    def read(self, item: str, reference: str) -> tuple[int, int]:
        """Take note of what an item shares.

        Parameters
        ----------
        item : str
            Its name.
        reference : str
            Its text.

        Returns
        -------
        tuple of (int, int)
            Where the longest run of words that it shares begins, in the output and in the item, in characters.
        """
        if not self._n:
            return 0, 0
        seeds: list[NDArray[np.int64]] = []
        carried = _last(self.output, 0)
        passed = 0
        for offset, piece in pieces(reference):
            own = words_of(piece)
            self._count(own.hashes)
            # The last words of the piece before may begin a run that ends in this one.
            there = Words(
                np.concatenate([carried.hashes, own.hashes]),
                np.concatenate([carried.starts, own.starts + offset]),
                np.concatenate([carried.ends, own.ends + offset]),
            )
            self._seen[self._runs.find(grams(there.hashes, self._run))[1]] = True
            at, place = self._seeds.find(grams(there.hashes, self._n))
            here = self._here(at, place)
            number = at + passed - len(carried.hashes)
            seeds.append(np.stack([here, number, there.starts[at], there.ends[at + self._n - 1]]).astype(np.int64))
            passed += len(own.hashes)
            carried = _last(there, self._run - 1)
        every = np.concatenate(seeds, axis=1) if seeds else np.zeros((4, 0), np.int64)
        every = every[:, np.diff(every[1], prepend=-1) > 0]  # two pieces may have given the same seed
        if not every.size:
            return 0, 0
        linked = link(item, every, self._n, least=2 if self._n == SEED else 1)
        if linked is not None:
            self._found.append(linked)
        longest = longest_run(every)
        return int(self.output.starts[every[0, longest]]), int(every[2, longest])

    def _here(self, at: Positions, place: Positions) -> Positions:
        """Where in the output each seed is; one that comes there more than once, where its neighbours are."""
        here = self._seeds.first[place]
        certain = self._once[place]
        if certain.all() or not certain.any():
            return here
        numbers = np.arange(len(at))
        before = np.maximum.accumulate(np.where(certain, numbers, 0))
        after = np.minimum.accumulate(np.where(certain, numbers, len(at) - 1)[::-1])[::-1]
        for neighbour in (after, before):
            moved = here[neighbour] + at - at[neighbour]
            fits = ~certain & certain[neighbour] & (moved >= 0) & (moved < len(self._place))
            fits[fits] = self._place[moved[fits]] == place[fits]
            here = np.where(fits, moved, here)
        return here

    def _count(self, hashes: Hashes) -> None:
        _at, place = self._vocabulary.find(hashes)
        self._counts += np.bincount(place, minlength=len(self._counts))
        self._corpus_words += len(hashes)

    def copied_share(self) -> float:
        """Give the share of the output's words that stand in runs of five that the corpus holds.

        Returns
        -------
        float
            Runs of fewer words, in a shorter output.
        """
        if not self._seen.any():
            return 0.0
        place = np.searchsorted(self._runs.members, grams(self.output.hashes, self._run))
        within = np.convolve(self._seen[place], np.ones(self._run)) > 0
        return float(within.mean())

    def most_bits(self) -> float:
        """Give what the output would be worth if all of it were copied.

        Returns
        -------
        float
            In bits beyond chance.
        """
        return float(self._bits().sum()) - self._by_chance()

    def _by_chance(self) -> float:
        return float(np.log2(max(1, len(self.output.hashes)) * max(1, self._corpus_words)))

    def chains(self) -> list[Chain]:
        """Give the chains found, the surest first.

        Returns
        -------
        list of Chain
            Those of all items.
        """
        total = np.concatenate([[0.0], np.cumsum(self._bits())])
        found = [chain for linked in self._found for chain in linked.chains(self.output, total, self._by_chance())]
        return sorted(found, key=lambda chain: (-chain.bits, chain.item, chain.of_start))

    def _bits(self) -> NDArray[np.float64]:
        """What each word of the output is worth."""
        place = np.searchsorted(self._vocabulary.members, self.output.hashes)
        lengths = self.output.ends - self.output.starts
        # In a small corpus, a short word is supposed to be common even if it comes but once.
        supposed = 2.0 ** -np.minimum(LETTER_BITS * lengths, MOST_BITS)
        often = (self._counts[place] + SUPPOSED_WORDS * supposed) / (self._corpus_words + SUPPOSED_WORDS)
        return np.asarray(-np.log2(often))


def _last(words: Words, count: int) -> Words:
    begin = max(0, len(words.hashes) - count)
    return Words(words.hashes[begin:], words.starts[begin:], words.ends[begin:])
