"""A keyboard that suggests how to go on, from the places of the corpus where the same characters were written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from artia_lab.experiments.text.kneser_ney import estimate
from artia_lab.experiments.text.layout import beginnings, marks_of, word_pattern
from artia_lab.experiments.text.model import KneserNey
from artia_lab.experiments.text.ngrams import Ngrams, Tick, encode, no_tick, normalise, sort_ngrams

LOOKED_AT = 256
"""Places read for each context, evenly spread among all those that share it."""

SCORED = 16
PLACES_KEPT = 8
REACH = 32
"""Characters read per word wanted."""


@dataclass(frozen=True)
class Suggestion:
    """One way to go on.

    Attributes
    ----------
    continuation : str
        The characters to add, with the blank that comes before a word.
    probability : float
        The model's probability that these characters come next and that a word ends there.
    places : tuple[tuple[int, int], ...]
        Some places of the corpus where they follow the same characters: index of the text, and offset in it of
        the continuation's first character.
    """

    continuation: str
    probability: float
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class Keyboard:
    """A trained model with the corpus it comes from.

    Attributes
    ----------
    model : KneserNey
        The model.
    ngrams : Ngrams
        The sorted corpus.
    beginnings : np.ndarray [shape=(n,)]
        Where its paragraphs begin in ``ngrams.codes``.
    usual_before : tuple[int, ...]
        The ``model.order`` codes that most often stand before a paragraph.
    word : str
        Regular expression of one word with what separates it from the one before.
    marks : tuple[int, ...]
        Codes of what most often ends a word.
    """

    model: KneserNey
    ngrams: Ngrams
    beginnings: np.ndarray
    usual_before: tuple[int, ...]
    word: str
    marks: tuple[int, ...]

    @classmethod
    def of(cls, texts: Sequence[str], order: int, tick: Tick = no_tick) -> Keyboard:
        """Learn from texts.

        Parameters
        ----------
        texts : Sequence[str]
            Normalised texts, none empty.
        order : int
            How many characters the model looks back, at least 1.
        tick : callable, optional
            Told the share of the work done; may raise to stop.

        Returns
        -------
        Keyboard
            Ready to suggest.
        """
        ngrams = sort_ngrams(texts, order + 1, lambda done: tick(0.4 * done))
        counted = ngrams.distinct(lambda done: tick(0.4 + done / 10))
        model = estimate(*counted, ngrams.alphabet, lambda done: tick(0.5 + done / 2))
        starts = beginnings(ngrams)
        before = Counter(ngrams.codes[start - order : start].tobytes() for start in starts.tolist())
        usual = np.frombuffer(before.most_common(1)[0][0], dtype=ngrams.codes.dtype)
        return cls(model, ngrams, starts, tuple(usual.tolist()), word_pattern(texts), marks_of(model))

    def before(self, seed: int) -> tuple[int, ...]:
        """Draw what stands before a new text: the last characters before a beginning of the corpus.

        Parameters
        ----------
        seed : int
            Where chance starts from.

        Returns
        -------
        tuple[int, ...]
            ``model.order`` codes.
        """
        place = int(np.random.default_rng(seed).choice(self.beginnings))
        return tuple(self.ngrams.codes[place - self.model.order : place].tolist())

    def suggest(self, typed: str, count: int = 5, words: int = 1) -> list[Suggestion]:
        """Suggest how to go on.

        Parameters
        ----------
        typed : str
            What was written so far; may be empty, or stop in the middle of a word.
        count : int
            How many suggestions at most.
        words : int
            How many words each may add, the end of a word begun counting for one.

        Returns
        -------
        list[Suggestion]
            Distinct continuations, the likeliest first.
        """
        order = self.model.order
        typed = encode(normalise(typed[-4 * order :]), self.ngrams.alphabet).tolist()
        context = [*self.usual_before, *typed][-order:]
        pattern = re.compile(f"(?:{self.word}){{1,{words}}}")
        found: dict[str, dict[tuple[int, int], None]] = {}
        for length in range(order, -1, -1):
            for place in self._after(context[order - length :]):
                text, offset = place
                match = pattern.match(self.ngrams.texts[text], offset, offset + REACH * words)
                if match:
                    found.setdefault(match.group(), {})[place] = None
            if len({plain(each) for each in found}) >= count:
                break
        often = sorted(found, key=lambda each: (-len(found[each]), each))[: max(SCORED, 2 * count)]
        ranked = sorted(zip(self._scores(context, often), often, strict=True), key=lambda one: (-one[0], one[1]))
        chosen: dict[str, Suggestion] = {}
        for score, continuation in ranked:
            places = tuple(found[continuation])[:PLACES_KEPT]
            chosen.setdefault(plain(continuation), Suggestion(continuation, score, places))
        return list(chosen.values())[:count]

    def _after(self, context: list[int]) -> list[tuple[int, int]]:
        low, high, matched = self.ngrams.find(context)
        if matched < len(context):
            return []
        step = -(-(high - low) // LOOKED_AT)
        places = self.ngrams.positions[low:high:step].astype(np.int64) + matched
        texts = np.searchsorted(self.ngrams.starts, places, side="right") - 1
        return list(zip(texts.tolist(), (places - self.ngrams.starts[texts]).tolist(), strict=True))

    def _scores(self, context: list[int], continuations: list[str]) -> list[float]:
        """Multiply the probabilities of each continuation's characters, and of a blank or a mark after them."""
        order, scores = self.model.order, []
        written = [context + encode(each, self.model.alphabet).tolist() for each in continuations]
        ended = [[*each[-order:], mark] for each in written for mark in self.marks]
        if not written or not ended:
            return [0.0] * len(written)
        logs = self.model.log_probabilities(np.concatenate([np.array(each) for each in (*written, *ended)]))
        ends = np.exp(logs[logs.size - len(ended) * (order + 1) :].reshape(len(written), -1, order + 1)[..., -1])
        begin = 0
        for each, end in zip(written, ends.sum(axis=1).tolist(), strict=True):
            scores.append(float(np.exp(logs[begin + order : begin + len(each)].sum())) * end)
            begin += len(each)
        return scores


def plain(continuation: str) -> str:
    """Write blanks all alike, so that two suggestions that look the same count as one.

    Parameters
    ----------
    continuation : str
        A suggestion's characters.

    Returns
    -------
    str
        The same with single spaces.
    """
    return re.sub(r"\s+", " ", continuation)
