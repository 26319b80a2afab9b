"""Likeness of texts: the longest shared passage, the words that stand in runs of five in the corpus, citations.

Letters are compared without regard to case, and any blank equals any other, so that a passage broken into
lines otherwise is still the same passage. The corpus is searched by hashes (`artia_lab.likeness.hashing`)
in pieces of bounded size; what a hash points to is then compared character by character.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from artia_lab.likeness.result import Likeness, Neighbour, nothing

if TYPE_CHECKING:
    from artia_lab.likeness.hashing import Codes, Positions

METHOD = "shared-passages-1"
RUN_OF_WORDS = 5
CITATIONS = 8
PIECE_CHARACTERS = 1 << 20
OVERLAP_CHARACTERS = 1 << 12
FIRST_GUESS_CHARACTERS = 32


class Passage(NamedTuple):
    """A passage shared with an item: where it begins in the output and in the item, and its length."""

    item: str
    of_start: int
    start: int
    length: int


def text(s: str, references: Mapping[str, str]) -> Likeness:
    """Measure how near a text is to a corpus of texts.

    Parameters
    ----------
    s : str
        The output.
    references : Mapping of str to str
        Texts of the corpus by file name.

    Returns
    -------
    Likeness
        ``copied_share``: share of the output's words that stand in runs of five (fewer, in a shorter
        output) that the corpus holds too. ``longest_characters``: length of the longest passage shared.
        ``characters``, ``words`` and ``references``: how much was compared. Nearness is the larger of
        ``copied_share`` and the share of the output that the longest passage fills. Each neighbour cites a
        passage: ``start`` and ``length`` in the item, ``of_start`` in the output, in characters; its
        measure is the share of the output that the passage fills.
    """
    if not s or not references:
        counted = {"characters": len(s), "words": 0, "references": len(references)}
        return nothing("text", METHOD, copied_share=0.0, longest_characters=0, **counted)
    search = _Search(s)
    for item, reference in references.items():
        search.words_of(item, reference)
    longest = search.longest(references)
    passages = search.passages if longest is None else [longest, *search.passages]
    share = search.copied_share()
    length = longest.length if longest else 0
    return Likeness(
        "text",
        METHOD,
        max(share, length / len(s)),
        {
            "copied_share": share,
            "longest_characters": length,
            "characters": len(s),
            "words": search.words,
            "references": len(references),
        },
        tuple(_neighbour(passage, len(s)) for passage in _apart(passages)),
    )


class _Search:
    """What is known of an output while a corpus goes by."""

    def __init__(self, output: str) -> None:
        import numpy as np

        from artia_lab.likeness.hashing import Runs, Table, fold, grams, words

        self.codes, inside = fold(output)
        self.runs = Runs(self.codes)
        self.starts, self.ends = words(inside)
        self.words = len(self.starts)
        self.n = min(RUN_OF_WORDS, self.words)
        self.table = Table(grams(self.runs.of(self.starts, self.ends), self.n)) if self.n else None
        self.seen = np.zeros(0 if self.table is None else self.table.members.size, dtype=bool)
        self.passages: list[Passage] = []

    def words_of(self, item: str, reference: str) -> None:
        """Note the runs of words that an item shares, and its longest passages made of them."""
        from artia_lab.likeness.hashing import Runs, fold, grams, words

        if self.table is None:
            return
        for offset, piece in _pieces(reference, OVERLAP_CHARACTERS):
            codes, inside = fold(piece)
            starts, ends = words(inside)
            there, place = self.table.find(grams(Runs(codes).of(starts, ends), self.n))
            if there.size:
                self.seen[place] = True
                here = self.table.first[place]
                for i, j in _longest_chains(here, there):
                    found = _extended(self.codes, codes, int(self.starts[i]), int(starts[j]))
                    self.passages.append(Passage(item, found[0], found[1] + offset, found[2]))

    def copied_share(self) -> float:
        """Give the share of the output's words within a run that was seen in the corpus."""
        import numpy as np

        from artia_lab.likeness.hashing import grams

        if self.table is None or not self.seen.any():
            return 0.0
        of_output = grams(self.runs.of(self.starts, self.ends), self.n)
        began = self.seen[np.searchsorted(self.table.members, of_output)]
        within = np.convolve(began, np.ones(self.n), mode="full") > 0
        return float(within.mean())

    def longest(self, references: Mapping[str, str]) -> Passage | None:
        """Find a longest passage: a search between a length that was found and one that is not there."""
        best = max(self.passages, key=lambda passage: passage.length, default=None)
        low, high = best.length if best else 0, len(self.codes) + 1
        guess = low + 1 if best else FIRST_GUESS_CHARACTERS
        while high - low > 1:
            length = min(max(guess, low + 1), high - 1)
            found = self._any(length, references)
            if found is None:
                high = length
            else:
                best, low = found, found.length
            guess = (low + high) // 2 if high <= len(self.codes) else 2 * low + 1
        return best

    def _any(self, length: int, references: Mapping[str, str]) -> Passage | None:
        from artia_lab.likeness.hashing import Runs, Table, fold

        table = Table(self.runs.every(length))
        for item, reference in references.items():
            for offset, piece in _pieces(reference, length):
                codes, _inside = fold(piece)
                there, place = table.find(Runs(codes).every(length))
                for j, i in zip(there[:8].tolist(), table.first[place[:8]].tolist(), strict=True):
                    found = _extended(self.codes, codes, i, j)
                    if found[2] >= length:  # anything shorter was two runs with one hash
                        return Passage(item, found[0], found[1] + offset, found[2])
        return None


def _longest_chains(here: Positions, there: Positions) -> list[tuple[int, int]]:
    """Word positions, in output and item, at which the longest chains of shared runs begin."""
    import numpy as np

    order = np.lexsort((there, there - here))
    here, there = here[order], there[order]
    breaks = np.flatnonzero((np.diff(here) != 1) | (np.diff(there) != 1)) + 1
    begins = np.concatenate([[0], breaks])
    lengths = np.diff(np.concatenate([begins, [here.size]]))
    top = np.argsort(-lengths, kind="stable")[:CITATIONS]
    return [(int(here[begins[k]]), int(there[begins[k]])) for k in top]


def _extended(a: Codes, b: Codes, i: int, j: int) -> tuple[int, int, int]:
    """Widen a passage that begins at `i` in `a` and `j` in `b` both ways, as far as they agree."""
    before = _agreement(a[:i][::-1], b[:j][::-1])
    after = _agreement(a[i:], b[j:])
    return i - before, j - before, before + after


def _agreement(a: Codes, b: Codes) -> int:
    import numpy as np

    size = min(a.size, b.size)
    done, step = 0, 64
    while done < size:
        end = min(size, done + step)
        differ = np.flatnonzero(a[done:end] != b[done:end])
        if differ.size:
            return done + int(differ[0])
        done, step = end, step * 4
    return size


def _pieces(reference: str, overlap: int) -> Iterator[tuple[int, str]]:
    for offset in range(0, max(1, len(reference) - overlap), PIECE_CHARACTERS):
        yield offset, reference[offset : offset + PIECE_CHARACTERS + overlap]


def _apart(passages: list[Passage]) -> list[Passage]:
    """The longest passages that do not repeat one another in the output."""
    kept: list[Passage] = []
    for passage in sorted(set(passages), key=lambda p: (-p.length, p.item, p.of_start, p.start)):
        middle = passage.of_start + passage.length // 2
        if all(not (p.of_start <= middle < p.of_start + p.length) for p in kept):
            kept.append(passage)
    return kept[:CITATIONS]


def _neighbour(passage: Passage, size: int) -> Neighbour:
    at: dict[str, float | int | list[float]] = {
        "start": passage.start,
        "length": passage.length,
        "of_start": passage.of_start,
    }
    return Neighbour(passage.item, at, passage.length / size)
