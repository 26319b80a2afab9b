"""A model of the next character that backs off from long contexts to short ones, and how it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from artia_lab.experiments.text.ngrams import START


@dataclass(frozen=True, eq=False)
class Level:
    """The n-grams of one length, sorted.

    Attributes
    ----------
    keys : np.ndarray [shape=(n,), dtype=int64]
        Index of the context among the n-grams one shorter, times the number of codes, plus the last code.
    probability : np.ndarray [shape=(n,), dtype=float64]
        Probability of the last character after the others.
    backoff : np.ndarray [shape=(n,), dtype=float64]
        The mass that this n-gram, as a context, leaves to the shorter one.
    """

    keys: np.ndarray
    probability: np.ndarray
    backoff: np.ndarray


@dataclass(frozen=True, eq=False)
class KneserNey:
    """A model of the next character, immutable.

    Attributes
    ----------
    alphabet : str
        The characters it knows, sorted; code ``i`` is ``alphabet[i - 1]``, 0 is the start of a text and
        ``len(alphabet) + 1`` any other character.
    order : int
        How many characters it looks back; its n-grams are one longer.
    ngrams : np.ndarray [shape=(n, order + 1)]
        The distinct n-grams of the corpus, as codes, sorted.
    counts : np.ndarray [shape=(n,)]
        How often each occurs.
    discounts : np.ndarray [shape=(order + 1, 3)]
        D1, D2 and D3+ of each length, unigrams first.
    levels : tuple[Level, ...]
        From unigrams to the longest n-grams.
    unigram : np.ndarray [shape=(len(alphabet) + 2,)]
        Probability of each code without context; 0 for START.
    """

    alphabet: str
    order: int
    ngrams: np.ndarray
    counts: np.ndarray
    discounts: np.ndarray
    levels: tuple[Level, ...]
    unigram: np.ndarray

    def state(self, codes: Sequence[int]) -> tuple[int, ...]:
        """Read a history.

        Parameters
        ----------
        codes : Sequence[int]
            The codes before the next character; only the last ``order`` matter.

        Returns
        -------
        tuple[int, ...]
            For each length from 0 to ``order``, the index of the last codes among the n-grams of that length,
            or -1 where they were never seen.
        """
        state = (0,) + (-1,) * self.order
        for code in codes[max(0, len(codes) - self.order) :]:
            state = self.advance(state, code)
        return state

    def advance(self, state: tuple[int, ...], code: int) -> tuple[int, ...]:
        """Read one more character.

        Parameters
        ----------
        state : tuple[int, ...]
            A history, as `state` gives it.
        code : int
            The character's code.

        Returns
        -------
        tuple[int, ...]
            The history that ends with this character.
        """
        size = len(self.alphabet) + 2
        following = [0]
        for context, level in zip(state[:-1], self.levels, strict=False):
            key = context * size + code
            place = int(level.keys.searchsorted(key)) if context >= 0 else level.keys.size
            found = place < level.keys.size and level.keys[place] == key
            following.append(place if found else -1)
        return tuple(following)

    def next_character(self, state: tuple[int, ...], liberty: float = 1.0) -> np.ndarray:
        """Give the probability of every next character.

        Parameters
        ----------
        state : tuple[int, ...]
            A history, as `state` gives it.
        liberty : float
            In [0, 1]. The share kept of the mass that each context leaves to shorter ones: 1 is the model of the
            paper, 0 only follows the longest context that the corpus has shown.

        Returns
        -------
        np.ndarray [shape=(len(alphabet) + 2,), dtype=float64]
            One probability per code, summing to 1; 0 for START, the last for all unknown characters together.
        """
        size = len(self.alphabet) + 2
        smooth = self.unigram.copy()
        chosen = smooth.copy()
        for length in range(1, self.order + 1):
            context = state[length]
            if context < 0:
                break
            level = self.levels[length]
            low, high = level.keys.searchsorted((context * size, (context + 1) * size))
            if low == high:
                continue
            backoff = self.levels[length - 1].backoff[context]
            followers = level.keys[low:high] - context * size
            smooth *= backoff
            own = level.probability[low:high] - smooth[followers]
            chosen *= liberty * backoff
            chosen[followers] += own
            chosen /= 1 - backoff + liberty * backoff
            smooth[followers] = level.probability[low:high]
        return chosen

    def log_probabilities(self, codes: np.ndarray) -> np.ndarray:
        """Score each code after those before it.

        Parameters
        ----------
        codes : np.ndarray [shape=(n,)]
            Codes of one or several texts, each preceded by ``order`` START codes.

        Returns
        -------
        np.ndarray [shape=(n,), dtype=float64]
            Natural logarithms; minus infinity for START itself.
        """
        size = len(self.alphabet) + 2
        codes = codes.astype(np.int64)
        probability = np.full(codes.size, 1 / (size - 1))
        context = np.zeros(codes.size, dtype=np.int64)
        backoff = np.array([self.unigram[-1] * (size - 1)])
        for level in self.levels:
            keys = np.where(context >= 0, context * size + codes, -1)
            place = np.minimum(np.searchsorted(level.keys, keys), level.keys.size - 1)
            found = level.keys[place] == keys
            shorter = np.where(context >= 0, backoff[context], 1.0) * probability
            probability = np.where(found, level.probability[place], shorter)
            context = np.append(-1, np.where(found, place, -1)[:-1])
            backoff = level.backoff
        with np.errstate(divide="ignore"):
            return np.log(np.where(codes == START, 0.0, probability))

    def kept(self) -> tuple[dict[str, np.ndarray], dict[str, object]]:
        """Give what a file must hold for `load` to bring this model back.

        Returns
        -------
        tensors : dict[str, np.ndarray]
            ``ngrams`` and ``counts``.
        architecture : dict[str, object]
            ``kind``, ``order`` and ``alphabet``.
        """
        architecture: dict[str, object] = {
            "kind": "modified-kneser-ney",
            "order": self.order,
            "alphabet": self.alphabet,
        }
        return {"ngrams": self.ngrams, "counts": self.counts}, architecture
